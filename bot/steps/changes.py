"""What changed in each of the last runs, from what the runs left when they ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.core.facts import RunEnded
from bot.core.report import Change, Delta
from bot.steps.house import House

RUNS = 30
BROKEN, FIXED, FLAKY = "newly broken", "newly fixed", "newly flaky"


def changes(house: House, now: Delta, titles: Mapping[str, str]) -> tuple[Change, ...]:
    """Return the changes of this run and of those before it, newest first.

    `titles` are the headlines of the findings of this run; an older one is called as it was
    drafted, or by its name where it was not.
    """
    memory = house.memory
    known = {name: told.title for name, told in memory.drafted.items()} | dict(titles)
    told = [_change(house, house.run, kind, name, known) for kind, name in _delta(now)]
    runs = sorted(run for run in memory.ended if run < house.run and memory.planned.get(run))
    before = RunEnded(newly_broken=0)
    older: list[Change] = []
    for run in runs[-RUNS:]:
        ended = memory.ended[run]
        older += [_change(house, run, kind, name, known) for kind, name in _new(before, ended)]
        before = ended
    return (*told, *reversed(older))


def _change(house: House, run: int, kind: str, name: str, titles: Mapping[str, str]) -> Change:
    at = house.memory.runs[run].at
    return Change(run=run, at=at, kind=kind, name=name, title=titles.get(name, name))


def _delta(now: Delta) -> Iterator[tuple[str, str]]:
    parts = ((BROKEN, now.newly_broken), (FIXED, now.newly_fixed), (FLAKY, now.newly_flaky))
    for kind, names in parts:
        yield from ((kind, name) for name in names)


def _new(before: RunEnded, ended: RunEnded) -> Iterator[tuple[str, str]]:
    for kind, old, names in (
        (BROKEN, before.broken, ended.broken),
        (FIXED, before.fixed, ended.fixed),
        (FLAKY, before.flaky, ended.flaky),
    ):
        yield from ((kind, name) for name in names if name not in old)
