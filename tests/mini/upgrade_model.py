"""An upgrade without any environment: what a mixture resolves to and shows, and the search on it.

What the real command finds for a few seeds is found here for many.
"""

from __future__ import annotations

from collections.abc import Mapping

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bot.core.explain import Explain
from bot.core.metadata import Metadata, environment_of
from bot.core.mixture import Graph, Mixed, graph, mix
from bot.core.model import Closure, Pin
from bot.core.outcome import Explanation
from bot.core.trial import Told, Trial
from tests.mini.draws import Behaviour, File
from tests.mini.upgrades import Fate, Upgrade

ENVIRONMENT = environment_of("3.11")


def closure_of(versions: Mapping[str, str]) -> Closure:
    """Return versions by package as a closure."""
    return Closure(
        pins=tuple(Pin(name=name, version=version) for name, version in versions.items())
    )


class Model:
    """Answers what trials of one world come to."""

    def __init__(self, world: Upgrade) -> None:
        """Read what every release declares."""
        self.world = world
        self.declared = {
            (name, issue.version): Metadata(
                name=name,
                version=issue.version,
                requires=tuple(Requirement(each) for each in issue.requires),
            )
            for name, package in world.packages.items()
            for issue in package.issues
        }

    def known(self, name: str, version: str) -> Metadata | None:
        """What a package declares."""
        return self.declared.get((name, version))

    def graph(self, versions: Mapping[str, str]) -> Graph:
        """Who requires whom."""
        return graph(versions, self.known, ENVIRONMENT)

    def answer(self, trial: Trial) -> Told:
        """Return what a trial comes to."""
        versions = self.close(trial)
        if versions is None:
            return Told(signature=None, why="no solution")
        for name, version in versions.items():
            if self.world.packages[name].issue(version).file is not File.WHEEL:
                return Told(signature=None, why=f"{name}=={version} has no wheel")
        return Told(signature=self.shown(versions), versions=versions)

    def close(self, trial: Trial) -> dict[str, str] | None:
        """Return what is installed: a closed mixture, else what a solver would add."""
        ends = (self.world.good, self.world.bad)
        near, far = ends if trial.lean == "good" else ends[::-1]
        pins = dict(trial.versions)
        mixed = mix(near, far, pins, self.known, ENVIRONMENT)
        if isinstance(mixed, Mixed):
            return dict(mixed.versions)
        return None if "" in pins.values() else self.solve({**near, **pins}, pins)

    def solve(self, versions: dict[str, str], pins: Mapping[str, str]) -> dict[str, str] | None:
        """Move what is not pinned until nothing is violated, newest release first."""
        for _ in range(len(versions)):
            broken = self.violated(versions)
            if broken is None:
                return versions
            moves = next((name for name in broken if name not in pins), "")
            found = [
                issue.version
                for issue in reversed(self.world.packages[moves].usable if moves else ())
                if self.violated({**versions, moves: issue.version}, about=moves) is None
            ]
            if not found:
                return None
            versions = {**versions, moves: found[0]}
        return None

    def violated(self, versions: Mapping[str, str], about: str = "") -> tuple[str, str] | None:
        """Return a package that is not what another wants of it, and that other."""
        for name, version in versions.items():
            for wish in self.declared[name, version].requires:
                wanted = canonicalize_name(wish.name)
                has = versions.get(wanted, "")
                if about not in ("", wanted, name):
                    continue
                if not has or not wish.specifier.contains(has, prereleases=True):
                    return wanted, name
        return None

    def shown(self, versions: Mapping[str, str]) -> str:
        """Return the signature of what the program shows."""
        said = []
        for name in self.world.asked:
            if name not in versions:
                return "failed: exception: ModuleNotFoundError"
            package = self.world.packages[name]
            behaviour = package.issue(versions[name]).behaviour
            met = package.partner and self.raised(versions, package.partner)
            if behaviour is Behaviour.CRASH or (
                behaviour is Behaviour.MEETS and met and self.world.fate is Fate.PAIR_CRASH
            ):
                return f"failed: exception: KeyError {name}"
            drifts = behaviour is Behaviour.DRIFT or (behaviour is Behaviour.MEETS and met)
            said.append(package.drifted if drifts else package.word)
        return f"shows {said} {self.world.sought in versions}"

    def raised(self, versions: Mapping[str, str], name: str) -> bool:
        """Whether a partner is such that others drift."""
        return self.world.packages[name].issue(versions[name]).behaviour is Behaviour.RAISED


def explain(world: Upgrade) -> Explanation:
    """Search the world as the command would."""
    model = Model(world)
    tops = model.graph(world.good).tops | model.graph(world.bad).tops
    alone = tops & (world.good.keys() ^ world.bad.keys())
    machine = Explain(
        good=closure_of(world.good),
        bad=closure_of(world.bad),
        releases={
            name: [i.version for i in package.issues if i.file is not File.MISSING]
            for name, package in world.packages.items()
        },
        roots=alone | (frozenset(world.roots) if world.style == "loose" else frozenset()),
        yanked=frozenset(
            (name, issue.version)
            for name, package in world.packages.items()
            for issue in package.issues
            if issue.yanked
        ),
        requires=model.graph(world.bad).wants,
    )
    while trials := machine.propose():
        for trial in trials:
            machine.tell(trial, model.answer(trial))
    assert machine.result is not None
    return machine.result
