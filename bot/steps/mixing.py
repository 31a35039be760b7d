"""Close the trials of a search: from what the packages declare, by the solver where that is silent.

A mixture of two ends needs no solver, and no index: what both ends hold is on the shelf. Only a
release between them may want versions that neither end has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.metadata import Metadata, environment_of
from bot.core.mixture import Mixed, Outside, mix
from bot.core.model import (
    Closure,
    Conflict,
    Failure,
    Phase,
    Pin,
    Reason,
    Release,
    Requirements,
)
from bot.core.trial import Trial
from bot.ports import Shelf
from bot.steps.close import close
from bot.steps.house import House


@dataclass(slots=True, kw_only=True)
class Mixtures:
    """Closes trials between `good` and `bad`; what it learns of a package it keeps."""

    house: House
    shelf: Shelf
    good: Closure
    bad: Closure
    roots: frozenset[str]
    releases: Mapping[str, Mapping[str, Release]]
    interpreter: str
    known: dict[tuple[str, str], Metadata] = field(default_factory=dict)
    pins: dict[tuple[str, str], Pin] = field(default_factory=dict)

    def learn(self, closure: Closure) -> Failure | None:
        """Put `closure` on the shelf and read what it declares, or say why that cannot be."""
        found = self.shelf.declared(
            closure, interpreter=self.interpreter, limits=self.house.limits()
        )
        if isinstance(found, Failure):
            return found
        self.known.update({(name, each.version): each for name, each in found.items()})
        for pin in closure.pins:
            self.pins.setdefault((pin.name, pin.version), pin)
            self.known.setdefault((pin.name, pin.version), found[pin.name])
        return None

    def close(self, trial: Trial) -> Closure | Conflict | Failure:
        """Return the closure of `trial`, or why there is none."""
        for name, version in trial.versions:
            failure = self._meet(name, version)
            if failure is not None:
                return failure
        near, far = (self.good, self.bad) if trial.lean == "good" else (self.bad, self.good)
        mixed = mix(
            near.versions,
            far.versions,
            dict(trial.versions),
            lambda name, version: self.known.get((name, version)),
            environment_of(self.interpreter),
        )
        match mixed:
            case Mixed(versions=versions):
                return Closure(pins=tuple(self.pins[place] for place in versions.items()))
            case Outside():
                return self._solve(trial, near)

    def _meet(self, name: str, version: str) -> Failure | None:
        """Learn a release between the ends."""
        if (name, version) in self.known:
            return None
        release = self.releases.get(name, {}).get(version)
        if release is not None and not release.wheels:
            words = f"{name} {version} has no wheel"
            return Failure(phase=Phase.INSTALL, reason=Reason.NOT_INSTALLABLE, message=words)
        return self.learn(Closure(pins=(Pin(name=name, version=version),)))

    def _solve(self, trial: Trial, near: Closure) -> Closure | Conflict | Failure:
        pinned = dict(trial.versions)
        stay = [name for name in sorted(self.roots) if name not in pinned and near.version(name)]
        asked = Requirements(
            pins=(*(f"{name}=={version}" for name, version in trial.versions), *stay),
            prefer=near,
            cutoff=self.house.matrix.cutoff,
            interpreter=self.interpreter,
        )
        answer = close(self.house, asked)
        if isinstance(answer, Conflict):
            return answer
        return self.learn(answer) or answer
