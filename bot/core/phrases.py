"""What a report says in words: one place, so that every format says the same.

>>> symptom("diverged:message:tool calls: count")
'message differs (tool calls: count)'
>>> symptom("failed:start:exception:ImportError: no <n>")
'start fails (exception: ImportError: no <n>)'
>>> interval(Culprit(package="engine", last_good="1.0", first_bad="1.2"))
'after 1.0, up to 1.2'
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.claims import DECLARED
from bot.core.crossed import told_by_images
from bot.core.outcome import (
    Culprit,
    Diverged,
    Ending,
    Explanation,
    Failed,
    NotRun,
    Outcome,
    Passed,
    Unsolvable,
    Verdict,
)
from bot.core.release import Release
from bot.core.report import CellView, FindingView, Report
from bot.core.versions import parse

SHORT = 12  # digits of a digest, where one is shown to a person
NOT_MEASURED = "not measured"
HEADLINE = 120  # characters of a symptom in a headline
GOOD_WORDS = frozenset({"baseline", "still-good", "fixed", "new"})
BAD_WORDS = frozenset({"regressed", "changed", "unsolvable"})
NO_WORSE_WORDS = GOOD_WORDS | {"still-bad"}

_ENDINGS = {
    Ending.CONCLUSIVE: "one release step",
    Ending.INTERVAL: "an interval: what lies inside it could not be tested",
    Ending.HORIZON: "the end that worked shows it too",
    Ending.INTERACTION: "only together: none of these upgrades does it alone",
    Ending.FLAKY: "it comes and goes with the same closure",
    Ending.UNEXPLAINED: "no upgrade was found that explains it",
    Ending.NO_REGRESSION: "it did not show again in a fresh environment",
}


def symptom(signature: str) -> str:
    """Say a signature in words; what is no signature is said as it stands."""
    kind, _, rest = signature.partition(":")
    where, _, shape = rest.partition(":")
    match kind:
        case "diverged":
            return f"{where} differs ({shape})" if shape else f"{where} differs"
        case "failed":
            reason, _, message = shape.partition(":")
            return (
                f"{where} fails ({reason}: {message})" if message else f"{where} fails ({reason})"
            )
        case "unsolvable":
            return "no set of versions satisfies the requirements"
        case _:
            return signature or "behaves differently"


def interval(culprit: Culprit) -> str:
    """Say between which releases behaviour flips: (last good, first bad].

    The first bad one is the older, where what is bad is that a package was lowered.

    >>> interval(Culprit(package="httpx", last_good="0.24", first_bad="0.23"))
    'below 0.24, down to 0.23'
    """
    yanked = ", which is yanked" if culprit.yanked else ""
    before, after = parse(culprit.last_good), parse(culprit.first_bad)
    if before and after and after < before:
        return f"below {culprit.last_good}, down to {culprit.first_bad}{yanked}"
    return f"after {culprit.last_good or NOT_MEASURED}, up to {culprit.first_bad}{yanked}"


def ending(explanation: Explanation | None) -> str:
    """Say how the search for the culprit ended."""
    if explanation is None:
        return "not explained yet"
    said = _ENDINGS[explanation.ending]
    return f"{said}: {explanation.why}" if explanation.ending is Ending.HORIZON else said


def accused(finding: FindingView) -> str:
    """Name the culprits with the releases that flip it, or the cell where none is known."""
    culprits = finding.explanation.culprits if finding.explanation else ()
    named = " + ".join(f"{one.package} {one.first_bad}" for one in culprits)
    return named or finding.cell


def headline(finding: FindingView) -> str:
    """One line for a finding: who, and what differs, or what was mended."""
    link = " mends: " if finding.verdict is Verdict.FIXED else ": "
    told = symptom(finding.signature)
    told = told if len(told) <= HEADLINE else told[: HEADLINE - 3] + "..."
    claim = "too low a declared minimum, " if finding.declared and finding.verdict.bad else ""
    return f"{claim}{accused(finding)}{link}{told}"


def says(outcome: Outcome | None) -> str:
    """One line for an outcome; None is an outcome that nobody measured."""
    match outcome:
        case None:
            return NOT_MEASURED
        case Passed():
            return _passed(outcome)
        case Diverged(link=link, shape=shape):
            return f"{link} differs" + (f": {shape}" if shape else "")
        case Failed(phase=phase, reason=reason):
            return f"failed at {phase}: {reason}"
        case Unsolvable():
            return "unsolvable"
        case NotRun(why=why):
            return f"not run: {why}"


def _passed(outcome: Passed) -> str:
    if outcome.noted:
        return f"passed (differs, as nobody forbids, at {', '.join(outcome.noted)})"
    unheld = len(outcome.unheld)
    return f"passed ({unheld} links without a golden)" if unheld else "passed"


def detail(outcome: Outcome | None) -> str:
    """Return the longer text of an outcome: the diff, the message or the conflict."""
    match outcome:
        case Diverged(diff=diff):
            return diff
        case Failed(message=message):
            return message
        case Unsolvable(conflict=conflict):
            return conflict
        case _:
            return ""


def good(cell: CellView) -> bool:
    """Whether everything that was asked of this cell is as it should be."""
    return cell.word in GOOD_WORDS and cell.tally.good > 0 and not cell.tally.bad


def no_worse(cell: CellView) -> bool:
    """Whether a person may move to this cell: something was asked, and nothing got worse."""
    return cell.word in NO_WORSE_WORDS and cell.tally.good > 0


def where(cell: CellView) -> str:
    """Return where a cell ran: its environment, and of a container the image and the ids."""
    if not cell.image:
        return cell.environment
    name, _, known = cell.image.rpartition("sha256:")
    ids = ", ".join(each[:SHORT] for each in cell.containers)
    return f"{cell.environment}: image {name}{known[:SHORT]}, container {ids or 'none'}"


def find_cell(report: Report, finding: FindingView) -> CellView | None:
    """Return the cell where a finding shows, or None when the report does not hold it."""
    return next(
        (cell for cell in report.cells if (cell.row, cell.name) == (finding.row, finding.cell)),
        None,
    )


def advice(report: Report, row: str) -> str:
    """Answer for one row, in a sentence or three, what can be upgraded today."""
    cells = [cell for cell in report.cells if cell.row == row]
    moved = [cell for cell in cells if cell.trigger != "baseline"]
    upgrades = [cell for cell in moved if not cell.trigger.startswith(DECLARED)]
    told = [_first_look(cells)] if not upgrades else [*_advise(upgrades)]
    told = told or ["Nothing could be told about these upgrades."]
    claims = [_claim(cell) for cell in moved if cell.trigger.startswith(DECLARED)]
    return " ".join([*told, *claims, *told_by_images(report, row)])


def _claim(cell: CellView) -> str:
    """Say whether what the packages of a row claim to work with holds."""
    word = "Holds" if good(cell) else "Does not hold" if cell.word in BAD_WORDS else "Not settled"
    return f"{word}: {cell.trigger}."


def _first_look(cells: list[CellView]) -> str:
    counted = "; ".join(cell.tally.text for cell in cells)
    return f"Nothing to upgrade: the baseline is the newest there is ({counted or 'not run'})."


def _advise(upgrades: list[CellView]) -> Iterator[str]:
    alone = [cell for cell in upgrades if cell.trigger != "newest"]
    newest = [cell for cell in upgrades if cell.trigger == "newest"]
    if newest and all(map(good, newest)):
        yield "Upgrade everything: the newest of all, together, is good."
    elif newest and all(map(no_worse, newest)):
        yield "Upgrade everything: the newest of all, together, is no worse than the baseline."
    elif newest and all(cell.word in BAD_WORDS for cell in newest):
        yield "Do not upgrade everything at once."
    elif newest:
        yield "Everything at once is not settled."
    for told, chosen in (
        ("Good alone", [cell for cell in alone if good(cell)]),
        ("No worse alone", [cell for cell in alone if no_worse(cell) and not good(cell)]),
        ("Hold", [cell for cell in alone if cell.word in BAD_WORDS]),
        ("Not settled", [cell for cell in alone if not (no_worse(cell) or cell.word in BAD_WORDS)]),
    ):
        names = ", ".join(dict.fromkeys(cell.trigger.replace("==", " ") for cell in chosen))
        if names:
            yield f"{told}: {names}."


def gone(report: Report, release: Release) -> str:
    """Say why a release was withdrawn, and what it showed when it was asked again for that."""
    why = release.yanked or "yanked, no reason given"
    word = again(report, release)
    return f"{why}; asked again: {word}" if word else why


def again(report: Report, release: Release) -> str:
    """Return the word of a withdrawn release that this run asked again, "" where it did not."""
    trigger = f"{release.component}=={release.version}"
    cells = (cell for cell in report.cells if cell.trigger == trigger and cell.executed)
    return ", ".join(dict.fromkeys(cell.word for cell in cells))


def withheld(report: Report) -> str:
    """Say that something is not told here, and where it is."""
    return (
        f"{report.withheld} more may be no matter for the public: "
        "`stackmatrix issues list` shows them on the machine that found them."
    )


def verdict_word(verdict: Verdict | str) -> str:
    """Return the class of a word: `good`, `bad` or `grey`, for colour beside the word itself."""
    word = str(verdict)
    return "good" if word in GOOD_WORDS else "bad" if word in BAD_WORDS else "grey"
