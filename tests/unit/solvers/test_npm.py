"""Locks into closures and back: places, aliases, platforms, and what npm says when it gives up."""

from __future__ import annotations

import json

import pytest

from bot.core.model import Closure, Conflict, Json, Pin
from bot.envs.node import lockfile
from bot.errors import SourceError, UsageError
from bot.ports import Ran
from bot.solvers.npm import _conflict, _wanted, edges, manifest, parse

LOCK: Json = {
    "lockfileVersion": 3,
    "packages": {
        "": {"dependencies": {"@scope/pot": "1.0.0"}},
        "node_modules/@scope/pot": {
            "version": "1.0.0",
            "integrity": "sha512-AA==",
            "dependencies": {"leaf": "^1", "other": "*"},
            "optionalDependencies": {"fast": "*", "foreign": "*"},
        },
        "node_modules/@scope/pot/node_modules/leaf": {"version": "1.5.0"},
        "node_modules/leaf": {"version": "2.0.0", "integrity": "sha512-BB== sha1-CC=="},
        "node_modules/other": {"name": "real", "version": "3.0.0"},
        "node_modules/inside": {"version": "1.0.0", "inBundle": True},
        "node_modules/fast": {"version": "1.0.0", "optional": True, "os": ["!sunos"]},
        "node_modules/foreign": {"version": "1.0.0", "optional": True, "os": ["sunos"]},
        "node_modules/never": {"version": "1.0.0", "cpu": ["!x64", "!arm64"]},
    },
}


def test_each_place_is_a_pin_and_what_npm_would_not_put_here_is_none() -> None:
    assert parse(LOCK).versions == {
        "@scope/pot": "1.0.0",
        "@scope/pot/node_modules/leaf": "1.5.0",
        "fast": "1.0.0",
        "leaf": "2.0.0",
        "other": "npm:real@3.0.0",
    }
    leaf = next(pin for pin in parse(LOCK).pins if pin.name == "leaf")
    assert leaf.hashes == ("sha1-CC==", "sha512-BB==")


def test_what_is_optional_can_be_left_out() -> None:
    assert "fast" not in parse(LOCK, optional=False).versions


def test_who_requires_whom_is_told_by_where_node_finds_it() -> None:
    leaf = "@scope/pot/node_modules/leaf"
    assert edges(LOCK) == {"@scope/pot": frozenset({leaf, "other", "fast"})}
    inner: Json = {"version": "1.0.0", "dependencies": {"other": "*", "leaf": "*", "gone": "*"}}
    assert isinstance(LOCK, dict)
    assert isinstance(LOCK["packages"], dict)
    deeper: Json = {
        "packages": {**LOCK["packages"], "node_modules/@scope/pot/node_modules/a": inner}
    }
    assert edges(deeper)["@scope/pot/node_modules/a"] == frozenset({leaf, "other"})


@pytest.mark.parametrize("lock", [None, {}, {"packages": []}])
def test_a_lock_of_nothing_is_an_empty_closure(lock: Json) -> None:
    assert parse(lock) == Closure(pins=())


def test_a_closure_and_its_lock_say_the_same() -> None:
    lock = lockfile(parse(LOCK))
    assert parse(json.loads(json.dumps(lock))) == parse(LOCK)
    pot = lock["packages"]["node_modules/@scope/pot"]
    assert pot["dependencies"] == {"leaf": "1.5.0"}
    assert pot["resolved"] == "https://registry.npmjs.org/@scope/pot/-/pot-1.0.0.tgz"
    other = lock["packages"]["node_modules/other"]
    assert (other["name"], other["resolved"]) == (
        "real",
        "https://registry.npmjs.org/real/-/real-3.0.0.tgz",
    )


def test_the_lock_of_an_alias_of_a_scope() -> None:
    pin = Pin(name="a", version="npm:@scope/real@1.0.0-rc.1")
    entry = lockfile(Closure(pins=(pin,)))["packages"]["node_modules/a"]
    assert (entry["name"], entry["version"]) == ("@scope/real", "1.0.0-rc.1")


@pytest.mark.parametrize(
    ("pin", "wanted"),
    [
        ("openai==4.0.0", ("openai", "4.0.0")),
        ("@scope/pot==1.0.0-rc.1", ("@scope/pot", "1.0.0-rc.1")),
        ("leaf>=2", ("leaf", ">=2")),
        ("leaf^2", ("leaf", "^2")),
        ("leaf", ("leaf", "*")),
        ("@s/a/node_modules/b==1", ("@s/a/node_modules/b", "1")),
    ],
)
def test_a_requirement_in_npms_words(pin: str, wanted: tuple[str, str]) -> None:
    assert _wanted(pin) == wanted


@pytest.mark.parametrize("pin", ["po t==1", "", "leaf==", "@scope==1 2"])
def test_what_cannot_be_read_is_refused(pin: str) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        _wanted(pin)


def test_the_manifest_is_sorted() -> None:
    assert manifest({"b": "1", "a": "2"}) == (
        '{"name": "cell", "private": true, "dependencies": {"a": "2", "b": "1"}}'
    )


def test_a_place_inside_another_package_is_an_override_there() -> None:
    places = {
        "a": "1",
        "a/node_modules/b": "2",
        "a/node_modules/b/node_modules/@s/c": "3",
        "a/node_modules/d": "4",
    }
    fields = json.loads(manifest(places))
    assert fields["dependencies"] == {"a": "1"}
    assert fields["overrides"] == {"a": {"b": {".": "2", "@s/c": "3"}, "d": "4"}}


def told(*lines: str) -> Ran:
    return Ran(returncode=1, output="".join(f"npm error {line}\n" for line in lines))


def test_a_contradiction_is_told_in_one_line_without_places() -> None:
    ran = told("code ETARGET", "notarget No matching version", "", "A complete log of this: /x/y")
    assert _conflict(ran, "/x") == Conflict(why="notarget No matching version")


@pytest.mark.parametrize("code", ["ECONNREFUSED", "ENOTCACHED", "E503", "E401"])
def test_a_registry_that_is_away_is_no_conflict(code: str) -> None:
    with pytest.raises(SourceError, match="cannot be asked"):
        _conflict(told(f"code {code}", "request to / failed"), "/x")


def test_too_long_and_unreadable_are_no_conflicts_either() -> None:
    with pytest.raises(SourceError, match="too long"):
        _conflict(Ran(returncode=None, output=""), "/x")
    with pytest.raises(UsageError, match="Invalid"):
        _conflict(told("code EINVALIDPACKAGENAME", "Invalid package name"), "/x")
