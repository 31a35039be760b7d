"""One release against what must hold: goldens, invariants row by row, and whether it starts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.model import Json, Link, Look, Phase
from bot.steps.differ import Subject, sides
from bot.steps.single import Checked, check
from tests.unit.steps.fakes import cell_of, house, probe
from tests.unit.steps.rooms import Dies, Guest, Says, text

PROBES = tuple(probe(f"family/{name}") for name in "abcdef")


def told(guest: Guest, *looks: Look) -> Checked:
    probes = tuple(replace(each, looks=looks or each.looks) for each in PROBES)
    where = house({"foo": ["1"]}, guest, probes=probes)
    one = Subject(version="1", cell=cell_of(foo="1"), guests=[])
    return check(where, one, sides(where, (one,), probes)[one], probes)


@pytest.mark.parametrize(("said", "kinds"), [("fine", []), ("wrong", ["golden"])])
def test_one_release_is_held_against_its_goldens(said: str, kinds: list[str]) -> None:
    golden = Look(link=Link.TEXT, compare="exact", absolute=True, golden="fine")
    found = told(lambda *_: text(said), golden)
    assert [each.kind for each in found.broken] == kinds
    assert all(len(each.probes) == len(PROBES) for each in found.broken)


def test_an_invariant_is_one_row_with_all_its_probes() -> None:
    links = (Link.PROMPT_IDS, Link.USAGE)
    seen: dict[str, Json] = {"prompt_ids": [1, 2], "usage": {"prompt_tokens": 3}}
    looks = (Look(link=link, compare="exact") for link in links)
    (wrong,) = told(lambda *_: Says(seen=seen), *looks).broken
    assert (wrong.kind, wrong.link) == ("invariant", Link.USAGE)
    assert wrong.probes == tuple(each.name for each in PROBES)
    assert wrong.signature == "family: invariant: prompt tokens are counted"


def test_one_release_that_does_not_start_says_so() -> None:
    (wrong,) = told(lambda *_: Dies(early=True)).broken
    assert (wrong.phase, wrong.kind) == (Phase.START, "failure")
    assert wrong.seen == {"error": "died of SIGSEGV", "phase": "start", "reason": "crash"}
