"""Covering arrays of the published models: how many rows, how long, and what is missed.

    PYTHONPATH=. python benchmarks/covering.py [--only NAME,NAME] [--seconds 60]
        [--clock wall|processor] [--state FILE]

A row is a model. `÷ best` is its size against the smallest that is known; `missed` is how many
feasible pairs stand in no row, and how many rows are not allowed, as a SAT solver says that knows
nothing of the generator; `permuted` is the same model with its columns and values in another
order; `1 s` is the first plan. `one value more` gives a value to the widest column: how many rows
`extend` adds to those of the first plan, the least that can do (as many as values that the new
one must meet in one column), and how many rows a new array has, each in five seconds at most.
The triples of the four that the literature has sizes for are covered as well.

`--state` keeps each row as a line of JSON, and a run goes on where another ended. `seconds` and
`processor` are of the first array.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from math import prod
from pathlib import Path
from typing import Any

from bot.core.covering import Row, cover, extend
from tests.property.covering_models import FREE, RULED, Model, permuted
from tests.property.covering_sat import faults

THREE = {"bugzilla": 48, "gcc": 73, "spins": 80, "spinv": 190}
CLOCKS: dict[str, Callable[[], float]] = {"wall": time.monotonic, "processor": time.process_time}
SHOWN = {"": "as published", "permuted_": "permuted", "first_": "1 s"}
MORE = 5.0  # seconds, at most, for an array with one value more
COLUMNS = {
    "model": "model",
    "best": "best known",
    "rows": "rows",
    "ratio": "÷ best",
    "seconds": "seconds",
    "processor": "processor",
    "missed": "missed",
    "permuted": "permuted",
    "permuted_ratio": "÷ best",
    "permuted_missed": "missed",
    "first": "1 s",
    "first_ratio": "÷ best",
    "first_seconds": "seconds",
    "more": "one value more: added",
    "least": "least",
    "anew": "anew",
}
THREES = {
    "model": "model", "three_best": "published", "three": "rows", "three_ratio": "÷ published",
    "three_seconds": "seconds", "three_processor": "processor", "three_missed": "missed",
}  # fmt: skip


class Bench:
    """One budget of one clock, for every array."""

    def __init__(self, seconds: float, clock: str) -> None:
        self.seconds, self.clock = seconds, CLOCKS[clock]

    def made(self, model: Model, seconds: float, strength: int = 2) -> tuple[list[Row], dict]:
        """Return an array, and what it took."""
        wall, cpu = time.monotonic(), time.process_time()
        rows = cover(
            model.domains, strength, model.forbidden, budget_seconds=seconds, clock=self.clock
        )
        wall, cpu = time.monotonic() - wall, time.process_time() - cpu
        return rows, {"rows": len(rows), "seconds": round(wall, 1), "processor": round(cpu, 1)}

    def row(self, name: str, model: Model) -> dict[str, Any]:
        """Measure a model."""
        rows, told = self.made(model, self.seconds)
        other = permuted(model, 1)
        turned, _ = self.made(other, self.seconds)
        first, took = self.made(model, 1.0)
        row = {"model": name, "best": model.best, **told, "missed": missed(model, rows)}
        row |= {"permuted": len(turned), "permuted_missed": missed(other, turned)}
        row |= {"first": len(first), "first_seconds": took["seconds"]}
        for size, ratio in (("rows", ""), ("permuted", "permuted_"), ("first", "first_")):
            row[f"{ratio}ratio"] = round(row[size] / model.best, 3) if model.best else None
        return row | self.more(model, first) | (self.three(model, name) if name in THREE else {})

    def more(self, model: Model, rows: list[Row]) -> dict[str, int]:
        """Give the widest column a value more."""
        at = model.domains.index(max(model.domains))
        new = model.domains[at]
        domains = (*model.domains[:at], new + 1, *model.domains[at + 1 :])
        wider = extend(
            rows, domains, 2, model.forbidden, budget_seconds=min(MORE, self.seconds),
            clock=self.clock,
        )  # fmt: skip
        anew, _ = self.made(model._replace(domains=domains), min(MORE, self.seconds))
        met = [row for row in wider if row[at] == new]
        least = max(len({row[c] for row in met}) for c in range(len(domains)) if c != at)
        return {"more": len(wider) - len(rows), "least": least, "anew": len(anew)}

    def three(self, model: Model, name: str) -> dict[str, Any]:
        """Cover the triples of a model."""
        rows, told = self.made(model, self.seconds, 3)
        told |= {"best": THREE[name], "missed": missed(model, rows, 3)}
        told["ratio"] = round(len(rows) / THREE[name], 3)
        return {"three": told.pop("rows"), **{f"three_{key}": told[key] for key in told}}


def missed(model: Model, rows: list[Row], strength: int = 2) -> int:
    """Return how much is wrong with an array."""
    return len(faults(model.domains, model.forbidden, rows, strength))


def table(columns: dict[str, str], rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of a table in Markdown."""
    yield f"| {' | '.join(columns.values())} |"
    yield "|" + "---|" * len(columns)
    for row in rows:
        cells = ("-" if row.get(key) is None else str(row[key]) for key in columns)
        yield f"| {' | '.join(cells)} |"


def summary(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what all models come to."""
    yield from ("| models | | geometric mean | worst |", "|---|---|---|---|")
    for word, models in (("of `covering_models.json`", RULED), ("without rules", FREE)):
        known = [row for row in rows if row["model"] in models and row["best"]]
        for label in SHOWN if known else ():
            some = [row[f"{label}ratio"] for row in known]
            mean = prod(some) ** (1 / len(some))
            yield f"| {word}, {len(some)} | {SHOWN[label]} | {mean:.3f} | {max(some):.3f} |"


def main() -> None:
    """Measure what no state has yet, then print all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", type=lambda text: text.split(","), default=[*RULED, *FREE])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    parser.add_argument("--state", type=Path)
    args = parser.parse_args()
    kept = args.state.read_text().splitlines() if args.state and args.state.exists() else []
    rows = {row["model"]: row for row in map(json.loads, kept)}
    for name in args.only:
        if name not in rows:
            rows[name] = Bench(args.seconds, args.clock).row(name, (RULED | FREE)[name])
            if args.state:
                with args.state.open("a") as lines:
                    lines.write(json.dumps(rows[name]) + "\n")
    shown = [rows[name] for name in (*RULED, *FREE) if name in rows]
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    print(f"{datetime.now(UTC):%Y-%m-%d}, CPython {platform.python_version()}, load {load};")
    print(f"{args.seconds:g} s of {args.clock} time for an array.\n")
    threes = [row for row in shown if "three" in row]
    print("\n".join([*table(COLUMNS, shown), "", *summary(shown), "", *table(THREES, threes)]))


if __name__ == "__main__":
    main()
