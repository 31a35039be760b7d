"""The two fresh trials that anyone is named by.

Both ways: the culprit alone, at the first version that shows it, among good things shows it; good
again, among bad things, it does not. A mixture that cannot exist says neither, so each way is a
ladder of mixtures that would do, the strongest first.

>>> Confirmed(held=False, why="something else does it as well").held
False
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.core.bounds import Guilty
from bot.core.roads import Roads, Span
from bot.core.steps import Asking, Record, Steps
from bot.core.trial import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One mixture that would confirm: what it must show, and what would contradict."""

    trial: Trial
    shows: str
    denies: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """Whether both ways held; `why` says what did not, or how far it did.

    `others` says that it shows without the accused as well.
    """

    held: bool
    why: str = ""
    others: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Accused:
    """Who flips the outcome, where each of them turns, and whether that was confirmed."""

    guilty: Guilty
    spans: tuple[Span, ...]
    confirmed: Confirmed


@dataclass(slots=True, kw_only=True)
class Witness:
    """Asks about packages that the search found guilty; `good` and `bad` are signatures."""

    steps: Steps
    record: Record
    good: str
    bad: str
    roads: Roads

    def spans(self, guilty: Guilty) -> Asking[list[Span]]:
        """Bisect the releases of each culprit with the others at bad."""
        spans: list[Span] = []
        for group in guilty.groups:
            span = yield from self.roads.span(group[0], self._others(group, guilty))
            spans.append((yield from self._deeper(group, span, guilty)))
        return spans

    def _others(self, group: Sequence[str], guilty: Guilty) -> set[str]:
        return set(guilty.heads) - set(group)

    def _deeper(self, group: Sequence[str], span: Span, guilty: Guilty) -> Asking[Span]:
        """Return the span of a follower that turns by itself, else the head's own `span`.

        A couple that moves together hides which of the two did it only between the ends: where
        a step of the head drags a follower over several releases, those may tell them apart.
        """
        others = self._others(group, guilty)
        for name in group[1:]:
            sides = yield from self._dragged(name, span, others)
            if not self._leaps(name, sides):
                continue
            inner = yield from self.roads.span(name, others)
            before, after = yield from self._dragged(span.package, inner, others)
            if before and before == after:
                return inner
        return span

    def _leaps(self, name: str, sides: Sequence[str]) -> bool:
        """Whether `name` moves by more than one release between two of its versions."""
        road = self.steps.roads.get(name, ())
        places = [road.index(side) for side in sides if side in road]
        return len(places) == len(sides) and places[1] - places[0] > 1

    def _dragged(self, other: str, span: Span, others: Collection[str]) -> Asking[tuple[str, str]]:
        """Return the versions of `other` that come with either side of `span`, as far as known."""
        before = yield from self._beside(other, span.package, span.last_good, others)
        after = yield from self._beside(other, span.package, span.first_bad, others)
        return before, after

    def _beside(
        self, other: str, package: str, version: str, others: Collection[str]
    ) -> Asking[str]:
        """Return the version of `other` among good things with `package` at `version`."""
        pins = {**{name: self.steps.bad[name] for name in others}, package: version}
        if pins == {package: self.steps.good[package]}:
            return self.steps.good.get(other, "")
        for trial, told in self.record.told.items():
            asked = dict(trial.versions) if trial.lean == "good" and told.signature else {}
            if pins.items() <= asked.items() and other not in asked:
                return told.versions.get(other, "")
        trial = Trial(versions=tuple(sorted(pins.items())), lean="good")
        (told,) = yield from self.record.ask("search", trial)
        return told.versions.get(other, "")

    def _alone(self, guilty: Guilty, spans: Sequence[Span]) -> list[Rung]:
        """Return the ladder for "the culprits alone show it"."""
        rungs = [
            Rung(trial=self.steps.trial(up, fresh=True), shows=self.bad, denies=self.good)
            for up in (guilty.pins, guilty.upper)
        ]
        if len(spans) == 1:
            (span,) = spans
            trial = self.roads.alone(span)
            rungs.insert(0, Rung(trial=trial, shows=span.signature, denies=self.good))
        return rungs

    def _without(self, guilty: Guilty, spans: Sequence[Span]) -> list[Rung]:
        """Return the ladder for "everything but the culprits does not show it"."""
        others = set(self.steps.order) - {name for group in guilty.groups for name in group}
        trials = []
        if all(span.last_good for span in spans):
            last = tuple(sorted((span.package, span.last_good) for span in spans))
            trials = [self.roads.back(span.package for span in spans)]
            trials += [Trial(versions=last, lean="bad", fresh=True)]
        trials += [self.steps.trial(others, fresh=True), self._most(spans)]
        return [Rung(trial=trial, shows=self.good, denies=self.bad) for trial in trials]

    def _most(self, spans: Sequence[Span]) -> Trial:
        """Return the largest mixture that was seen to be good with every culprit at a good release.

        The culprits are back, though perhaps not all the way.
        """
        good = [
            trial.versions
            for trial, told in self.record.told.items()
            if told.signature == self.good and trial.lean == "good"
        ]
        without = [pins for pins in good if all(self._back(span, dict(pins)) for span in spans)]
        most = max(without, key=lambda pins: (len(pins), pins), default=())
        return Trial(versions=most, lean="good", fresh=True)

    def _back(self, span: Span, pins: Mapping[str, str]) -> bool:
        """Whether a culprit is at a release that was seen to be good."""
        road = self.steps.roads[span.package]
        return pins.get(span.package, road[0]) in road[: road.index(span.last_good) + 1]

    def confirm(self, guilty: Guilty, spans: Sequence[Span]) -> Asking[Confirmed]:
        """Climb both ladders side by side, in freshly built environments."""
        ways = [self._alone(guilty, spans), self._without(guilty, spans)]
        names = " and ".join(guilty.heads)
        denied = (
            f"{names} alone did not show it again in a fresh environment",
            f"it still shows with {names} back at good: something else does it as well",
        )
        held = [False, False]
        why = ""
        weakest = ways[1][-1].trial
        while not all(held):
            asked = [at for at, way in enumerate(ways) if not held[at]]
            if not all(ways[at] for at in asked):
                return Confirmed(held=False, why=f"nothing that can be built confirms {names}")
            rungs = [ways[at].pop(0) for at in asked]
            said = yield from self.record.ask("confirm", *(rung.trial for rung in rungs))
            for at, rung, told in zip(asked, rungs, said, strict=True):
                if at and self.steps.closed(told) & set(guilty.heads):
                    continue  # what is up was dragged up: this mixture is not what was asked
                if told.signature == rung.denies:
                    return Confirmed(held=False, why=denied[at], others=bool(at))
                held[at] = told.signature == rung.shows
                if at and rung.trial == weakest:
                    most = len({name for name, _ in weakest.versions} - set(guilty.heads))
                    others = f"{most} other upgrade{'s' * (most != 1)}"
                    why = f"beside {names} at good, at most {others} could be tried"
        return Confirmed(held=True, why=why)
