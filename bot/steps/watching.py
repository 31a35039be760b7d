"""Poll the sources of every component; what a person misspelt is told with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.core.follow import follow, missing, visible
from bot.core.matrix import Matrix
from bot.core.model import Component, Release
from bot.errors import ConfigError, Problem, SourceError, UnknownPackageError
from bot.ports import Runner, Source
from bot.steps.house import House
from bot.steps.polling import poll


def announced(house: House) -> tuple[Release, ...]:
    """Return every release of every component, as of the cutoff.

    What cannot be tried on this machine is not asked for.

    Raises `ConfigError` with all names and versions that never were. A source that is down is
    lived with where the ledger knows the component, else it raises `SourceError`.
    """
    components = polled(house)
    found = poll(house, components)
    problems = [
        problem for one in components for problem in misnamed(house.matrix, one, found[one.name])
    ]
    if problems:
        raise ConfigError(tuple(problems))
    return tuple(release for one in components for release in _kept(house, one, found[one.name]))


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


def _kept(
    house: House, component: Component, answer: tuple[Release, ...] | SourceError
) -> tuple[Release, ...]:
    if not isinstance(answer, SourceError):
        return answer
    known = remembered(house, component)
    if not known and component.driver:
        raise answer
    house.progress.note(f"{component.name}: {answer.message}; going on with what is known")
    return known


def remembered(house: House, component: Component) -> tuple[Release, ...]:
    """Return the releases of a component that the ledger knows."""
    every = house.memory.releases.items()
    return tuple(release for (name, _), release in every if name == component.name)


def line(house: House, component: Component) -> tuple[str, ...]:
    """Return the versions of a component that are followed, oldest first."""
    releases = visible(remembered(house, component), house.matrix.cutoff)
    kept = [release for release in releases if release.version not in component.skip]
    chosen = _followed(component, kept)
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
    for row in matrix.rows:
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
        prereleases=component.prereleases,
        scheme=component.scheme,
    )


def _newest(component: Component, releases: Sequence[Release]) -> str:
    chosen = follow(releases, ("last-3",), scheme=component.scheme)
    known = [release.version for release in chosen]
    return f"the newest are {', '.join(known)}" if known else "it has no releases at all"


def _problem(matrix: Matrix, what: str, cure: str, *path: str | int) -> Problem:
    line_, column = matrix.place(*path)
    return Problem(file=matrix.file, line=line_, column=column, what=what, cure=cure)
