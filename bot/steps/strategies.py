"""The cells that a strategy wants beyond each release alone; what cannot resolve is learnt here.

A mixture that the solver refuses is narrowed down to the versions that exclude each other. The
plan is made again without them: nothing is planned that cannot be, and what excludes is told.

Interpreters and models beyond the first are rows beside a row. Each has a baseline of its own, for
what another interpreter or model shows is no release's doing; which mixtures are tried in which of
these rows is one question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product

from bot.core.facts import Planned
from bot.core.matrix import Exclusion, Row
from bot.core.model import Cell
from bot.core.plan import BASELINE, Past, Versions, Wanted
from bot.core.strategy import (
    BACKEND,
    COVERING,
    MODEL,
    PLUS,
    PYTHON,
    TOGETHER,
    Line,
    Mix,
    barred,
    beside,
    mixtures,
    told,
)
from bot.steps.house import House
from bot.steps.resolving import planned, refusal
from bot.steps.verdicts import rule


def mixed(
    house: House,
    rows: Sequence[Row],
    line: Line,
    exclusions: Sequence[Exclusion],
    done: Sequence[Planned],
    past: Mapping[tuple[str, str, str], Past],
) -> Iterator[Planned]:
    """Yield what the strategy of a row asks for, on all its backends, beyond what is `done`.

    `rows` are the row and those that stand beside it; `past` are the cells of the last run by
    row, backend and trigger.
    """
    row, bases = rows[0], _bases(done)
    there = [one for one in rows if any(name == one.name for name, _ in bases)]
    if row not in there:
        return
    several = _several(there)
    drawer = _Drawer(
        house=house,
        rows=there,
        line={**line, **several},
        names=(*row.components, *several),
        bases=bases,
        past=past,
    )
    bans = (*barred(row.components, line, exclusions), *drawer.nowhere())
    seen = [drawer.mix(each.cell) for each in done if each.cell]
    if TOGETHER in row.strategy:
        mine = {backend: cell for (name, backend), cell in bases.items() if name == row.name}
        for each in _couples(house, row, line, mine):
            whole = replace(each, versions=(*each.versions, *drawer.place(row)))
            if whole not in seen:
                yield drawer.planned(whole)
                seen.append(whole)
    words = [word for word in COVERING if word in row.strategy]
    if words:
        kept = [one.cell for (*_, trigger), one in past.items() if PLUS in trigger]
        mixes = [drawer.mix(cell) for cell in kept if any(cell.row == one.name for one in there)]
        old = [mix for mix in mixes if mix not in seen and drawer.still(mix)]
        yield from map(drawer.planned, old)
        yield from drawer.drawn(words[0], bans, (*seen, *old))
        yield from drawer.unfitting()


def _bases(done: Sequence[Planned]) -> Mapping[tuple[str, str], Cell]:
    """Return the baselines that there are, by row and backend."""
    return {
        (each.row, each.cell.backend): each.cell
        for each in done
        if each.trigger == BASELINE and each.cell
    }


def _several(rows: Sequence[Row]) -> dict[str, tuple[str, ...]]:
    """Return the interpreters and the models of `rows`, each where there is more than one."""
    found = {
        PYTHON: tuple(dict.fromkeys(one.interpreter for one in rows)),
        MODEL: tuple(dict.fromkeys(one.model for one in rows)),
    }
    return {name: values for name, values in found.items() if len(values) > 1}


@dataclass(slots=True, kw_only=True)
class _Drawer:
    """Plans the mixtures of a row and of those beside it.

    `names` are the columns: components, and the interpreter and the model where there are
    several. `unfit` gathers what excludes each other, and why.
    """

    house: House
    rows: Sequence[Row]
    line: Line
    names: tuple[str, ...]
    bases: Mapping[tuple[str, str], Cell]
    past: Mapping[tuple[str, str, str], Past]
    unfit: dict[Versions, str] = field(default_factory=dict)

    def drawn(
        self, word: str, bans: Sequence[Versions], seen: Sequence[Mix]
    ) -> tuple[Planned, ...]:
        """Return the cells of a covering strategy, all of which resolve."""
        while True:
            wanted = mixtures(
                self.names,
                self.line,
                tuple(dict.fromkeys(backend for _, backend in self.bases)),
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
        row = self._row(mix)
        before = self.past.get((row.name, mix.backend, mix.trigger))
        wanted = Wanted(
            row=replace(row, backends=(mix.backend,)),
            trigger=mix.trigger,
            versions=mix.stack,
            backend=mix.backend,
            kept=before.cell if before else None,
            against=before.against if before else "",
        )
        base = self._base(mix)
        return planned(self._at(mix), wanted, {mix.backend: base})

    def unfitting(self) -> Iterator[Planned]:
        """Yield what was learnt: versions that no cell can hold together."""
        for versions, why in self.unfit.items():
            yield Planned(
                row=self.rows[0].name,
                trigger=told(versions),
                cell=None,
                against="",
                conflict=why,
                backend=next(iter(self.bases))[1],
            )

    def nowhere(self) -> Iterator[Versions]:
        """Yield the backends, interpreters and models that have no baseline together."""
        columns = [[(name, value) for value in self.line[name]] for name in self._places]
        known = {(self.place(row), row.name) for row in self.rows}
        for place in product(*columns):
            row = next((name for where, name in known if where == place), "")
            for backend in dict.fromkeys(backend for _, backend in self.bases):
                if (row, backend) not in self.bases:
                    yield (*place, (BACKEND, backend))

    def mix(self, cell: Cell) -> Mix:
        """Return the mixture that a cell is."""
        row = next(one for one in self.rows if one.name == cell.row)
        return Mix(backend=cell.backend, versions=(*cell.components, *self.place(row)))

    def place(self, row: Row) -> Versions:
        """Return the interpreter and the model of a row, where there are several."""
        values = {PYTHON: row.interpreter, MODEL: row.model}
        return tuple((name, values[name]) for name in self._places)

    def still(self, mix: Mix) -> bool:
        """Whether each version of a mixture is followed still, and its place is there."""
        followed = all(version in self.line[name] for name, version in mix.versions)
        return followed and self._base(mix) is not None

    def _learn(self, mix: Mix) -> None:
        """Find the fewest of its versions that exclude each other; all of them where none do.

        What excludes each other for one interpreter may do well for another.
        """
        house, row = self._at(mix), self._row(mix)
        where = tuple(pair for pair in mix.place if pair[0] == PYTHON)
        for count in (1, 2):
            for few in combinations(mix.stack, count):
                if any(set(known) <= {*few, *where} for known in self.unfit):
                    return
                why = refusal(house, row, few)
                if why:
                    self.unfit[*few, *where] = why
                    return
        self.unfit[*mix.stack, *where] = refusal(house, row, mix.stack)

    @property
    def _places(self) -> tuple[str, ...]:
        return tuple(name for name in self.names if name in (PYTHON, MODEL))

    def _row(self, mix: Mix) -> Row:
        return next(row for row in self.rows if self.place(row) == mix.place)

    def _base(self, mix: Mix) -> Cell | None:
        return self.bases.get((self._row(mix).name, mix.backend))

    def _at(self, mix: Mix) -> House:
        return self.house.within(self._row(mix).name, mix.backend)


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
