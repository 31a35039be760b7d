"""Which probes of a new cell a change cannot reach: their answers are carried over.

A stated part of them is asked all the same: that proves the analysis, or refutes it.
The answer of a probe is carried from a cell that differs in distributions only that were all out
of reach of that probe there. The sample is drawn by names, so it is the same in every run.

>>> from bot.core.model import Pin
>>> def closure(**pins): return Closure(pins=tuple(Pin(name=n, version=v) for n, v in pins.items()))
>>> reach = Reach(idle={"spare": frozenset({"spare"})}, late={"p": frozenset()})
>>> known = Known(key="old", closure=closure(engine="1", spare="1"), reach=reach)
>>> offer = best("new", closure(engine="1", spare="2"), ["p", "q"], [known], part=0.1)
>>> offer.source, offer.moved, offer.carried, offer.sampled
('old', ('spare',), ('p',), ())
>>> best("new", closure(engine="2", spare="1"), ["p", "q"], [known], part=0.1) is None
True
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from bot.core.model import Closure, digest
from bot.core.reach import Reach

_FINE = 16**13  # steps of the draw: what a double holds exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A cell that was judged: its key, its closure, and what was out of reach there.

    Probes go by their digests; only those whose answers can be carried are in `reach`.
    """

    key: str
    closure: Closure
    reach: Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What can be carried into a cell: from which, past which changes, and what is asked anyway.

    `carried` and `sampled` are digests of probes, and no probe is in both.
    """

    source: str
    moved: tuple[str, ...]
    carried: tuple[str, ...]
    sampled: tuple[str, ...]

    @property
    def words(self) -> str:
        """Say it in a line."""
        many = len(self.carried) + len(self.sampled)
        names = ", ".join(self.moved[:3]) + (" and others" if len(self.moved) > 3 else "")  # noqa: PLR2004 - a line
        told = f"{names} out of reach of {many} probes"
        return f"{told}: {len(self.carried)} carried over, {len(self.sampled)} asked anyway"


def moved(then: Closure, now: Closure) -> frozenset[str] | None:
    """Return the names of the pins that differ; None where a distribution came or went."""
    old, new = ({pin.name: pin for pin in each.pins} for each in (then, now))
    if set(old) != set(new):
        return None
    return frozenset(name for name, pin in new.items() if pin != old[name])


def sampled(cell: str, probe: str, part: float) -> bool:
    """Whether a probe is asked although its answer can be carried: `part` of all are, 0..1."""
    return int(digest([cell, probe])[:13], 16) < part * _FINE


def best(
    cell: str,
    closure: Closure,
    probes: Sequence[str],
    known: Iterable[Known],
    *,
    part: float,
    doubted: Collection[str] = (),
) -> Offer | None:
    """Return the offer that carries most into the cell of that key, or None.

    Of equal ones the first counts. A distribution that is `doubted` is never out of reach.
    """
    offers = [
        found
        for one in known
        if (found := _offer(cell, closure, probes, one, part, frozenset(doubted)))
    ]
    return max(offers, key=lambda one: len(one.carried) + len(one.sampled), default=None)


def _offer(
    cell: str,
    closure: Closure,
    probes: Sequence[str],
    known: Known,
    part: float,
    doubted: frozenset[str],
) -> Offer | None:
    changes = moved(known.closure, closure)
    if not changes or changes & doubted:
        return None
    free = [one for one in probes if changes <= known.reach.out_of_reach(one)]
    if not free:
        return None
    return Offer(
        source=known.key,
        moved=tuple(sorted(changes)),
        carried=tuple(one for one in free if not sampled(cell, one, part)),
        sampled=tuple(one for one in free if sampled(cell, one, part)),
    )
