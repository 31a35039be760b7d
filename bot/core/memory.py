"""What the facts say, folded into tables: the present state of everything, and never the truth.

The fold is incremental and forgets nothing that the ledger holds; throw it away and fold again.
What cells showed long ago need not be at hand: `told_then` brings it when somebody asks.

>>> memory = Memory()
>>> memory.add(Fact(run=1, job="run", attempt=0, body=RunEnded(newly_broken=0)))
>>> memory.earlier(2)
1
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from bot.core.carried import Carried, Reached, Refuted
from bot.core.cell_memory import Attempt, CellMemory
from bot.core.facts import (
    CellDone,
    CellStarted,
    CellStopped,
    Closed,
    Drafted,
    Explained,
    Fact,
    Named,
    Observed,
    Planned,
    Reduced,
    ReleaseSeen,
    RunEnded,
    RunStarted,
    Swapped,
    Tried,
)
from bot.core.model import Cell, Release
from bot.core.news import VANISHED

Slot: TypeAlias = tuple[str, str, str]  # row, trigger, backend
Then: TypeAlias = Callable[[int, str, int], Sequence[Observed]]  # run, job, attempt: what it saw


@dataclass(slots=True, kw_only=True)
class Memory:
    """Tables over all facts told so far."""

    runs: dict[int, RunStarted] = field(default_factory=dict)
    ended: dict[int, RunEnded] = field(default_factory=dict)
    releases: dict[tuple[str, str], Release] = field(default_factory=dict)
    first_seen: dict[tuple[str, str], int] = field(default_factory=dict)
    withdrawn: dict[tuple[str, str], int] = field(default_factory=dict)  # runs that saw it happen
    closed: dict[str, Closed] = field(default_factory=dict)
    planned: dict[int, dict[Slot, Planned]] = field(default_factory=lambda: defaultdict(dict))
    stacks: dict[str, Cell] = field(default_factory=dict)
    cells: dict[str, CellMemory] = field(default_factory=lambda: defaultdict(CellMemory))
    executed: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    attempts: dict[tuple[int, str], int] = field(default_factory=dict)
    workers: dict[tuple[int, str, int], str] = field(default_factory=dict)  # run, cell, attempt
    tried: dict[tuple[str, str], Tried] = field(default_factory=dict)
    explained: dict[str, Explained] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # of findings, by the search
    reduced: dict[str, Reduced] = field(default_factory=dict)
    swapped: dict[str, Swapped] = field(default_factory=dict)
    drafted: dict[str, Drafted] = field(default_factory=dict)
    doubted: set[str] = field(default_factory=set)  # distributions that reach more than it seems
    told_then: Then | None = None
    _open: dict[tuple[int, str, int], list[Observed]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _stopped: dict[tuple[int, str, int], CellStopped] = field(default_factory=dict)
    _reached: dict[tuple[int, str, int], list[Reached]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _carried: dict[tuple[int, str, int], Carried] = field(default_factory=dict)

    def fold(self, facts: Iterable[Fact]) -> Memory:
        """Add every fact, in order, and return itself."""
        for fact in facts:
            self.add(fact)
        return self

    def attempt(self, run: int, job: str) -> int:
        """Return the number of the next attempt of `job` in `run`, from 0."""
        return self.attempts.get((run, job), -1) + 1

    def earlier(self, run: int) -> int | None:
        """Return the last finished run before `run`."""
        return max((one for one in self.ended if one < run), default=None)

    def again(self, cell: Cell) -> bool:
        """Whether a release in `cell` was yanked after the cell was asked for the last time.

        What its source lists no more cannot be installed: only what was yanked is asked again.
        """
        yanked = [
            self.withdrawn[pair]
            for pair in cell.components
            if pair in self.withdrawn and self.releases[pair].yanked not in (None, VANISHED)
        ]
        if not yanked:
            return False
        asked = [run for run, cells in self.executed.items() if cell.key in cells]
        return max(yanked) > max(asked, default=max(yanked))

    def add(self, fact: Fact) -> None:
        """Take one more fact into the tables."""
        place = (fact.run, fact.job)
        self.attempts[place] = max(self.attempts.get(place, -1), fact.attempt)
        if not self._add_cell(fact):
            self._add_step(fact)

    def _add_cell(self, fact: Fact) -> bool:
        place = (fact.run, fact.job, fact.attempt)
        match fact.body:
            case CellStarted(cell=cell, worker=worker):
                self.workers[(fact.run, cell, fact.attempt)] = worker
            case Observed() as body:
                self._open[place].append(body)
            case CellStopped() as body:
                self.cells[body.cell].stopped = self._stopped[place] = body
                self.executed[fact.run].add(body.cell)
            case Reached() as body:
                self._reached[place].append(body)
            case Carried() as body:
                self._carried[place] = body
            case Refuted(moved=moved):
                self.doubted.update(moved)
            case CellDone() as body:
                self._finish(body, place)
                self.executed[fact.run].add(body.cell)
            case _:
                return False
        return True

    def _finish(self, body: CellDone, place: tuple[int, str, int]) -> None:
        """The finished attempt counts: what stopped an earlier one stops nothing any more."""
        observed, then = tuple(self._open.pop(place, ())), self.told_then
        self.cells[body.cell].learn(
            Attempt(
                run=place[0],
                done=body,
                stopped=self._stopped.pop(place, None),
                observed=observed,
                later=partial(then, *place) if then and not observed else None,
                reached=tuple(self._reached.pop(place, ())),
                carried=self._carried.pop(place, None),
            )
        )

    def _add_step(self, fact: Fact) -> None:
        match fact.body:
            case RunStarted() as body:
                self.runs[fact.run] = body
            case RunEnded() as body:
                self.ended[fact.run] = body
            case ReleaseSeen(release=release):
                name = (release.component, release.version)
                before = self.releases.get(name)
                if before and release.withdrawn and not before.withdrawn:
                    self.withdrawn[name] = fact.run
                self.releases[name] = release
                self.first_seen.setdefault(name, fact.run)
            case Closed() as body:
                self.closed[body.key] = body
            case Planned() as body:
                self.planned[fact.run][slot(body)] = body
                if body.cell is not None:
                    self.stacks[body.cell.key] = body.cell
            case _:
                self._add_search(fact)

    def _add_search(self, fact: Fact) -> None:
        match fact.body:
            case Tried() as body:
                self.tried[(body.search, body.trial)] = body
            case Explained() as body:
                self.explained[body.finding] = body
            case Named(finding=finding, search=search):
                self.names[search] = finding
            case Reduced() as body:
                self.reduced[body.finding] = body
            case Swapped() as body:
                self.swapped[body.finding] = body
            case Drafted() as body:
                self.drafted[body.finding] = body
            case _:
                pass


def slot(planned: Planned) -> Slot:
    """Return what names a cell from run to run."""
    backend = planned.cell.backend if planned.cell else planned.backend
    return (planned.row, planned.trigger, backend)
