"""Payloads of webhooks: which components they speak of, and what is no release at all."""

from __future__ import annotations

import pytest

from bot.core.event import Event, concerned, read
from bot.core.lookout import ASSETS, Lookout
from bot.core.model import Component, Json, Release, Role
from bot.core.pages import comparison, notes


def component(name: str, source: str = "pypi", package: str = "tea", up: str = "") -> Component:
    return Component(name=name, role=Role.ENGINE, source=source, package=package, upstream=up)


def test_a_component_is_concerned_by_its_place_or_its_project() -> None:
    components = (
        component("a", "github", "Acme/Tea"),
        component("b", up="https://github.com/acme/tea"),
        component("c", up="https://github.com/acme/teapot"),
        component("d", "pypi", "acme/tea"),
        component("e"),
    )
    event = Event(action="published", tag="v1", repository="acme/tea")
    assert concerned(event, components) == ("a", "b")
    assert concerned(Event(action="x", tag="", repository="acme/pot"), components) == ()


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        {},
        {"action": "published", "repository": {"full_name": "a/b"}},
        {"release": {"tag_name": "v1"}, "repository": {"full_name": "a/b"}},
        {"action": "published", "release": {"tag_name": "v1"}},
        {"action": 3, "release": {"tag_name": "v1"}, "repository": {"full_name": "a/b"}},
        {"action": "x", "release": "v1", "repository": {"full_name": 3}},
        {"action": "x", "release": {"tag_name": "v1"}, "repository": {"full_name": ""}},
    ],
)
def test_what_tells_of_no_release(payload: Json) -> None:
    assert read(payload) is None


def release(origin: str = "", **more: object) -> Release:
    fields = {"component": "tea", "version": "2.0", "uploaded": None, "origin": origin}
    return Release(**{**fields, **more})  # type: ignore[arg-type]


def test_notes() -> None:
    tea = component("tea", package="@a/tea")
    assert notes(tea, release(notes="https://n")) == "https://n"
    assert notes(tea, release()) == ""
    index = release("https://pypi.org/simple/tea/")
    assert notes(component("tea"), index) == "https://pypi.org/project/tea/2.0/"
    npm = release("https://registry.npmjs.org/@a%2Ftea")
    assert notes(tea, npm) == "https://www.npmjs.com/package/@a/tea/v/2.0"


def test_comparisons() -> None:
    tea = component("tea", "github", "a/tea")
    other = Component(
        name="tea", role=Role.ENGINE, source="github", package="a/tea", upstream="", driver="",
        lookout=Lookout(kind=ASSETS, match="(.*)"),
    )  # fmt: skip
    assert comparison(tea, "v/1", release()).endswith("/compare/v%2F1...2.0")
    assert comparison(tea, "", release()) == ""
    assert comparison(tea, "1.0", release(tags=("nightly",))) == ""
    assert comparison(other, "1.0", release()) == ""
    assert comparison(component("pot"), "1.0", release()) == "stackmatrix diff pot 1.0 2.0"
