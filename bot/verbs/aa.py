"""`stackmatrix aa`: the matrix against itself, to know how often it would cry wolf."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from bot.app import Options, remembered
from bot.core.facts import RunEnded, RunStarted
from bot.core.model import Json
from bot.core.stats import Rate
from bot.effects.clock import now
from bot.ledger.files import FileLedger
from bot.ledger.recall import memory_of
from bot.ports import Progress
from bot.steps.house import House
from bot.steps.repeats import AgainstItself, against_itself, cells_of
from bot.verbs.manual import epilog
from bot.verbs.said import Said, Terminal, matrix_options, options_of, talk_options

FALSE_ALARM = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What all repetitions came to: false alarms of all comparisons, odd answers of all."""

    told: tuple[AgainstItself, ...]

    @property
    def alarms(self) -> Rate:
        """Comparisons of a cell with itself that listed something."""
        hits = sum(bool(each.pair.divergences) for each in self.told)
        return Rate(hits=hits, total=len(self.told))

    @property
    def answers(self) -> Rate:
        """Answers unlike the usual one of their probe."""
        rates = [each.answers for each in self.told]
        return Rate(hits=sum(r.hits for r in rates), total=sum(r.total for r in rates))


def measure(options: Options, progress: Progress, *, runs: int) -> Measured:
    """Run every cell of the last run against itself, `runs` times.

    Raises `UsageError` where no run has ended yet.
    """
    last = remembered(options, progress)
    with _opened(options.state / "aa", last) as house:
        here = [cell for cell in cells_of(last) if cell.backend not in last.lacks]
        told = (each for cell in here for each in against_itself(house, cell, runs))
        return Measured(told=tuple(told))


@contextmanager
def _opened(root: Path, last: House) -> Iterator[House]:
    """The house of the last run over a ledger of its own: what is measured is no baseline."""
    with FileLedger.open(root) as ledger:
        started = RunStarted(at=now(), bot="aa", config=now().isoformat(), suite=last.suite)
        run = ledger.begin(started)
        memory = memory_of(ledger)
        house = replace(last, ledger=ledger, memory=memory, run=run, clock=now)
        yield house
        house.tell(RunEnded(newly_broken=0), job="run")


@click.command("aa", epilog=epilog("aa"))
@click.option("--runs", default=1, show_default=True, type=click.IntRange(1), help="How often.")
@matrix_options
@talk_options
@click.pass_obj
def command(terminal: Terminal, /, **given: Any) -> Said:  # noqa: ANN401
    """Compare every cell of the last run with itself.

    Whatever is listed is a false alarm. Nothing is taken from an earlier run: each comparison
    asks everything four times, in four processes. Exit code 1 where something was listed.
    """
    with terminal.display(given["quiet"]) as display:
        told = measure(options_of(given), display, runs=given["runs"])
    lines = [f"false alarms: {told.alarms}", f"answers unlike the usual one: {told.answers}"]
    for each in told.told:
        lines += [f"  {each.cell}: {name}: {rate}" for name, rate in each.flaky]
        lines += [f"  {each.cell}: listed {one.signature}" for one in each.pair.divergences]
    return Said(
        lines=tuple(lines),
        json=_json(told),
        as_json=given["as_json"],
        quiet=given["quiet"],
        code=FALSE_ALARM if told.alarms.hits else 0,
    )


def _json(told: Measured) -> Json:
    return {
        "alarms": _rate(told.alarms),
        "answers": _rate(told.answers),
        "cells": [
            {
                "cell": each.cell,
                "listed": [one.signature for one in each.pair.divergences],
                "answers": _rate(each.answers),
                "flaky": {name: _rate(rate) for name, rate in each.flaky},
            }
            for each in told.told
        ],
    }


def _rate(rate: Rate) -> Json:
    interval: list[Json] = [rate.low, rate.high] if rate.total else [0.0, 1.0]
    return {"hits": rate.hits, "total": rate.total, "interval": interval}
