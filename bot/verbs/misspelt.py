"""Words of a person that name nothing: a component, a version, a requirement, with what was meant.

A mistake here is not to become a finding about a release.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Sequence

from packaging.requirements import InvalidRequirement, Requirement

from bot.core.closest import meant
from bot.core.follow import visible
from bot.core.model import Component
from bot.core.versions import PEP440, is_prerelease, key, ordered, parse
from bot.errors import SourceError, UsageError
from bot.steps.house import House


def unknown_component(name: str, known: Iterable[str]) -> UsageError:
    """Return the error for a component that neither a driver nor matrix.yaml has."""
    names = sorted(set(known))
    otherwise = f"use one of {', '.join(names)}, or name it in matrix.yaml with its driver"
    return UsageError(
        f"nobody knows how to ask `{name}`", cure=meant(name, names, otherwise=otherwise)
    )


def check_words(component: Component, versions: Sequence[str], beside: Sequence[str]) -> None:
    """Refuse what no solver can read. Raises `UsageError`."""
    for version in versions:
        if parse(version, component.scheme) is None:
            cure = "write it as its index does, such as 3.1.0"
            raise UsageError(f"`{version}` is no version of `{component.name}`", cure=cure)
    for word in beside if component.scheme == PEP440 else ():
        try:
            Requirement(word)
        except InvalidRequirement as trouble:
            what = f"`--with {word}` is no requirement: {str(trouble).splitlines()[0]}"
            raise UsageError(what, cure="write one as in `--with 'torch<2.10'`") from None


def check_released(house: House, component: Component, version: str) -> None:
    """Refuse a version that was never released, or not by the cutoff. Raises `UsageError`.

    Raises `SourceError` where the source of the releases does not answer.
    """
    scheme, cutoff = component.scheme, house.matrix.cutoff
    releases = visible(tuple(house.sources[component.source].releases(component)), cutoff)
    versions = ordered((release.version for release in releases), scheme)
    if parse(version, scheme) in {parse(each, scheme) for each in versions}:
        return
    day = f" by {cutoff.date()}" if cutoff else ""
    what = f"`{component.name}` has no release {version}{day}"
    raise UsageError(what, cure=_around(version, versions, scheme))


def _around(version: str, versions: Sequence[str], scheme: str) -> str:
    """Name the releases before and after one that never was, and the newest."""
    final = [each for each in versions if not is_prerelease(each, scheme)]
    at = bisect(final, key(version, scheme), key=lambda each: key(each, scheme))
    near = " or ".join(final[max(at - 1, 0) : at + 1])
    return f"did you mean {near}? The newest is {final[-1]}" if final else "it has none at all"


def unresolved_offline(component: str, version: str, why: str) -> SourceError:
    """Return the error where nobody can be asked whether there is such a release."""
    what = f"`{component}` {version} cannot be resolved with what is on this machine: {why}"
    return SourceError(what, cure="run it once without --offline")
