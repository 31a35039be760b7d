"""Close the trials of a search: from what the packages declare, by the solver where that is silent.

A mixture of two ends needs no solver, and no index: what both ends hold is on the shelf. Only a
release between them may want versions that neither end has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.metadata import Metadata, environment_of
from bot.core.mixture import Graph, Mixed, Outside, graph, mix
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
from bot.core.versions import PEP440, parse, road
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

    def learn(self, closure: Closure, *, build: bool = False) -> Failure | None:
        """Put `closure` on the shelf and read what it declares, or say why that cannot be.

        Only the ends are built where they have no wheel: others without one are gaps.
        """
        found = self.shelf.declared(
            closure, interpreter=self.interpreter, limits=self.house.limits(), build=build
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
            case Outside(why=why) if "" in dict(trial.versions).values():
                return Conflict(why=why)
            case Outside():
                return self._solve(trial, near)

    def _meet(self, name: str, version: str) -> Failure | None:
        """Learn a release between the ends; what is kept out has none."""
        if not version or (name, version) in self.known:
            return None
        release = self.releases.get(name, {}).get(version)
        if release is not None and not release.wheels:
            words = f"{name} {version} has no wheel"
            return Failure(phase=Phase.INSTALL, reason=Reason.NOT_INSTALLABLE, message=words)
        return self.learn(Closure(pins=(Pin(name=name, version=version),)))

    def required(self, versions: Mapping[str, str]) -> Graph:
        """Return who requires whom among `versions`, as far as it is known."""
        environment = environment_of(self.interpreter)
        return graph(versions, lambda name, version: self.known.get((name, version)), environment)

    def _solve(self, trial: Trial, near: Closure) -> Closure | Conflict | Failure:
        """Ask the solver for what is bound to the pins; all the rest stays as it is.

        What stands at both ends is looked for between them: elsewhere nobody ever was.
        """
        pinned = dict(trial.versions)
        refused = self._refused(pinned)
        if refused:
            return Conflict(why=refused)
        before = self.required(near.versions)
        bound = before.around(self.required({**near.versions, **pinned}).around(pinned))
        stay = (before.tops | self.roots) & bound & near.versions.keys() - pinned.keys()
        asked = Requirements(
            pins=(
                *(f"{name}=={version}" for name, version in trial.versions),
                *(self._within(name) for name in sorted(stay)),
            ),
            prefer=near,
            cutoff=self.house.matrix.cutoff,
            interpreter=self.interpreter,
        )
        answer = close(self.house, asked)
        if isinstance(answer, Conflict):
            return answer
        rest = (pin for pin in near.pins if pin.name not in bound and not answer.version(pin.name))
        whole = Closure(pins=(*answer.pins, *rest))
        return self.learn(whole) or whole

    def _refused(self, pinned: Mapping[str, str]) -> str:
        """Say which package takes what is pinned at no release between the ends, if one does."""
        environment = environment_of(self.interpreter)
        for name, version in pinned.items():
            for other in self.good.versions.keys() & self.bad.versions.keys() - {name}:
                known = [self.known.get((other, each)) for each in self._road(other, pinned)]
                refuses = [each and not each.takes(name, version, environment) for each in known]
                if refuses and all(refuses):
                    return f"no {other} between the ends takes {name} {version}"
        return ""

    def _road(self, name: str, pinned: Mapping[str, str]) -> tuple[str, ...]:
        """Return the releases at which a package may stand; none where that is not known."""
        if name in pinned:
            return (pinned[name],)
        good, bad = self.good.versions[name], self.bad.versions[name]
        return road(self.releases[name], good, bad) if self.releases.get(name) else ()

    def _within(self, name: str) -> str:
        """Return the requirement that a package stays between the two ends."""
        ends = [parse(end.version(name) or "", PEP440) for end in (self.good, self.bad)]
        both = [each for each in ends if each]
        apart = len({*both}) == len(ends)
        return f"{name}>={min(both)},<={max(both)}" if apart else name
