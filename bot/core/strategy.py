"""Sets of versions that a row is tried with beyond each release alone, by the words of `strategy`.

`pairs` and `triples` promise that any two, or three, of the followed versions (and the backend,
the interpreter and the model) stand together in some cell; `full` that all do. What was resolved
already counts, so a release costs the few cells that it is missing from.

>>> line = {"engine": ("1", "2"), "client": ("5", "6")}
>>> for mix in mixtures(("engine", "client"), line, ("cpu",), PAIRS):
...     print(mix.trigger)
engine 1 + client 5
engine 1 + client 6
engine 2 + client 5
engine 2 + client 6
>>> seen = [Mix(backend="cpu", versions=(("engine", "2"), ("client", "6")))]
>>> len(mixtures(("engine", "client"), line, ("cpu",), PAIRS, seen=seen))
3
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias

from bot.core.covering import NoRowError, cover
from bot.core.matrix import Exclusion
from bot.core.plan import Versions, excludes

ALONE, NEWEST, TOGETHER, PAIRS, TRIPLES, FULL = (
    "alone",
    "newest",
    "together",
    "pairs",
    "triples",
    "full",
)
MINIMUM: Final = "minimum"  # what the packages of a row claim to work with, at the lowest
USUAL: Final = (ALONE, NEWEST)
COVERING: Final = (FULL, TRIPLES, PAIRS)  # each promises what those after it do
STRENGTH: Final = {PAIRS: 2, TRIPLES: 3}
PLUS: Final = " + "
BACKEND, PYTHON, MODEL = "@backend", "@python", "@model"  # columns that are no components
STEPS: Final = 20_000  # of the search for fewer cells: a number, so that a plan is the same again
SECONDS: Final = 20.0  # and never longer

Line: TypeAlias = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """One cell to be: a version of each component, on one backend.

    Where there are several interpreters or models, that of the cell is among the `versions`.
    """

    backend: str
    versions: Versions

    @property
    def trigger(self) -> str:
        """What it is planned under: its versions in words; the place is that of its row."""
        return told(self.stack)

    @property
    def stack(self) -> Versions:
        """The versions of its components."""
        return tuple(pair for pair in self.versions if pair[0] not in (PYTHON, MODEL))

    @property
    def place(self) -> Versions:
        """Its interpreter and its model, where there are several."""
        return tuple(pair for pair in self.versions if pair[0] in (PYTHON, MODEL))


def told(versions: Versions) -> str:
    """Return versions in words; they hold no `==`, which is the mark of one release alone."""
    return PLUS.join(f"{name.removeprefix('@')} {version}" for name, version in versions)


def mixtures(  # noqa: PLR0913 - each is a part of the question
    names: Sequence[str],
    line: Line,
    backends: Sequence[str],
    word: str,
    *,
    forbidden: Sequence[Versions] = (),
    seen: Sequence[Mix] = (),
    steps: int = STEPS,
) -> tuple[Mix, ...]:
    """Return the cells that `word` asks for and that are not `seen`, in the order of versions.

    `forbidden` are versions, and backends as `BACKEND`, that cannot stand together. The same
    question has the same answer.
    """
    known = {**{name: tuple(line[name]) for name in names}, BACKEND: tuple(backends)}
    columns, at = [*known.values()], {name: at for at, name in enumerate(known)}
    bans = [
        {at[name]: known[name].index(version) for name, version in ban}
        for ban in forbidden
        if all(version in known.get(name, ()) for name, version in ban)
    ]
    there = [row for mix in seen if (row := _row(mix, names, columns)) and not _banned(row, bans)]
    chosen = _chosen(columns, word, bans, there, steps)
    return tuple(
        Mix(
            backend=backends[row[-1]],
            versions=tuple((name, columns[at][row[at]]) for at, name in enumerate(names)),
        )
        for row in sorted(set(chosen) - set(there))
    )


def _chosen(
    columns: Sequence[Sequence[str]],
    word: str,
    bans: Sequence[Mapping[int, int]],
    there: Sequence[tuple[int, ...]],
    steps: int,
) -> list[tuple[int, ...]]:
    sizes = [len(column) for column in columns]
    if word == FULL or STRENGTH[word] >= sum(size > 1 for size in sizes):
        return [row for row in product(*map(range, sizes)) if not _banned(row, bans)]
    try:
        return cover(sizes, STRENGTH[word], bans, there, budget_seconds=SECONDS, budget_steps=steps)
    except NoRowError:
        return []


def _row(
    mix: Mix, names: Sequence[str], columns: Sequence[Sequence[str]]
) -> tuple[int, ...] | None:
    """Return a cell as places in the columns, None where it holds what is followed no more."""
    here = dict(mix.versions)
    values = [*(here.get(name, "") for name in names), mix.backend]
    if any(value not in column for value, column in zip(values, columns, strict=True)):
        return None
    return tuple(column.index(value) for value, column in zip(values, columns, strict=True))


def _banned(row: Sequence[int], bans: Sequence[Mapping[int, int]]) -> bool:
    return any(all(row[at] == value for at, value in ban.items()) for ban in bans)


def barred(names: Sequence[str], line: Line, exclusions: Sequence[Exclusion]) -> Iterator[Versions]:
    """Yield the versions that no cell may hold together, as the exclusions say."""
    rules = {rule.name: rule for rule in exclusions}
    for rule in exclusions:
        asked = sorted(_named(rule, rules))
        if not {name for name, _ in rule.cells} <= set(names):
            continue
        held = [name for name in asked if name in names]
        for values in product(*(line[name] for name in held)):
            versions = tuple(zip(held, values, strict=True))
            if excludes(rule, rules, dict(versions)):
                yield versions


def _named(rule: Exclusion, rules: Mapping[str, Exclusion]) -> set[str]:
    """Return the components that a rule, or one that lifts it, speaks of."""
    found = {name for name, _ in rule.cells}
    for name in rule.unless:
        found |= _named(rules[name], rules) if name in rules else set()
    return found


def beside(
    names: Sequence[str], line: Line, base: Versions, broken: Sequence[tuple[str, str]]
) -> tuple[Versions, ...]:
    """Return, for each release that broke alone, the pairs of it with another's newest.

    With fewer than three components all newest is that already.
    """
    here = dict(base)
    if len(names) < 3:  # noqa: PLR2004 - two and one more
        return ()
    return tuple(
        tuple(
            (each, {name: version, other: line[other][-1]}.get(each, here[each])) for each in names
        )
        for name, version in broken
        for other in names
        if other != name and line[other][-1] != here[other]
    )
