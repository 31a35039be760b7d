"""One step alone: `stackmatrix watch`, `plan`, `execute` and so on; each reads facts, adds its own.

The steps of one morning are one run: it stays open until `render` ends it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot import pipeline
from bot.app import Options, opened
from bot.core.model import Cell, Json
from bot.core.urgency import Candidate
from bot.errors import UsageError
from bot.ports import Progress
from bot.steps.carrying import offered
from bot.steps.cells import prepare_cell
from bot.steps.house import House
from bot.steps.urgent import chosen, waiting
from bot.steps.verdicts import planned_of
from bot.steps.view import text_of
from bot.steps.watching import line, tried
from bot.verbs.run import finish, ready


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a step says: a table (header first) for people, and the same as JSON rows."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def json(self) -> Json:
        """The rows as objects."""
        return [dict(zip(self.header, row, strict=True)) for row in self.rows]


def step(name: str, options: Options, progress: Progress, *, prepare_only: bool = False) -> Told:
    """Do the step of that name on the run that is open, or on a new one.

    What is only prepared may be moved, the whole state folder, before it is asked.

    Raises `UsageError` that names the step that has to come before.
    """
    if name == "render":
        ready(options)
    with opened(options, progress, whole=False) as house:
        in_turn(name, house)
        match name:
            case "plan":
                return _plan(house)
            case "execute" if prepare_only:
                return _prepare(house)
            case "execute":
                executed = pipeline.execute(house)
                return Told(header=("executed",), rows=((str(executed),),))
            case "judge":
                return _judge(house)
            case _:
                return _later(name, house, options)


def in_turn(name: str, house: House) -> None:
    """Refuse a step that has nothing to stand on yet: it would seem to find nothing wrong."""
    unknown = [one.name for one in tried(house) if not line(house, one)]
    planned = planned_of(house)
    ran = any(each.cell.key in house.memory.cells for each in planned if each.cell)
    if name != "watch" and unknown:
        what = f"no release that is followed is known of {', '.join(unknown)}"
        raise UsageError(what, cure="`stackmatrix watch` first")
    if name not in ("watch", "plan") and not planned:
        raise UsageError(f"run {house.run} has no plan yet", cure="`stackmatrix plan` first")
    if (
        name not in ("watch", "plan", "execute")
        and not ran
        and any(each.cell and each.cell.backend not in house.lacks for each in planned)
    ):
        what = f"run {house.run} has seen no answer of any cell"
        raise UsageError(what, cure="`stackmatrix execute` first")


def _plan(house: House) -> Told:
    pipeline.plan(house)
    known = {one.key: one for one in waiting(house)}
    fits = {cell.key for cell in chosen(house)}
    rows = tuple(
        (
            each.row,
            each.trigger,
            each.cell.name if each.cell else f"unsolvable: {each.conflict}",
            str(len(house.needs(each.cell))) if each.cell else "0",
            *_when(house, each.cell, known.get(each.cell.key if each.cell else ""), fits),
        )
        for each in planned_of(house)
    )
    header = ("row", "trigger", "cell", "probes to ask", "seconds", "why")
    return Told(header=header, rows=rows)


def _when(
    house: House, cell: Cell | None, one: Candidate | None, fits: Collection[str]
) -> tuple[str, str]:
    """Return what a cell should take, and why it is asked now, or that it waits."""
    if one is None or cell is None:
        return "0", "known"
    offer = offered(house, cell, house.needs(cell))
    spared = f"; {offer.words}" if offer else ""
    why = one.words if one.key in fits else "waits for the next run"
    return f"{one.seconds:.0f}", f"{why}{spared}"


def _prepare(house: House) -> Told:
    cells = {each.cell.key: each.cell for each in planned_of(house) if each.cell}
    wanted = [cell for cell in cells.values() if house.needs(cell)]
    house.progress.begin("prepare", len(wanted))
    rows: list[tuple[str, str]] = []
    for cell, failure in house.runner.run(wanted, lambda one: prepare_cell(house, one)):
        rows.append((cell.name, f"{failure.reason}: {failure.message}" if failure else "ready"))
        house.progress.advance("prepare", cell.name)
    return Told(header=("cell", "prepared"), rows=tuple(sorted(rows)))


def _judge(house: House) -> Told:
    rows = tuple(
        (
            each.planned.row,
            each.planned.trigger,
            each.probe.name,
            each.verdict.value,
            text_of(each.after.outcome).splitlines()[0] if text_of(each.after.outcome) else "",
        )
        for each in pipeline.judge(house)
    )
    return Told(header=("row", "trigger", "probe", "verdict", "what"), rows=rows)


def _later(name: str, house: House, options: Options) -> Told:
    """The steps that stand on judgements: explain, reduce, track, render."""
    results = pipeline.judge(house)
    causes = pipeline.explain(house, results)
    if name == "reduce":
        pipeline.reduce(house, causes)
    if name == "track":
        pipeline.track(house, results, causes)
    if name == "render":
        files = finish(house, options, results, causes, 0).files
        return Told(header=("file",), rows=tuple((str(file),) for file in files))
    seen = pipeline.render(house, results, causes)
    rows = tuple(
        (
            each.finding,
            each.verdict.value,
            each.explanation.ending.value if each.explanation else "",
            ", ".join(
                f"{c.package} ({c.last_good}, {c.first_bad}]"
                for c in (each.explanation.culprits if each.explanation else ())
            ),
            each.fails,
            each.draft,
        )
        for each in seen.findings
    )
    return Told(header=("finding", "verdict", "ending", "culprits", "proof", "draft"), rows=rows)
