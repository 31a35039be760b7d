"""The links of one result, in causal order: what each says, and both sides where they part."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core.model import NOT_EXPOSED, Json, Link
from bot.core.outcome import Diverged, Outcome, Passed
from bot.core.phrases import NOT_MEASURED
from bot.core.report import Result
from bot.core.sanitise import excerpt
from bot.render.marks import Parted, Plot, as_text, parted, plot

VALUE_LINES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLine:
    """One link: what it says with its tone, and both sides, with marks where they part.

    `plot` is drawn where both sides are log-probabilities.
    """

    link: str
    says: str
    word: str
    expected: str = ""
    seen: str = ""
    parted: Parted | None = None
    plot: Plot | None = None


def link_lines(result: Result) -> list[LinkLine]:
    """Return one line per link of `result`, in causal order."""
    expected, seen = dict(result.expected), dict(result.seen)
    stopped = result.outcome.link if isinstance(result.outcome, Diverged) else None
    return [
        _link_line(link, result, expected.get(link), seen.get(link))
        for link in Link
        if link in expected or link in seen or link is stopped
    ]


def _link_line(link: Link, result: Result, expected: Json, seen: Json) -> LinkLine:
    told, word = _says(link, result, expected, seen)
    line = LinkLine(link=link.value, says=told, word=word)
    if told in ("not exposed", "equal", "seen; no golden to hold it to"):
        return line
    line = replace(line, expected=_show(expected), seen=_show(seen))
    if expected is None or seen is None:
        return line
    if link is Link.LOGPROBS:
        return replace(line, plot=plot(expected, seen))
    return replace(line, parted=parted(expected, seen))


def _says(link: Link, result: Result, expected: Json, seen: Json) -> tuple[str, str]:
    outcome = result.outcome
    if isinstance(outcome, Diverged) and outcome.link is link:
        return "differs here first", "bad"
    if seen == NOT_EXPOSED:
        return "not exposed", "grey"
    if isinstance(outcome, Passed) and link in outcome.unheld:
        return "seen; no golden to hold it to", "grey"
    return _compared(link, outcome, expected, seen)


def _compared(link: Link, outcome: Outcome, expected: Json, seen: Json) -> tuple[str, str]:
    if seen == expected:
        return "equal", "good"
    if seen is None or expected is None:
        return "only one side was seen", "grey"
    if _before(link, outcome):
        return "within its tolerance", "good"
    return "differs too", "grey"


def _before(link: Link, outcome: Outcome) -> bool:
    order = list(Link)
    if isinstance(outcome, Diverged):
        return order.index(link) < order.index(outcome.link)
    return isinstance(outcome, Passed)


def _show(value: Json) -> str:
    if value is None:
        return NOT_MEASURED
    if value == NOT_EXPOSED:
        return "not exposed"
    return excerpt(as_text(value), lines=VALUE_LINES)
