"""How far the numbers of a cell lie from its baseline's."""

from __future__ import annotations

from collections.abc import Mapping

from bot import pipeline
from bot.core.model import Json, Link, Look
from bot.steps.drifting import drift
from bot.steps.house import House
from bot.steps.verdicts import planned_of, rule
from tests.unit.steps.fakes import house, probe
from tests.unit.steps.rooms import Answer, Says

LOOKS = (Look(link=Link.LOGPROBS, compare="exact"),)


def ran(link: str = "logprobs", looks: tuple[Look, ...] = LOOKS) -> House:
    def guest(versions: Mapping[str, str], _name: str, _request: Json) -> Answer:
        told: Json = [{"id": 1, "logprob": -float(versions["e"])}]
        return Says(seen={link: told})

    home = house({"e": ["1", "2", "2.5"]}, guest, probes=(probe("p", looks=looks), probe("q")))
    pipeline.watch(home)
    pipeline.plan(home)
    pipeline.execute(home)
    return home


def drifts(home: House) -> dict[str, float | None]:
    ruled = rule(home)
    return {
        each.trigger: drift(home, each, [one for one in ruled if one.planned is each])
        for each in planned_of(home)
    }


def test_each_release_has_its_distance_and_the_baseline_none() -> None:
    found = {"baseline": None, "e==2": 1.0, "e==2.5": 1.5, "newest": 1.5}
    assert drifts(ran()) == found


def test_what_was_not_looked_at_or_not_shown_has_none() -> None:
    assert set(drifts(ran(looks=())).values()) == {None}
    assert set(drifts(ran(link="text")).values()) == {None}
