"""The releases next to an interval, on which a proof should still say what it says.

Where one of them is of another mind, that is worth telling, and refutes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.core.model import Closure, Release
from bot.core.outcome import Culprit, Explanation
from bot.core.proof import Proof
from bot.core.trial import Trial
from bot.core.versions import neighbours
from bot.steps.mixing import Mixtures


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The proof with the culprits one release further out: what it should say, and its pins."""

    name: str
    good: bool
    pins: tuple[str, ...]


def beside(mixtures: Mixtures, told: Explanation, proof: Proof) -> Iterator[Beside]:
    """Yield the neighbours of the interval that exist and can be closed."""
    shared = dict(pin.split("==", 1) for pin in proof.shared)
    given = dict(pin.split("==", 1) for pin in (*proof.wrong, *proof.right))
    for good in (True, False):
        moved = dict(_further(mixtures, told, good=good))
        ends = {c.package: c.last_good if good else c.first_bad for c in told.culprits}
        trial = Trial(versions=tuple(sorted({**ends, **moved}.items())), lean="good")
        closure = mixtures.close(trial) if moved else None
        if isinstance(closure, Closure):
            versions = closure.versions
            known = {name for name in versions if name in given or name in shared}
            known |= versions.keys() - mixtures.good.versions.keys() - mixtures.bad.versions.keys()
            yield Beside(
                name=" ".join(f"{name} {version}" for name, version in moved.items()),
                good=good,
                pins=tuple(
                    f"{name}=={versions[name]}"
                    for name in sorted(known)
                    if shared.get(name) != versions[name]
                ),
            )


def _further(mixtures: Mixtures, told: Explanation, *, good: bool) -> Iterator[tuple[str, str]]:
    """Yield the release before the last good one of each culprit, or after the first bad one."""
    for each in told.culprits:
        before, after = outside(mixtures.releases.get(each.package, {}), each)
        found = before if good else after
        if found is not None:
            yield each.package, found


def outside(known: Mapping[str, Release], culprit: Culprit) -> tuple[str | None, str | None]:
    """Return the releases before and after the interval that anybody can install."""
    usable = [version for version, release in known.items() if release.yanked is None]
    return neighbours(usable, culprit.last_good, culprit.first_bad)
