"""Two ends that do not repeat themselves: whether they are told apart at all, and by which sign.

The first draws of both ends suggest signs: a word that one end says, or never says. Only later
draws test them, so a sign that was found by chance fails; and where many signs were tried, more
is asked of the best. Random text, a clock, one rate on both sides: no sign holds.

>>> from bot.core.noise import Measured
>>> signs = suggested(["ok", "ok"], ["boom", "ok"])
>>> draws = Draws(good=("ok",) * 9, bad=("boom", "ok", "boom") * 3)
>>> best = strongest(signs, draws, Measured())
>>> best.sign.says("boom"), best.good, best.bad, best.odds > 20
(True, (0, 9), (6, 9), True)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import exp

from bot.core.noise import Channel, Known, jeffreys
from bot.core.steps import Asking, Record
from bot.core.trial import Trial

_CEILING = 700.0  # a log odds that still has an exponential
_MOST = 64  # draws of each end
_ROUGHLY = 16  # draws of each end that measure its rate well enough to search by
_GLANCE = 4  # draws of each end after which values that never repeat are not waited for
_ALIKE = 0.2  # odds below which the ends are taken for alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What counts as bad: one of `words` is said, or (`absent`) none of them is.

    `known` is every word that an end ever said: another one, of a mixture, is neither.
    """

    words: frozenset[str]
    absent: bool = False
    known: frozenset[str] = frozenset()

    def shows(self, word: str) -> bool:
        """Whether an end that says `word` shows the sign."""
        return (word in self.words) != self.absent

    def says(self, word: str | None) -> bool | None:
        """Whether a mixture shows the sign; None where that cannot be told."""
        if word is None or not (self.absent or word in self.words | self.known):
            return None
        return self.shows(word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """What both ends said, draw by draw."""

    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()

    @property
    def all_differ(self) -> bool:
        """Whether no word was ever said twice, by either end."""
        said = (*self.good, *self.bad)
        return len(set(said)) == len(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A sign, how often (shown, asked) each end showed it, and the odds against chance."""

    sign: Sign
    good: tuple[int, int]
    bad: tuple[int, int]
    odds: float

    @property
    def words(self) -> str:
        """The counts, for people."""
        return (
            f"the good end showed it in {self.good[0]} of {self.good[1]} draws, "
            f"the bad end in {self.bad[0]} of {self.bad[1]}"
        )


def suggested(good: Sequence[str], bad: Sequence[str]) -> tuple[Sign, ...]:
    """Return the signs worth testing after the first draws, the plainest first."""
    sides = [Sign(words=frozenset(bad) - frozenset(good))]
    sides += [Sign(words=frozenset(good), absent=True)]
    words = sorted({*good, *bad})
    single = [
        Sign(words=frozenset({word}), absent=absent) for word in words for absent in (False, True)
    ]
    return tuple(sign for sign in (*sides, *single) if sign.words)


def strongest(signs: Iterable[Sign], draws: Draws, channel: Channel) -> Measure:
    """Return the sign that tells the ends apart best; its odds pay for all that were tried.

    The odds are a Bayes factor: rates of the `channel` at each end, against one rate for both.
    """
    measures = [_measured(sign, draws, channel) for sign in signs]
    tried = len({_shape(measure.sign, draws) for measure in measures})
    best = max(measures, key=lambda measure: measure.odds)
    known = frozenset(draws.good) | frozenset(draws.bad)
    return replace(best, odds=best.odds / tried, sign=replace(best.sign, known=known))


def _measured(sign: Sign, draws: Draws, channel: Channel) -> Measure:
    good = sum(map(sign.shows, draws.good)), len(draws.good)
    bad = sum(map(sign.shows, draws.bad)), len(draws.bad)
    apart = channel.good(*good) + channel.bad(*bad)
    alike = jeffreys(good[0] + bad[0], good[1] + bad[1])
    upwards = good[0] * bad[1] < bad[0] * good[1]
    odds = exp(min(apart - alike, _CEILING)) if upwards else 0.0
    return Measure(sign=sign, good=good, bad=bad, odds=odds)


def _shape(sign: Sign, draws: Draws) -> tuple[bool, ...]:
    """Return which draws show the sign; a sign and its opposite are one."""
    shown = tuple(map(sign.shows, (*draws.good, *draws.bad)))
    return tuple(each == shown[0] for each in shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Both ends, drawn until they are told apart or will not be: `apart` says which."""

    draws: Draws
    measure: Measure
    apart: bool
    why: str = ""

    @property
    def sameness(self) -> float:
        """The share of the commonest word among all draws, 0..1."""
        said = Counter((*self.draws.good, *self.draws.bad))
        return max(said.values(), default=0) / max(said.total(), 1)


def tell_apart(record: Record, first: Draws, channel: Channel, error: float) -> Asking[Ends]:
    """Draw both ends in turn; `first` are the draws that showed that they vary.

    They are apart at odds of 1 / `error`, but drawn on until their rates are roughly known. In
    turn, so that what changes with time changes on both.
    """
    signs = suggested(first.good, first.bad)
    draws, known = Draws(), isinstance(channel, Known)
    for turn in range(_MOST):
        draws = yield from _pair(record, draws, len(first.good) + turn)
        best = strongest(signs, draws, channel)
        pairs = turn + 1
        place = _of_place(first, draws) if pairs >= _GLANCE else ""
        if place:
            return Ends(draws=draws, measure=best, apart=False, why=place)
        if best.odds >= 1 / error and (known or pairs >= _ROUGHLY or best.odds >= error**-3):
            return Ends(draws=draws, measure=best, apart=True)
        if pairs >= _GLANCE and draws.all_differ:
            count = len(draws.good) + len(draws.bad)
            why = f"each of {count} draws at the ends showed another value"
            return Ends(draws=draws, measure=best, apart=False, why=why)
        if not known and pairs >= _ROUGHLY and best.odds < _ALIKE:
            break
    why = f"nothing tells the ends apart: {best.words}"
    return Ends(draws=draws, measure=best, apart=False, why=why)


def _of_place(first: Draws, later: Draws) -> str:
    """Tell which end always shows one thing where it is kept, and always another when fresh."""
    seen = {*first.good, *first.bad}
    for lean, kept, fresh in (("good", first.good, later.good), ("bad", first.bad, later.bad)):
        if len(set(kept)) == len(set(fresh)) == 1 and seen.isdisjoint(fresh):
            return f"the {lean} end always shows another value where it is built afresh"
    return ""


def _pair(record: Record, draws: Draws, draw: int) -> Asking[Draws]:
    """Draw each end once more, in a fresh environment; a draw that says nothing is no draw."""
    good, bad = yield from record.ask(
        "ends",
        Trial(versions=(), lean="good", fresh=True, draw=draw),
        Trial(versions=(), lean="bad", fresh=True, draw=draw),
    )
    return Draws(
        good=draws.good + ((good.signature,) if good.signature is not None else ()),
        bad=draws.bad + ((bad.signature,) if bad.signature is not None else ()),
    )
