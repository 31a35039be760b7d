"""From observations to outcomes, and from two outcomes to a verdict. Pure, and redone at will.

A link is held against its absolute golden, or against what the baseline showed there. The first
link, in causal order, that differs names the outcome. One exhaustive match gives the verdict.

>>> verdict(Judged(outcome=Passed()), Judged(outcome=Passed())).value
'still-good'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core.difference import Comparator, Difference
from bot.core.model import (
    NOT_EXPOSED,
    Authority,
    Failure,
    Json,
    Link,
    Look,
    Observation,
    Phase,
    Probe,
    Reason,
)
from bot.core.outcome import Diverged, Failed, NotRun, Outcome, Passed, Unsolvable, Verdict
from bot.core.signature import signature

_GONE = Difference(
    text="the baseline shows it, and it is not exposed any more", shape="not exposed any more"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An outcome, and whether every repeat of the question came to the same."""

    outcome: Outcome
    steady: bool = True

    @property
    def spurious(self) -> bool:
        """Whether the machine stopped it, and not the stack."""
        return isinstance(self.outcome, Failed) and self.outcome.reason.spurious


def judge(
    probe: Probe,
    seen: Sequence[Observation],
    before: Sequence[Observation],
    comparators: Mapping[str, Comparator],
) -> Judged:
    """Return what the observations `seen` of one cell come to.

    `before` are the baseline's observations of the same probe (empty for the baseline itself);
    more than one on either side are repeats, whose spread is the noise that is tolerated.
    """
    if not seen:
        return Judged(outcome=NotRun(why="the cell stopped before this probe was asked"))
    outcomes = [outcome(probe, one, before, comparators) for one in seen]
    steady = len({signature(each) for each in outcomes}) == 1 and not _unsteady(
        probe, seen, comparators
    )
    return Judged(outcome=_worst(outcomes), steady=steady)


def outcome(
    probe: Probe,
    seen: Observation,
    before: Sequence[Observation],
    comparators: Mapping[str, Comparator],
) -> Outcome:
    """Return the outcome of one observation: how it failed, or the first link that differs.

    What nobody specified has no winner: a difference there is noted and breaks nothing.
    """
    if seen.failure is not None:
        return _failed(seen.failure)
    unheld: list[Link] = []
    noted: list[Link] = []
    for look in sorted(probe.looks, key=lambda look: list(Link).index(look.link)):
        expected = expectation(look, before)
        gone = _gone(look.link, seen, before)
        if NOT_EXPOSED in (expected, seen.at(look.link)) and not gone:
            unheld.append(look.link)
            continue
        reruns = tuple(one.at(look.link) for one in before)
        compare = comparators[look.compare]
        difference = _GONE if gone else compare(expected, seen.at(look.link), reruns)
        if difference is None:
            continue
        if look.authority is not Authority.UNSPECIFIED:
            return _diverged(look.link, difference)
        noted.append(look.link)
    return Passed(unheld=tuple(unheld), noted=tuple(noted))


def _gone(link: Link, seen: Observation, before: Sequence[Observation]) -> bool:
    """Whether every repeat of the baseline showed this link, and now it is not exposed any more."""
    shown = [one.failure is None and one.at(link) != NOT_EXPOSED for one in before]
    return bool(shown) and all(shown) and seen.at(link) == NOT_EXPOSED


def expectation(look: Look, before: Sequence[Observation]) -> Json:
    """Return what `look` is held against: its golden, or what the baseline showed there."""
    if look.absolute:
        return look.golden
    return before[0].at(look.link) if before and before[0].failure is None else NOT_EXPOSED


def relative(probe: Probe) -> Probe:
    """Return `probe` with every link held against the other side, and no golden anywhere."""
    looks = tuple(
        replace(look, absolute=False, golden=None)
        for look in probe.looks
        if look.authority is not Authority.UNSPECIFIED
    )
    return replace(probe, looks=looks)


def between(
    probe: Probe, good: Observation, bad: Observation, comparators: Mapping[str, Comparator]
) -> str:
    """Return the signature of how `bad` differs from `good`, whichever of them is right."""
    told = signature(outcome(relative(probe), bad, (good,), comparators))
    if told or agree(probe, good, bad, comparators):
        return told
    return f"recovered:{signature(_failed(good.failure))}" if good.failure else "exposed"


def verdict(before: Judged | None, after: Judged) -> Verdict:
    """Compare two judged outcomes of the same probe; `before` is None for a baseline."""
    if after.spurious or (before is not None and before.spurious):
        return Verdict.SPURIOUS
    if isinstance(after.outcome, NotRun | Unsolvable):
        return Verdict.INCONCLUSIVE
    if not after.steady:
        return Verdict.FLAKY
    if before is None:
        return Verdict.NEW
    if isinstance(before.outcome, NotRun | Unsolvable) or not before.steady:
        return Verdict.INCONCLUSIVE
    return _flip(before.outcome, after.outcome)


def _flip(before: Outcome, after: Outcome) -> Verdict:
    match (isinstance(before, Passed), isinstance(after, Passed)):
        case (True, True):
            return Verdict.STILL_GOOD
        case (True, False):
            return Verdict.REGRESSED
        case (False, True):
            return Verdict.FIXED
        case _:
            same = signature(before) == signature(after)
            return Verdict.STILL_BAD if same else Verdict.CHANGED


def agree(
    probe: Probe, one: Observation, other: Observation, comparators: Mapping[str, Comparator]
) -> bool:
    """Whether two observations of the same probe show the same behaviour, noise aside."""
    if one.failure or other.failure:
        return _same_failure(one.failure, other.failure)
    return all(
        _agree_at(look, one, other, comparators[look.compare])
        for look in probe.looks
        if look.authority is not Authority.UNSPECIFIED
    )


def _agree_at(look: Look, one: Observation, other: Observation, compare: Comparator) -> bool:
    left, right = one.at(look.link), other.at(look.link)
    if NOT_EXPOSED in (left, right):
        return left == right
    return compare(left, right, ()) is None


def _same_failure(one: Failure | None, other: Failure | None) -> bool:
    if one is None or other is None:
        return False
    return signature(_failed(one)) == signature(_failed(other))


def cannot_run_here(seen: Observation) -> bool:
    """Whether a build died at its start of an instruction that this processor does not have."""
    failure = seen.failure
    return (
        failure is not None
        and failure.reason is Reason.CRASH
        and failure.phase is Phase.START
        and "SIGILL" in failure.message
    )


def _unsteady(
    probe: Probe, seen: Sequence[Observation], comparators: Mapping[str, Comparator]
) -> bool:
    return any(not agree(probe, seen[0], other, comparators) for other in seen[1:])


def _worst(outcomes: Sequence[Outcome]) -> Outcome:
    return next((one for one in outcomes if not isinstance(one, Passed)), outcomes[0])


def _failed(failure: Failure) -> Failed:
    return Failed(
        phase=failure.phase, reason=failure.reason, message=failure.message, link=failure.link
    )


def _diverged(link: Link, difference: Difference) -> Diverged:
    return Diverged(link=link, diff=difference.text, shape=difference.shape)
