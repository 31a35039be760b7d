"""Toy worlds to explain: packages with releases, requirements, gaps and a planted truth."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.model import Closure, Pin
from bot.core.trial import Told, Trial

GOOD, BAD, OTHER = "fine", "failed: boom", "failed: bang"


@dataclass(frozen=True, kw_only=True)
class Need:
    """From release `since` on, `package` needs `other` at `at_least` (or at its own number)."""

    package: str
    other: str
    since: int = 0
    at_least: int = 0
    exact: bool = False

    def holds(self, at: Mapping[str, int]) -> bool:
        mine, theirs = at[self.package], at[self.other]
        if self.exact:
            return mine == theirs
        return mine < self.since or theirs >= self.at_least


@dataclass(frozen=True, kw_only=True)
class World:
    """`tops` is the bad release of each package (good is 0); `flips` the guilty set."""

    tops: Mapping[str, int]
    flips: Mapping[str, int]
    needs: tuple[Need, ...] = ()
    unbuildable: frozenset[tuple[str, int]] = frozenset()
    refused: int = 0  # percent of mixtures that do not resolve
    halfway: bool = False
    seed: int = 0
    odd_until: int = 0  # below this release the one guilty package is bad in another way
    asked: list[Trial] = field(default_factory=list)

    @property
    def good(self) -> Closure:
        return Closure(pins=tuple(Pin(name=n, version="1.0") for n in self.tops))

    @property
    def bad(self) -> Closure:
        return Closure(pins=tuple(Pin(name=n, version=f"1.{t}") for n, t in self.tops.items()))

    @property
    def releases(self) -> dict[str, list[str]]:
        return {n: [f"1.{at}" for at in range(t + 3)] for n, t in self.tops.items()}

    @property
    def requires(self) -> dict[str, set[str]]:
        return {need.package: {need.other} for need in self.needs}

    def close(self, trial: Trial) -> dict[str, int] | None:
        """A small solver: pins hold, the rest leans, violated needs move what is not pinned."""
        at = {n: 0 if trial.lean == "good" else top for n, top in self.tops.items()}
        fixed = {name: int(version.split(".")[1]) for name, version in trial.versions}
        at.update(fixed)
        held = set(fixed)
        for _ in range(4 * len(at) + 4):
            broken = [need for need in self.needs if not need.holds(at)]
            if not broken:
                return at
            near = [need for need in broken if {need.package, need.other} & held] or broken
            need = near[0]
            if need.other not in held:
                higher = need.at_least if self.halfway else self.tops[need.other]
                at[need.other] = at[need.package] if need.exact else higher
                held.add(need.other)
            elif need.package not in held:
                at[need.package] = at[need.other] if need.exact else 0
                held.add(need.package)
            else:
                return None
        return None

    def refuses(self, at: Mapping[str, int]) -> bool:
        up = {n for n, i in at.items() if i}
        if not self.refused or len(up) < 2 or len(up) > len(at) - 1:
            return False
        text = f"{self.seed}{sorted(at.items())}".encode()
        return hashlib.sha256(text).digest()[0] * 100 < self.refused * 256

    def shows(self, at: Mapping[str, int]) -> str:
        if not all(at[name] >= flip for name, flip in self.flips.items()):
            return GOOD
        first = next(iter(self.flips))
        return OTHER if at[first] < self.odd_until else BAD

    def ask(self, trial: Trial) -> Told:
        assert trial not in self.asked, f"asked twice: {trial.name}"
        self.asked.append(trial)
        return self.answer(trial)

    def answer(self, trial: Trial) -> Told:
        at = self.close(trial)
        if at is None:
            return Told(signature=None, why="no closure")
        if self.unbuildable & at.items():
            return Told(signature=None, why="no wheel")
        if self.refuses(at):
            return Told(signature=None, why="refused")
        return Told(signature=self.shows(at), versions={n: f"1.{i}" for n, i in at.items()})
