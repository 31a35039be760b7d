"""`stackmatrix explain` against plain delta debugging, on real breakages, in one run.

    python benchmarks/explain.py CASES [--haystack] [--only WORD] [--every N] [--from K]

CASES is a folder with one JSON file a case (`good_freeze`, `bad_freeze`, `probe`, `exclude_newer`,
`culprit`, `culprit_range`, `kind`), beside it `haystack-good.txt` and `haystack-bad.txt`. The
reference is memoising ddmin over the packages that differ: each trial is a fresh `uv venv` with
exact pins from the warm cache, without dependencies. It names packages only, no releases. Both
start from a warm cache: every wheel of both ends was installed once before. The command runs
twice, in state folders that nothing else uses: until the culprit is named (`--no-proof`), as far
as the reference goes, and with the proof, which it has no match for. One state folder serves all
cases of a run: what was compiled for one is kept for the next. Whether this process and those of
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One case: ours until the name, ours with its proof, and theirs."""

    case: dict
    differ: int
    named: Outcome
    proved: Outcome
    theirs: Outcome

    @property
    def right(self) -> bool:
        """Whether both of ours told the truth."""
        return self.named.right and self.proved.right

    @property
    def ratios(self) -> tuple[float, float]:
        """Our seconds by theirs: to the name, and with the proof."""
        return self.named.seconds / self.theirs.seconds, self.proved.seconds / self.theirs.seconds

    def __str__(self) -> str:
        """Render as a row of the table."""
        told = [self.case["id"], self.differ, self.named.cells, f"{self.named.seconds:.1f}"]
        told += [f"{self.proved.seconds:.1f}", "yes" if self.right else "NO", self.theirs.cells]
        told += [f"{self.theirs.seconds:.1f}", "yes" if self.theirs.right else "NO"]
        return f"| {' | '.join(map(str, [*told, *(f'{each:.2f}' for each in self.ratios)]))} |"


def compared(case: dict, hay: Path | None, states: Sequence[Path]) -> Line:
    """Ask both about one case, whose wheels were all installed once."""
    good, bad = pins(case, "good", hay), pins(case, "bad", hay)
    for side in (good, bad):
        cell(case, side)
    return Line(
        case=case,
        differ=sum(good.get(n) != bad.get(n) for n in good.keys() | bad.keys()),
        named=ours(case, good, bad, states[0], ["--no-proof"]),
        theirs=theirs(case, good, bad),
        proved=ours(case, good, bad, states[1], []),
    )


def main() -> None:
    """Print a table, one case a line, and the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", type=Path)
    parser.add_argument("--haystack", action="store_true")
    parser.add_argument("--only", default="", help="a word in the name of a case")
    parser.add_argument("--every", type=int, default=1, help="take each N-th case only")
    parser.add_argument("--from", type=int, default=0, dest="start", help="begin with the K-th")
    asked = parser.parse_args()
    hay = asked.cases.parent if asked.haystack else None
    head = "case | differ | ours: cells | to the name, s | with proof, s | right"
    print(f"| {head} | ddmin: cells | s | right | to the name | with proof |")
    print(f"|{'---|' * 11}")
    lines: list[Line] = []
    with tempfile.TemporaryDirectory() as scratch:
        states = [Path(scratch, name) for name in ("named", "proved")]
        files = [file for file in sorted(asked.cases.glob("*.json")) if asked.only in file.stem]
        for file in files[asked.start :: asked.every]:
            lines.append(compared(json.loads(file.read_text()), hay, states))
            print(lines[-1], flush=True)
    ours_right, theirs_right = (sum(each) for each in zip(*_rights(lines), strict=True))
    named, proved = (statistics.median(each) for each in zip(*_ratios(lines), strict=True))
    count = len(lines)
    print(f"\nRight: ours {ours_right} of {count}, ddmin {theirs_right} (packages only).")
    print(f"Bytecode is {'not ' if sys.dont_write_bytecode else ''}written.")
    print(f"Wall time, ours to ddmin, median: {named:.2f} to the name, {proved:.2f} with proof.")


def _rights(lines: Sequence[Line]) -> list[tuple[bool, bool]]:
    return [(line.right, line.theirs.right) for line in lines]


def _ratios(lines: Sequence[Line]) -> list[tuple[float, float]]:
    return [line.ratios for line in lines]


if __name__ == "__main__":
    main()
