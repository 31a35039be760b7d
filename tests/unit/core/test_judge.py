"""The table of verdicts, in full, and how a link is held against what."""

from __future__ import annotations

from itertools import product

import pytest

from bot.core.difference import Comparator, Difference
from bot.core.judge import (
    Judged,
    agree,
    between,
    cannot_run_here,
    expectation,
    judge,
    outcome,
    relative,
    verdict,
)
from bot.core.model import NOT_EXPOSED, Failure, Json, Link, Look, Observation, Phase, Probe, Reason
from bot.core.outcome import Diverged, Failed, NotRun, Passed, Unsolvable, Verdict


def exact(expected: Json, seen: Json, _reruns: tuple[Json, ...]) -> Difference | None:
    if expected == seen:
        return None
    return Difference(text=f"- {expected}\n+ {seen}", shape=f"value {type(seen).__name__}")


def within(expected: Json, seen: Json, reruns: tuple[Json, ...]) -> Difference | None:
    """Numbers, within the spread of the baseline's own repeats."""
    numbers = [one for one in (expected, *reruns) if isinstance(one, float)]
    assert isinstance(seen, float)
    if min(numbers) <= seen <= max(numbers):
        return None
    return Difference(text=str(seen), shape="drift")


COMPARATORS: dict[str, Comparator] = {"exact": exact, "within": within}
TEXT = Look(link=Link.TEXT, compare="exact", absolute=True, golden="hello")
PROMPT = Look(link=Link.PROMPT, compare="exact")
PROBE = Probe(name="p", ask="chat", request={}, looks=(TEXT, PROMPT))
CRASH = Failure(phase=Phase.PROBE, reason=Reason.CRASH, message="SIGSEGV", link=Link.TEXT)
NETWORK = Failure(phase=Phase.INSTALL, reason=Reason.NETWORK, message="no route")


def seen(
    text: Json = "hello", prompt: Json = "<hi>", failure: Failure | None = None
) -> Observation:
    return Observation(probe="p", seen=((Link.PROMPT, prompt), (Link.TEXT, text)), failure=failure)


GOOD, BAD, OTHER = seen(), seen(text="hallo"), seen(text=7)

# --- the verdict: every pair of kinds of outcome -------------------------------------------------

KINDS: dict[str, Judged] = {
    "passed": Judged(outcome=Passed()),
    "diverged": Judged(outcome=Diverged(link=Link.TEXT, diff="", shape="a")),
    "otherwise": Judged(outcome=Diverged(link=Link.TEXT, diff="", shape="b")),
    "failed": Judged(outcome=Failed(phase=Phase.PROBE, reason=Reason.CRASH, message="x")),
    "machine": Judged(outcome=Failed(phase=Phase.PROBE, reason=Reason.DISK, message="full")),
    "unsolvable": Judged(outcome=Unsolvable(conflict="")),
    "not run": Judged(outcome=NotRun(why="")),
    "flaky": Judged(outcome=Diverged(link=Link.TEXT, diff="", shape="a"), steady=False),
    "flaky good": Judged(outcome=Passed(), steady=False),
}
WRONG = ("diverged", "otherwise", "failed")


def table(before: str, after: str) -> Verdict:
    """The verdicts as the glossary tells them, case by case."""
    if "machine" in (before, after):
        return Verdict.SPURIOUS
    if after in ("unsolvable", "not run"):
        return Verdict.INCONCLUSIVE
    if after in ("flaky", "flaky good"):
        return Verdict.FLAKY
    if before == "none":
        return Verdict.NEW
    if before in ("unsolvable", "not run", "flaky", "flaky good"):
        return Verdict.INCONCLUSIVE
    return {
        ("passed", "passed"): Verdict.STILL_GOOD,
        **{("passed", wrong): Verdict.REGRESSED for wrong in WRONG},
        **{(wrong, "passed"): Verdict.FIXED for wrong in WRONG},
        **{(wrong, wrong): Verdict.STILL_BAD for wrong in WRONG},
    }.get((before, after), Verdict.CHANGED)


@pytest.mark.parametrize(("before", "after"), list(product(("none", *KINDS), KINDS)))
def test_the_table_of_verdicts(before: str, after: str) -> None:
    assert verdict(KINDS.get(before), KINDS[after]) is table(before, after)


# --- the outcome of one observation --------------------------------------------------------------


def test_an_absolute_golden_needs_no_baseline() -> None:
    assert outcome(PROBE, GOOD, (), COMPARATORS) == Passed(unheld=(Link.PROMPT,))
    assert outcome(PROBE, BAD, (), COMPARATORS) == Diverged(
        link=Link.TEXT, diff="- hello\n+ hallo", shape="value str"
    )


def test_an_absolute_golden_holds_whatever_the_baseline_showed() -> None:
    assert isinstance(outcome(PROBE, BAD, (BAD,), COMPARATORS), Diverged)
    assert outcome(PROBE, GOOD, (BAD,), COMPARATORS) == Passed()


def test_a_relative_golden_is_what_the_baseline_showed() -> None:
    moved = seen(prompt="<ho>")
    assert outcome(PROBE, moved, (GOOD,), COMPARATORS) == Diverged(
        link=Link.PROMPT, diff="- <hi>\n+ <ho>", shape="value str"
    )
    assert outcome(PROBE, moved, (moved,), COMPARATORS) == Passed()


def test_the_first_link_in_causal_order_names_it() -> None:
    both = seen(text="hallo", prompt="<ho>")
    found = outcome(PROBE, both, (GOOD,), COMPARATORS)
    assert isinstance(found, Diverged)
    assert found.link is Link.PROMPT


def test_a_baseline_that_failed_holds_nothing() -> None:
    broken = seen(failure=CRASH)
    assert outcome(PROBE, GOOD, (broken,), COMPARATORS) == Passed(unheld=(Link.PROMPT,))
    assert expectation(PROMPT, (broken,)) == NOT_EXPOSED
    assert expectation(TEXT, (broken,)) == "hello"


def test_a_link_that_neither_side_exposes_is_not_held() -> None:
    hidden = seen(prompt=NOT_EXPOSED)
    assert outcome(PROBE, hidden, (), COMPARATORS) == Passed(unheld=(Link.PROMPT,))
    assert outcome(PROBE, hidden, (hidden,), COMPARATORS) == Passed(unheld=(Link.PROMPT,))
    assert outcome(PROBE, GOOD, (hidden,), COMPARATORS) == Passed(unheld=(Link.PROMPT,))
    broken = seen(failure=CRASH)
    assert outcome(PROBE, hidden, (broken,), COMPARATORS) == Passed(unheld=(Link.PROMPT,))
    assert outcome(PROBE, hidden, (GOOD, hidden), COMPARATORS) == Passed(unheld=(Link.PROMPT,))


@pytest.mark.parametrize(
    ("link", "gone"),
    [(Link.PROMPT, seen(prompt=NOT_EXPOSED)), (Link.TEXT, seen(text=NOT_EXPOSED))],
)
def test_a_link_that_the_baseline_exposed_and_is_gone_is_a_difference(
    link: Link, gone: Observation
) -> None:
    found = outcome(PROBE, gone, (GOOD, GOOD), COMPARATORS)
    assert isinstance(found, Diverged)
    assert (found.link, found.shape) == (link, "not exposed any more")


def test_a_failure_tells_more_than_a_link_that_is_gone() -> None:
    gone = seen(prompt=NOT_EXPOSED, failure=CRASH)
    assert isinstance(outcome(PROBE, gone, (GOOD,), COMPARATORS), Failed)


def test_how_it_failed_is_kept() -> None:
    assert outcome(PROBE, seen(failure=CRASH), (), COMPARATORS) == Failed(
        phase=Phase.PROBE, reason=Reason.CRASH, message="SIGSEGV", link=Link.TEXT
    )


def test_the_baseline_s_own_noise_is_tolerated() -> None:
    drift = Probe(
        name="p", ask="chat", request={}, looks=(Look(link=Link.LOGPROBS, compare="within"),)
    )

    def at(value: float) -> Observation:
        return Observation(probe="p", seen=((Link.LOGPROBS, value),))

    noise = (at(1.0), at(1.25))
    assert outcome(drift, at(1.2), noise, COMPARATORS) == Passed()
    assert isinstance(outcome(drift, at(1.2), noise[:1], COMPARATORS), Diverged)
    assert isinstance(outcome(drift, at(1.3), noise, COMPARATORS), Diverged)


# --- the outcome of all repeats ------------------------------------------------------------------


def test_nothing_seen_is_not_run() -> None:
    assert isinstance(judge(PROBE, (), (), COMPARATORS).outcome, NotRun)


def test_equal_repeats_are_steady() -> None:
    assert judge(PROBE, (GOOD, GOOD), (), COMPARATORS).steady
    assert judge(PROBE, (BAD, BAD), (), COMPARATORS).steady
    crashed = (seen(failure=CRASH), seen(failure=CRASH))
    assert judge(PROBE, crashed, (), COMPARATORS).steady


@pytest.mark.parametrize(
    "repeats",
    [
        (GOOD, BAD),
        (BAD, GOOD),
        (BAD, OTHER),
        (GOOD, seen(failure=CRASH)),
        (seen(failure=CRASH), GOOD),
        (GOOD, seen(prompt="<ho>")),
        (GOOD, seen(prompt=NOT_EXPOSED)),
    ],
)
def test_repeats_that_part_are_not_steady(repeats: tuple[Observation, ...]) -> None:
    judged = judge(PROBE, repeats, (), COMPARATORS)
    assert not judged.steady
    assert verdict(Judged(outcome=Passed()), judged) is Verdict.FLAKY


def test_the_worst_repeat_is_shown() -> None:
    assert isinstance(judge(PROBE, (GOOD, BAD), (), COMPARATORS).outcome, Diverged)
    assert judge(PROBE, (GOOD, GOOD), (GOOD,), COMPARATORS).outcome == Passed()


def test_the_machine_s_fault_is_spurious() -> None:
    judged = judge(PROBE, (seen(failure=NETWORK),), (), COMPARATORS)
    assert judged.spurious
    assert verdict(Judged(outcome=Passed()), judged) is Verdict.SPURIOUS
    assert not judge(PROBE, (seen(failure=CRASH),), (), COMPARATORS).spurious


# --- two observations, whichever is right --------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (GOOD, GOOD, True),
        (GOOD, BAD, False),
        (BAD, BAD, True),
        (GOOD, seen(failure=CRASH), False),
        (seen(failure=CRASH), GOOD, False),
        (seen(failure=CRASH), seen(text="lost", failure=CRASH), True),
        (seen(failure=CRASH), seen(failure=NETWORK), False),
        (seen(prompt=NOT_EXPOSED), seen(prompt=NOT_EXPOSED), True),
        (GOOD, seen(prompt=NOT_EXPOSED), False),
    ],
)
def test_agreement(one: Observation, other: Observation, same: bool) -> None:
    assert agree(PROBE, one, other, COMPARATORS) is same
    assert agree(PROBE, other, one, COMPARATORS) is same


def test_a_search_hears_how_the_bad_end_differs_from_the_good() -> None:
    assert between(PROBE, GOOD, GOOD, COMPARATORS) == ""
    assert between(PROBE, GOOD, BAD, COMPARATORS) == "diverged:text:value str"
    assert between(PROBE, BAD, GOOD, COMPARATORS) == "diverged:text:value str"
    assert between(PROBE, GOOD, seen(failure=CRASH), COMPARATORS).startswith("failed:probe:crash")
    recovered = between(PROBE, seen(failure=CRASH), GOOD, COMPARATORS)
    assert recovered.startswith("recovered:failed:probe:crash")
    gone = seen(prompt=NOT_EXPOSED)
    assert between(PROBE, GOOD, gone, COMPARATORS) == "diverged:prompt:not exposed any more"
    assert between(PROBE, gone, GOOD, COMPARATORS) == "exposed"
    crashed = seen(failure=CRASH)
    assert between(PROBE, crashed, crashed, COMPARATORS).startswith("failed:probe:crash")


def test_a_relative_probe_has_no_goldens() -> None:
    assert all(not look.absolute and look.golden is None for look in relative(PROBE).looks)
    assert relative(PROBE).digest == PROBE.digest


@pytest.mark.parametrize(
    ("phase", "reason", "message", "stranded"),
    [
        (Phase.START, Reason.CRASH, "died of SIGILL", True),
        (Phase.START, Reason.CRASH, "died of SIGSEGV", False),
        (Phase.PROBE, Reason.CRASH, "died of SIGILL", False),
        (Phase.START, Reason.EXCEPTION, "SIGILL", False),
    ],
)
def test_a_build_for_another_processor(
    phase: Phase,
    reason: Reason,
    message: str,
    stranded: bool,
) -> None:
    failure = Failure(phase=phase, reason=reason, message=message)
    assert cannot_run_here(seen(failure=failure)) is stranded
    assert not cannot_run_here(GOOD)
