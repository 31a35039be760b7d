"""Nothing is carried that would have been another answer; a lie is found at the stated rate.

A world is a closure, probes that each read some of its packages, and an upgrade. A process has
loaded whatever its probes read so far; a sound analysis sees all of that. A planted one does not
see one package, which some of the probes read all the same.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.impact import Known, Offer, best
from bot.core.model import Closure, Pin
from bot.core.reach import Reach, together

SEEDS = 1200
SURE = 1e-6  # how unlikely a count may be before it is no chance any more


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Packages, what each probe reads of them, and those that are upgraded."""

    packages: tuple[str, ...]
    reads: Mapping[str, frozenset[str]]
    moved: frozenset[str]
    seed: int
    hidden: str = ""  # a package that is read and not seen

    def closure(self, *, after: bool) -> Closure:
        pins = (
            Pin(name=name, version="2" if after and name in self.moved else "1")
            for name in self.packages
        )
        return Closure(pins=tuple(pins))

    def answer(self, probe: str, *, after: bool) -> tuple[str, ...]:
        """What a probe shows: the version of everything that it reads."""
        at = self.closure(after=after)
        return tuple(f"{name} {at.version(name)}" for name in sorted(self.reads[probe]))

    def reach(self) -> Reach:
        """What two shuffled sequences did not reach, as far as it is seen."""
        told = []
        for sequence in "ab":
            order = sorted(self.reads)
            random.Random(f"{self.seed} {sequence}").shuffle(order)
            loaded: set[str] = set()
            late = {}
            for probe in order:
                loaded |= self.reads[probe] - {self.hidden}
                late[probe] = frozenset(loaded)
            idle = {name: frozenset({name}) for name in self.packages}
            told.append(Reach(idle=idle, late=late))
        found = together(told)
        assert found is not None
        return found

    def offer(self, part: float) -> Offer | None:
        known = Known(key="old", closure=self.closure(after=False), reach=self.reach())
        cell = f"cell {self.seed}"
        return best(cell, self.closure(after=True), sorted(self.reads), [known], part=part)


NAMES = tuple("abcdefgh")
READS = st.dictionaries(
    st.integers(0, 99).map(lambda at: f"p{at}"), st.frozensets(st.sampled_from(NAMES)), min_size=1
)


@settings(deadline=None)
@given(READS, st.frozensets(st.sampled_from(NAMES), min_size=1), st.integers(0, 9), st.floats(0, 1))
def test_what_is_carried_is_what_would_have_been_seen(
    reads: dict[str, frozenset[str]], moved: frozenset[str], seed: int, part: float
) -> None:
    world = World(packages=NAMES, reads=reads, moved=moved, seed=seed)
    offer = world.offer(part)
    if not any(moved & each for each in reads.values()):
        assert offer is not None
        assert sorted((*offer.carried, *offer.sampled)) == sorted(reads)
    for probe in (*offer.carried, *offer.sampled) if offer else ():
        assert world.answer(probe, after=True) == world.answer(probe, after=False)


def planted(seed: int, probes: int, affected: int) -> World:
    """Return a world whose upgrade changes the answers of `affected` probes unseen."""
    draw = random.Random(seed)
    names = [f"p{at}" for at in range(probes)]
    odd = set(draw.sample(names, affected))
    reads = {
        name: frozenset(draw.sample(NAMES[1:], 3)) | ({NAMES[0]} if name in odd else set())
        for name in names
    }
    return World(
        packages=NAMES, reads=reads, moved=frozenset({NAMES[0]}), seed=seed, hidden=NAMES[0]
    )


def caught(world: World, part: float) -> bool:
    """Whether a probe that was asked anyway shows something else."""
    offer = world.offer(part)
    assert offer is not None
    assert len(offer.carried) + len(offer.sampled) == len(world.reads)
    return any(
        world.answer(one, after=True) != world.answer(one, after=False) for one in offer.sampled
    )


def chance(hits: int, total: int, rate: float) -> float:
    """Return how likely a count as far out as `hits` is: the smaller tail of the binomial law."""
    terms = [
        math.exp(
            math.lgamma(total + 1)
            - math.lgamma(k + 1)
            - math.lgamma(total - k + 1)
            + k * math.log(rate)
            + (total - k) * math.log1p(-rate)
        )
        for k in range(total + 1)
    ]
    return min(math.fsum(terms[: hits + 1]), math.fsum(terms[hits:]))


@pytest.mark.parametrize(("part", "affected"), [(0.1, 1), (0.1, 5), (0.3, 2), (0.02, 10)])
def test_a_hidden_influence_is_caught_at_the_stated_rate(part: float, affected: int) -> None:
    hits = sum(caught(planted(seed, 20, affected), part) for seed in range(SEEDS))
    rate = 1 - (1 - part) ** affected
    assert chance(hits, SEEDS, rate) > SURE, f"{hits} of {SEEDS}, and {rate:.3f} were stated"


def test_a_sample_that_is_not_drawn_as_stated_would_be_noticed() -> None:
    hits = sum(caught(planted(seed, 20, 1), 0.05) for seed in range(SEEDS))
    assert chance(hits, SEEDS, 0.1) < SURE


def test_whoever_asks_everything_catches_everything() -> None:
    assert all(caught(planted(seed, 5, 1), 1.0) for seed in range(20))
