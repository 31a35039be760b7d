"""Two locks held against each other: what of the watched is moved, and a matrix of both ends.

>>> stacks = {"a": {"components": ["client"]}}
>>> matrix = {"components": {"client": {"role": "client"}}, "stacks": stacks}
>>> both = narrowed(matrix, {"client": "1.0"}, {"client": "2.0"})
>>> both.moves
(Move(component='client', base='1.0', head='2.0', package='client'),)
>>> both.matrix["components"]["client"]["follow"]
['==2.0']
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.utils import canonicalize_name

Data = dict[str, Any]  # what a matrix.yaml holds, as it is read


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A watched component that is moved: pinned to `base` before, to `head` afterwards."""

    component: str
    base: str
    head: str
    package: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """What of the watched is moved, and the matrix that has the base as its baseline.

    `more` tells that the locks differ in what nobody watches too: it may be part of a stack.
    """

    moves: tuple[Move, ...]
    matrix: Data
    more: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to run."""
        return not self.matrix["stacks"]


def narrowed(
    matrix: Data,
    base: Mapping[str, str],
    head: Mapping[str, str],
    lock: Mapping[str, str] | None = None,
    elsewhere: Collection[str] = (),
) -> Both:
    """Narrow a matrix to what two locks (versions by normal name) pin differently.

    Stacks in which nothing is moved are left out, and so is what was added or taken away: there
    is nothing to compare it with. What both pin alike stays as it is pinned. `lock` names the two
    files (`base`, `head`) that cells lean to; with it a stack stays whose members are pinned while
    anything else is moved. Components that come from `elsewhere` are in no lock of these.
    """
    components = matrix.get("components") or {}
    packages = {
        name: _package(name, entry or {})
        for name, entry in components.items()
        if name not in elsewhere
    }
    moves = tuple(
        Move(component=name, base=base[package], head=head[package], package=package)
        for name, package in packages.items()
        if package in base and package in head and base[package] != head[package]
    )
    watched = {packages[one.component] for one in moves}
    more = any(head.get(name) != version for name, version in base.items() if name not in watched)
    moved = {one.component for one in moves}
    if lock and more:
        moved |= {name for name, package in packages.items() if package in base}
    stacks = {
        name: {**stack, "baseline": _pinned(stack["components"], packages, base), **_lock(lock)}
        for name, stack in (matrix.get("stacks") or {}).items()
        if moved.intersection(stack["components"]) and not stack.get("existing")
    }
    used = {name for stack in stacks.values() for name in stack["components"]}
    entries = {
        name: {**entry, "follow": _follow(packages.get(name, ""), head)}
        for name, entry in components.items()
        if name in used
    }
    matrix = {**matrix, "components": entries, "stacks": stacks}
    return Both(moves=moves, matrix=matrix, more=more)


def _lock(lock: Mapping[str, str] | None) -> Data:
    return {"lock": dict(lock)} if lock else {}


def _package(name: str, entry: Mapping[str, Any]) -> str:
    return canonicalize_name(str(entry.get("package") or name))


def _pinned(
    names: list[str], packages: Mapping[str, str], base: Mapping[str, str]
) -> dict[str, str]:
    return {name: base[packages[name]] for name in names if packages.get(name) in base}


def _follow(package: str, head: Mapping[str, str]) -> list[str]:
    """Return what is tried: the head's version; what no lock pins stays at its newest release."""
    return [f"=={head[package]}"] if package in head else ["newest"]
