"""Token ids, exactly, and the log-probabilities beside them, within measured noise."""

from __future__ import annotations

from dataclasses import dataclass

from bot.compare.values import kind
from bot.core.difference import Difference
from bot.core.model import Json

FLOOR = 0.02  # nats: twice what attention kernels alone move a float32 model by
BEYOND = 1e-6  # above zero by more than rounding is no log-probability


def ids(expected: Json, seen: Json, _reruns: tuple[Json, ...] = ()) -> Difference | None:
    """Compare two lists of token ids; names the first that differs."""
    if expected == seen:
        return None
    if not isinstance(expected, list) or not isinstance(seen, list):
        shape = f"ids: {kind(expected)} became {kind(seen)}"
        return Difference(text=f"expected {expected}\nseen {seen}", shape=shape)
    shorter = min(len(expected), len(seen))
    where = next((at for at in range(shorter) if expected[at] != seen[at]), shorter)
    told = (
        f"first difference at token {where}\n"
        f"- {_around(expected, where)}  ({len(expected)} tokens)\n"
        f"+ {_around(seen, where)}  ({len(seen)} tokens)"
    )
    return Difference(text=told, shape=f"ids: {_ids_shape(expected, seen, where)}")


def _around(values: list[Json], where: int) -> str:
    return f"{'... ' if where > 3 else ''}{values[max(0, where - 3) : where + 5]}"


def _ids_shape(expected: list[Json], seen: list[Json], where: int) -> str:
    if where == len(seen):
        return "cut short"
    if where == len(expected):
        return "more at the end"
    if expected == seen[1:] or expected[1:] == seen:
        return "one more at the start" if len(seen) > len(expected) else "one less at the start"
    lengths = (len(seen) > len(expected)) - (len(seen) < len(expected))
    return ("fewer", "others, as many", "more")[lengths + 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One generated token: its id, its log-probability, and the candidates beside it (nats)."""

    token: int
    logprob: float
    top: dict[int, float]


def logprobs(expected: Json, seen: Json, reruns: tuple[Json, ...] = ()) -> Difference | None:
    """Compare two generations by their log-probabilities, with the expected side's own noise.

    The tolerance is the largest spread among `reruns`, and never less than FLOOR. Where the
    chosen tokens part, each must be a near-tie in the other's candidates; after that point the
    texts differ and nothing more can be compared. Positive log-probabilities are always wrong.
    """
    if expected == seen:
        return _impossible(_steps(seen)) if expected != reruns else None
    ours, theirs = _steps(expected), _steps(seen)
    if ours is None or theirs is None:
        shape = f"logprobs: {kind(expected)} became {kind(seen)}"
        return Difference(text=f"expected {expected}\nseen {seen}"[:400], shape=shape)
    wrong = _impossible(theirs)
    if wrong is not None and _impossible(ours) is None:
        return wrong
    return _parted(ours, theirs, max(FLOOR, noise(expected, reruns)))
