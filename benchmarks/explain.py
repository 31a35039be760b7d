"""`stackmatrix explain` against plain delta debugging, on real breakages, in one run.

    python benchmarks/explain.py CASES [--haystack] [--only WORD] [--every N] [--no-proof]

CASES is a folder with one JSON file a case (`good_freeze`, `bad_freeze`, `probe`, `exclude_newer`,
`culprit`, `culprit_range`, `kind`), beside it `haystack-good.txt` and `haystack-bad.txt`. The
reference is memoising ddmin over the packages that differ: each trial is a fresh `uv venv` with
exact pins from the warm cache, without dependencies. It names packages only, no releases. Both
start from a warm cache: every wheel was installed once before. Whether this process and those of
the reference write bytecode is the environment's to say (PYTHONDONTWRITEBYTECODE), and told.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

COMMAND = Path(sys.executable).parent / "stackmatrix"
UV = Path(sys.executable).parent / "uv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one of the two said of one case, in how many cells and seconds."""

    named: frozenset[str]
    right: bool
    cells: int
    seconds: float


def pins(case: dict, side: str, hay: Path | None) -> dict[str, str]:
    """Return the closure of one side of a case, in the haystack or not."""
    told = dict(line.split("==") for line in case[f"{side}_freeze"])
    told = {name.lower().replace("_", "-"): version for name, version in told.items()}
    lines = (hay / f"haystack-{side}.txt").read_text().split() if hay else ()
    straw = dict(line.split("==") for line in lines)
    return {**{name.lower(): version for name, version in straw.items()}, **told}


def wanted(case: dict) -> dict[str, tuple[str, str] | None]:
    """Return the culprits, each with its interval where only one is right."""
    if case["kind"] == "control":
        return {}
    if case["kind"] == "interaction":
        return dict.fromkeys(case["culprit"])
    return {case["culprit"][0]: tuple(case["culprit_range"])}


def ours(
    case: dict, good: dict[str, str], bad: dict[str, str], state: Path, more: Sequence[str]
) -> Outcome:
    """Run the command, from nothing known of this search."""
    with tempfile.TemporaryDirectory() as scratch:
        here = Path(scratch)
        for side, told in (("good", good), ("bad", bad)):
            lines = "".join(f"{name}=={version}\n" for name, version in told.items())
            (here / f"{side}.txt").write_text(lines)
        (here / "probe.py").write_text(case["probe"])
        argv = [str(COMMAND), "explain", "--good", "good.txt", "--bad", "bad.txt"]
        argv += ["--probe", "probe.py", "--exclude-newer", case["exclude_newer"], "--quiet"]
        argv += ["--python", case["python"], "--state", str(state), "--json", "out.json", *more]
        began = time.monotonic()
        subprocess.run(argv, cwd=here, check=False)
        spent = time.monotonic() - began
        told = json.loads((here / "out.json").read_text())
    spans = {each["package"]: (each["last_good"], each["first_bad"]) for each in told["culprits"]}
    want = wanted(case)
    right = spans.keys() == want.keys() and all(want[n] in (None, spans[n]) for n in spans)
    cells = told["cells"]
    total = cells["search"] + cells["ends"] + cells["confirm"]
    return Outcome(named=frozenset(spans), right=right, cells=total, seconds=spent)


def theirs(case: dict, good: dict[str, str], bad: dict[str, str]) -> Outcome:
    """Reduce the set of upgrades by plain ddmin."""
    moved = sorted(n for n in good.keys() | bad.keys() if good.get(n) != bad.get(n))
    known: dict[frozenset[str], str] = {}

    def show(up: frozenset[str]) -> str:
        if up not in known:
            mixture = {**good, **{name: bad[name] for name in up if name in bad}}
            for name in up - bad.keys():
                mixture.pop(name, None)
            known[up] = cell(case, mixture)
        return known[up]

    began = time.monotonic()
    right_word, wrong_word = show(frozenset()), show(frozenset(moved))
    named: frozenset[str] = frozenset()
    if right_word != wrong_word:
        named = frozenset(ddmin(moved, lambda up: show(frozenset(up)) == wrong_word))
    spent = time.monotonic() - began
    right = named == frozenset(wanted(case))
    return Outcome(named=named, right=right, cells=len(known), seconds=spent)


def cell(case: dict, mixture: dict[str, str]) -> str:
    """Build one environment, ask the probe, and say what it showed."""
    with tempfile.TemporaryDirectory() as scratch:
        here = Path(scratch)
        uv = [str(UV), "--offline", "--quiet"]
        subprocess.run([*uv, "venv", "e", "--python", sys.executable], cwd=here, check=True)
        lines = [f"{name}=={version}" for name, version in mixture.items()]
        install = [*uv, "pip", "install", "--no-deps", "--python", "e/bin/python", *lines]
        if subprocess.run(install, cwd=here, check=False, capture_output=True).returncode:
            return "not installable"
        (here / "probe.py").write_text(case["probe"])
        env = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONHASHSEED": "0"}
        ran = subprocess.run(
            ["e/bin/python", "probe.py"], cwd=here, env=env, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        lines = (ran.stdout if ran.returncode == 0 else ran.stderr).strip().splitlines()
        return f"{ran.returncode}: {lines[-1] if lines else ''}"


def ddmin(items: Sequence[str], fails: Callable[[Sequence[str]], bool]) -> list[str]:
    """Return a 1-minimal failing subset (Zeller and Hildebrandt, 2002)."""
    kept, parts = list(items), 2
    while len(kept) > 1:
        size = -(-len(kept) // parts)
        chunks = [kept[at : at + size] for at in range(0, len(kept), size)]
        smaller = next((chunk for chunk in chunks if fails(chunk)), None)
        rests = [[one for one in kept if one not in chunk] for chunk in chunks]
        rest = None if smaller else next((r for r in rests if r and fails(r)), None)
        if smaller is not None:
            kept, parts = smaller, 2
        elif rest is not None:
            kept, parts = rest, max(parts - 1, 2)
        elif parts >= len(kept):
            break
        else:
            parts = min(2 * parts, len(kept))
    return kept


def main() -> None:
    """Print a table, one case a line, and the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", type=Path)
    parser.add_argument("--haystack", action="store_true")
    parser.add_argument("--only", default="", help="a word in the name of a case")
    parser.add_argument("--every", type=int, default=1, help="take each N-th case only")
    parser.add_argument("--no-proof", action="store_true", help="stop where the culprit is named")
    asked = parser.parse_args()
    more = ["--no-proof"] if asked.no_proof else []
    hay = asked.cases.parent if asked.haystack else None
    print("| case | differ | ours: cells | s | right | ddmin: cells | s | right | ratio |")
    print("|---|---|---|---|---|---|---|---|---|")
    ratios, rights = [], [0, 0]
    with tempfile.TemporaryDirectory() as state:
        files = [file for file in sorted(asked.cases.glob("*.json")) if asked.only in file.stem]
        for file in files[:: asked.every]:
            case = json.loads(file.read_text())
            good, bad = pins(case, "good", hay), pins(case, "bad", hay)
            for side in (good, bad):
                cell(case, side)  # every wheel was installed once
            us, them = ours(case, good, bad, Path(state), more), theirs(case, good, bad)
            ratios.append(us.seconds / them.seconds)
            rights = [rights[0] + us.right, rights[1] + them.right]
            differ = sum(good.get(n) != bad.get(n) for n in good.keys() | bad.keys())
            told = f"{us.cells} | {us.seconds:.1f} | {'yes' if us.right else 'NO'}"
            other = f"{them.cells} | {them.seconds:.1f} | {'yes' if them.right else 'NO'}"
            print(f"| {case['id']} | {differ} | {told} | {other} | {ratios[-1]:.2f} |", flush=True)
    count = len(ratios)
    print(f"\nRight: ours {rights[0]} of {count}, ddmin {rights[1]} of {count} (packages only).")
    print(f"Bytecode is {'not ' if sys.dont_write_bytecode else ''}written. ", end="")
    print(f"Wall time, ours to ddmin: median {statistics.median(ratios):.2f}.")


if __name__ == "__main__":
    main()
