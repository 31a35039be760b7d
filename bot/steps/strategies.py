"""The cells that a strategy wants beyond each release alone; what cannot resolve is learnt here.

A mixture that the solver refuses is narrowed down to the versions that exclude each other. The
plan is made again without them: nothing is planned that cannot be, and what excludes is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from bot.core.facts import Planned
from bot.core.matrix import Exclusion, Row
from bot.core.model import Cell
from bot.core.plan import BASELINE, Past, Versions, Wanted
from bot.core.strategy import COVERING, PLUS, TOGETHER, Line, Mix, barred, beside, mixtures, told
from bot.steps.house import House
from bot.steps.resolving import planned, refusal
from bot.steps.verdicts import rule


def mixed(
    house: House,
    row: Row,
    line: Line,
    exclusions: Sequence[Exclusion],
    done: Sequence[Planned],
    past: Mapping[tuple[str, str], Past],
) -> Iterator[Planned]:
    """Yield what the strategy of `row` asks for, on all its backends, beyond what is `done`.

    `past` are the cells of the last run by backend and trigger.
    """
    bases = {
        each.cell.backend: each.cell for each in done if each.trigger == BASELINE and each.cell
    }
    if not bases:
        return
    names = row.components
    drawer = _Drawer(house=house, row=row, line=line, bases=bases, past=past)
    bans = tuple(barred(names, line, exclusions))
    seen = [_mix(each.cell) for each in done if each.cell]
    if TOGETHER in row.strategy:
        for each in _couples(house, row, line, bases):
            if each not in seen:
                yield drawer.planned(each)
                seen.append(each)
    words = [word for word in COVERING if word in row.strategy]
    if words:
        mixes = [_mix(each.cell) for (_, trigger), each in past.items() if PLUS in trigger]
        old = [mix for mix in mixes if mix not in seen and _still(mix, line)]
        yield from map(drawer.planned, old)
        yield from drawer.drawn(words[0], bans, (*seen, *old))
        yield from drawer.unfitting()


@dataclass(slots=True, kw_only=True)
class _Drawer:
    """Plans the mixtures of one row; `unfit` gathers what excludes each other, and why."""

    house: House
    row: Row
    line: Line
    bases: Mapping[str, Cell]
    past: Mapping[tuple[str, str], Past]
    unfit: dict[Versions, str] = field(default_factory=dict)

    def drawn(
        self, word: str, bans: Sequence[Versions], seen: Sequence[Mix]
    ) -> tuple[Planned, ...]:
        """Return the cells of a covering strategy, all of which resolve."""
        while True:
            wanted = mixtures(
                self.row.components,
                self.line,
                tuple(self.bases),
                word,
                forbidden=(*bans, *self.unfit),
                seen=seen,
            )
            answers = tuple(map(self.planned, wanted))
            bad = [mix for mix, one in zip(wanted, answers, strict=True) if one.cell is None]
            if not bad:
                return answers
            for mix in bad:
                self._learn(mix)

    def planned(self, mix: Mix) -> Planned:
        """Resolve one mixture; what an earlier run planned under it is kept."""
        before = self.past.get((mix.backend, mix.trigger))
        wanted = Wanted(
            row=replace(self.row, backends=(mix.backend,)),
            trigger=mix.trigger,
            versions=mix.versions,
            backend=mix.backend,
            kept=before.cell if before else None,
            against=before.against if before else "",
        )
        return planned(self._at(mix.backend), wanted, self.bases)

    def unfitting(self) -> Iterator[Planned]:
        """Yield what was learnt: versions that no cell can hold together."""
        for versions, why in self.unfit.items():
            backend = next(iter(self.bases))
            yield Planned(
                row=self.row.name,
                trigger=told(versions),
                cell=None,
                against="",
                conflict=why,
                backend=backend,
            )

    def _learn(self, mix: Mix) -> None:
        """Find the fewest of its versions that exclude each other; all of them where none do."""
        house = self._at(mix.backend)
        for count in (1, 2):
            for few in combinations(mix.versions, count):
                if any(set(known) <= set(few) for known in self.unfit):
                    return
                why = refusal(house, self.row, few)
                if why:
                    self.unfit[few] = why
                    return
        self.unfit[mix.versions] = refusal(house, self.row, mix.versions)

    def _at(self, backend: str) -> House:
        return self.house.within(self.row.name, backend)


def _mix(cell: Cell) -> Mix:
    return Mix(backend=cell.backend, versions=cell.components)


def _still(mix: Mix, line: Line) -> bool:
    """Whether each version of a mixture is followed still."""
    return all(version in line[name] for name, version in mix.versions)


def _couples(house: House, row: Row, line: Line, bases: Mapping[str, Cell]) -> Iterator[Mix]:
    """Yield, for what broke alone in the last run, the pairs with another's newest release."""
    before = house.memory.earlier(house.run)
    if before is None:
        return
    then = replace(house, run=before)
    for backend, base in bases.items():
        ruled = rule(then, lambda each: each.row == row.name and "==" in each.trigger)
        names = {
            each.planned.trigger: None
            for each in ruled
            if each.verdict.bad and each.planned.cell and each.planned.cell.backend == backend
        }
        broken = [(name, version) for name, _, version in (one.partition("==") for one in names)]
        for versions in beside(row.components, line, base.components, broken):
            yield Mix(backend=backend, versions=versions)
