"""The releases of a component over time, each with the word of the cell that tried it.

A release lies where its upload time puts it; one without a time is told in the table only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.phrases import verdict_word
from bot.core.report import CellView, ComponentView, Report

WIDTH, HEIGHT, EDGE = 640, 76, 16
LANES = 3  # heights that neighbours take turns in, so that their marks do not hide each other
FEW = 5  # releases that are not worth folding away
UNTRIED = "not tried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A release of a component: when, what became of it in each stack, and its place."""

    version: str
    uploaded: str
    yanked: bool
    tried: tuple[tuple[str, str, int], ...]  # stack, word, id of the cell
    drift: float | None = None  # nats, the largest of those cells
    x: float | None = None
    y: float = 0.0

    @property
    def word(self) -> str:
        """The worst word of it: one that is bad, else one that is not good, else any."""
        words = sorted((word for _, word, _ in self.tried), key=_rank)
        return words[0] if words else UNTRIED

    @property
    def tone(self) -> str:
        """The tone of its word."""
        return verdict_word(self.word) if self.tried else "grey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A cell that holds a component: its version, and what it stood beside there."""

    version: str
    stack: str
    others: tuple[tuple[str, str], ...]
    cell: int
    word: str


def _rank(word: str) -> int:
    return ("bad", "grey", "good").index(verdict_word(word))


def steps(report: Report, component: ComponentView) -> list[Step]:
    """Return the releases of a component that are known, oldest first, with their places."""
    tried = tries(report, component.name)
    drifts = drifted(report, component.name)
    dated = [one.uploaded for one in component.releases if one.uploaded]
    span = (max(dated) - min(dated)).total_seconds() if dated else 0.0
    told = []
    for at, one in enumerate(component.releases):
        since = (one.uploaded - min(dated)).total_seconds() if one.uploaded else None
        across = since / span if since is not None and span else 0.5
        told.append(
            Step(
                version=one.version,
                uploaded=one.uploaded.date().isoformat() if one.uploaded else "",
                yanked=one.yanked is not None,
                tried=tuple(tried.get(one.version, ())),
                drift=drifts.get(one.version),
                x=round(EDGE + across * (WIDTH - 2 * EDGE), 1) if one.uploaded else None,
                y=EDGE + at % LANES * (HEIGHT - 2 * EDGE) / (LANES - 1),
            )
        )
    return told


def before_any(told: Sequence[Step]) -> int:
    """Return how many releases came before the first that was tried; of few they are nobody."""
    at = next((at for at, one in enumerate(told) if one.tried), len(told))
    return at if at > FEW else 0


def tries(report: Report, name: str) -> Mapping[str, Sequence[tuple[str, str, int]]]:
    """Return, by version, the cells that tried it: alone, or as what the stack began with."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    for cell in report.cells:
        version = _version(cell, name)
        if version:
            found.setdefault(version, []).append((cell.row, cell.word, id(cell)))
    return found


def drifted(report: Report, name: str) -> Mapping[str, float]:
    """Return, by version, how far its numbers lie from the baseline's (nats), where known."""
    found: dict[str, float] = {}
    for cell in report.cells:
        version = _version(cell, name)
        if version and cell.drift is not None:
            found[version] = max(cell.drift, found.get(version, 0.0))
    return found


def _version(cell: CellView, name: str) -> str:
    """The version that a cell is about: of its trigger, or of its baseline."""
    head, _, version = cell.trigger.partition("==")
    if version:
        return version if head == name else ""
    if cell.trigger != "baseline" or cell.cell is None:
        return ""
    return dict(cell.cell.components).get(name, "")


def together(report: Report, name: str) -> list[Beside]:
    """Return every cell that holds a component, by its stack and version."""
    return [
        Beside(
            version=dict(cell.cell.components)[name],
            stack=cell.row,
            others=tuple(pair for pair in cell.cell.components if pair[0] != name),
            cell=id(cell),
            word=cell.word,
        )
        for cell in report.cells
        if cell.cell is not None and name in dict(cell.cell.components)
    ]
