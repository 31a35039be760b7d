"""What chance decided about a toy ecosystem, as plain data that JSON can hold.

The files of a world and the expectations of it are both made from these draws and from nothing
else, so what the pipeline should say is known before it has run once.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum

from cattrs import structure

from bot.core.model import Json


class Behaviour(StrEnum):
    """What one release does when it is asked."""

    PLAIN = "plain"
    DRIFT = "drift"
    CRASH = "crash"
    FLAKY = "flaky"
    MEMORY = "memory"
    HANG = "hang"
    MEETS = "meets"  # drifts when its partner is RAISED
    RAISED = "raised"  # plain, but a partner that MEETS it drifts
    RELAYS = "relays"  # answers what its partner answers


class File(StrEnum):
    """What a release was uploaded as; only a wheel can be installed here."""

    WHEEL = "wheel"
    SDIST = "sdist"
    FOREIGN = "foreign"
    MISSING = "missing"  # never uploaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One release of a package; `day` counts from the first day of the world."""

    version: str
    day: int
    behaviour: Behaviour = Behaviour.PLAIN
    file: File = File.WHEEL
    yanked: bool = False
    requires: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package with its releases, oldest first, and the two things it can say."""

    name: str
    issues: tuple[Issue, ...]
    word: str
    drifted: str
    partner: str = ""
    key: str = ""  # drifts only when it is asked about this word, or about none

    @property
    def usable(self) -> tuple[Issue, ...]:
        """The releases that a solver may choose: wheels for this platform, not yanked."""
        return tuple(i for i in self.issues if i.file is File.WHEEL and not i.yanked)

    def issue(self, version: str) -> Issue:
        """Return the release with this version."""
        return next(issue for issue in self.issues if issue.version == version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guilt:
    """One package that is to blame, and the interval in which it became so."""

    package: str
    last_good: str
    first_bad: str
    yanked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """How the explanation of one cause should end.

    With `together` the culprits move in lockstep: naming any of them is right as long as the rest
    is named beside it. `shown` is the package whose probe turns red.
    """

    shown: str
    ending: str
    culprits: tuple[Guilt, ...]
    moves_with: tuple[str, ...] = ()
    together: bool = False
    verified: bool = True
    verdict: str = "regressed"
    optional: bool = False
    keeps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the matrix: a small stack with one fate.

    `probes` are the packages that are asked; `links` says per package at which links, in causal
    order; `golden` whether they are held against what was drawn or against the baseline.
    """

    name: str
    components: tuple[str, ...]
    baseline: dict[str, str]
    probes: tuple[str, ...]
    golden: bool
    prompted: bool = False  # the probes look at `prompt` before `text`
    drift_at: str = "text"
    seconds: int = 10
    arguments: tuple[str, ...] = ()  # words that every probe is handed
    blames: tuple[Blame, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """A whole world, drawn."""

    seed: int
    packages: dict[str, Package]
    rows: tuple[Row, ...]
    follow: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def followed(self, name: str) -> tuple[str, ...]:
        """Return the versions of `name` that the matrix follows, newest first."""
        usable = self.packages[name].usable
        places = {"newest": -1, "previous": -2}
        return tuple(usable[places[which]].version for which in self.follow[name])

    def extended(self, name: str) -> Draw:
        """Return this world after one more release of `name`, which behaves like its last."""
        package = self.packages[name]
        last = package.issues[-1]
        head, tail = last.version.rsplit(".", 1)
        issue = replace(last, version=f"{head}.{int(tail) + 1}", day=last.day + 3)
        grown = replace(package, issues=(*package.issues, issue))
        return replace(self, packages={**self.packages, name: grown})


def to_json(draw: Draw) -> Json:
    """Return the draw as JSON, fit for committing."""
    value: Json = json.loads(json.dumps(asdict(draw)))
    return value


def from_json(value: Json) -> Draw:
    """Return the draw that `to_json` wrote."""
    return structure(value, Draw)
