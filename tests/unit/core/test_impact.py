"""Which answers are carried, from where, and which probes are asked all the same."""

from __future__ import annotations

import pytest

from bot.core.impact import Known, best, moved, sampled
from bot.core.model import Closure, Pin
from bot.core.reach import Reach

PROBES = [f"p{at:03}" for at in range(400)]


def closure(hashes: tuple[str, ...] = (), **versions: str) -> Closure:
    pins = (Pin(name=name, version=version, hashes=hashes) for name, version in versions.items())
    return Closure(pins=tuple(pins))


def known(key: str, at: Closure, idle: str, *probes: str, late: str = "") -> Known:
    reach = Reach(
        idle={name: frozenset({name}) for name in idle},
        late={probe: frozenset(late) for probe in probes},
    )
    return Known(key=key, closure=at, reach=reach)


OLD, NEW = closure(a="1", b="1"), closure(a="1", b="2")


def test_what_moved_is_a_version_or_a_file() -> None:
    assert moved(OLD, NEW) == frozenset("b")
    assert moved(OLD, OLD) == frozenset()
    assert moved(OLD, closure(("sha256:x",), a="1", b="1")) == frozenset("ab")


def test_what_comes_or_goes_reaches_everybody() -> None:
    assert moved(OLD, closure(a="1")) is None
    assert moved(closure(a="1"), OLD) is None
    assert best("c", closure(a="1"), ["p"], [known("k", OLD, "ab", "p")], part=0.1) is None


def test_a_change_within_reach_carries_nothing() -> None:
    assert best("c", NEW, ["p"], [known("k", OLD, "a", "p")], part=0.1) is None
    assert best("c", NEW, ["p"], [known("k", OLD, "ab", "p", late="b")], part=0.1) is None
    assert best("c", NEW, ["q"], [known("k", OLD, "ab", "p")], part=0.1) is None
    assert best("c", OLD, ["p"], [known("k", OLD, "ab", "p")], part=0.1) is None


def test_what_is_doubted_is_within_reach() -> None:
    one = known("k", OLD, "ab", "p")
    assert best("c", NEW, ["p"], [one], part=0.1, doubted={"a"}) is not None
    assert best("c", NEW, ["p"], [one], part=0.1, doubted={"b"}) is None


def test_the_cell_that_carries_most_counts_and_of_equal_ones_the_first() -> None:
    few = known("few", OLD, "ab", "p")
    more = known("more", OLD, "ab", "p", "q")
    also = known("also", OLD, "ab", "p", "q")
    found = best("c", NEW, ["p", "q", "r"], [few, more, also], part=0.001)
    assert found is not None
    assert (found.source, found.moved, set(found.carried)) == ("more", ("b",), {"p", "q"})


@pytest.mark.parametrize("part", [0.001, 0.1, 0.5, 1.0])
def test_the_sample_is_drawn_by_names_and_parts_what_could_be_carried(part: float) -> None:
    found = best("c", NEW, PROBES, [known("k", OLD, "ab", *PROBES)], part=part)
    assert found == best("c", NEW, PROBES, [known("k", OLD, "ab", *PROBES)], part=part)
    assert found is not None
    assert sorted((*found.carried, *found.sampled)) == PROBES
    assert set(found.sampled) == {one for one in PROBES if sampled("c", one, part)}
    if part == 1:
        assert found.carried == ()


def test_another_cell_has_another_sample() -> None:
    mine, other = ({p for p in PROBES if sampled(cell, p, 0.5)} for cell in ("c", "d"))
    assert mine != other


def test_an_offer_is_told_in_a_line() -> None:
    found = best("c", NEW, ["p", "q"], [known("k", OLD, "ab", "p", "q")], part=1)
    assert found is not None
    assert found.words == "b out of reach of 2 probes: 0 carried over, 2 asked anyway"
    then = closure(a="1", b="1", c="1", d="1")
    many = best("c", closure(a="2", b="2", c="2", d="2"), ["p"],
                [known("k", then, "abcd", "p")], part=1)  # fmt: skip
    assert many is not None
    assert many.words.startswith("a, b, c and others out of reach of 1 probes")
