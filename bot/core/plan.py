"""Which cells a row wants: its baseline, each new release alone against it, and all newest.

A release that was tried before keeps its cell and what it was compared with; so a run on a day
without releases plans nothing new, and one release costs the cells that it touches.

>>> row = Row(name="chat", components=("engine",), suite=("chat",))
>>> line = {"engine": ("1.0", "2.0")}
>>> [wanted.trigger for wanted in plan(row, line, History())]
['baseline', 'engine==2.0', 'newest']
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

from bot.core.matrix import Exclusion, Row
from bot.core.model import Cell
from bot.core.spans import within
from bot.core.versions import PEP440

Versions: TypeAlias = tuple[tuple[str, str], ...]

BASELINE = "baseline"
NEWEST = "newest"
ALONE = "alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A cell that a row wants: the trigger, a version for each component, and why.

    `kept` is the cell that an earlier run has for this, with the key of what it was compared to.
    Components that are not `held` may move along with those that are; without it all are.
    """

    row: Row
    trigger: str
    versions: Versions
    backend: str
    excluded: str = ""
    held: frozenset[str] | None = None
    kept: Cell | None = None
    against: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A cell that was planned before under a trigger, and the key of what it was compared to."""

    cell: Cell
    against: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What earlier runs leave to a row: their cells by trigger, and the last good stack.

    `baseline` is the cell that was the baseline last time, `good` the newest stack that turned
    out no worse than its baseline; both by backend. `tried` are all versions that any earlier
    cell of the row had: what is older than the baseline and was tried once is not wanted again.
    """

    past: Mapping[tuple[str, str], Past] = field(default_factory=dict)
    baseline: Mapping[str, Cell] = field(default_factory=dict)
    good: Mapping[str, Cell] = field(default_factory=dict)
    tried: frozenset[tuple[str, str]] = frozenset()


def plan(
    row: Row,
    line: Mapping[str, Sequence[str]],
    history: History,
    exclusions: Sequence[Exclusion] = (),
    runnable: Callable[[Versions], Versions] = lambda versions: versions,
) -> tuple[Wanted, ...]:
    """Return the cells that `row` wants, baseline first.

    `line` holds the followed versions of each component, oldest first (at least one each);
    `runnable` moves a baseline that this machine cannot run to one that it can.
    """
    wanted = (
        cell for backend in row.backends for cell in _backend(row, backend, line, history, runnable)
    )
    return tuple(without(cell, exclusions) for cell in wanted)


def _backend(
    row: Row,
    backend: str,
    line: Mapping[str, Sequence[str]],
    history: History,
    runnable: Callable[[Versions], Versions],
) -> Iterator[Wanted]:
    triggers = {
        f"{name}=={version}": (name, version) for name in row.components for version in line[name]
    }
    newest = tuple((name, line[name][-1]) for name in row.components)
    kept = {
        trigger: past
        for trigger in (*triggers, NEWEST)
        if not row.lock
        and (past := _past(history, backend, trigger))
        and (trigger != NEWEST or past.cell.components == newest)
    }
    fresh = [trigger for trigger, pair in triggers.items() if pair not in history.tried]
    base = _runnable(_baseline(row, backend, line, history, promote=bool(fresh)), runnable)
    yield base
    for trigger, (name, version) in triggers.items() if ALONE in row.strategy else ():
        if trigger in kept:
            yield again(row, trigger, kept[trigger], backend)
        elif _worth(
            version, dict(base.versions)[name], line[name], (name, version) in history.tried
        ):
            versions = tuple((n, version if n == name else v) for n, v in base.versions)
            held = frozenset((name,))
            yield Wanted(row=row, trigger=trigger, versions=versions, backend=backend, held=held)
    if NEWEST not in row.strategy:
        return
    if NEWEST in kept:
        yield again(row, NEWEST, kept[NEWEST], backend)
    elif newest != base.versions or row.head:
        yield Wanted(row=row, trigger=NEWEST, versions=newest, backend=backend)


def _worth(version: str, base: str, line: Sequence[str], tried: bool) -> bool:
    """Whether a release is wanted alone: not the baseline's own, nor an old one tried before."""
    older = base in line and line.index(version) < line.index(base)
    return version != base and not (tried and older)


def _runnable(base: Wanted, runnable: Callable[[Versions], Versions]) -> Wanted:
    versions = runnable(base.versions)
    return base if versions == base.versions else replace(base, versions=versions, kept=None)


def _past(history: History, backend: str, trigger: str) -> Past | None:
    return history.past.get((backend, trigger))


def again(row: Row, trigger: str, past: Past, backend: str) -> Wanted:
    """Return a cell that an earlier run planned, wanted as it was."""
    return Wanted(
        row=row,
        trigger=trigger,
        versions=past.cell.components,
        backend=backend,
        kept=past.cell,
        against=past.against,
    )


def _baseline(
    row: Row,
    backend: str,
    line: Mapping[str, Sequence[str]],
    history: History,
    *,
    promote: bool,
) -> Wanted:
    """The configured pins, else the last good stack, else the oldest that is followed.

    What leans to a lock is resolved each time: the lock may have moved what nobody watches, and
    what was tried against the old one is tried against the new one.
    """
    pinned = dict(row.baseline)
    known = history.good.get(backend) if promote else history.baseline.get(backend)
    known = known or history.baseline.get(backend)
    if known and not pinned:
        return Wanted(
            row=row, trigger=BASELINE, versions=known.components, backend=backend, kept=known
        )
    versions = tuple((name, pinned.get(name, line[name][0])) for name in row.components)
    before = history.baseline.get(backend)
    same = before if before and before.components == versions and not row.lock else None
    return Wanted(row=row, trigger=BASELINE, versions=versions, backend=backend, kept=same)


def without(wanted: Wanted, exclusions: Sequence[Exclusion]) -> Wanted:
    """Return `wanted`, told as excluded where a rule that is in force leaves its versions out."""
    by_name = {exclusion.name: exclusion for exclusion in exclusions}
    holding = [name for name in by_name if excludes(by_name[name], by_name, dict(wanted.versions))]
    if not holding or wanted.trigger == BASELINE:
        return wanted
    rule = by_name[holding[0]]
    told = f"excluded by `{rule.name}` ({rule.owner}): {rule.reason}"
    return replace(wanted, excluded=told, kept=None, against="")


def in_force(exclusions: Sequence[Exclusion], today: date) -> tuple[Exclusion, ...]:
    """Return the exclusions that have not expired; the day of expiry is the last one."""
    return tuple(rule for rule in exclusions if rule.expires is None or today <= rule.expires)


def excludes(rule: Exclusion, rules: Mapping[str, Exclusion], versions: Mapping[str, str]) -> bool:
    """Whether `rule` leaves these versions out; the rules are known to have no circle."""
    if any(name in rules and excludes(rules[name], rules, versions) for name in rule.unless):
        return False
    return all(
        name in versions and within(spec, versions[name], dict(rule.schemes).get(name, PEP440))
        for name, spec in rule.cells
    )


def next_runnable(
    versions: Versions,
    stranded: frozenset[Versions],
    engine: str,
    releases: Sequence[str],
) -> Versions:
    """Return `versions` with the engine moved on to the next release that is not stranded.

    A build may need an instruction that this processor lacks; then it can be no baseline here.
    `releases` are all of the engine, oldest first; past the last one, `versions` stay.
    """
    chosen = versions
    while chosen in stranded:
        here = dict(chosen)[engine]
        later = releases[releases.index(here) + 1 :] if here in releases else ()
        if not later:
            return versions
        chosen = tuple((name, later[0] if name == engine else v) for name, v in chosen)
    return chosen
