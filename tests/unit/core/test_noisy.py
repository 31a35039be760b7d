"""Explain where answers vary, in small worlds; how often it is right is a property test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from random import Random
from typing import Any

import pytest

from bot.core.explain import Explain
from bot.core.model import Closure, Pin
from bot.core.noise import Rates
from bot.core.outcome import Culprit, Ending, Explanation
from bot.core.trial import Told, Trial

Versions = Mapping[str, str]
Guilty = Callable[[Versions], bool | None]
SURE = Rates(good=0.001, bad=0.999)


def closure(**versions: str) -> Closure:
    return Closure(pins=tuple(Pin(name=name, version=v) for name, v in versions.items()))


GOOD = closure(a="1", b="1", c="1", d="1")
BAD = closure(a="2", b="4", c="2", d="2")
ROADS = {"b": ["1", "2", "3", "4"]}


class World:
    """Every mixture resolves, `drags` aside; a closure for which `guilty` is None cannot be tried.

    `first` is what the first two draws of each end show, where chance must not say: F or -.
    """

    def __init__(
        self,
        guilty: Guilty,
        rates: tuple[float, float],
        *,
        seed: int = 1,
        drags: Callable[[dict[str, str]], None] = lambda _: None,
        first: str = "",
    ) -> None:
        self.guilty, self.rates, self.drags, self.first = guilty, rates, drags, first
        self.chance = Random(seed)
        self.asked: set[Trial] = set()

    def versions(self, trial: Trial) -> dict[str, str]:
        base = GOOD if trial.lean == "good" else BAD
        versions = {**base.versions, **dict(trial.versions)}
        self.drags(versions)
        return versions

    def __call__(self, trial: Trial) -> Told:
        assert trial not in self.asked
        self.asked.add(trial)
        versions = self.versions(trial)
        if not trial.versions and not trial.fresh and self.first:
            word = self.first[trial.draw + 2 * (trial.lean == "bad")]
            return Told(signature="failed: x" if word == "F" else "ok", versions=versions)
        guilty = self.guilty(versions)
        if guilty is None:
            return Told(signature=None, why="no wheel")
        shown = self.chance.random() < self.rates[guilty]
        return Told(signature="failed: x" if shown else "ok", versions=versions)


def run(machine: Explain, ask: Callable[[Trial], Told]) -> Explanation:
    while trials := machine.propose():
        machine.status()
        for trial in trials:
            machine.tell(trial, ask(trial))
    assert machine.result is not None
    return machine.result


def explain(ask: Callable[[Trial], Told], **more: Any) -> Explanation:  # noqa: ANN401
    return run(Explain(good=GOOD, bad=BAD, releases=ROADS, **more), ask)


def from_b3(versions: Versions) -> bool:
    return versions["b"] >= "3"


B3 = (Culprit(package="b", last_good="2", first_bad="3"),)


@pytest.mark.parametrize(
    ("rates", "known"),
    [
        ((0.0, 0.5), None),
        ((0.1, 0.9), None),
        ((0.1, 0.9), Rates(good=0.1, bad=0.9)),
        ((0.0, 0.3), Rates(good=0.0, bad=0.3)),
    ],
)
def test_a_flaky_failure_is_found(rates: tuple[float, float], known: Rates | None) -> None:
    found = explain(World(from_b3, rates, seed=3, first="--F-"), rates=known)
    assert found.culprits == B3
    assert found.ending is Ending.CONCLUSIVE
    assert (found.kind, found.signature) == ("crash", "failed: x")
    assert 0.95 <= found.confidence < 1
    assert "the good end showed it in " in found.why
    assert found.cost.confirm >= 2


def test_told_what_is_likely_meanwhile() -> None:
    machine = Explain(good=GOOD, bad=BAD, releases=ROADS, rates=SURE)
    world = World(from_b3, (0.0, 1.0))
    said = []
    while trials := machine.propose():
        said.append(machine.status())
        for trial in trials:
            machine.tell(trial, world(trial))
    assert any(line.startswith("measuring how often the ends show it") for line in said)
    assert any("each answer by chance, most likely " in line for line in said)
    assert any("b in fresh environments (" in line for line in said)


def test_rates_without_noise_change_nothing() -> None:
    plain = explain(World(from_b3, (0.0, 1.0)))
    assert explain(World(from_b3, (0.0, 1.0)), rates=Rates(good=0.0, bad=1.0)) == plain
    assert plain.cost.ends == 4


@pytest.mark.parametrize("rate", [0.3, 0.5])
def test_one_rate_on_both_sides_is_flaky(rate: float) -> None:
    found = explain(World(from_b3, (rate, rate), seed=5, first="-FF-"))
    assert found.ending is Ending.FLAKY
    assert found.culprits == ()
    assert "nothing tells the ends apart" in found.why
    assert 0.5 <= found.confidence < 1


def test_a_clock_accuses_nobody() -> None:
    clock = count()
    found = explain(lambda _: Told(signature=f"shows {next(clock)}"))
    assert found.ending is Ending.FLAKY
    assert found.cost.ends == 12
    assert found.cost.search == 0


def test_bad_that_shows_something_else_each_time() -> None:
    clock = count()

    def ask(trial: Trial) -> Told:
        versions = {**(GOOD if trial.lean == "good" else BAD).versions, **dict(trial.versions)}
        word = f"shows {next(clock)}" if from_b3(versions) else "shows text"
        return Told(signature=word, versions=versions)

    found = explain(ask)
    assert found.culprits == B3
    assert found.kind == "divergence"


def test_it_works_without_knowing_what_was_installed() -> None:
    world = World(from_b3, (0.1, 0.9), seed=2)
    found = explain(lambda trial: Told(signature=world(trial).signature))
    assert found.culprits == B3
    assert found.moves_with == ()


def test_a_release_that_cannot_be_tried_is_a_gap() -> None:
    found = explain(World(lambda v: None if v["b"] == "3" else v["b"] == "4", (0, 1)), rates=SURE)
    assert found.ending is Ending.INTERVAL
    assert found.culprits == (Culprit(package="b", last_good="2", first_bad="4"),)
    assert found.gaps == ("b==3",)


def couple(versions: dict[str, str]) -> None:
    """`a` and `c` pin each other: one up, both up; one down among bad things, both down."""
    if versions["a"] != versions["c"]:
        others = versions["d"] == "2" and versions["b"] == "4"
        versions |= dict.fromkeys("ac", "1" if others else "2")


@pytest.mark.parametrize(("roots", "head"), [(frozenset("c"), "c"), (frozenset("a"), "a")])
def test_what_moves_together_is_named_by_its_head(roots: frozenset[str], head: str) -> None:
    world = World(lambda v: v["c"] == "2", (0.1, 0.9), drags=couple, seed=4)
    found = explain(world, roots=roots)
    assert found.culprits == (Culprit(package=head, last_good="1", first_bad="2"),)
    assert [each.package for each in found.moves_with] == list({"a", "c"} - {head})


def test_a_version_off_its_road_tells_nothing() -> None:
    def elsewhere(versions: dict[str, str]) -> None:
        if versions["b"] == "3":
            versions["b"] = "3.post1"

    found = explain(World(lambda v: v["b"] >= "3.", (0, 1), drags=elsewhere), rates=SURE)
    assert found.culprits == (Culprit(package="b", last_good="2", first_bad="4"),)


def test_two_that_break_only_together_are_not_named_singly() -> None:
    found = explain(World(lambda v: v["a"] == v["d"] == "2", (0.05, 0.95), seed=9), rates=SURE)
    assert found.ending is Ending.UNEXPLAINED
    assert found.culprits == ()


def test_something_else_does_it_as_well() -> None:
    found = explain(World(lambda v: "2" in (v["a"], v["d"]), (0, 1)), rates=SURE)
    assert found.ending is Ending.UNEXPLAINED
    assert "something else does it as well" in found.why


def test_suspects_are_denied_only_so_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.core.noisy._ROUNDS", 1)
    found = explain(World(lambda v: "2" in (v["a"], v["d"]), (0, 1)), rates=SURE)
    assert found.ending is Ending.UNEXPLAINED
    assert "something else does it as well" in found.why


def test_what_cannot_be_built_again_is_not_named() -> None:
    world = World(from_b3, (0, 1))

    def ask(trial: Trial) -> Told:
        lost = trial.fresh and trial.versions
        return Told(signature=None) if lost else world(trial)

    found = explain(ask, rates=SURE)
    assert found.ending is Ending.UNEXPLAINED
    assert "nothing that can be built confirms b" in found.why


def test_fresh_environments_that_say_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.core.noisy._CONFIRM", 2)
    found = explain(World(from_b3, (0.4, 0.9), seed=1), rates=Rates(good=0.4, bad=0.9))
    assert found.ending is Ending.UNEXPLAINED
    assert "fresh environments could not decide about b" in found.why


def test_a_search_that_does_not_end_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.core.noisy.PATIENCE", 2)
    found = explain(World(from_b3, (0, 1), seed=1), rates=SURE)
    assert found.ending is Ending.UNEXPLAINED
    assert found.cost.search == 2
    assert found.why.startswith("the answers fit no single upgrade; the good end showed it in 0 of")


def test_a_word_that_no_end_says_is_no_answer() -> None:
    """One fresh environment in three crashes of its own."""
    world = World(from_b3, (0.0, 0.8), seed=2, first="--F-")

    def ask(trial: Trial) -> Told:
        told = world(trial)
        odd = trial.fresh and trial.versions and trial.draw % 3 == 1
        return Told(signature="failed: y", versions=told.versions) if odd else told

    assert explain(ask).culprits == B3


def test_nothing_between_the_ends_can_be_tried() -> None:
    ends = [GOOD.versions, BAD.versions]
    found = explain(World(lambda v: from_b3(v) if v in ends else None, (0, 1)), rates=SURE)
    assert found.ending is Ending.UNEXPLAINED


def test_nothing_moved_and_it_varies() -> None:
    machine = Explain(good=GOOD, bad=GOOD, releases={}, rates=SURE)
    found = run(machine, lambda trial: Told(signature=trial.lean))
    assert found.ending is Ending.UNEXPLAINED
    assert "the two closures are the same" in found.why


def test_a_root_that_appears() -> None:
    good, bad = closure(a="1"), closure(a="2", extra="3")
    machine = Explain(good=good, bad=bad, releases={}, roots=frozenset({"extra", "a"}), rates=SURE)

    def ask(trial: Trial) -> Told:
        versions = {**(good if trial.lean == "good" else bad).versions, **dict(trial.versions)}
        return Told(signature="odd" if "extra" in versions else "ok", versions=versions)

    found = run(machine, ask)
    assert found.culprits == (Culprit(package="extra", last_good="", first_bad="3"),)


def test_ends_that_repeated_themselves_by_luck() -> None:
    """Both ends say the same twice; that the answers vary is seen at last, and then measured."""
    told = [explain(World(from_b3, (0.0, 0.8), seed=at, first="--FF")) for at in range(60)]
    seen = [found for found in told if found.cost.ends > 4]
    assert len(seen) > 5
    assert {found.culprits for found in seen} == {B3}
