"""A search where answers vary: the ends measured, the steps searched, one of them confirmed.

All single-step upgrades lie along one line, the most suspected package first. A question takes the
first so many of them: some packages are at bad, one is partway along its road, the rest at good.
What was really installed counts, not what was asked, so packages that move together stay together
in what is believed. Nobody is named before fresh environments spoke both ways, each with odds as
high as the stated error wants, and all answers together against "one rate everywhere".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from math import exp, log

from bot.core.apart import Measure
from bot.core.bounds import Guilty
from bot.core.line import Line, Spot
from bot.core.noise import Belief, Channel, Sides
from bot.core.roads import Span
from bot.core.steps import Asking, Purpose, Record, Steps
from bot.core.subset import Preference
from bot.core.trial import Told, Trial

PATIENCE = 600  # answers that a search takes at most
_ROUNDS = 3  # suspects that may be denied before the search gives up
_CONFIRM = 100  # fresh draws, each way, that a suspect is given at most
_WORTH = 2  # a suspect this many times as doubtful as a name may be is worth confirming
_NOTHING = 1e-9  # bits that are a rounding error


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """Steps that no answer separated, and how sure it is (0..1) that one of them is guilty."""

    places: tuple[int, ...]
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """A suspect that was confirmed: as the other searches tell it, and how sure it is (0..1)."""

    guilty: Guilty
    span: Span
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lost:
    """A suspect that was not confirmed: `denied`, or left open."""

    why: str
    denied: bool = False


@dataclass(slots=True, kw_only=True)
class _Way:
    """One way of confirming: mixtures that would do, the strongest first, and what they showed."""

    spots: list[Spot]
    takes: bool  # whether the suspect's steps are taken here
    shown: int = 0
    asked: int = 0

    def fits(self, cover: Collection[int], places: Iterable[int]) -> bool:
        """Whether what was installed is what was meant."""
        return all((place in cover) == self.takes for place in places)

    def odds(self, sides: Sides) -> float:
        """Return the log odds of the draws for the suspect."""
        odds = sides.odds(self.shown, self.asked)
        return odds if self.takes else -odds


@dataclass(slots=True, kw_only=True)
class Noisy:
    """Searches one guilty step where the sign of `measure` is shown by chance.

    `word` is what bad shows, `error` how often a name may be wrong.
    """

    steps: Steps
    record: Record
    measure: Measure
    channel: Channel
    word: str
    error: float
    preference: Preference
    status: str = ""
    belief: Belief = field(init=False)
    _enough: float = field(init=False)  # what a suspect must weigh to be worth confirming
    _line: Line = field(init=False)
    _masks: list[int] = field(init=False)  # one bit an answer: whether the step was taken in it
    _answers: int = 0
    _draws: dict[Trial, int] = field(default_factory=dict)
    _odd: dict[int | Trial, frozenset[int]] = field(default_factory=dict)  # taken, not as asked
    _told: dict[int | Trial, Told] = field(default_factory=dict)
    _silent: dict[int | Trial, int] = field(default_factory=dict)  # told nothing, net

    def __post_init__(self) -> None:
        """Lay out the line, and believe what the ends showed."""
        self._enough = 1 - min(_WORTH * self.error, 0.5)
        self._line = Line(steps=self.steps)
        self._masks = [0] * len(self._line.places)
        self.belief = Belief(prior=self._line.prior, channel=self.channel)
        for cover, counts in (([], self.measure.good), (range(len(self._masks)), self.measure.bad)):
            self.belief.tell_all(cover, *counts)
        for trial, told in self.record.told.items():
            if trial.versions:  # what a search asked that took answers at their word
                plain = replace(trial, draw=0)
                self._draws[plain] = max(self._draws.get(plain, 0), trial.draw + 1)
                self._believe(Spot(trial=plain, cover=()), told)

    def run(self) -> Asking[Caught | str]:
        """Return who is guilty, or why nobody can be named."""
        why = "the answers fit no single upgrade"
        for _ in range(_ROUNDS):
            suspect = yield from self._find()
            if suspect is None:
                break
            caught = yield from self._confirm(suspect)
            if isinstance(caught, Caught):
                return caught
            why = caught.why
            if not caught.denied:  # nothing would be learned by trying again
                break
        return why

    # --- the search ------------------------------------------------------------------------------

    def _find(self) -> Asking[Suspect | None]:
        """Ask what tells most until one step, or steps that nothing separates, are sure enough."""
        while self._answers < PATIENCE:
            suspect = self._suspect()
            spot = self._next(suspect)
            if spot is None:
                return suspect if suspect.weight >= self._enough else None
            yield from self._look("search", spot)
        return None

    def _suspect(self) -> Suspect:
        """Return the likeliest step, with all that took part in the same answers as it did."""
        sums: dict[int, float] = {}
        for mask, weight in zip(self._masks, self.belief.weights, strict=True):
            sums[mask] = sums.get(mask, 0.0) + weight
        top = max(sums, key=lambda mask: sums[mask])
        places = tuple(at for at, mask in enumerate(self._masks) if mask == top)
        self.status = f"most likely {self._line.places[places[0]][0]} ({sums[top]:.0%})"
        return Suspect(places=places, weight=sums[top])

    def _next(self, suspect: Suspect) -> Spot | None:
        """Return what to ask, None where nothing is left that would tell anything."""
        low, high = 0, len(self._line.places) - 1
        sure = suspect.weight >= self._enough
        if sure:  # only what splits it is worth asking
            low, high = suspect.places[0], suspect.places[-1]
        return self._prefix(low + 1, high, suspect if sure else None) or self._single(suspect)

    def _prefix(self, low: int, high: int, split: Suspect | None) -> Spot | None:
        """Return the prefix of `low` to `high` steps that should tell most."""
        gains = self.belief.gains()
        best, most = 0, _NOTHING
        for size in range(low, high + 1):
            odd = self._odd.get(size)
            gain = gains[size] if odd is None else self._gain(odd, split)
            if gain > most and not self._mute(size):
                best, most = size, gain
        return self._line.first(best) if best else None

    def _single(self, suspect: Suspect) -> Spot | None:
        """Return the question about one package of the suspect that should tell most."""
        best, most = None, _NOTHING
        for name, at in (self._line.places[place] for place in suspect.places):
            for spot in self._line.alone(name, at):
                gain = self._gain(self._odd.get(spot.key, spot.cover), suspect)
                if gain > most and not self._mute(spot.key):
                    best, most = spot, gain
        return best

    def _gain(self, cover: Collection[int], split: Suspect | None) -> float:
        """Return the bits that `cover` should tell; nothing where it must split and does not."""
        taken = sum(place in cover for place in split.places) if split else 1
        if split and taken in {0, len(split.places)}:
            return 0.0
        return self.belief.gain(cover)

    def _mute(self, key: int | Trial) -> bool:
        """Whether a question told nothing more often than it told something."""
        return self._silent.get(key, 0) > 0

    def _look(self, purpose: Purpose, *spots: Spot) -> Asking[list[bool | None]]:
        """Ask each spot once more, and believe what they show."""
        trials = []
        for spot in spots:
            draw = self._draws.get(spot.trial, 0)
            self._draws[spot.trial] = draw + 1
            trials.append(replace(spot.trial, draw=draw))
        told = yield from self.record.ask(purpose, *trials)
        return [self._believe(spot, each) for spot, each in zip(spots, told, strict=True)]

    def _believe(self, spot: Spot, told: Told) -> bool | None:
        shown = self.measure.sign.says(told.signature)
        cover = self._line.cover(spot.trial, told)
        silent = shown is None or cover is None
        self._silent[spot.key] = self._silent.get(spot.key, 0) + (1 if silent else -1)
        if shown is None or cover is None:
            return None
        if not spot.size or len(cover) != spot.size or cover != frozenset(spot.cover):
            self._odd[spot.key] = cover
        self._told[spot.key] = told
        self.belief.tell(cover, shown=shown)
        bit = 1 << self._answers
        self._masks = [mask | bit * (at in cover) for at, mask in enumerate(self._masks)]
        self._answers += 1
        return shown

    # --- the confirmation ------------------------------------------------------------------------

    def _confirm(self, suspect: Suspect) -> Asking[Caught | _Lost]:
        """Draw both ways, in fresh environments, until each and all together are sure enough."""
        span, group = self._named(suspect)
        self.status = f"{span.package} in fresh environments"
        sides = self.belief.sides(max(suspect.places, key=lambda at: self.belief.weights[at]))
        ways = self._ways(span, suspect)
        enough = log(1 / self.error)
        for _ in range(_CONFIRM):
            odds = [way.odds(sides) for way in ways]
            if min(odds) <= -2 * enough:
                return self._denied(span, first=odds[0] <= odds[1])
            if min(odds) >= enough and self._certain(suspect):
                return self._caught(suspect, span, group, ways[0])
            open_ = [way for way, each in zip(ways, odds, strict=True) if each < enough] or ways
            why = yield from self._climb(open_, suspect)
            if why:
                return _Lost(why=f"{why} {span.package}")
        return _Lost(why=f"fresh environments could not decide about {span.package}")

    def _climb(self, ways: list[_Way], suspect: Suspect) -> Asking[str]:
        """Draw each way once; one whose mixture says nothing goes on to the next that would do."""
        said = yield from self._look("confirm", *(way.spots[0] for way in ways))
        for way, shown in zip(ways, said, strict=True):
            spot = way.spots[0]
            cover = self._odd.get(spot.key, spot.cover)
            if shown is not None and way.fits(cover, suspect.places):
                way.shown, way.asked = way.shown + shown, way.asked + 1
            elif not way.asked or self._mute(spot.key):
                way.spots.pop(0)
            if not way.spots:
                return "nothing that can be built confirms"
        return ""

    def _named(self, suspect: Suspect) -> tuple[Span, tuple[str, ...]]:
        """Return the head of a suspect with its interval, and the group that moves together."""
        places = [self._line.places[place] for place in suspect.places]
        names = list(dict.fromkeys(name for name, _ in places))
        head = min(names, key=lambda name: self.preference(name, names))
        steps = [at for name, at in places if name == head]
        road, low, high = self.steps.roads[head], min(steps), max(steps) + 1
        span = Span(
            package=head,
            last_good=road[low],
            first_bad=road[high],
            signature=self.word,
            gap=road[low + 1 : high],
        )
        return span, (head, *(name for name in names if name != head))

    def _ways(self, span: Span, suspect: Suspect) -> list[_Way]:
        """Return the mixtures with the suspect alone, and those with everything else."""
        road = self.steps.roads[span.package]
        low, high = road.index(span.last_good), road.index(span.first_bad) - 1
        line, name = self._line, span.package
        first, last = suspect.places[0], suspect.places[-1] + 1
        alone = [line.only(name, high), line.only(name, len(road) - 2)]
        alone += [line.first(last)] if last < len(line.places) else []
        rest = [line.without(name, at) for at in (low, 0) if road[at]]
        rest += [line.first(first)] if first else []
        ways = [_Way(spots=alone, takes=True), _Way(spots=rest, takes=False)]
        for way in ways:
            fresh = (replace(spot.trial, fresh=True) for spot in way.spots)
            spots = zip(way.spots, fresh, strict=True)
            way.spots = [replace(spot, trial=trial, size=0) for spot, trial in spots]
        return ways

    def _certain(self, suspect: Suspect) -> bool:
        """Whether all answers together leave no more doubt than the error: not of chance either."""
        chance = self.belief.evidence >= 2 * log(1 / self.error)
        return chance and self._weight(suspect) >= 1 - self.error

    def _weight(self, suspect: Suspect) -> float:
        return sum(self.belief.weights[place] for place in suspect.places)

    def _caught(self, suspect: Suspect, span: Span, group: tuple[str, ...], alone: _Way) -> Caught:
        """Return the suspect as the culprit."""
        guilty = Guilty(
            groups=(group,),
            pins=frozenset({span.package}),
            upper=frozenset(self.steps.order),
            told=self._told[alone.spots[0].key],
        )
        sure = self._weight(suspect) / (1 + exp(-self.belief.evidence))
        return Caught(guilty=guilty, span=span, confidence=sure)

    def _denied(self, span: Span, *, first: bool) -> _Lost:
        """Return what spoke against the suspect, alone (`first`) or back at good."""
        alone = f"{span.package} alone did not show it again in fresh environments"
        rest = f"it still shows with {span.package} back at good: something else does it as well"
        return _Lost(why=alone if first else rest, denied=True)
