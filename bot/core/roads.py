"""Where a guilty package turns: bisection over its releases, with everything that was told before.

>>> Span(package="httpx", last_good="0.27.2", first_bad="0.28.0", signature="boom").single
True
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.core.bisect import Answer, Bisect
from bot.core.steps import Asking, Record, Steps
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
class Fact:
    """What one mixture says: bad or good, how far up everybody stood, and who was at bad."""

    bad: bool
    places: Mapping[str, int]
    up: frozenset[str]


@dataclass(slots=True, kw_only=True)
class Roads:
    """Asks for the releases of guilty packages; `good` and `bad` are signatures of the ends.

    `package` and `bisect` are the road that is searched now, for whoever looks on;
    `accused` is whoever is asked alone, and is not cleared by it.
    """

    steps: Steps
    record: Record
    good: str
    bad: str
    package: str = ""
    bisect: Bisect | None = None
    accused: Span | None = None
    known: dict[tuple[str, frozenset[str]], Span] = field(default_factory=dict)
    facts: dict[Trial, Fact] = field(default_factory=dict)

    def stood(self) -> Iterator[Fact]:
        """Yield what every mixture that showed one of the two ends' signatures says."""
        for trial, told in self.record.told.items():
            if trial not in self.facts and told.signature in {self.good, self.bad}:
                places = self.steps.places(trial, told)
                self.facts[trial] = Fact(
                    bad=told.signature == self.bad, places=places, up=self.steps.up(places)
                )
        yield from self.facts.values()

    def interval(self, package: str, others: Collection[str] = ()) -> tuple[int, int]:
        """Return the places on the road (last good, first bad) that all answers leave.

        The whole road where the answers contradict that `package` and `others` did it.
        """
        low, high = self._left(package, others)
        return (low, high) if low < high else (0, len(self.steps.roads[package]) - 1)

    def possible(self, package: str, others: Collection[str] = ()) -> bool:
        """Whether all answers allow that `package` did it, with `others` and nobody else."""
        low, high = self._left(package, others)
        return low < high

    def _left(self, package: str, others: Collection[str]) -> tuple[int, int]:
        """Narrow a road: if `package` is guilty together with `others` and nobody else.

        Then a good mixture in which the others are at bad clears it up to where it stood, and it
        stood at a guilty place in every bad one.
        """
        low, high = 0, len(self.steps.roads[package]) - 1
        for fact in self.stood():
            place = fact.places.get(package)
            if place is None:
                continue
            if fact.bad:
                high = min(high, place)
            elif fact.up.issuperset(others):
                low = max(low, place)
        return low, high

    def span(
        self, package: str, others: Collection[str] = (), context: Collection[str] = ()
    ) -> Asking[Span]:
        """Bisect the releases of `package` with `others`, the rest of the guilty set, at bad.

        `context` is known to be good and may be up as well: whoever needs a partner that nobody
        has found yet finds it there.
        """
        key = package, frozenset(others)
        if key not in self.known:
            road = self.steps.roads[package]
            low, high = self.interval(package, others)
            self.known[key] = yield from self._bisect(
                package, others, context, road[low : high + 1]
            )
        return self.known[key]

    def alone(self, span: Span) -> Trial:
        """Return the trial that has one culprit alone, at the first version that shows it."""
        return Trial(versions=((span.package, span.first_bad),), lean="good", fresh=True)

    def back(self, packages: Iterable[str]) -> Trial:
        """Return the trial that has everything up but `packages`."""
        pins = tuple((name, self.steps.good[name]) for name in sorted(packages))
        return Trial(versions=pins, lean="bad", fresh=True)

    def again(self, package: str) -> Asking[Span]:
        """Bisect with nothing else up and nothing inferred: the context was misleading."""
        key = package, frozenset[str]()
        self.known[key] = yield from self._bisect(package, (), (), self.steps.roads[package])
        return self.known[key]

    def _bisect(
        self,
        package: str,
        others: Collection[str],
        context: Collection[str],
        road: tuple[str, ...],
    ) -> Asking[Span]:
        self.package, self.bisect = package, (bisect := Bisect(road))
        shown: dict[str, str] = {}
        while (version := bisect.propose()) is not None:
            pins = {name: self.steps.bad[name] for name in others} | {package: version}
            told = yield from self._release(pins, context)
            answer = Answer.UNKNOWN
            if told is not None and told.signature is not None:
                shown[version] = told.signature
                answer = Answer.GOOD if told.signature == self.good else Answer.BAD
            bisect.tell(version, answer)
        low, high, gap = bisect.result
        self.bisect = None
        signature = shown.get(high, self.bad)
        return Span(package=package, last_good=low, first_bad=high, signature=signature, gap=gap)

    def _release(self, pins: dict[str, str], context: Collection[str]) -> Asking[Told | None]:
        """Ask exact versions: in the context, then among good things, then among bad ones.

        In the context only what one of the ends shows counts: there a release may fail in its own
        way because of what is newer than it.
        """
        wide = {**{name: self.steps.bad[name] for name in context}, **pins}
        trials = [Trial(versions=tuple(sorted(wide.items())), lean="good")] if context else []
        exact = tuple(sorted(pins.items()))
        trials += [Trial(versions=exact, lean="good"), Trial(versions=exact, lean="bad")]
        for trial in trials:
            (told,) = yield from self.record.ask("search", trial)
            kept = not told.versions or dict(trial.versions).items() <= told.versions.items()
            plain = told.signature in {self.good, self.bad} or len(trial.versions) == len(pins)
            if told.signature is not None and kept and plain:
                return told
        return None
