"""Poll the sources of every component; what a person misspelt is told with its place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from bot.core.follow import follow, missing, visible
from bot.core.matrix import Matrix
from bot.core.model import Component, Release
from bot.core.news import Kind, News, compare
from bot.core.overdue import overdue
from bot.core.ripe import TEST, lane_way, ripe
from bot.core.versions import LANES, STABLE
from bot.errors import ConfigError, Problem, SourceError, UnknownPackageError
from bot.ports import Runner, Source
from bot.steps.house import House
from bot.steps.polling import poll


def announced(house: House, only: Collection[str] = ()) -> Mapping[str, tuple[Release, ...]]:
    """Return every release of every component, or of those of `only`, as of the cutoff.

    What cannot be tried on this machine is not asked for; who did not answer is not in it.

    Raises `ConfigError` with all names and versions that never were. A source that is down is
    lived with where the ledger knows the component, else it raises `SourceError`.
    """
    components = [one for one in polled(house) if not only or one.name in only]
    for each in overdue(house.matrix, house.clock().date()):
        house.progress.note(str(each))
    found = poll(house, components)
    problems = [
        problem for one in components for problem in misnamed(house.matrix, one, found[one.name])
    ]
    if problems:
        raise ConfigError(tuple(problems))
    heard = {one.name: _heard(house, one, found[one.name]) for one in components}
    return {name: releases for name, releases in heard.items() if releases is not None}


def noticed(house: House, listed: Mapping[str, tuple[Release, ...]]) -> Iterator[News]:
    """Yield what is new to the ledger; what was tested before it changed is marked."""
    tested = {pair for cell in house.memory.stacks.values() for pair in cell.components}
    known: dict[str, dict[str, Release]] = {name: {} for name in listed}
    for release in visible(tuple(house.memory.releases.values()), house.matrix.cutoff):
        known.setdefault(release.component, {})[release.version] = release
    for name, releases in listed.items():
        for each in compare(house.matrix.components[name], known[name], releases):
            yield replace(each, tested=(name, each.release.version) in tested)


def warning(each: News) -> str:
    """Return what nobody should find out later, or nothing."""
    name = f"{each.release.component} {each.release.version}"
    if each.kind.alarm:
        tested = ", which was tested here" if each.tested else ""
        return f"{name}{tested}: {each.why}"
    if each.tested and each.kind is Kind.YANKED:
        return f"{name} was tested here and is yanked now: {each.why or 'no reason given'}"
    return ""


def polled(house: House) -> tuple[Component, ...]:
    """Return the components whose releases are followed: those of a stack that exists are not."""
    rows = house.matrix.rows
    there = {name for row in rows if row.existing for name in row.components}
    made = {name for row in rows if not row.existing for name in row.components}
    return tuple(
        one
        for one in house.matrix.components.values()
        if not house.obstacle(one.source) and one.name not in there - made
    )


def tried(house: House) -> tuple[Component, ...]:
    """Return the components whose releases get cells; what has no driver is only watched."""
    return tuple(one for one in polled(house) if one.driver)


def _heard(
    house: House, component: Component, answer: tuple[Release, ...] | SourceError
) -> tuple[Release, ...] | None:
    if not isinstance(answer, SourceError):
        return answer
    if not remembered(house, component) and component.driver:
        raise answer
    house.progress.note(f"{component.name}: {answer.message}; going on with what is known")
    return None


def remembered(house: House, component: Component) -> tuple[Release, ...]:
    """Return the releases of a component that the ledger knows."""
    every = house.memory.releases.items()
    return tuple(release for (name, _), release in every if name == component.name)


def line(house: House, component: Component) -> tuple[str, ...]:
    """Return the versions of a component that are followed, oldest first."""
    cutoff = house.matrix.cutoff
    releases = visible(remembered(house, component), cutoff)
    now = min(house.clock(), cutoff) if cutoff else house.clock()
    chosen = _followed(component, ripe(component, releases, now))
    return tuple(release.version for release in chosen)


def misnamed_in(
    matrix: Matrix, sources: Mapping[str, Source], runner: Runner
) -> tuple[Problem, ...]:
    """Return what is misnamed among all components, as far as their sources answer."""

    def ask(component: Component) -> tuple[Problem, ...]:
        if component.source not in sources:
            return ()
        try:
            found = sources[component.source].releases(component)
            answer: Sequence[Release] | SourceError = tuple(found)
        except SourceError as trouble:
            answer = trouble
        return tuple(misnamed(matrix, component, answer))

    found = dict(runner.run(tuple(matrix.components), lambda name: ask(matrix.components[name])))
    return tuple(problem for name in matrix.components for problem in found[name])


def misnamed(
    matrix: Matrix, component: Component, answer: Sequence[Release] | SourceError
) -> Iterator[Problem]:
    """Yield the names and versions of a component that its index does not know."""
    name = component.name
    if isinstance(answer, UnknownPackageError):
        cure = "mend the spelling of `package`, or of the component where it has none"
        what = f"component `{name}`: the index has no package `{component.package}`"
        yield _problem(matrix, what, cure, "components", name)
    if isinstance(answer, SourceError):
        return
    lost = missing(answer, component.follow)
    for version in lost:
        at = component.follow.index(f"=={version}")
        what = f"component `{name}` never had a version {version}"
        cure = _newest(component, answer)
        yield _problem(matrix, what, cure, "components", name, "follow", at)
    versions = {release.version for release in answer}
    for row in (one for one in matrix.rows if not one.beside):
        pinned = dict(row.baseline).get(name)
        if pinned is not None and pinned not in versions:
            what = f"the baseline of `{row.name}` wants {name} {pinned}, which never was"
            cure = _newest(component, answer)
            yield _problem(matrix, what, cure, "stacks", row.name, "baseline", name)
    if not lost and component.driver and not _followed(component, answer):
        what = f"component `{name}` has no release that `follow` would choose"
        cure = "follow `all`, or allow `prereleases: true`"
        yield _problem(matrix, what, cure, "components", name)


def _followed(component: Component, releases: Sequence[Release]) -> tuple[Release, ...]:
    return follow(
        releases,
        component.follow,
        prereleases=component.prereleases or _tests_early(component),
        scheme=component.scheme,
    )


def _tests_early(component: Component) -> bool:
    """Whether releases of another lane than the stable one are tested; `ripe` says which."""
    return any(lane_way(component, each) == TEST for each in LANES if each != STABLE)


def _newest(component: Component, releases: Sequence[Release]) -> str:
    chosen = follow(releases, ("last-3",), scheme=component.scheme)
    known = [release.version for release in chosen]
    return f"the newest are {', '.join(known)}" if known else "it has no releases at all"


def _problem(matrix: Matrix, what: str, cure: str, *path: str | int) -> Problem:
    line_, column = matrix.place(*path)
    return Problem(file=matrix.file, line=line_, column=column, what=what, cure=cure)
