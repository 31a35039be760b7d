"""From a guilty package to its interval, and the two fresh trials that anyone is named by.

Both ways: the culprit alone, at the first version that shows it, among good things shows it; good
again, among bad things, it does not. A mixture that cannot exist says neither, so each way is a
ladder of mixtures that would do, the strongest first.

>>> Span(package="httpx", last_good="0.27.2", first_bad="0.28.0", signature="boom").single
True
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.bisect import Answer, Bisect
from bot.core.steps import Asking, Record, Steps
from bot.core.subset import Guilty
from bot.core.trial import Told, Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where one package turns: (last_good, first_bad], the gap inside, what first_bad shows."""

    package: str
    last_good: str
    first_bad: str
    signature: str
    gap: tuple[str, ...] = ()

    @property
    def single(self) -> bool:
        """Whether the interval is a single step: nothing untried lies inside."""
        return not self.gap


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


@dataclass(slots=True, kw_only=True)
class Witness:
    """Asks about packages that the search found guilty; `good` and `bad` are signatures."""

    steps: Steps
    record: Record
    good: str
    bad: str
    bisect: Bisect | None = None

    def _release(self, pins: dict[str, str]) -> Asking[Told | None]:
        """Ask exact versions among good things, or among bad ones where that cannot be."""
        versions = tuple(sorted(pins.items()))
        for trial in (Trial(versions=versions, lean="good"), Trial(versions=versions, lean="bad")):
            (told,) = yield from self.record.ask("search", trial)
            kept = not told.versions or pins.items() <= told.versions.items()
            if told.signature is not None and kept:
                return told
        return None

    def span(self, package: str, guilty: Guilty) -> Asking[Span]:
        """Bisect the releases of `package` with the other culprits at bad."""
        return (yield from self._walk(package, self._others(package, guilty)))

    def _others(self, package: str, guilty: Guilty) -> dict[str, str]:
        """Return the other culprits at bad: those of the group of `package` are none."""
        return {
            group[0]: self.steps.bad[group[0]] for group in guilty.groups if package not in group
        }

    def _walk(self, package: str, others: dict[str, str]) -> Asking[Span]:
        self.bisect = bisect = Bisect(self.steps.roads[package])
        shown: dict[str, str] = {}
        while (version := bisect.propose()) is not None:
            told = yield from self._release({**others, package: version})
            answer = Answer.UNKNOWN
            if told is not None and told.signature is not None:
                shown[version] = told.signature
                answer = Answer.GOOD if told.signature == self.good else Answer.BAD
            bisect.tell(version, answer)
        low, high, gap = bisect.result
        signature = shown.get(high, self.bad)
        return Span(package=package, last_good=low, first_bad=high, signature=signature, gap=gap)

    def deeper(self, group: Sequence[str], span: Span, guilty: Guilty) -> Asking[Span]:
        """Return the span of a follower that turns by itself, else the head's own `span`.

        A couple that moves together hides which of the two did it only between the ends: where
        a step of the head drags a follower over several releases, those may tell them apart.
        """
        for name in group[1:]:
            if not self._leaps(name, span, guilty):
                continue
            inner = yield from self._walk(name, self._others(name, guilty))
            sides = [self._beside(inner, at, guilty) for at in (inner.last_good, inner.first_bad)]
            stood, now = (side.get(span.package) for side in sides)
            if stood and stood == now:
                return inner
        return span

    def _leaps(self, name: str, span: Span, guilty: Guilty) -> bool:
        """Whether `name` moves by more than one release where the package of `span` turns."""
        road = self.steps.roads.get(name, ())
        sides = [self._beside(span, at, guilty) for at in (span.last_good, span.first_bad)]
        places = [road.index(side[name]) for side in sides if side.get(name) in road]
        return len(places) == len(sides) and places[1] - places[0] > 1

    def _beside(self, span: Span, version: str, guilty: Guilty) -> Mapping[str, str]:
        """Return what was installed with one version of the package of `span`, as far as known."""
        others = self._others(span.package, guilty)
        pins = tuple(sorted({**others, span.package: version}.items()))
        for trial in (Trial(versions=pins, lean="good"), Trial(versions=pins, lean="bad")):
            told = self.record.told.get(trial)
            if told is not None and told.signature is not None:
                return told.versions
        if version == self.steps.bad[span.package]:
            return guilty.told.versions
        return {} if others else self.steps.good

    def _alone(self, guilty: Guilty, spans: Sequence[Span]) -> list[Rung]:
        """Return the ladder for "the culprits alone show it"."""
        rungs = [
            Rung(trial=self.steps.trial(up, fresh=True), shows=self.bad, denies=self.good)
            for up in (guilty.pins, guilty.upper)
        ]
        if len(spans) == 1:
            (span,) = spans
            pins = ((span.package, span.first_bad),)
            trial = Trial(versions=pins, lean="good", fresh=True)
            rungs.insert(0, Rung(trial=trial, shows=span.signature, denies=self.good))
        return rungs

    def _without(self, guilty: Guilty, spans: Sequence[Span]) -> list[Rung]:
        """Return the ladder for "everything but the culprits does not show it"."""
        others = set(self.steps.order) - {name for group in guilty.groups for name in group}
        trials = []
        if all(span.last_good for span in spans):
            back = tuple(sorted((span.package, self.steps.good[span.package]) for span in spans))
            last = tuple(sorted((span.package, span.last_good) for span in spans))
            trials = [Trial(versions=pins, lean="bad", fresh=True) for pins in (back, last)]
        trials += [self.steps.trial(up, fresh=True) for up in (others, self._most(guilty))]
        return [Rung(trial=trial, shows=self.good, denies=self.bad) for trial in trials]

    def _most(self, guilty: Guilty) -> frozenset[str]:
        """Return the largest mixture without the culprits that was seen to be good."""
        good = [
            frozenset(name for name, _ in trial.versions)
            for trial, told in self.record.told.items()
            if told.signature == self.good and trial.lean == "good"
        ]
        without = [up for up in good if up.isdisjoint(guilty.heads)]
        return max(without, key=lambda up: (len(up), sorted(up)), default=frozenset())

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
                    most = len(weakest.versions)
                    why = f"beside {names} at good, at most {most} other upgrades could be tried"
        return Confirmed(held=True, why=why)
