"""A driver as a table: most components differ only in words, so most drivers are one `Plain` each.

A component that needs more than words brings a class of its own with the same attributes; what
both must offer is written down in `ports.Driver`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from bot.core.backends import CPU
from bot.core.inside import Part
from bot.core.model import Json, Link, Probe, Role
from bot.errors import SuiteError


def nothing(_probe: Probe, _link: Link) -> str:
    """Show no link in a proof: for components whose questions need more than one plain file."""
    return ""


def no_others(_version: str) -> Mapping[str, Part]:
    """Name no source of others: most versions speak of their own project alone."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """The host half of a component in words; see `ports.Driver` for what each of them means.

    `model` maps keys of the guest's set-up to patterns in the model folder, `serving` is the text
    that `serve` returns, `shows` the function behind `show`, `holds` what a version says of the
    sources of others inside. `backends` are those that it can compute on, and `backend` is the
    one that it is set up for.
    """

    name: str
    guest: str
    asks: frozenset[str]
    role: Role
    upstream: str
    suite: tuple[str, ...]
    package: str = ""
    source: str = "pypi"
    big: bool = False
    beside: tuple[str, ...] = ()
    model: Mapping[str, str] = field(default_factory=dict)
    serving: str = ""
    shows: Callable[[Probe, Link], str] = nothing
    backends: tuple[str, ...] = (CPU,)
    backend: str = CPU
    holds: Callable[[str], Mapping[str, Part]] = no_others

    def on(self, backend: str) -> Self:
        """The same driver, set up for `backend`; what computes nothing there is as it was."""
        return replace(self, backend=backend) if backend in self.backends else self

    def inside(self, version: str) -> Mapping[str, Part]:
        """Return the sources of others that a release brings, as far as its version names them."""
        return self.holds(version)

    def requirements(self, package: str, version: str) -> tuple[str, ...]:
        """The exact pin, and what is put beside it; the rest is the solver's to choose."""
        return (f"{package}=={version}", *self.beside)

    def setup(self, model: Path, options: Mapping[str, Json]) -> Json:
        """Where the files of the model lie, and the options of matrix.yaml on top.

        A guest that is to compute elsewhere than on the processor is told its `backend`. Raises
        `SuiteError` where a file is missing.
        """
        found: dict[str, Json] = {
            key: str(_first(model, pattern).resolve()) for key, pattern in self.model.items()
        }
        elsewhere: dict[str, Json] = {} if self.backend == CPU else {"backend": self.backend}
        return {**found, **elsewhere, **options}

    def files(self, model: Path) -> Mapping[str, Path]:
        """The files of the model by their names; a proof gets them beside it."""
        found = (_first(model, pattern) for pattern in self.model.values())
        return {path.name: path for path in found if path.is_file()}

    def serve(self) -> str:
        """What starts the component in a proof."""
        return self.serving

    def show(self, probe: Probe, link: Link) -> str:
        """What shows `link` in a proof, or nothing."""
        return self.shows(probe, link)


def _first(model: Path, pattern: str) -> Path:
    found = sorted(model.glob(pattern))
    if not found:
        raise SuiteError(f"{model} holds no {pattern}", cure=f"put a {pattern} there")
    return found[0]
