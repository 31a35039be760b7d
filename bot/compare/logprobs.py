"""Log-probabilities, within the noise that the expected side shows by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.compare.values import kind
from bot.core.difference import Difference
from bot.core.model import Json

FLOOR = 0.02  # nats: twice what attention kernels alone move a float32 model by
BEYOND = 1e-6  # above zero by more than rounding is no log-probability
PAIR = 2  # a candidate is its id and its log-probability


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
    ours, theirs = steps(expected), steps(seen)
    if ours is None or theirs is None:
        if expected == seen:
            return None
        shape = f"logprobs: {kind(expected)} became {kind(seen)}"
        return Difference(text=f"expected {expected}\nseen {seen}"[:400], shape=shape)
    if _impossible(theirs) and not _impossible(ours):
        worst = max(step.logprob for step in theirs)
        text = f"a log-probability of {worst:.4g}: none can be above 0"
        return Difference(text=text, shape="logprobs: positive")
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
        case {"id": int(token), "logprob": int(logprob) | float(logprob), "top": list(top)}:
            pairs = [pair for pair in top if isinstance(pair, list) and len(pair) == PAIR]
            beside = {int(str(pair[0])): float(str(pair[1])) for pair in pairs}
            return Step(token=token, logprob=float(logprob), top=beside)
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
            if mine.token == theirs.token
        ),
        default=0.0,
    )


def _impossible(told: Sequence[Step]) -> bool:
    return any(step.logprob > BEYOND for step in told)


def _parted(ours: Sequence[Step], theirs: Sequence[Step], tolerance: float) -> Difference | None:
    """Walk both generations while they choose the same token; then judge how they part."""
    for at, (mine, other) in enumerate(zip(ours, theirs, strict=False)):
        if mine.token != other.token:
            return None if _near_tie(mine, other, tolerance) else _another(at, mine, other)
        drift = abs(mine.logprob - other.logprob)
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


def _near_tie(mine: Step, other: Step, tolerance: float) -> bool:
    """Whether each choice stands among the other's candidates, as good as its own."""
    here, there = mine.top.get(other.token), other.top.get(mine.token)
    if here is None or there is None:
        return False
    return max(mine.logprob - here, other.logprob - there) <= 2 * tolerance


def _another(at: int, mine: Step, other: Step) -> Difference:
    text = (
        f"token {at}: {mine.token} ({mine.logprob:.4f}) became {other.token} "
        f"({other.logprob:.4f}), which was no near tie"
    )
    return Difference(text=text, shape="logprobs: another token")
