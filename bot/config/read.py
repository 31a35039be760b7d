"""matrix.yaml into core types: every mistake in it at once, with its place and its cure.

The file is read into data that knows its lines, checked for shape, then for meaning: names that
nothing defines, drivers that do not exist, rules that go in circles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TypeVar

from bot.config.backends import wrong_backends
from bot.config.columns import wrong_columns
from bot.config.exclusions import exclusion_of, wrong_exclusions
from bot.config.existing import served_by_users, wrong_existing
from bot.config.images import listed, only, wrong_images
from bot.config.locks import locked, wrong_locks
from bot.config.model import models_of, wrong_model
from bot.config.policy import policy_of, wrong_policy
from bot.config.presets import extended
from bot.config.rows import rows_of, telling
from bot.config.shape import ComponentFile, MatrixFile, StackFile, keys_at, mistakes
from bot.config.sources import (
    blocks_of,
    driver_of,
    lookout_of,
    scheme_of,
    wrong_index,
    wrong_sources,
    wrong_watched,
)
from bot.config.tree import Path_, Tree, meant, names, problem, table
from bot.config.versions import wrong_version
from bot.core.lookout import ONLY_WATCHED
from bot.core.manners import Manners
from bot.core.matrix import Allowance, Homes, Matrix
from bot.core.model import Component, Json, digest
from bot.core.urgency import Budget
from bot.core.versions import PEP440
from bot.errors import ConfigError, Problem

Entry = TypeVar("Entry", ComponentFile, StackFile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Names that the program defines and a file may use.

    `sources` says where a driver's packages are announced; `pypi` goes without saying. `backends`
    says what a driver can compute on.
    """

    drivers: frozenset[str]
    suites: frozenset[str]
    sources: Mapping[str, str] = field(default_factory=dict)
    backends: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by driver

    def source(self, driver: str) -> str:
        """Return where the packages of a driver are announced."""
        return self.sources.get(driver) or "pypi"


def read_matrix(file: Path, known: Known, *, cutoff: date | None = None) -> Matrix:
    """Read and check `file`. Raises `ConfigError` that lists everything wrong with it."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as trouble:
        cure = "`stackmatrix init` writes one to start from; --config FILE names yours"
        why = trouble.strerror if isinstance(trouble, OSError) else trouble
        raise ConfigError((problem(file, (1, 1), f"cannot be read: {why}", cure),)) from None
    tree = Tree.parse(file, text)
    tree.data = extended(tree)
    problems = [*wrong_version(tree)] or [*tree.problems, *_shape(tree), *_meaning(tree, known)]
    if problems:
        raise ConfigError(tuple(dict.fromkeys(problems)))
    return _matrix(file, MatrixFile.model_validate(tree.data), tree, known, cutoff)


def salvage(file: Path, known: Known) -> Matrix:
    """Return what of a broken file can still be held against an index: its sound entries."""
    try:
        tree = Tree.parse(file, file.read_text(encoding="utf-8"))
    except (ConfigError, OSError, UnicodeDecodeError):
        return Matrix(title="", file=str(file), index="", components={}, rows=())
    components = dict(_sound(table(tree.data, "components"), ComponentFile))
    index = tree.data.get("index") if isinstance(tree.data, dict) else None
    return Matrix(
        title="",
        file=str(file),
        index=index if isinstance(index, str) else str(MatrixFile.model_fields["index"].default),
        components={name: _component(name, entry, known) for name, entry in components.items()},
        rows=tuple(
            row
            for name, entry in _sound(table(tree.data, "stacks"), StackFile)
            for row in rows_of(name, entry, "", file.parent, ())
        ),
        places=tree.places,
    )


def _sound(table: Mapping[str, Json], shape: type[Entry]) -> Iterator[tuple[str, Entry]]:
    for name, entry in table.items():
        try:
            yield name, shape.model_validate(entry)
        except ValueError:
            continue


_CURES: dict[Path_, str] = {
    ("limits", "fresh"): "write a number of days, such as `fresh: 30d`",
    ("limits", "impact"): "write which part is asked all the same, such as `impact: 0.1`",
}


def _shape(tree: Tree) -> Iterator[Problem]:
    """Unknown and missing keys, wrong types, values out of range."""
    for path, kind, message, given in mistakes(tree.data):
        what, cure = _say(path, kind, message, given)
        yield problem(tree.file, tree.place(path), what, cure)


def _say(path: Path_, kind: str, message: str, given: object) -> tuple[str, str]:
    name = ".".join(str(part) for part in path) or "the file"
    if kind == "extra_forbidden":
        allowed = keys_at(path[:-1])
        return f"`{name}` is not a key that stackmatrix knows", meant(str(path[-1]), allowed)
    if kind == "missing":
        return f"`{name}` is missing", f"add `{path[-1]}:`; the commented matrix.yaml shows one"
    if path in _CURES:
        return f"`{name}` is {given!r}, which says nothing", _CURES[path]
    return f"`{name}` is {given!r}, which cannot be: {message}", "write a value of that kind"


def _meaning(tree: Tree, known: Known) -> Iterator[Problem]:
    """Names that nothing defines, and rules in a circle; works on files of a broken shape too."""
    components = table(tree.data, "components")
    served = served_by_users(table(tree.data, "stacks"))
    for name, entry in components.items():
        driver = driver_of(entry)
        if driver and driver not in known.drivers:
            path = ("components", name, "driver")
            what = f"there is no driver `{driver}`"
            yield problem(tree.file, tree.place(path), what, meant(driver, sorted(known.drivers)))
        yield from wrong_sources(tree, name, entry)
        if name not in served:
            yield from _source(tree, name, entry, known)
    kinds = {name: _kind(entry, known) for name, entry in components.items()}
    for name, entry in table(tree.data, "stacks").items():
        yield from _stack(tree, name, entry, sorted(components), known)
        yield from wrong_watched(tree, name, entry, kinds)
        yield from _mixed(tree, name, entry, kinds)
        yield from wrong_locks(tree, name, entry, _packages(entry, kinds))
        yield from wrong_existing(tree, name, entry, _drivers(entry, components), known.sources)
        yield from wrong_images(tree, name, entry, _packages(entry, kinds))
        yield from wrong_columns(tree, name, entry, _packages(entry, kinds))
        yield from wrong_backends(tree, name, entry, _computes(entry, components, known))
    yield from wrong_exclusions(tree, sorted(components))
    yield from wrong_index(tree)
    yield from wrong_model(tree)
    yield from wrong_policy(tree)


def _computes(
    entry: Mapping[str, Json], components: Mapping[str, dict[str, Json]], known: Known
) -> frozenset[str]:
    """Return what any component of a stack can compute on."""
    drivers = _drivers(entry, components).values()
    return frozenset(name for driver in drivers for name in known.backends.get(driver, ()))


def _drivers(
    entry: Mapping[str, Json], components: Mapping[str, dict[str, Json]]
) -> Mapping[str, str]:
    """Return the driver of each component of a stack."""
    named = [used for used in names(entry, "components") if used in components]
    return {used: driver_of(components[used]) for used in named}


def _kind(entry: Mapping[str, Json], known: Known) -> str:
    return str(entry.get("source") or known.source(driver_of(entry)))


def _source(tree: Tree, name: str, entry: Mapping[str, Json], known: Known) -> Iterator[Problem]:
    """A driver asks packages of one source only; one without a source has no releases to follow."""
    driver = driver_of(entry)
    if known.sources.get(driver) == "":
        what = f"component `{name}` is a program that is here already: none of it is released"
        cure = f"compare two with `stackmatrix diff {driver} ONE OTHER`, and leave it out here"
        yield problem(tree.file, tree.place(("components", name, "driver")), what, cure)
        return
    wanted, given = known.source(driver), _kind(entry, known)
    if driver in known.drivers and given != wanted and given not in ONLY_WATCHED:
        what = f"component `{name}` comes from {given}, and its driver `{driver}` asks {wanted}'s"
        place = tree.place(("components", name, "source"))
        yield problem(tree.file, place, what, f"write `source: {wanted}`, or another driver")


def _mixed(
    tree: Tree, name: str, entry: Mapping[str, Json], kinds: Mapping[str, str]
) -> Iterator[Problem]:
    """A room holds packages of one source only."""
    found = {used: kinds[used] for used in names(entry, "components") if used in kinds}
    if len({*found.values()} - ONLY_WATCHED) > 1:
        told = ", ".join(f"`{used}` of {kind}" for used, kind in found.items())
        what = f"stack `{name}` mixes packages of several sources: {told}"
        cure = "make a stack for each source: a cell installs packages of one only"
        yield problem(tree.file, tree.place(("stacks", name, "components")), what, cure)


def _stack(
    tree: Tree, name: str, entry: dict[str, Json], components: list[str], known: Known
) -> Iterator[Problem]:
    for key in ("components", "baseline"):
        for at, used in enumerate(names(entry, key)):
            if used not in components:
                path = ("stacks", name, key, used if key == "baseline" else at)
                what = f"stack `{name}` uses `{used}`, which `components` does not define"
                yield problem(tree.file, tree.place(path), what, meant(used, components))
    for at, used in enumerate(names(entry, "suite")):
        own = isinstance(tree.data, dict) and bool(tree.data.get("suite"))
        if not own and used.split("/")[0] not in known.suites:
            path = ("stacks", name, "suite", at)
            what = f"there is no probe family `{used}`"
            yield problem(tree.file, tree.place(path), what, meant(used, sorted(known.suites)))


def _matrix(file: Path, read: MatrixFile, tree: Tree, known: Known, cutoff: date | None) -> Matrix:
    limits = read.limits
    folder = file.parent
    day = cutoff or read.cutoff
    components = {name: _component(name, entry, known) for name, entry in read.components.items()}
    models = models_of(folder, read.model)
    schemes = {name: one.scheme for name, one in components.items() if one.scheme != PEP440}
    return Matrix(
        title=read.title,
        file=str(file),
        index=read.index,
        components=components,
        rows=tuple(
            telling(locked(row, entry, components, folder), components)
            for name, entry in read.stacks.items()
            for row in rows_of(
                name,
                entry,
                components[entry.components[0]].source,
                folder,
                listed(read.image),
                models,
            )
        ),
        suite=tuple(str(folder / part) for part in read.suite),
        exclusions=tuple(
            exclusion_of(name, entry, schemes) for name, entry in read.exclude.items()
        ),
        allowance=Allowance(
            install_seconds=limits.install_seconds,
            start_seconds=limits.start_seconds,
            memory_bytes=limits.memory_mb * 1024**2,
            workers=limits.workers,
        ),
        fresh_days=float(limits.fresh[:-1]) if limits.fresh else None,
        budget=Budget(cells=limits.cells, minutes=limits.minutes, megabytes=limits.megabytes),
        impact=limits.impact,
        policy=policy_of(read.policy),
        manners=Manners(**read.polling.model_dump()),
        model=models[0],
        others=models[1:],
        homes=Homes(
            env=read.env,
            image=only(listed(read.image)),
            fallback=read.fallback or "",
            certificates=str(folder / read.certificates) if read.certificates else "",
        ),
        cutoff=datetime.combine(day, time.max, tzinfo=UTC) if day else None,
        closure_days=read.closure_days,
        digest=digest(read.model_dump(mode="json", exclude_defaults=True)),
        places=tree.places,
    )


def _component(name: str, entry: ComponentFile, known: Known) -> Component:
    driver = driver_of({"driver": entry.driver, "source": entry.source})
    source = entry.source or known.source(driver)
    return Component(
        name=name,
        role=entry.role,
        source=source,
        package=entry.package or name,
        upstream=entry.upstream,
        scheme=scheme_of(entry, source),
        driver=driver,
        follow=tuple(entry.follow),
        prereleases=entry.prereleases,
        skip=blocks_of(entry),
        options=dict(entry.options),
        lookout=lookout_of(entry),
    )


def _packages(entry: Mapping[str, Json], kinds: Mapping[str, str]) -> str:
    """Return the source of a stack's packages; it has one."""
    return next((kinds[used] for used in names(entry, "components") if used in kinds), "")
