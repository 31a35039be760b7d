"""What each strategy would have seen in months of real releases, day by day, and what it costs.

    python -m benchmarks.replay outcomes --state FOLDER     # executes every combination; an hour
    python -m benchmarks.replay dates --state FOLDER        # asks the index for days of releases
    python -m benchmarks.replay tables                      # what replay.md holds; a minute
    python -m benchmarks.replay planted                     # its second half; some minutes

`outcomes` runs the full matrix of `window/matrix.yaml` by stackmatrix's own steps, goes on where it
was, and writes `window/outcomes.json`: what each probe came to in each cell, and the days of the
releases. `tables` lives every day of the window again under each strategy (`replayed.py`): the real
`watch`, `plan`, `execute` and judgement, over what was out on that day, in rooms that answer from
those outcomes. What the full matrix shows to be broken (`bot/studies/breakage.py`) is seen on the
day on which a new cell that holds it turns a probe bad against its baseline, and holds nothing else
that breaks that probe. Then the same over drawn breakages, on real days (`window/releases.json`).
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from math import prod
from pathlib import Path
from typing import Any, Final

from benchmarks.replayed import STRATEGIES, Tally, World, lived, planted, tally
from bot import pipeline
from bot.app import Options, opened
from bot.core.follow import ordered
from bot.core.signature import signature
from bot.steps.house import House
from bot.steps.verdicts import Ruled, is_grey, rule
from bot.steps.watching import remembered
from bot.studies.breakage import Grid, Line, Stack, breakages
from tests.unit.steps.fakes import Said

HERE: Final = Path(__file__).parent / "window"
MATRIX: Final = HERE / "matrix.yaml"
OUTCOMES: Final = HERE / "outcomes.json"
RELEASES: Final = HERE / "releases.json"
FIRST, LAST = date(2026, 7, 24), date(2026, 10, 24)
PLANTED: Final = ("minijinja", "tokenizers", "ctranslate2", "xllamacpp")
SEEDS: Final = range(3)
COUNTS: Final = (6, 12, 12)  # breakages of a world that take one version, two, three
FOLLOW: Final = {
    "every release since the window began": ("=={first}", f"since-{FIRST}"),
    "the newest release and the one before it": ("previous", "newest"),
}
GREY: Final = "?"


def outcomes(state: Path) -> None:
    """Execute every combination, as far as that was not done, and write what came out."""
    options = Options(config=MATRIX, state=state, reports=state / "reports")
    with opened(options, Said(), whole=False) as house:
        pipeline.watch(house)
        pipeline.plan(house)
        print(f"{pipeline.execute(house)} cells executed")
        OUTCOMES.write_text(_table(house), encoding="utf-8")


def _table(house: House) -> str:
    """Return the outcomes as JSON, one cell a line: only what is not good is told."""
    known: dict[str, None] = {}
    cells: dict[str, Any] = {}
    for each in rule(house):
        if each.planned.cell is None:
            raise SystemExit(f"{each.planned.trigger}: {each.planned.conflict}")
        stack = " ".join(version for _, version in each.planned.cell.components)
        told = _word(each)
        known |= {told: None} if told else {}
        cells.setdefault(stack, {}).update({each.probe.name: told} if told else {})
    signs = list(known)
    head = {
        "releases": _lines(house, house.matrix.rows[0].components, LAST),
        "probes": [probe.name for probe in house.probes[house.matrix.rows[0].name]],
        "signatures": signs,
    }
    rows = {
        stack: {probe: signs.index(told) for probe, told in row.items()}
        for stack, row in cells.items()
    }
    return _json(head, "cells", rows)


def _word(each: Ruled) -> str:
    """Return the signature of a result, empty where it is good, `?` where it says nothing."""
    return GREY if is_grey(each.after) or not each.after.steady else signature(each.after.outcome)


def _lines(house: House, names: Sequence[str], last: date) -> dict[str, list[list[str]]]:
    """Return, by component, its final releases of the window and the last one before, with days."""
    found = {}
    for name in names:
        releases = ordered(remembered(house, house.matrix.components[name]))
        dated = [(each.version, each.uploaded.date()) for each in releases if each.uploaded]
        before = [each for each in dated if each[1] < FIRST][-1:]
        inside = [each for each in dated if FIRST <= each[1] <= last]
        found[name] = [[version, day.isoformat()] for version, day in (*before, *inside)]
    return found


def _json(head: Mapping[str, Any], name: str, rows: Mapping[str, Any]) -> str:
    lines = [f" {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    told = ",\n".join(f"  {json.dumps(key)}: {json.dumps(row)}" for key, row in rows.items())
    return "\n".join(["{", *lines, f" {json.dumps(name)}: {{", told, " }", "}", ""])


def dates(state: Path) -> None:
    """Ask the index for the days of the releases that the planted world has."""
    options = Options(config=Path("matrix.yaml"), state=state, reports=state / "reports")
    with opened(options, Said(), whole=False) as house:
        pipeline.watch(house, PLANTED)
        told = _lines(house, PLANTED, LAST)
    RELEASES.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def lines_of(told: Mapping[str, Sequence[Sequence[str]]]) -> tuple[Line, ...]:
    """Read lines of releases as `outcomes` and `dates` write them."""
    return tuple(
        Line(
            name=name,
            releases=tuple((version, date.fromisoformat(day)) for version, day in releases),
        )
        for name, releases in told.items()
    )


def real() -> World:
    """Return the world of the committed outcomes."""
    told = json.loads(OUTCOMES.read_text(encoding="utf-8"))
    signs = told["signatures"]
    shown: dict[str, dict[Stack, str]] = {name: {} for name in told["probes"]}
    for stack, row in told["cells"].items():
        for probe in told["probes"]:
            word = signs[row[probe]] if probe in row else ""
            if word != GREY:
                shown[probe][tuple(stack.split())] = word
    grid = Grid(lines=lines_of(told["releases"]), shown=shown)
    return World(grid=grid, first=FIRST, last=LAST)


def fully(world: World) -> int:
    """Return how many cells the full matrix of a world has."""
    return prod(len(line.releases) for line in world.grid.lines)


def tables() -> Iterator[str]:
    """Yield the page, line by line."""
    yield from _head()
    world = real()
    yield from _window(world)
    yield from _breakages(world)
    for name, words in FOLLOW.items():
        yield f"### Followed: {name}\n"
        told = [tally(world, s, lived(world, s, words), fully(world)) for s in STRATEGIES]
        yield from _rows(told)
        yield from _missed(told)


def _head() -> Iterator[str]:
    told = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(told, capture_output=True, text=True, check=True).stdout.strip()
    yield "# What each strategy would have seen\n"
    yield f"`python -m benchmarks.replay tables`, {datetime.now(UTC):%Y-%m-%d}, commit {commit},"
    yield f"CPython {platform.python_version()}. What counts stands in [`replay.py`](replay.py)."


def _window(world: World) -> Iterator[str]:
    days = (world.last - world.first).days + 1
    probes = len(world.grid.shown)
    yield f"\n## {world.first} to {world.last}: {days} days of real releases, executed\n"
    yield "| component | the day before | released in the window |\n|---|---|---|"
    for line in world.grid.lines:
        (before, _), *inside = line.releases
        told = ", ".join(f"{version} ({day:%m-%d})" for version, day in inside)
        yield f"| {line.name} | {before} | {told} |"
    known = min(len(told) for told in world.grid.shown.values())
    yield f"\nThe full matrix has {fully(world)} cells, asked {probes} probes each. All resolved,"
    yield f"and no probe has a steady answer in fewer than {known} of them."


def _breakages(world: World) -> Iterator[str]:
    """Yield what the full matrix shows, and how long each breakage stayed."""
    found = breakages(world.grid)
    alone = sum(len(each.first) == 1 for each in found)
    out = sum(len(line.releases) - 1 for line in world.grid.lines)
    bad = len({each.first for each in found if len(each.first) == 1})
    yield f"\n### What the full matrix shows: {len(found)} breakages, {alone} of one release\n"
    yield f"Of {out} releases in the window, {bad} broke something by themselves.\n"
    yield "| from | versions | stays | probes |\n|---|---|---|---|"
    for each in found:
        stays = f"{each.days(world.last)} days" if each.mended else "to the end"
        yield f"| {each.began} | {each.words} | {stays} | {', '.join(each.probes)} |"
    yield ""


def _rows(told: Sequence[Tally]) -> Iterator[str]:
    """Yield a line for each strategy; breakages of one version, then of each number above."""
    sizes = sorted({size for each in told for size in (*each.same, *each.later, *each.never)})
    yield "Breakages: seen on the day / later / never.\n"
    heads = ["one release" if size == 1 else f"{size} together" for size in sizes]
    yield _line(["strategy", "cells", "of the full matrix", "a day", "worst day", *heads])
    yield _line(["---", "--:", "--:", "--:", "--:", *["---"] * len(sizes)])
    for each in told:
        seen = [
            " / ".join(f"{part.get(size, 0)}" for part in (each.same, each.later, each.never))
            for size in sizes
        ]
        share = f"{each.cells / each.whole:.0%}"
        yield _line(
            [each.strategy, str(each.cells), share, f"{each.mean:.2f}", str(each.worst), *seen]
        )
    yield ""


def _missed(told: Sequence[Tally]) -> Iterator[str]:
    """Yield what each strategy never saw, and how much later it saw the rest."""
    said = False
    for each in told:
        if each.missed or each.later:
            late = f" Late by {each.delay:.1f} days in the mean." if each.later else ""
            never = f" Never: {'; '.join(each.missed)}." if each.missed else ""
            yield f"* {each.strategy}:{late}{never}"
            said = True
    if said:
        yield ""


def drawn() -> Iterator[str]:
    """Yield the tables of the planted worlds."""
    lines = lines_of(json.loads(RELEASES.read_text(encoding="utf-8")))
    worlds = [planted(lines, FIRST, LAST, seed, COUNTS) for seed in SEEDS]
    yield f"## Planted: {len(worlds)} drawn worlds over real days, {FIRST} to {LAST}\n"
    yield "Nothing here was executed. The days are those of the index, of four default components:"
    yield ", ".join(f"{line.name} ({len(line.releases)} versions)" for line in lines)
    yield f"make {fully(worlds[0])} cells. In each world {COUNTS[0]} breakages of one version,"
    yield f"{COUNTS[1]} of two and {COUNTS[2]} of three are drawn by its seed, each with a probe of"
    yield "its own and for one to three releases of each component; one drawn twice counts once."
    yield "Sums of all worlds; cells are their mean.\n"
    for name, words in FOLLOW.items():
        yield f"### Followed: {name}\n"
        yield from _rows([summed(worlds, strategy, words) for strategy in STRATEGIES])


def summed(worlds: Sequence[World], strategy: Sequence[str], follow: Sequence[str]) -> Tally:
    """Return one tally of several worlds: cells in the mean, the worst day of any, sums else."""
    told = [tally(w, strategy, lived(w, strategy, follow), fully(w)) for w in worlds]
    return replace(
        told[0],
        cells=round(sum(each.cells for each in told) / len(told)),
        mean=sum(each.mean for each in told) / len(told),
        worst=max(each.worst for each in told),
        same=_added([each.same for each in told]),
        later=_added([each.later for each in told]),
        never=_added([each.never for each in told]),
    )


def _added(parts: Sequence[Mapping[int, int]]) -> dict[int, int]:
    return {
        size: sum(part.get(size, 0) for part in parts)
        for size in sorted({size for part in parts for size in part})
    }


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Do what is asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=("outcomes", "dates", "tables", "planted"))
    parser.add_argument("--state", type=Path, default=None, help="where cells are kept")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        state = asked.state or Path(made)
        match asked.part:
            case "outcomes":
                outcomes(state)
            case "dates":
                dates(state)
            case part:
                for line in tables() if part == "tables" else drawn():
                    print(line, flush=True)


if __name__ == "__main__":
    main()
