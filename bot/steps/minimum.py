"""The cell of a row that holds what its packages claim to work with at the lowest.

It keeps the components of the stack that it is held against, so that what differs is what was
lowered and nothing else: all newest, once a run has found that good, and the baseline before. Of
what is broken at its newest nobody could tell whether a claim is wrong. A package that a component
claims to work with is lowered, also where it is a component itself. Where such a cell is bad, the
fault is a claim and no release: it is told, and no draft is made of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.core.claims import DECLARED, Claim, claimed, heads, told
from bot.core.facts import Planned
from bot.core.matrix import Exclusion, Row
from bot.core.metadata import environment_of
from bot.core.model import Cell, Closure, Conflict, Requirements
from bot.core.plan import BASELINE, NEWEST, History, Past, Wanted, without
from bot.core.strategy import MINIMUM
from bot.errors import SourceError
from bot.steps.close import close
from bot.steps.house import USUAL, House
from bot.steps.resolving import cell_of, planned
from bot.steps.verdicts import NOT_HERE


def minimum(
    house: House,
    row: Row,
    exclusions: Sequence[Exclusion],
    done: Sequence[Planned],
    then: History,
) -> Iterator[Planned]:
    """Yield the cell of the declared minimum of `row`, once, if its strategy asks for it.

    `done` is what is planned of the row, `then` what the last run left to it on all backends.
    """
    reference = _reference(done, then) if MINIMUM in row.strategy else None
    if reference is None:
        return
    here = house.within(row.name, reference.backend)
    wanted = Wanted(
        row=replace(row, backends=(reference.backend,)),
        trigger=DECLARED + ", ".join(row.components),
        versions=reference.components,
        backend=reference.backend,
    )
    before = _before(house, then.past, reference)
    if before is not None:
        trigger, known = before
        kept = replace(wanted, trigger=trigger, versions=known.cell.components, kept=known.cell)
        kept = without(replace(kept, against=known.against), exclusions)
        yield planned(here, kept, {})
        return
    try:
        claims = _claims(here, reference)
    except SourceError as trouble:
        yield planned(here, replace(wanted, excluded=f"{NOT_HERE}: {trouble.message}"), {})
        return
    yield from _lowered(here, wanted, exclusions, reference, claims)


def _reference(done: Sequence[Planned], then: History) -> Cell | None:
    """Return all newest on the first backend that has a stack where it is good, or its baseline."""
    bases = [each.cell for each in done if each.cell and each.trigger == BASELINE]
    if not bases:
        return None
    good = then.good.get(bases[0].backend)
    newest = {each.cell.key for each in done if each.cell and each.trigger == NEWEST}
    return good if good and good.key in newest else bases[0]


def _before(
    house: House, past: Mapping[tuple[str, str], Past], reference: Cell
) -> tuple[str, Past] | None:
    """Return what the last run planned of the same stack: what a release claims never changes."""
    for (backend, trigger), known in past.items():
        then = house.memory.stacks.get(known.against)
        if backend != reference.backend or not trigger.startswith(DECLARED) or then is None:
            continue
        if then.components == reference.components:
            return trigger, known
    return None


def _claims(house: House, reference: Cell) -> Mapping[str, Sequence[Claim]]:
    """Return what each component claims, by its name in a closure. Raises `SourceError`."""
    if house.source != USUAL or house.declared is None:
        raise SourceError("only an index of Python packages tells what a release claims")
    environment = environment_of(reference.interpreter)
    return {
        house.pinned(name): claimed(
            house.declared.declares(house.matrix.components[name].package, version), environment
        )
        for name, version in reference.components
    }


def _lowered(
    house: House,
    wanted: Wanted,
    exclusions: Sequence[Exclusion],
    reference: Cell,
    by: Mapping[str, Sequence[Claim]],
) -> Iterator[Planned]:
    """Yield the cell with every claimed package at its lowest, or why there is none."""
    stay = heads(by)
    claims = [one for name in stay for one in by[name] if one.name not in stay]
    answer = close(house, _question(house, reference, stay, claims)) if claims else None
    if isinstance(answer, Conflict):
        yield planned(house, replace(wanted, excluded=answer.why), {})
        return
    trigger = told(claims, reference.closure.versions, answer.versions) if answer else ""
    if not trigger or answer is None:
        house.progress.note(f"{wanted.row.name}: nothing in it claims to work with less than this")
        return
    cell = cell_of(house, wanted, answer)
    found = replace(wanted, trigger=trigger, versions=cell.components, kept=cell)
    yield planned(house, without(replace(found, against=reference.key), exclusions), {})


def _question(
    house: House, reference: Cell, stay: Sequence[str], claims: Sequence[Claim]
) -> Requirements:
    """Ask for what stays exactly, for what is claimed at its lowest, for the rest as it was."""
    pins: list[str] = []
    for component in reference.components:
        pin, *beside = house.requirements((component,))
        pins += [pin] if house.pinned(component[0]) in stay else []
        pins += beside
    lines = [one.line for one in claims]
    lowered = {one.name for one in claims}
    rest = tuple(pin for pin in reference.closure.pins if pin.name not in lowered)
    return Requirements(
        pins=(*pins, *dict.fromkeys(lines)),
        prefer=Closure(pins=rest),
        cutoff=house.matrix.cutoff,
        interpreter=reference.interpreter,
        lowest=True,
    )
