"""`stackmatrix merge`: bundles into the ledger, in any order, twice or late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from bot.core.facts import CellDone, Fact, RunEnded, RunStarted
from bot.errors import BundleError, UsageError
from bot.ledger.carry import countable, found, opened
from bot.ledger.door import Bundle
from bot.ledger.files import FileLedger
from bot.verbs.manual import epilog
from bot.verbs.said import Said, Terminal, talk_options

ELSEWHERE = "merge it into the ledger that planned it, or plan again and run the new job files"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one bundle: cells that ended in it, facts that were new, what to know."""

    where: str
    job: str
    cells: int
    done: int
    facts: int
    notes: tuple[str, ...] = ()


def merge(places: Sequence[Path], state: Path) -> tuple[tuple[Taken, ...], tuple[str, ...]]:
    """Take every sound bundle at `places` into the ledger; returns those, and what was refused.

    Raises `UsageError` where there is no ledger, `LedgerError` where it is held.
    """
    if not (state / "facts").is_dir():
        cure = "name the folder of the run that planned, with --state"
        raise UsageError(f"there is no ledger in {state}", cure=cure)
    bundles: list[Bundle] = []
    refused: list[str] = []
    taken: list[Taken] = []
    for place in places:
        try:
            bundles += [opened(each) for each in found(place)]
        except BundleError as trouble:
            refused.append(f"{trouble.message}\nmend:  {trouble.cure}")
    with FileLedger.open(state) as ledger:
        for bundle in sorted(bundles, key=lambda one: (one.head.job, one.head.worker, one.where)):
            wrong = _stranger(bundle, ledger.facts())
            if wrong:
                refused.append(f"{wrong}\nmend:  {ELSEWHERE}")
            else:
                taken.append(_take(bundle, ledger))
    return tuple(taken), tuple(refused)


def _stranger(bundle: Bundle, facts: Sequence[Fact]) -> str:
    """Say why a bundle does not belong into a ledger with `facts`, or nothing."""
    head = bundle.head
    bodies = [one.body for one in facts if one.run == head.run]
    run = next((body for body in bodies if isinstance(body, RunStarted)), None)
    if run is None:
        return f"{bundle.where}: it is of run {head.run}, which this ledger does not have"
    for what, its, ours in (("suite", head.suite, run.suite), ("config", head.config, run.config)):
        if its != ours:
            told = f"its {what} is {its[:12]}, and run {head.run} of this ledger has {ours[:12]}"
            return f"{bundle.where}: at bundle.json: {told}"
    return ""


def _take(bundle: Bundle, ledger: FileLedger) -> Taken:
    """Take one bundle in: its blobs first, so that no fact names what is not there."""
    counting = tuple(countable(bundle))
    for content in bundle.blobs.values():
        ledger.keep(content)
    facts = [one for one in ledger.facts() if one.run == bundle.head.run]
    before = {(one.job, one.attempt) for one in facts if isinstance(one.body, CellDone)}
    known = {one.id for one in facts}
    other = {f.job for f in counting if (f.job, f.attempt) in before and f.id not in known}
    new = ledger.take(counting)
    ended = any(isinstance(f.body, RunEnded) and f.run == bundle.head.run for f in ledger.facts())
    left = len(bundle.unfinished)
    again = f"{len(other)} of its cells had answered already, which stands; see --execution"
    notes = (
        *([f"{left} of its cells did not come to their end; run its shard again"] if left else []),
        *([again] if other else []),
        *([f"run {bundle.head.run} has ended; the next run knows these cells"] if ended else []),
        *(["its last line was torn off and is left out"] if bundle.torn else []),
    )
    cells = len(bundle.head.cells)
    return Taken(
        where=bundle.where,
        job=bundle.head.job,
        cells=cells,
        done=cells - left,
        facts=len(new),
        notes=notes,
    )


@click.command("merge", epilog=epilog("merge"))
@click.argument("places", nargs=-1, required=True, metavar="DIR...", type=click.Path())
@click.option("--state", default=".stackmatrix", show_default=True, help="The ledger.")
@talk_options
@click.pass_obj
def command(
    terminal: Terminal,
    /,
    *,
    places: tuple[str, ...],
    state: str,
    **given: Any,  # noqa: ANN401
) -> Said:
    """Take the bundles of shards into the ledger.

    DIR is a bundle, a folder that holds some, or a zip file of one. The order does not matter,
    and a bundle may be merged twice or late. A damaged bundle, or one of another ledger, is
    refused with its reason, and the others are taken: exit code 8.
    """
    missing = [each for each in places if not Path(each).exists()]
    if missing:
        raise UsageError(f"there is no {missing[0]}", cure="name folders that hold bundles")
    taken, refused = merge([Path(each) for each in places], Path(state))
    with terminal.display(given["quiet"]) as display:
        for each in taken:
            for note in each.notes:
                display.note(f"{each.where}: {note}")
    if refused:
        kept = f"{len(taken)} other bundles were taken" if taken else "no bundle was taken"
        raise BundleError("\n".join([*refused, kept]))
    rows = tuple(
        (one.job, f"{one.done} of {one.cells}", str(one.facts), one.where) for one in taken
    )
    return Said(
        header=("job", "cells done", "new facts", "bundle"),
        rows=rows,
        json=[
            {"job": o.job, "cells": o.cells, "done": o.done, "facts": o.facts, "notes": [*o.notes]}
            for o in taken
        ],
        as_json=given["as_json"],
        quiet=given["quiet"],
    )
