"""An end as a person had it: resolved where something is left to choose, and else as it stands.

Where requirements forbid what was really installed, it is installed all the same, and told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.core.metadata import Metadata, environment_of
from bot.core.model import Closure, Conflict, Failure, Requirements
from bot.core.pins import Asked
from bot.errors import UsageError
from bot.ports import Shelf
from bot.steps.close import close
from bot.steps.house import House


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Takes ends into closures; `notes` gathers what a reader must know about them."""

    house: House
    shelf: Shelf
    python: str
    notes: list[str] = field(default_factory=list)

    def take(self, asked: Asked, where: str) -> Closure:
        """Return the closure of what `where` asks for.

        Raises `UsageError` where it does not resolve and something was left to choose.
        """
        if asked.exact and (whole := self._whole(asked, where)):
            return whole
        answer = close(
            self.house,
            Requirements(
                pins=asked.lines, cutoff=self.house.matrix.cutoff, interpreter=self.python
            ),
        )
        if isinstance(answer, Closure):
            return answer
        if not asked.exact:
            cure = "mend it, or pin it all: pins are taken even where they contradict each other"
            raise UsageError(f"{where} does not resolve: {answer.why}", cure=cure)
        self._tell(f"{where} contradicts itself, and is taken as it stands: {answer.why}")
        return self._with_the_rest(asked.closure, where)

    def _with_the_rest(self, pinned: Closure, where: str) -> Closure:
        """Return pins that cannot be solved (one is newer than the cutoff, say) with their needs.

        What they require beside one another is resolved for itself, as of the cutoff.
        """
        found = self.shelf.declared(pinned, interpreter=self.python, limits=self.house.limits())
        if isinstance(found, Failure):
            return pinned
        environment = environment_of(self.python)
        wishes = (wish for each in found.values() for wish in each.wants(environment, frozenset()))
        missing = tuple(dict.fromkeys(str(w.admits) for w in wishes if w.name not in found))
        if not missing:
            return pinned
        cutoff = self.house.matrix.cutoff
        rest = close(self.house, Requirements(pins=missing, cutoff=cutoff, interpreter=self.python))
        if isinstance(rest, Conflict):
            self._tell(f"{where} goes without {', '.join(missing)}: {rest.why}")
            return pinned
        more = tuple(pin for pin in rest.pins if pin.name not in found)
        self._tell(f"{where} lacks what it requires; added: {', '.join(map(str, more))}")
        return Closure(pins=(*pinned.pins, *more))

    def _whole(self, asked: Asked, where: str) -> Closure | None:
        """Return the closure of pins among which nothing is missing: nothing is to be solved."""
        closure = asked.closure
        found = self.shelf.declared(closure, interpreter=self.python, limits=self.house.limits())
        if isinstance(found, Failure):
            return None
        environment = environment_of(self.python)
        needed = {w.name for each in found.values() for w in each.wants(environment, frozenset())}
        if not needed <= found.keys():
            return None
        against = list(_against(found, environment))
        if against:
            more = f" (and {len(against) - 1} more)" if len(against) > 1 else ""
            self._tell(f"{where} is taken as it stands, though {against[0]}{more}")
        return closure

    def _tell(self, note: str) -> None:
        self.notes.append(note)
        self.house.progress.note(note)


def _against(found: Mapping[str, Metadata], environment: Mapping[str, str]) -> Iterator[str]:
    """Yield each requirement that what is installed does not meet."""
    for name, metadata in found.items():
        for wish in metadata.wants(environment, frozenset()):
            has = found[wish.name].version
            if not wish.admitted(has):
                told = f"{name} {metadata.version} requires {wish.admits}"
                yield f"{told}, and there is {wish.name} {has}"
