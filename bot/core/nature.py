r"""Of which kind a change is: rules over the evidence, each with what it saw.

An intended change is a line in a behavioural changelog and no bug report; what is undetermined
goes to a person. Nothing here is proof: a confidence of 0.5 says that it may as well be
otherwise.

>>> change = Change(package="greet", before="1.4.0", after="1.4.1")
>>> nature(Case(kind="divergence", culprit=change, good=[1, 2], bad=[2, 1])).word
'regression'
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from bot.core.blame import (
    Case,
    Change,
    caller,
    dependent,
    its_name_is_gone,
    misses_its_own,
    responsible,
)
from bot.core.model import Json
from bot.core.notes import is_fix
from bot.core.outcome import ABSENT
from bot.core.promise import Promise, patch

REGRESSION: Final = "regression"
NOT_ADAPTED: Final = "dependent not adapted"
INTENDED: Final = "intended change"
VISIBLE: Final = "fix or data update"
UNDETERMINED: Final = "undetermined"
NATURES: Final = (REGRESSION, NOT_ADAPTED, INTENDED, VISIBLE, UNDETERMINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nature:
    """Of which kind a change is, by what evidence, and how sure (0..1)."""

    word: str
    evidence: tuple[str, ...]
    confidence: float


def _withdrawn(case: Case) -> bool:
    """Whether the first bad release was withdrawn, and no later one is known to show it."""
    return case.culprit.yanked and case.culprit.still in ("", case.culprit.after)


def _only_data(case: Case) -> bool:
    return case.only_data


def _lost_promise(case: Case) -> bool:
    """Whether a dependent misses a name that went without a word, in a step that was to keep."""
    kept = case.culprit.promise is Promise.KEEPS and not case.announced
    return kept and its_name_is_gone(case) and _elsewhere(case)


def _elsewhere(case: Case) -> bool:
    return responsible(case).package not in ("", case.culprit.package)


def _reverted(case: Case) -> bool:
    """Whether a later release does again what the last good one did, and nobody had announced."""
    return bool(case.culprit.fixed_in) and not case.announced


def _dies(case: Case) -> bool:
    """Whether the process died without a word of its own."""
    return case.kind == "crash" and not case.frames and "died of" in case.message


def _removed(case: Case) -> bool:
    return its_name_is_gone(case) and caller(case) is not None


def _knew(case: Case) -> bool:
    """Whether it requires the other side of an interaction, and its code was running."""
    name = case.culprit.package
    knew = any(case.admits.get((name, each.package)) for each in case.partners)
    return knew and name in case.frames


def _told(case: Case) -> bool:
    return bool(case.announced)


def _noted(case: Case) -> bool:
    return bool(case.noted)


def _noted_as_fix(case: Case) -> bool:
    return is_fix(case.noted)


def _removed_freely(case: Case) -> bool:
    return _removed(case) and case.culprit.promise is not Promise.KEEPS


def _refuses(case: Case) -> bool:
    """Whether the culprit's own code raises at what it took before."""
    inside = bool(case.frames) and case.frames[-1] == case.culprit.package
    return case.kind == "crash" and inside


def _refuses_though_it_keeps(case: Case) -> bool:
    return _refuses(case) and case.culprit.promise is Promise.KEEPS


def _hands_on(case: Case) -> bool:
    """Whether a package that the culprit calls refuses what it is handed."""
    name = case.culprit.package
    return case.kind == "crash" and name in case.frames and case.frames[-1] not in ("", name)


def _free(case: Case) -> bool:
    return case.culprit.promise is Promise.MAY_BREAK and not _young(case)


def _young(case: Case) -> bool:
    """Whether the package is before its first stable release, where each step is what it is."""
    return case.culprit.after.startswith("0.")


def _fails(case: Case) -> bool:
    return case.kind == "crash" and _keeps(case)


def _mends(case: Case) -> bool:
    return patch(case.culprit.before, case.culprit.after)


def _keeps(case: Case) -> bool:
    return case.culprit.promise is Promise.KEEPS


def _loses(case: Case) -> bool:
    return case.kind != "crash" and not _free(case) and less(case.good, case.bad)


def less(good: Json, bad: Json) -> bool:
    """Whether `bad` is `good` with members left out, and nothing else changed."""
    return good != bad and _within(good, bad)


def _within(good: Json, bad: Json) -> bool:
    if isinstance(good, dict) and isinstance(bad, dict):
        return all(key in good and _within(good[key], value) for key, value in bad.items())
    return good == bad


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: when it holds, what that makes of the change, how sure it is, and its words."""

    holds: Callable[[Case], bool]
    word: str
    sure: float
    because: str = ""


RULES: Final = (
    Rule(_only_data, VISIBLE, 0.8, "where it was asked the code is the same, and data differs"),
    Rule(misses_its_own, REGRESSION, 0.9, "it does not find what it needs itself"),
    Rule(_lost_promise, REGRESSION, 0.5, "a name went without a word, in a step that keeps"),
    Rule(_dies, REGRESSION, 0.85, "the process dies, and nobody means that"),
    Rule(_reverted, REGRESSION, 0.75, "it was taken back, or mended, in a later release"),
    Rule(_elsewhere, NOT_ADAPTED, 0.75, "{dependent} met what it was not written for"),
    Rule(_knew, NOT_ADAPTED, 0.5, "it declares that the other will do, and fails with it"),
    Rule(_told, INTENDED, 0.9),
    Rule(_noted_as_fix, VISIBLE, 0.75),
    Rule(_noted, INTENDED, 0.75),
    Rule(_removed_freely, INTENDED, 0.8, "a name does not go by accident"),
    Rule(_removed, INTENDED, 0.6, "a name does not go by accident"),
    Rule(_withdrawn, REGRESSION, 0.6, "the release was withdrawn"),
    Rule(_refuses_though_it_keeps, VISIBLE, 0.5, "its own code refuses now what it took before"),
    Rule(_refuses, INTENDED, 0.55, "its own code refuses now what it took before"),
    Rule(_hands_on, REGRESSION, 0.55, "what it hands on is refused, not what it was given"),
    Rule(_loses, REGRESSION, 0.5, "members are lost, and nothing else changed"),
    Rule(_free, INTENDED, 0.7, "nothing speaks against it"),
    Rule(_fails, REGRESSION, 0.6, "it makes others fail, in a step that keeps"),
    Rule(_mends, REGRESSION, 0.6, "a step that only mends, no warning, and it behaves otherwise"),
    Rule(_keeps, INTENDED, 0.6, "a step that may add, and nothing was lost or refused"),
)


def nature(case: Case) -> Nature:
    """Say of which kind the change is, with everything that was seen."""
    seen = tuple(_seen(case))
    if not case.machine:
        for rule in RULES:
            if rule.holds(case):
                told = rule.because.format(dependent=responsible(case).package)
                return Nature(
                    word=rule.word, evidence=(*seen, told) if told else seen, confidence=rule.sure
                )
    why = "nothing here tells what was meant: a person must judge"
    return Nature(word=UNDETERMINED, evidence=(*seen, why), confidence=0.0)


def _seen(case: Case) -> Iterator[str]:
    """Say each piece of evidence in words."""
    if case.announced:
        yield f"the last good release announced it: {case.announced}"
    if case.noted:
        yield f"the first bad release notes: {case.noted}"
    for change in case.changes:
        yield _step(change)
    if its_name_is_gone(case) and case.gone:
        yield f"gone: {case.gone.holder}{'.' if case.gone.name else ''}{case.gone.name}"
    user = dependent(case)
    admitted = case.admits.get((user, case.culprit.package))
    if user and admitted is not None:
        yield f"{user} {'admits' if admitted else 'forbids'} {case.culprit.after}"
    elif user:
        yield f"{user} declares nothing about {case.culprit.package}"


def _step(change: Change) -> str:
    words = {
        Promise.MAY_BREAK: "is a step that may break",
        Promise.KEEPS: "is a step that promises to break nothing",
        Promise.NONE: "is a step that promises nothing",
    }
    later = change.still not in ("", change.after)
    lasts = f", and {change.still} still shows it" if later else ""
    lasts += f"; {change.fixed_in} does not" if change.fixed_in else ""
    before, after = change.before or ABSENT, change.after or ABSENT
    return f"{change.package} {before} to {after} {words[change.promise]}{lasts}"
