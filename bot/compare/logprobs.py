"""Log-probabilities, within the noise that the expected side shows by itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.compare.values import kind
from bot.core.difference import Difference
from bot.core.model import Json

FLOOR = 0.02  # nats: twice what attention kernels alone move a float32 model by
BEYOND = 1e-6  # above zero by more than rounding is no log-probability
HUGE = 1e300  # a number from here on is told as infinite; JSON sets no bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One generated token: its id, its log-probability, and the candidates beside it (nats).

    A token is known by its number, or by its text where a server tells no numbers; of several
    candidates of one text the best counts. A log-probability may be infinite or no number at
    all: engines do tell such things. `falling` is whether the candidates come best first.
    """

    token: int | str
    logprob: float
    top: dict[int | str, float]
    falling: bool = True


def logprobs(expected: Json, seen: Json, reruns: tuple[Json, ...] = ()) -> Difference | None:
    """Compare two generations by their log-probabilities, with the expected side's own noise.

    The tolerance is the largest spread among `reruns`, and never less than FLOOR. Where the
    chosen tokens part, each must be a near-tie in the other's candidates; after that point the
    texts differ and nothing more can be compared. Of a token that was chosen, a positive
    log-probability and one that is no finite number are always wrong, and so are candidates
    that do not come best first where the expected side's do.
    """
    ours, theirs = steps(expected), steps(seen)
    if ours is None or theirs is None:
        if expected == seen:
            return None
        shape = f"logprobs: {kind(expected)} became {kind(seen)}"
        return Difference(text=f"expected {expected}\nseen {seen}"[:400], shape=shape)
    for fault, name, words in _FAULTS:
        wrong = next((step for step in theirs if fault(step)), None)
        if wrong is not None and not any(map(fault, ours)):
            return Difference(text=words.format(wrong.logprob), shape=f"logprobs: {name}")
    return _parted(ours, theirs, max(FLOOR, noise(ours, reruns)))


def steps(told: Json) -> tuple[Step, ...] | None:
    """Read `[{"id", "logprob", "top": [[id, logprob], ...]}]`; None when it is something else."""
    if not isinstance(told, list):
        return None
    read = [_step(each) for each in told]
    kept = tuple(step for step in read if step is not None)
    return kept if len(kept) == len(read) else None


def _step(told: Json) -> Step | None:
    match told:
        case {"id": int() | str() as token, "logprob": chosen, "top": list(top)}:
            logprob = _number(chosen)
            if logprob is None:
                return None
            pairs = tuple(_top(top))
            beside: dict[int | str, float] = {}
            for name, candidate in pairs:
                beside[name] = max(candidate, beside.get(name, candidate))
            return Step(token=token, logprob=logprob, top=beside, falling=_falling(pairs))
        case _:
            return None


def _top(told: Sequence[Json]) -> Iterator[tuple[int | str, float]]:
    """Read the candidates in their order, leaving out what is none."""
    for pair in told:
        match pair:
            case [int() | str() as token, candidate]:
                logprob = _number(candidate)
                if logprob is not None:
                    yield token, logprob
            case _:
                pass


def _falling(pairs: Sequence[tuple[int | str, float]]) -> bool:
    """Whether the candidates come best first, rounding aside."""
    return all(one >= other - BEYOND for (_, one), (_, other) in pairwise(pairs))


def _number(told: Json) -> float | None:
    """Read a number; one that JSON cannot carry comes as `{"$": "-inf"}`, or as null."""
    match told:
        case None:
            return math.nan
        case {"$": ("inf" | "-inf" | "nan") as odd}:
            return float(odd)
        case int() | float():
            return float(told) if abs(told) < HUGE else math.inf if told > 0 else -math.inf
        case _:
            return None


def noise(ours: Sequence[Step], reruns: Sequence[Json]) -> float:
    """Return the largest spread, in nats, of the expected side's own repeats."""
    others = [told for told in map(steps, reruns) if told is not None]
    return max(
        (
            abs(mine.logprob - theirs.logprob)
            for other in others
            for mine, theirs in zip(ours, other, strict=False)
            if mine.token == theirs.token and not (_odd(mine) or _odd(theirs))
        ),
        default=0.0,
    )


def _odd(step: Step) -> bool:
    return not math.isfinite(step.logprob)


def _positive(step: Step) -> bool:
    return BEYOND < step.logprob < math.inf


def _shuffled(step: Step) -> bool:
    return not step.falling and not any(map(math.isnan, step.top.values()))


_FAULTS = (
    (_odd, "not finite", "a log-probability of {:.4g}: a token that was chosen had a chance"),
    (_positive, "positive", "a log-probability of {:.4g}: none can be above 0"),
    (_shuffled, "candidates in another order", "beside {:.4g}, a better candidate comes late"),
)


def _parted(ours: Sequence[Step], theirs: Sequence[Step], tolerance: float) -> Difference | None:
    """Walk both generations while they choose the same token; then judge how they part."""
    for at, (mine, other) in enumerate(zip(ours, theirs, strict=False)):
        if mine.token != other.token:
            return None if _near_tie(mine, other, tolerance) else _another(at, mine, other)
        drift = _apart(mine.logprob, other.logprob)
        if drift > tolerance:
            text = (
                f"token {at} ({mine.token}): {mine.logprob:.5f} became {other.logprob:.5f}, "
                f"{drift:.2g} nats apart; the noise is {tolerance:.2g}"
            )
            return Difference(text=text, shape="logprobs: drift")
    if len(ours) != len(theirs):
        text = f"{len(ours)} tokens became {len(theirs)}"
        return Difference(text=text, shape="logprobs: another length")
    return None


def _apart(one: float, other: float) -> float:
    """The distance of two log-probabilities; two that are odd alike lie together."""
    if math.isfinite(one) and math.isfinite(other):
        return abs(one - other)
    return 0.0 if str(one) == str(other) else math.inf


def _near_tie(mine: Step, other: Step, tolerance: float) -> bool:
    """Whether each choice stands among the other's candidates, as good as its own."""
    here, there = mine.top.get(other.token), other.top.get(mine.token)
    if here is None or there is None:
        return False
    return all(gap <= 2 * tolerance for gap in (mine.logprob - here, other.logprob - there))


def _another(at: int, mine: Step, other: Step) -> Difference:
    text = (
        f"token {at}: {mine.token} ({mine.logprob:.4f}) became {other.token} "
        f"({other.logprob:.4f}), which was no near tie"
    )
    return Difference(text=text, shape="logprobs: another token")
