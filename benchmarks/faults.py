"""What GitHub holds after two hundred faults, and after a thousand findings in one day.

    python -m benchmarks.faults [--faults 200] [--findings 1000] > benchmarks/faults.md

Everything is the real program, in a process of its own for each command, against a stateful GitHub
behind GitHub's own description of its API (see tests/real/github_world.py). A season is filed,
ordered about, mended, broken again and taken back, while twelve faults strike it, each at another
exchange or moment; in the end it must be as a season without any. The bad day has one release of
each of six projects, of which all findings were approved at once.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests.real import bad_day
from tests.real.github_season import KINDS, Season, live, season
from tests.real.github_world import World, world
from tests.real.test_github_season import EXPECTED, kinds

AT_A_TIME = 2


def lived(whole: World, folder: Path, seed: int) -> Season:
    """Live one season and hold it against what it must leave."""
    places = (f"owner/engine-{20 + 2 * seed}", f"owner/engine-{21 + 2 * seed}")
    with season(whole, places, folder / f"season-{seed}", seed, kinds(seed)) as one:
        live(one)
        left = one.outcome()
        one.trouble += [] if left == EXPECTED else [f"season {seed} left {left}"]
        one.trouble += one.recorder.violations
        return one


def seasons(whole: World, folder: Path, faults: int) -> None:
    """Print a row for each kind of fault."""
    begun = time.monotonic()
    count = -(-faults // 12)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        done = list(pool.map(partial(lived, whole, folder), range(count)))
    struck = sum((one.struck for one in done), Counter[str]())
    trouble = [line for one in done for line in one.trouble]
    exchanges = sum(len(one.recorder.to_github) for one in done)
    minutes = (time.monotonic() - begun) / 60
    print(f"## {struck.total()} faults in {count} seasons\n")
    print(f"{exchanges} exchanges with GitHub, {minutes:.0f} minutes.\n")
    print("| fault | struck |\n|---|--:|")
    for kind in KINDS:
        print(f"| {kind} | {struck[kind]} |")
    print("\nFindings with two open issues, words said twice, transitions lost, dashboards too")
    print(f"many, answers or requests off GitHub's description: {len(trouble)} in all.")
    for line in trouble:
        print(f"* {line}")


def day(whole: World, folder: Path, findings: int) -> None:
    """Print a row for each command of a bad day."""
    print(f"\n## {findings} findings in one day\n")
    print("| command | wall s | peak MB | reads | of them searches | writes | s apart, least |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    places = [f"owner/engine-{at}" for at in range(1, 1 + bad_day.PROJECTS)]
    for place in places:
        replace(whole, place=place).write(".github/stackmatrix.yml", "issues: welcome\n")
    bad_day.write(folder, places, "owner/engine-0", findings)
    for words in bad_day.COMMANDS:
        spent = bad_day.call(whole.recorder, folder, *words)
        apart = f"{spent.apart:.2f}" if spent.apart else ""
        row = (f"`{' '.join(words)}`", f"{spent.seconds:.1f}", f"{spent.megabytes:.0f}")
        print(f"| {' | '.join(row)} | {spent.reads} | {spent.searches} ", end="")
        print(f"| {len(spent.writes)} | {apart} |")
    print("\n| place | issues | characters of the longest |\n|---|--:|--:|")
    for place in ("owner/engine-0", *places):
        there = [len(one["body"]) for one in replace(whole, place=place).issues()]
        name = "the dashboard" if place.endswith("-0") else place
        print(f"| {name} | {len(there)} | {max(there, default=0)} |")


def main() -> None:
    """Measure, and print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--faults", type=int, default=200)
    asked.add_argument("--findings", type=int, default=1000)
    given = asked.parse_args()
    told = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(told, capture_output=True, text=True, check=True).stdout.strip()
    print("# Faults and loads\n")
    print(f"`python -m benchmarks.faults --faults {given.faults} --findings {given.findings}`,")
    print(f"{datetime.now(UTC):%Y-%m-%d}, commit {commit}, Python {platform.python_version()}.\n")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with world(folder) as whole:
            seasons(whole, folder, given.faults)
            (folder / "day").mkdir()
            day(whole, folder / "day", given.findings)


if __name__ == "__main__":
    main()
