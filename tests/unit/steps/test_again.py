"""Three times seen or not listed: planted leaks, flakes and failures, and a release with itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.core.facts import CellDone
from bot.core.model import Failure, Json, Link, Look, Phase, Reason
from bot.steps.again import Pair, compare
from bot.steps.differ import Subject, sides
from bot.steps.house import House
from tests.unit.steps.fakes import bodies, cell_of, env_of, house, probe
from tests.unit.steps.rooms import Answer, Dies, FakeEnv, Guest, Says, text

PROBES = tuple(probe(f"family/{name}") for name in "abcdef")


def subject(version: str, draw: int = 0) -> Subject:
    return Subject(version=version, cell=cell_of(foo=version), guests=[], draw=draw)


def ask(guest: Guest, old: str = "1", new: str = "2") -> tuple[House, Pair]:
    where = house({"foo": ["1", "2"]}, guest, probes=PROBES)
    both = (subject(old), subject(new, draw=1))
    return where, compare(where, both, sides(where, both, PROBES), PROBES)


def test_what_differs_everywhere_is_listed_once_with_all_its_probes() -> None:
    _, pair = ask(lambda versions, *_: text(versions["foo"]))
    (row,) = pair.divergences
    assert (row.mode, row.probes) == ("plain", tuple(each.name for each in PROBES))
    assert (row.parting.old, row.parting.new) == ("1", "2")
    assert not pair.invariants


def test_a_release_and_itself_run_twice_and_list_nothing() -> None:
    where, pair = ask(lambda *_: text("same"), "1", "1")
    assert pair == Pair(old="1", new="1")
    done = [body for body in bodies(where) if isinstance(body, CellDone)]
    assert len(done) == 2
    whole = [talk for talk in env_of(where).talks if len(talk) == len(PROBES)]
    assert len(whole) == 4  # two sequences on both sides


def test_what_shows_only_after_other_questions_is_a_matter_of_sequence() -> None:
    talks: list[tuple[str, ...]] = []

    def guest(versions: Mapping[str, str], name: str, _request: Json) -> Answer:
        leaks = versions["foo"] == "2" and talks[-1].index(name) > 0
        return text("left over" if leaks else "fine")

    where = house({"foo": ["1", "2"]}, guest, probes=PROBES)
    env_of(where).talks = talks
    both = (subject("1"), subject("2"))
    pair = compare(where, both, sides(where, both, PROBES), PROBES)
    assert [row.mode for row in pair.divergences] == ["sequence"]


def test_a_flake_is_not_listed_and_is_told() -> None:
    calls: list[str] = []

    def guest(versions: Mapping[str, str], name: str, _request: Json) -> Answer:
        calls.append(name)
        odd = versions["foo"] == "2" and name == "family/c" and calls.count(name) == 3
        return text("odd" if odd else "fine")

    _, pair = ask(guest)
    assert not pair.divergences
    assert len(pair.unreproduced) == 1
    assert [(version, each.invariant) for version, each in pair.invariants] == [
        ("2", "same answer twice")
    ]


def test_a_release_that_does_not_start_is_one_row_without_a_link() -> None:
    def guest(versions: Mapping[str, str], *_: object) -> Answer:
        return Dies(early=True) if versions["foo"] == "2" else text("fine")

    _, pair = ask(guest)
    (row,) = pair.divergences
    assert (row.parting.link, row.parting.phase, row.mode) == (None, Phase.START, "fresh")
    assert row.parting.old is None


def test_a_release_that_cannot_be_installed_is_one_row_of_that_phase() -> None:
    where = house({"foo": ["1", "2"]}, probes=PROBES)
    failure = Failure(phase=Phase.INSTALL, reason=Reason.NOT_INSTALLABLE, message="no wheel")
    broken = {"1": failure, "2": None}
    env = env_of(where)
    assert isinstance(env, FakeEnv)
    env.broken = lambda versions: broken[versions["foo"]]
    both = (subject("1"), subject("2"))
    (row,) = compare(where, both, sides(where, both, PROBES), PROBES).divergences
    assert row.parting.phase is Phase.INSTALL
    assert row.parting.signature.startswith("recovered:")


def test_what_the_solver_refuses_is_told_in_its_words() -> None:
    where = house({"foo": ["1", "2"]}, probes=PROBES)
    none = Subject(version="2", cell=None, conflict="foo 2 needs bar 3")
    both = (subject("1"), none)
    (row,) = compare(where, both, sides(where, both, PROBES), PROBES).divergences
    assert row.parting.phase is Phase.RESOLVE
    assert isinstance(row.parting.new, dict)
    assert row.parting.new["error"] == "foo 2 needs bar 3"


def test_neither_side_can_be_asked_and_nothing_was_compared() -> None:
    _, pair = ask(lambda *_: Dies(early=True))
    assert (pair.divergences, pair.unreproduced) == ((), ())
    assert [(version, why.phase) for version, why in pair.unasked] == [
        ("1", Phase.START),
        ("2", Phase.START),
    ]
    assert pair.uncompared


def test_one_side_that_the_machine_stopped_compares_nothing() -> None:
    where = house({"foo": ["1", "2"]}, probes=PROBES)
    killed = Failure(phase=Phase.INSTALL, reason=Reason.DISK, message="no space left")
    env_of(where).broken = lambda versions: killed if versions["foo"] == "2" else None
    both = (subject("1"), subject("2"))
    pair = compare(where, both, sides(where, both, PROBES), PROBES)
    assert pair.unasked == (("2", killed),)
    assert pair.uncompared


def test_one_side_that_does_not_start_is_a_divergence_and_compares_enough() -> None:
    _, pair = ask(lambda versions, *_: Dies(early=True) if versions["foo"] == "2" else text("fine"))
    assert [version for version, _ in pair.unasked] == ["2"]
    assert not pair.uncompared


def test_what_breaks_in_a_release_and_itself_is_told_once() -> None:
    looks = (Look(link=Link.PROMPT_IDS, compare="exact"), Look(link=Link.USAGE, compare="exact"))
    probes = tuple(replace(each, looks=looks) for each in PROBES)
    wrong = Says(seen={"prompt_ids": [1, 2], "usage": {"prompt_tokens": 3}})
    where = house({"foo": ["1"]}, lambda *_: wrong, probes=probes)
    both = (subject("1"), subject("1", draw=1))
    pair = compare(where, both, sides(where, both, probes), probes)
    assert [each.probe for _, each in pair.invariants] == [each.name for each in PROBES]
