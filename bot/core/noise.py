"""Which of many ordered steps turned the rate at which something shows, by noisy answers.

A closure before the guilty step shows the sign with one chance, a closure after it with another.
Each answer shifts the belief over the steps; the next question is the one that is expected to
tell most (Horstein 1963, IEEE Trans. Inf. Theory 9:136-143, for bisection through a noisy channel;
Burnashev 1976, Probl. Inf. Transm. 12:250-265, for the least number of questions). Rates that
nobody knows are integrated over: both sides' counts under every step are all that is needed.

>>> belief = Belief(prior=[1.0] * 4, channel=Known(rates=Rates(good=0.0, bad=0.9)))
>>> [abs(round(bits, 2)) for bits in belief.gains()]  # of asking after the first 0 to 4 steps
[0.0, 0.65, 0.76, 0.56, 0.0]
>>> belief.tell(range(2), shown=True)  # it shows there: so the first or the second
>>> [round(weight, 2) for weight in belief.weights]
[0.5, 0.5, 0.0, 0.0]
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import exp, inf, lgamma, log, log2, pi
from typing import Protocol

_SURE = 1e-6  # a known rate of 0 or 1 is held against no more than this: nobody counted further
_SPIKE = 0.1  # prior chance that a side is no noise at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How often a `good` and a `bad` closure show the bad sign, each 0..1; bad's is the higher.

    Raises `ValueError` for anything else.

    >>> round(Rates(good=0.1, bad=0.9).capacity, 3)
    0.531
    """

    good: float
    bad: float

    def __post_init__(self) -> None:
        """Refuse what is no pair of rates."""
        if not 0 <= self.good < self.bad <= 1:
            raise ValueError(f"rates go up from good to bad within 0..1: {self.good}, {self.bad}")

    @property
    def capacity(self) -> float:
        """Bits that one answer can tell at most: the capacity of the asymmetric channel."""
        low, high = entropy(self.good), entropy(self.bad)
        gap = self.bad - self.good
        bits = (self.good * high - self.bad * low) / gap
        return bits + log2(1 + 2 ** ((low - high) / gap))

    @property
    def divergence(self) -> float:
        """Bits by which one answer can speak against a wrong side: Burnashev's constant."""
        return max(_divergence(self.good, self.bad), _divergence(self.bad, self.good))

    def bound(self, steps: int, error: float) -> float:
        """Return the answers that finding one of `steps` takes, wrong in a share of `error`.

        Burnashev's bound, a mean, exact only for many steps and small errors.
        """
        return log2(steps) / self.capacity + log2(1 / error) / self.divergence


def entropy(chance: float) -> float:
    """Return the entropy of a coin in bits."""
    if not 0 < chance < 1:
        return 0.0
    return -chance * log2(chance) - (1 - chance) * log2(1 - chance)


def _divergence(one: float, other: float) -> float:
    """Return the Kullback-Leibler divergence between two coins in bits."""
    bits = 0.0
    for here, there in ((one, other), (1 - one, 1 - other)):
        if here:
            bits += here * log2(here / there) if there else inf
    return bits


class Channel(Protocol):
    """The chance of what both sides showed, as a natural logarithm, whatever is known of rates."""

    def good(self, shown: int, asked: int) -> float:
        """Return the chance that good closures showed it `shown` times of `asked`, in one order."""
        ...

    def bad(self, shown: int, asked: int) -> float:
        """Return the same of bad closures."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Rates that are known, from a long history."""

    rates: Rates

    def good(self, shown: int, asked: int) -> float:
        """Return the log chance at good's rate."""
        return _coin(self.rates.good, shown, asked)

    def bad(self, shown: int, asked: int) -> float:
        """Return the log chance at bad's rate."""
        return _coin(self.rates.bad, shown, asked)


def _coin(rate: float, shown: int, asked: int) -> float:
    chance = min(max(rate, _SURE), 1 - _SURE)
    return shown * log(chance) + (asked - shown) * log(1 - chance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Rates that nobody knows: they are integrated over, the answers themselves measure them.

    The prior of each rate is Jeffreys'; now and then a side is no noise at all: good never shows
    it, or bad always does.
    """

    _cache: dict[tuple[int, int], float] = field(default_factory=dict, compare=False, repr=False)

    def good(self, shown: int, asked: int) -> float:
        """Return the log chance, averaged over the rates that good may have."""
        key = (shown, asked)
        if key not in self._cache:
            spike = 0.0 if shown else _SPIKE
            self._cache[key] = log(spike + (1 - _SPIKE) * exp(jeffreys(shown, asked)))
        return self._cache[key]

    def bad(self, shown: int, asked: int) -> float:
        """Return the same for bad: a mirror image, its misses are as rare as good's hits."""
        return self.good(asked - shown, asked)


def jeffreys(shown: int, asked: int) -> float:
    """Return the log chance of `shown` of `asked` in one order, the rate under Jeffreys' prior."""
    return lgamma(shown + 0.5) + lgamma(asked - shown + 0.5) - lgamma(asked + 1) - log(pi)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What good and bad closures, told apart, showed: (shown, asked) each."""

    channel: Channel
    good: tuple[int, int]
    bad: tuple[int, int]

    def odds(self, shown: int, asked: int) -> float:
        """Return the log odds that one more closure, seen so often, is bad rather than good."""
        at_good, at_bad = self.channel.good, self.channel.bad
        as_good = at_good(self.good[0] + shown, self.good[1] + asked) - at_good(*self.good)
        return at_bad(self.bad[0] + shown, self.bad[1] + asked) - at_bad(*self.bad) - as_good


@dataclass(slots=True, kw_only=True)
class Belief:
    """How likely each step is the guilty one; `prior` is any weights above 0, one a step."""

    prior: Sequence[float]
    channel: Channel
    shown: int = 0
    asked: int = 0
    _in: list[tuple[int, int]] = field(init=False)  # (shown, asked) where the step was taken
    weights: list[float] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with the prior."""
        self._in = [(0, 0)] * len(self.prior)
        self._weigh()

    def tell(self, cover: Collection[int], *, shown: bool) -> None:
        """Take one answer of a closure in which the steps of `cover` were taken."""
        self.tell_all(cover, int(shown), 1)

    def tell_all(self, cover: Collection[int], shown: int, asked: int) -> None:
        """Take `asked` answers of such a closure at once; `shown` of them showed it."""
        self.shown += shown
        self.asked += asked
        for at in cover:
            hits, total = self._in[at]
            self._in[at] = (hits + shown, total + asked)
        self._weigh()

    def sides(self, at: int) -> Sides:
        """Return what both sides showed if step `at` is the guilty one."""
        hits, total = self._in[at]
        good = (self.shown - hits, self.asked - total)
        return Sides(channel=self.channel, good=good, bad=(hits, total))

    def chance(self, at: int) -> float:
        """Return the log chance of all answers if step `at` is the guilty one."""
        sides = self.sides(at)
        return self.channel.good(*sides.good) + self.channel.bad(*sides.bad)

    def _weigh(self) -> None:
        known: dict[tuple[int, int], float] = {}
        for at, counts in enumerate(self._in):
            if counts not in known:
                known[counts] = self.chance(at)
        top = max(known.values())
        odds = {counts: exp(value - top) for counts, value in known.items()}
        raw = [prior * odds[counts] for prior, counts in zip(self.prior, self._in, strict=True)]
        total = sum(raw)
        self.weights = [each / total for each in raw]

    def next_rates(self, at: int) -> tuple[float, float]:
        """Return the chances that a closure without and one with step `at` show it, if guilty."""
        sides = self.sides(at)
        (rest, others), (hits, total) = sides.good, sides.bad
        good, bad = self.channel.good, self.channel.bad
        return (
            exp(good(rest + 1, others + 1) - good(rest, others)),
            exp(bad(hits + 1, total + 1) - bad(hits, total)),
        )

    def _parts(self) -> Iterator[tuple[float, float, float, float]]:
        """Yield for each step the mass of showing and of doubt, without it and with it."""
        known: dict[tuple[int, int], tuple[float, float, float, float]] = {}
        for at, (weight, counts) in enumerate(zip(self.weights, self._in, strict=True)):
            if counts not in known:
                low, high = self.next_rates(at)
                known[counts] = (low, entropy(low), high, entropy(high))
            low, dim, high, doubt = known[counts]
            yield weight * low, weight * dim, weight * high, weight * doubt

    def gains(self) -> list[float]:
        """Return the bits that a question after the first k steps is expected to tell, k = 0..N."""
        low, dim, high, doubt = (list(column) for column in zip(*self._parts(), strict=True))
        show = accumulate((b - a for a, b in zip(low, high, strict=True)), initial=sum(low))
        lost = accumulate((b - a for a, b in zip(dim, doubt, strict=True)), initial=sum(dim))
        return [entropy(mean) - rest for mean, rest in zip(show, lost, strict=True)]

    def gain(self, cover: Iterable[int]) -> float:
        """Return the bits that a question where the steps of `cover` are taken should tell."""
        taken = set(cover)
        mean = rest = 0.0
        for at, (low, dim, high, doubt) in enumerate(self._parts()):
            mean += high if at in taken else low
            rest += doubt if at in taken else dim
        return entropy(mean) - rest

    @property
    def evidence(self) -> float:
        """The log odds of the answers: one step is guilty, against one rate everywhere."""
        top = max(self.chance(at) for at in range(len(self.prior)))
        raw = (exp(self.chance(at) - top) * prior for at, prior in enumerate(self.prior))
        return top + log(sum(raw) / sum(self.prior)) - jeffreys(self.shown, self.asked)
