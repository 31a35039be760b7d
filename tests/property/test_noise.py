"""Where answers vary, the named upgrade is the planted one, at a price near Burnashev's bound."""

from __future__ import annotations

from random import Random
from statistics import mean

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.explain import Explain
from bot.core.noise import Rates
from bot.core.outcome import Ending, Explanation
from bot.core.trial import Told, Trial
from tests.property.test_explain import heads, interval, worlds
from tests.property.worlds import BAD, GOOD, World

SOME = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
SURE = Rates(good=1e-4, bad=1 - 1e-4)
ERROR = 0.05


def noisy(world: World, rates: Rates, chance: Random, trial: Trial) -> Told:
    told = world.answer(trial)
    if told.signature is None:
        return told
    shown = chance.random() < (rates.bad if told.signature == BAD else rates.good)
    return Told(signature=BAD if shown else GOOD, versions=told.versions)


def explain(world: World, rates: Rates, seed: int, *, told: Rates | None) -> Explanation:
    machine = Explain(
        good=world.good,
        bad=world.bad,
        releases=world.releases,
        requires=world.requires,
        rates=told,
        error=ERROR,
    )
    chance = Random(seed)
    while trials := machine.propose():
        for trial in trials:
            machine.tell(trial, noisy(world, rates, chance, trial))
    assert machine.result is not None
    return machine.result


@SOME
@given(worlds(guilty=1, coupled=True))
def test_without_noise_it_finds_what_was_planted(world: World) -> None:
    """Couples, gaps, followers that move halfway: somebody else is named never."""
    found = explain(world, Rates(good=0, bad=1), 0, told=SURE)
    if found.ending is Ending.UNEXPLAINED:
        return
    assert tuple(culprit.package for culprit in found.culprits) == heads(world), found.why
    (culprit,) = found.culprits
    low, high, gap = interval(world, culprit.package, heads(world))
    assert (culprit.last_good, culprit.first_bad) == (low, high)
    assert sorted(found.gaps) == sorted(gap)


def right(world: World, found: Explanation) -> bool:
    (name,) = world.flips
    want = [(name, f"1.{world.flips[name] - 1}", f"1.{world.flips[name]}")]
    return [(c.package, c.last_good, c.first_bad) for c in found.culprits] == want


def drawn(seed: int) -> World:
    chance = Random(seed)
    tops = {f"p{at}": 4 for at in range(8)}
    return World(tops=tops, flips={chance.choice(list(tops)): chance.randint(1, 4)})


def never_twice(world: World, rates: Rates, seed: int, *, told: Rates | None) -> Explanation:
    """A saboteur: whatever a closure showed first, it shows always."""
    machine = Explain(good=world.good, bad=world.bad, releases=world.releases)
    chance = Random(seed)
    assert told
    known: dict[object, Told] = {"good": Told(signature=GOOD), "bad": Told(signature=BAD)}
    while trials := machine.propose():
        for trial in trials:
            said = noisy(world, rates, chance, trial)
            key = tuple(sorted(said.versions.items())) if trial.versions else trial.lean
            machine.tell(trial, known.setdefault(key, said))
    assert machine.result is not None
    return machine.result


@pytest.mark.parametrize("rates", [Rates(good=0.1, bad=0.9), Rates(good=0, bad=0.5)])
def test_known_rates_are_searched_near_the_bound(rates: Rates) -> None:
    found = {seed: explain(drawn(seed), rates, seed, told=rates) for seed in range(60)}
    good = [right(drawn(seed), one) for seed, one in found.items()]
    assert mean(good) >= 0.95
    assert sum(bool(one.culprits) for one in found.values()) - sum(good) <= 1
    assert mean(one.cost.search for one in found.values()) <= 1.05 * rates.bound(32, ERROR)
    fault = [
        right(drawn(seed), never_twice(drawn(seed), rates, seed, told=rates)) for seed in found
    ]
    assert mean(fault) < 0.95


@pytest.mark.parametrize("rates", [Rates(good=0.1, bad=0.9), Rates(good=0, bad=0.5)])
def test_unknown_rates_are_measured(rates: Rates) -> None:
    found = {seed: explain(drawn(seed), rates, seed, told=None) for seed in range(120)}
    measured = {seed: one for seed, one in found.items() if one.cost.ends > 4}
    assert len(measured) > 30
    good = [right(drawn(seed), one) for seed, one in measured.items()]
    assert mean(good) >= 0.95
    named = sum(bool(one.culprits) for one in measured.values())
    assert named - sum(good) <= ERROR * named
    assert mean(one.cost.search for one in measured.values()) <= 1.5 * rates.bound(32, ERROR)


@settings(SOME, max_examples=40)
@given(worlds(guilty=1), st.sampled_from([0.2, 0.4, 0.7]), st.integers(0, 999))
def test_one_rate_on_both_sides_accuses_nobody(world: World, rate: float, seed: int) -> None:
    """Told to search all the same, by rates that are not true."""
    chance = Random(seed)
    machine = Explain(
        good=world.good, bad=world.bad, releases=world.releases, rates=Rates(good=0.1, bad=0.9)
    )
    while trials := machine.propose():
        for trial in trials:
            word = BAD if chance.random() < rate else GOOD
            machine.tell(trial, Told(signature=word, versions=world.answer(trial).versions))
    assert machine.result is not None
    assert machine.result.culprits == ()


@settings(SOME, max_examples=40)
@given(worlds(guilty=1, coupled=True), st.randoms(use_true_random=False))
def test_any_answers_end(world: World, chance: Random) -> None:
    """A liar gets an ending too, and no question twice."""
    machine = Explain(good=world.good, bad=world.bad, releases=world.releases, rates=SURE)
    seen: set[Trial] = set()
    while trials := machine.propose():
        for trial in trials:
            assert trial not in seen
            seen.add(trial)
            at = {name: f"1.{chance.randint(0, top)}" for name, top in world.tops.items()}
            said = chance.choice([GOOD, BAD, BAD, "failed: bang", None])
            machine.tell(trial, Told(signature=said, versions={**at, **dict(trial.versions)}))
        machine.status()
    assert machine.result is not None
