"""Ask every source at once, so that no host waits for another one.

Components behind one door share a few lanes, in which they wait for each other; so a host that is
slow or dead holds up its own lanes only. A source that can answer for many is asked for many.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from bot.core.follow import visible
from bot.core.lookout import door
from bot.core.model import Component, Release
from bot.errors import SourceError
from bot.ports import Bulk
from bot.steps.house import House

Answer: TypeAlias = tuple[Release, ...] | SourceError
LANES: Final = 4  # at one door
MANY: Final = 100  # components in one question, where a source takes so many


def poll(house: House, components: Sequence[Component]) -> Mapping[str, Answer]:
    """Return what the source of each component answers, by its name."""
    house.progress.begin("watch", len(components))
    found: dict[str, Answer] = {}
    errands = house.errands or house.runner
    together = frozenset(name for name, one in house.sources.items() if isinstance(one, Bulk))
    ways = tuple(lanes(components, together))
    for _, answers in errands.run(ways, lambda lane: _walk(house, lane)):
        found |= answers
    return found


def lanes(
    components: Sequence[Component], together: Collection[str] = ()
) -> Iterator[tuple[Component, ...]]:
    """Yield what is asked one after the other; the first lanes of all doors come first.

    Those of a source that is `together` asked for many stay together.
    """
    doors: dict[str, list[Component]] = defaultdict(list)
    for one in components:
        doors[f"{one.source} {door(one.source, one.package)}"].append(one)
    for behind in doors.values():
        if behind[0].source in together:
            yield from (tuple(behind[at : at + MANY]) for at in range(0, len(behind), MANY))
    for at in range(LANES):
        for behind in doors.values():
            lane = tuple(behind[at::LANES])
            if lane and lane[0].source not in together:
                yield lane


def _walk(house: House, lane: tuple[Component, ...]) -> Mapping[str, Answer]:
    found = dict(_together(house, lane))
    for component in lane:
        if house.errands and house.errands.stopped:
            break
        if component.name not in found:
            found[component.name] = _ask(house, component)
        house.progress.advance("watch", component.name)
    cutoff = house.matrix.cutoff
    return {
        name: answer if isinstance(answer, SourceError) else visible(answer, cutoff)
        for name, answer in found.items()
    }


def _together(house: House, lane: tuple[Component, ...]) -> Iterator[tuple[str, Answer]]:
    """Yield what a source tells of many at once; where that fails, each is asked alone."""
    source = house.sources[lane[0].source]
    if not isinstance(source, Bulk):
        return
    try:
        yield from source.many(lane).items()
    except SourceError as trouble:
        house.progress.note(f"{trouble.message}; asking one by one")


def _ask(house: House, component: Component) -> Answer:
    try:
        return tuple(house.sources[component.source].releases(component))
    except SourceError as trouble:
        return trouble
