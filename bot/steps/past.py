"""What a cell was in earlier runs, from what each run left when it ended."""

from __future__ import annotations

from functools import cache

from bot.core.facts import RunEnded
from bot.core.memory import Slot
from bot.core.report import Past
from bot.core.streak import GOOD
from bot.steps.house import House

AT_MOST = 60  # runs, newest last


def histories(house: House) -> dict[Slot, tuple[Past, ...]]:
    """Return, for each cell of this run, what it was in the finished runs before it."""
    memory = house.memory
    runs = sorted(run for run in memory.ended if run < house.run and memory.planned.get(run))
    told: dict[Slot, list[Past]] = {place: [] for place in memory.planned.get(house.run, {})}
    for run in runs[-AT_MOST:]:
        words, at = _words(memory.ended[run]), memory.runs[run].at
        for place in memory.planned[run]:
            if place in told:
                told[place].append(Past(run=run, at=at, word=words.get(place, GOOD)))
    return {place: tuple(past) for place, past in told.items()}


@cache
def _words(ended: RunEnded) -> dict[Slot, str]:
    return {(row, trigger, backend): word for row, trigger, backend, word in ended.words}
