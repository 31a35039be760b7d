"""`stackmatrix plan`: what a run would do, take, fetch and lead to; it does none of it.

Its JSON is `suite/plan.schema.json`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from bot import pipeline
from bot.core.claims import DECLARED
from bot.core.downloads import Total, together, total
from bot.core.facts import Planned
from bot.core.finding import moved
from bot.core.model import Cell, Json
from bot.core.plan import BASELINE
from bot.core.prospects import Prospect, prospect
from bot.core.urgency import Candidate
from bot.steps.carrying import offered
from bot.steps.house import House
from bot.steps.urgent import fitting, waiting
from bot.steps.verdicts import planned_of
from bot.verbs.told import Told

VERSION: Final = 1  # of the JSON
HEADER: Final = ("row", "trigger", "cell", "probes to ask", "seconds", "to download", "why")


def preview(house: House) -> Told:
    """Plan, and say of each cell what it takes and why it is asked, and what may come of it."""
    pipeline.plan(house)
    candidates = waiting(house, sizes=True)
    known = {one.key: one for one in candidates}
    fits = {cell.key for cell in fitting(house, candidates)}
    every = planned_of(house)
    drafts = tuple(dict.fromkeys(one for each in every for one in prospects(house, each)))
    asked = [one for one in candidates if one.key in fits]
    files = total(together(one.files for one in asked))
    return Told(
        header=HEADER,
        rows=tuple(
            (
                each.row,
                each.trigger,
                each.cell.name if each.cell else f"unsolvable: {each.conflict}",
                str(len(house.needs(each.cell))) if each.cell else "0",
                *_when(house, each.cell, known.get(each.cell.key if each.cell else ""), fits),
            )
            for each in every
        ),
        lines=(*_in_all(house, asked, files), *_could(drafts)),
        more={
            "version": VERSION,
            "cells": [_cell(house, each, known, fits) for each in every],
            "in_all": {
                "cells": len(asked),
                "waiting": len(candidates) - len(asked),
                "seconds": round(sum(one.seconds for one in asked)),
                **_bytes(files),
            },
            "drafts": [_draft(one) for one in drafts],
        },
    )


def prospects(house: House, planned: Planned) -> tuple[Prospect, ...]:
    """Return what a regression would lead to, for each component that a cell upgrades."""
    base = house.memory.stacks.get(planned.against)
    if planned.cell is None or base is None or planned.trigger.startswith((BASELINE, DECLARED)):
        return ()
    names = {name for name, *_ in moved(dict(base.components), dict(planned.cell.components))}
    components = [house.matrix.components[name] for name in house.row(planned.row).components]
    return tuple(prospect(one, house.matrix.policy) for one in components if one.name in names)


def _when(
    house: House, cell: Cell | None, one: Candidate | None, fits: Collection[str]
) -> tuple[str, str, str]:
    """Return what a cell should take and fetch, and why it is asked now, or that it waits."""
    if one is None or cell is None:
        return "0", "", "known"
    offer = offered(house, cell, house.needs(cell))
    spared = f"; {offer.words}" if offer else ""
    why = one.words if one.key in fits else "waits for the next run"
    return f"{one.seconds:.0f}", str(total(one.files)), f"{why}{spared}"


def _in_all(house: House, asked: Sequence[Candidate], files: Total) -> tuple[str, ...]:
    if not asked:
        return ("In all: nothing to ask.",)
    seconds = sum(one.seconds for one in asked)
    bounds = house.matrix.budget.words
    told = f"In all: {len(asked)} cells, about {seconds:.0f} s, to download: {files}"
    return (f"{told}; a run may take {bounds}." if bounds else f"{told}.",)


def _could(drafts: Sequence[Prospect]) -> tuple[str, ...]:
    head = ("A regression could lead to, by the component that it is in:",) if drafts else ()
    return (*head, *(f"  {one}" for one in drafts))


def _cell(
    house: House, planned: Planned, known: dict[str, Candidate], fits: Collection[str]
) -> Json:
    cell = planned.cell
    one = known.get(cell.key) if cell else None
    return {
        "row": planned.row,
        "trigger": planned.trigger,
        "cell": cell.name if cell else None,
        "conflict": planned.conflict,
        "backend": cell.backend if cell else planned.backend,
        "interpreter": cell.interpreter if cell else None,
        "model": cell.model if cell else None,
        "probes": len(house.needs(cell)) if cell else 0,
        "seconds": round(one.seconds) if one else 0,
        "why": _when(house, cell, one, fits)[-1] if cell else "unsolvable",
        **_bytes(total(one.files) if one else Total()),
        "drafts": [each.component for each in prospects(house, planned)],
    }


def _bytes(files: Total) -> dict[str, Json]:
    return {"bytes": files.known, "unknown_sizes": files.unknown}


def _draft(one: Prospect) -> Json:
    return {
        "component": one.component,
        "target": one.target,
        "way": one.way.value,
        "words": one.words,
    }
