"""The hand that draws an upgrade: packages, where their ends are, and what binds them.

The order of its calls is what a seed means.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from packaging.version import Version

from tests.mini import names
from tests.mini.draws import Behaviour, File, Guilt, Issue, Package
from tests.mini.upgrades import FIRST, LAST, PACKAGES, RELEASES, Bond, Couple

RHYMING = (Bond.EXACT, Bond.MUTUAL)
SPOILED, COUPLED = 0.25, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Between which two releases a package turns, as far as wheels can tell; older one first."""

    package: str
    low: str
    high: str
    gap: bool
    yanked: tuple[bool, bool]

    def guilt(self, *, back: bool) -> Guilt:
        """Return the blame for the way up, or `back` down."""
        good, bad = (self.high, self.low) if back else (self.low, self.high)
        yanked = self.yanked[0 if back else 1]
        return Guilt(package=self.package, last_good=good, first_bad=bad, yanked=yanked)


def is_early(version: str) -> bool:
    """Whether a version is a pre-release."""
    return Version(version).is_prerelease


@dataclass(slots=True, kw_only=True)
class Hand:
    """What is drawn so far; the order of calls is what a seed means."""

    rng: Random
    packages: dict[str, Package] = field(default_factory=dict)
    ends: dict[str, tuple[int, int]] = field(default_factory=dict)
    couples: list[Couple] = field(default_factory=list)
    indexed: bool = False
    early_ends: bool = False

    def deal(self) -> None:
        """Draw all packages, plain, and where their ends are."""
        for name in names.invent(self.rng, PACKAGES):
            versions = names.scheme(self.rng, RELEASES)
            word = names.invent(self.rng, 1)[0]
            self.packages[name] = Package(
                name=name,
                issues=tuple(Issue(version=v, day=day) for day, v in enumerate(versions)),
                word=word,
                drifted=word[1:] + word[0],  # of the same size
            )
            self.ends[name] = (self.rng.randrange(FIRST + 1), self.rng.randrange(LAST, RELEASES))

    def turn(self, name: str, behaviour: Behaviour, first: int, partner: str = "") -> None:
        """Let a package behave so from release `first` on."""
        package = self.packages[name]
        issues = tuple(
            replace(issue, behaviour=behaviour) if at >= first else issue
            for at, issue in enumerate(package.issues)
        )
        self.packages[name] = replace(package, issues=issues, partner=partner)

    def require(self, name: str, requires: Callable[[int], Sequence[str]]) -> None:
        """Add requirements to each release of a package, by its index."""
        package = self.packages[name]
        issues = tuple(
            replace(issue, requires=(*issue.requires, *requires(at)))
            for at, issue in enumerate(package.issues)
        )
        self.packages[name] = replace(package, issues=issues)

    def version(self, name: str, at: int) -> str:
        """Return the version of a package at an index."""
        return self.packages[name].issues[at].version

    def inside(self, name: str) -> int:
        """Draw an index at which a package may turn: after its good end, up to its bad one."""
        good, bad = self.ends[name]
        return self.rng.randrange(good + 1, bad + 1)

    def couple(self, first: str, second: str, bond: Bond) -> Couple:
        """Bind two packages; where releases rhyme, their ends do as well."""
        if bond in (Bond.EXACT, Bond.MUTUAL):
            self.ends[second] = self.ends[first]
            self.require(first, lambda at: [f"{second}=={self.version(second, at)}"])
            if bond is Bond.MUTUAL:
                self.require(second, lambda at: [f"{first}=={self.version(first, at)}"])
        there = (self.inside(first), self.inside(second))
        if bond in (Bond.RANGE, Bond.BOUNDED):
            turn = self.version(second, there[1])
            old = [f"{second}<{turn}"] if bond is Bond.BOUNDED else [second]
            self.require(first, lambda at: [f"{second}>={turn}"] if at >= there[0] else old)
        told = Couple(first=first, second=second, bond=bond, at=there)
        self.couples.append(told)
        return told

    def take(self, pool: list[str]) -> str:
        """Take a package out of the pool, with early, yanked, unbuildable or missing releases."""
        name = pool.pop()
        good, bad = self.ends[name]
        for at in range(good + 1, bad):
            if self.rng.random() < SPOILED:
                self.mar(name, at, self.rng.choice((*File, "early", "yanked")))
        if self.early_ends and self.rng.random() < COUPLED:
            self.mar(name, bad, "early")
        return name

    def mar(self, name: str, at: int, how: str) -> None:
        """Make one release what `how` says; only an index can yank."""
        issue = self.packages[name].issues[at]
        if how == "early":
            self.change(name, at, version=f"{issue.version}rc1")
        elif how == "yanked":
            self.change(name, at, yanked=self.indexed)
        else:
            self.change(name, at, file=File(how))

    def change(self, name: str, at: int, **more: object) -> None:
        """Change one release of a package."""
        package = self.packages[name]
        issues = list(package.issues)
        issues[at] = replace(issues[at], **more)  # type: ignore[arg-type]
        self.packages[name] = replace(package, issues=tuple(issues))

    def road(self, name: str) -> list[int]:
        """Return the indexes of the releases that a search may walk, ends included."""
        issues = self.packages[name].issues
        good, bad = self.ends[name]
        early = any(is_early(issues[at].version) for at in (good, bad))
        return [
            at
            for at in range(good, bad + 1)
            if issues[at].file is not File.MISSING and (early or not is_early(issues[at].version))
        ]

    def turns(self, name: str, first: int) -> Turn:
        """Return where a package turns that is another from release `first` on."""
        issues = self.packages[name].issues
        road = self.road(name)
        wheels = [at for at in road if issues[at].file is File.WHEEL]
        low = max(at for at in wheels if at < first)
        high = min(at for at in wheels if at >= first)
        return Turn(
            package=name,
            low=issues[low].version,
            high=issues[high].version,
            gap=any(low < at < high for at in road),
            yanked=(issues[low].yanked, issues[high].yanked),
        )
