"""What is known to work together, as files that pip and uv read: `--constraint`, and a lock.

For each stack the newest set that is green: all newest, where that is good, else the upgrade that
is good and stands last in the matrix, else the baseline. A stack that has none gets no file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.core.claims import DECLARED
from bot.core.model import Pin
from bot.core.phrases import good, no_worse
from bot.core.plan import BASELINE, NEWEST
from bot.core.report import CellView, Report
from bot.core.sanitise import plain
from bot.render.addresses import slug


class ConstraintsRenderer:
    """Writes `constraints-STACK.txt` and, with hashes, `lock-STACK.txt`."""

    name = "constraints"

    def render(self, report: Report) -> Mapping[str, str]:
        """Return both files for each stack of Python packages that has a green set."""
        return dict(_files(report))


def _files(report: Report) -> Iterator[tuple[str, str]]:
    for row in report.rows:
        chosen = newest_green([cell for cell in report.cells if cell.row == row])
        if chosen is None or chosen.cell is None:
            continue
        pins = chosen.cell.closure.pins
        if not pins or any(pin.name.startswith("@") for pin in pins):
            continue
        head = _head(report, chosen)
        lines = [str(pin) for pin in pins]
        yield f"constraints-{slug(row)}.txt", head + "".join(f"{line}\n" for line in lines)
        if all(pin.hashes for pin in pins):
            yield f"lock-{slug(row)}.txt", head + "".join(map(_locked, pins))


def _locked(pin: Pin) -> str:
    return " \\\n    ".join([str(pin), *(f"--hash={one}" for one in pin.hashes)]) + "\n"


def newest_green(cells: list[CellView]) -> CellView | None:
    """Return the newest cell that is good, or where none is, the newest that got no worse."""
    cells = [cell for cell in cells if not cell.trigger.startswith(DECLARED)]  # nobody's upgrade
    order = [
        *(cell for cell in cells if cell.trigger == BASELINE),
        *(cell for cell in cells if cell.trigger not in (BASELINE, NEWEST)),
        *(cell for cell in cells if cell.trigger == NEWEST),
    ]
    for fits in (good, no_worse):
        for cell in reversed(order):
            if cell.cell is not None and fits(cell):
                return cell
    return None


def _head(report: Report, cell: CellView) -> str:
    """Say where the set comes from, in comments."""
    state = "good" if good(cell) else "no worse than the baseline"
    words = f"{cell.row}, {cell.trigger}: {state} ({cell.tally.text})"
    return (
        f"# {' '.join(plain(words).split())}\n"
        f"# Tested as {' '.join(plain(cell.name).split())}, Python {_python(cell)},\n"
        f"# in run {report.run} of stackmatrix, {report.at.date()}.\n"
    )


def _python(cell: CellView) -> str:
    return cell.cell.interpreter if cell.cell else ""
