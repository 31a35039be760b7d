"""`stackmatrix show`: the last report again, in the terminal, without running anything."""

from __future__ import annotations

import json
from pathlib import Path

from bot import pipeline
from bot.app import Options, remembered
from bot.core.canonical import canonical
from bot.core.model import Json
from bot.errors import UsageError
from bot.ports import Progress


def last_report(reports: Path) -> Json:
    """Return the last report as JSON. Raises `UsageError` where there is none to read."""
    file = reports / "report.json"
    cure = "run `stackmatrix run` first, or name the folder with --reports"
    try:
        read: Json = json.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise UsageError(f"there is no report at {file}", cure=cure) from None
    except ValueError as trouble:
        raise UsageError(f"{file} is not a report: {trouble}", cure=cure) from None
    return read


def last_run(options: Options, progress: Progress) -> str:
    """Return the canonical report of the last run that ended, made again from its facts alone.

    Two runs that came to the same have the same text, byte for byte. Raises `UsageError` where
    no run has ended, or where the configuration has changed since.
    """
    house = remembered(options, progress)
    results = pipeline.judge(house)
    return canonical(pipeline.render(house, results, pipeline.explain(house, results)))


def matrix(report: Json) -> tuple[tuple[str, ...], ...]:
    """Return row, trigger, verdict and tally of every cell."""
    return tuple(
        (str(cell["row"]), str(cell["trigger"]), str(cell["word"]), _tally(cell.get("tally")))
        for cell in _list(report, "cells")
    )


def _list(table: Json, key: str) -> list[dict[str, Json]]:
    items = table.get(key) if isinstance(table, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _tally(tally: Json) -> str:
    counts = tally if isinstance(tally, dict) else {}
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


def findings(report: Json) -> tuple[str, ...]:
    """Return one line for each finding: the verdict, the link, the culprits."""
    return tuple(_finding(each) for each in _list(report, "findings"))


def _finding(found: dict[str, Json]) -> str:
    named = " with ".join(
        f"{each['package']} ({each['last_good']}, {each['first_bad']}]"
        for each in _list(found.get("explanation"), "culprits")
    )
    return f"{found['verdict']} {found['row']} at {found['link']}: {named or 'no culprit named'}"
