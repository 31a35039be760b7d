"""The search asks no trial twice, tries again what the machine spoiled, and names what it saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.core.carried import Carried
from bot.core.facts import CellDone, Observed, Tried
from bot.core.finding import Flip, Group, group
from bot.core.model import Failure, Json, Link, Observation, Phase, Reason
from bot.core.outcome import Ending, Failed, Passed, Verdict
from bot.core.trial import Trial
from bot.errors import SourceError
from bot.steps.house import House
from bot.steps.search import RETRIES, Ends, asked_of, attempt, explain_group, named
from tests.unit.steps.fakes import (
    FakeSolver,
    FakeSource,
    bodies,
    cell_of,
    closure,
    env_of,
    house,
    probe,
)
from tests.unit.steps.rooms import Answer, Fails, FakeEnv, Guest, text

INDEX = {"e": ["1", "2", "3", "4"], "c": ["1", "2"]}
PROBE = probe("p")
FINE = Observation(probe="p", seen=((Link.TEXT, "fine"),))
BROKEN = Observation(probe="p", seen=((Link.TEXT, "broken!"),))
ENDS = Ends(good=FINE, bad=BROKEN)
TRIAL = Trial(versions=(("e", "3"),), lean="good")


def breaks_from_3(versions: Mapping[str, str], _name: str, _request: Json) -> Answer:
    return text("broken!" if int(versions["e"]) >= 3 else "fine")


def cause(*, e: str = "4", c: str = "2") -> Group:
    flip = Flip(
        row="row",
        trigger=f"e=={e}",
        cell=cell_of(e=e, c=c),
        baseline=cell_of(e="1", c="1"),
        probe=PROBE,
        verdict=Verdict.REGRESSED,
        before=Passed(),
        after=Failed(phase=Phase.PROBE, reason=Reason.EXCEPTION, message="x"),
    )
    return group([flip])[0]


def home_of(guest: Guest) -> House:
    return house(INDEX, guest, probes=(PROBE,))


def test_a_culprit_is_named_with_its_interval() -> None:
    found = explain_group(home_of(breaks_from_3), cause(), ENDS)
    assert found.ending is Ending.CONCLUSIVE
    assert [(one.package, one.last_good, one.first_bad) for one in found.culprits] == [
        ("e", "2", "3")
    ]


@pytest.mark.parametrize("carried", [False, True])
def test_an_end_that_was_carried_over_is_asked_itself(*, carried: bool) -> None:
    home, group = home_of(breaks_from_3), cause()
    key, digest = group.plainest.broken.key, PROBE.digest
    seen = Observed(cell=key, probe=digest, sequence="carried", observation=BROKEN)
    told = Carried(cell=key, source="x", moved=("c",), probes=(digest,), since=1)
    done = CellDone(cell=key, environment="fake", seconds=1)
    for body in (seen, told, done) if carried else (seen, done):
        home.tell(body, job=key)
    found = attempt(home, group, ENDS, Trial(versions=(), lean="bad"))
    assert found.signature is not None
    assert len(env_of(home).talks) == int(carried)


def test_an_interrupted_search_asks_nothing_twice() -> None:
    home = home_of(breaks_from_3)
    whole = explain_group(home, cause(), ENDS)
    talks = len(env_of(home).talks)
    assert explain_group(home, cause(), ENDS) == whole
    assert len(env_of(home).talks) == talks
    tried = [body for body in bodies(home) if isinstance(body, Tried)]
    assert len({body.trial for body in tried}) == len(tried) == talks


@pytest.mark.parametrize(("since", "accused"), [("1", []), ("3", ["e"])])
def test_what_worked_in_an_earlier_run_is_replayed_first(since: str, accused: list[str]) -> None:
    def guest(versions: Mapping[str, str], _name: str, _request: Json) -> Answer:
        return text("broken!" if int(versions["e"]) >= int(since) else "fine")

    home = home_of(guest)
    home.memory.executed[0].add(cell_of(e="1", c="1").key)
    found = explain_group(replace(home, run=1), cause(), ENDS)
    assert [one.package for one in found.culprits] == accused
    assert (found.ending is Ending.HORIZON) == (not accused)
    assert ("worked in run 0" in found.why) == (not accused)


def test_a_silent_source_names_no_releases_and_the_search_goes_on() -> None:
    home = home_of(breaks_from_3)
    deaf = FakeSource(index=INDEX, silent=dict.fromkeys(INDEX, SourceError("down")))
    found = explain_group(replace(home, sources={"pypi": deaf}), cause(), ENDS)
    assert [one.package for one in found.culprits] == ["e"]
    assert [(one.last_good, one.first_bad) for one in found.culprits] == [("1", "4")]


def test_what_the_machine_spoiled_is_tried_again_in_a_fresh_room() -> None:
    spoiled = [Fails(reason="network")] * RETRIES

    def guest(versions: Mapping[str, str], name: str, request: Json) -> Answer:
        return spoiled.pop() if spoiled else breaks_from_3(versions, name, request)

    home = home_of(guest)
    assert attempt(home, cause(), ENDS, TRIAL).signature == "diverged:text:value of 7"
    assert env_of(home).fresh == [False, True, True]


def test_what_the_machine_keeps_spoiling_says_nothing() -> None:
    home = home_of(lambda *_: Fails(reason="network", message="no route"))
    told = attempt(home, cause(), ENDS, TRIAL)
    assert (told.signature, told.why) == (None, "no route")
    assert len(env_of(home).talks) == 1 + RETRIES


def test_what_has_no_closure_says_why_and_asks_nobody() -> None:
    home = home_of(breaks_from_3)
    stubborn = FakeSolver(index=INDEX, conflicts=lambda _: "e needs c<1")
    told = attempt(replace(home, solver=stubborn), cause(), ENDS, TRIAL)
    assert (told.signature, told.why) == (None, "e needs c<1")
    assert env_of(home).talks == []


def test_what_cannot_be_installed_says_nothing() -> None:
    home = home_of(breaks_from_3)
    broken = Failure(phase=Phase.INSTALL, reason=Reason.NOT_INSTALLABLE, message="no wheel")
    env = FakeEnv(guest=breaks_from_3, broken=lambda _: broken)
    told = attempt(replace(home, env=env), cause(), ENDS, TRIAL)
    assert (told.signature, told.why) == (None, "no wheel")


def failed(phase: Phase, reason: Reason, message: str = "") -> Observation:
    return Observation(probe="p", failure=Failure(phase=phase, reason=reason, message=message))


@pytest.mark.parametrize(
    ("seen", "sign"),
    [
        (FINE, "good"),
        (BROKEN, "diverged:text:value of 7"),
        (replace(BROKEN, seen=((Link.TEXT, "else"),)), "other:diverged:text:value of 4"),
        (failed(Phase.PROBE, Reason.EXCEPTION, "E: x"), "other:failed:probe:exception:E: x"),
        (failed(Phase.PROBE, Reason.KILLED), None),
        (failed(Phase.INSTALL, Reason.NOT_INSTALLABLE), None),
        (failed(Phase.START, Reason.CRASH, "died of SIGILL"), None),
    ],
)
def test_a_trial_is_like_the_good_end_like_the_bad_one_or_its_own(
    seen: Observation, sign: str | None
) -> None:
    assert named(home_of(breaks_from_3), PROBE, seen, ENDS) == sign


def test_a_trial_pins_itself_and_leaves_the_roots_to_their_end() -> None:
    home = home_of(breaks_from_3)
    flip = cause().plainest
    asked = asked_of(home, flip, TRIAL)
    assert asked.pins == ("e==3", "c")
    assert asked.prefer == closure(e="1", c="1")
    assert asked_of(home, flip, replace(TRIAL, lean="bad")).prefer == closure(e="4", c="2")
