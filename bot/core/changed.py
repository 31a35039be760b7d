"""Two locks held against each other: what of the watched is moved, and a matrix of both ends.

>>> stacks = {"a": {"components": ["client"]}}
>>> matrix = {"components": {"client": {"role": "client"}}, "stacks": stacks}
>>> both = narrowed(matrix, {"client": "1.0"}, {"client": "2.0"})
>>> both.moves
(Move(component='client', base='1.0', head='2.0'),)
>>> both.matrix["stacks"]["a"]["baseline"], both.matrix["components"]["client"]["follow"]
({'client': '1.0'}, ['==2.0'])
"""

from __future__ import annotations

from collections.abc import Mapping
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """What is moved, and the matrix that has the base as its baseline and the head to try."""

    moves: tuple[Move, ...]
    matrix: Data


def narrowed(matrix: Data, base: Mapping[str, str], head: Mapping[str, str]) -> Both:
    """Narrow a matrix to what two locks (versions by normal name) pin differently.

    Stacks in which nothing is moved are left out, and so is what was added or taken away: there
    is nothing to compare it with. What both pin alike stays as it is pinned.
    """
    components = matrix.get("components") or {}
    packages = {name: _package(name, entry or {}) for name, entry in components.items()}
    moves = tuple(
        Move(component=name, base=base[package], head=head[package])
        for name, package in packages.items()
        if package in base and package in head and base[package] != head[package]
    )
    moved = {one.component for one in moves}
    stacks = {
        name: {**stack, "baseline": _pinned(stack["components"], packages, base)}
        for name, stack in (matrix.get("stacks") or {}).items()
        if moved.intersection(stack["components"])
    }
    used = {name for stack in stacks.values() for name in stack["components"]}
    entries = {
        name: {**entry, "follow": _follow(packages[name], head)}
        for name, entry in components.items()
        if name in used
    }
    return Both(moves=moves, matrix={**matrix, "components": entries, "stacks": stacks})


def _package(name: str, entry: Mapping[str, Any]) -> str:
    return canonicalize_name(str(entry.get("package") or name))


def _pinned(
    names: list[str], packages: Mapping[str, str], base: Mapping[str, str]
) -> dict[str, str]:
    return {name: base[packages[name]] for name in names if packages.get(name) in base}


def _follow(package: str, head: Mapping[str, str]) -> list[str]:
    """Return what is tried: the head's version; what no lock pins stays at its newest release."""
    return [f"=={head[package]}"] if package in head else ["newest"]
