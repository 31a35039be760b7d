"""Whom `stackmatrix explain` holds responsible, and what it takes a change for, on real breakages.

    python benchmarks/blame.py CASES --state STATE [--only WORD] > benchmarks/blame.md

CASES is a folder with one JSON file a case, as `benchmarks/explain.py` reads it, with two more
judgements of a reader: `responsible_upstream` (OWNER/NAME) and `nature_judgement`. STATE keeps
what was seen: a second call runs no cell again, and shows what a change of the rules does.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

from explain import COMMAND, pins

RECORDED = {
    "regression": "regression",
    "downstream not adapted": "dependent not adapted",
    "intended change": "intended change",
    "bugfix or data update": "fix or data update",
}


def explained(case: dict, state: Path) -> dict:
    """Run the command on a case; return what it wrote."""
    with tempfile.TemporaryDirectory() as scratch:
        here = Path(scratch)
        for side in ("good", "bad"):
            told = pins(case, side, None)
            lines = "".join(f"{name}=={version}\n" for name, version in told.items())
            (here / f"{side}.txt").write_text(lines)
        (here / "probe.py").write_text(case["probe"])
        argv = [str(COMMAND), "explain", "--good", "good.txt", "--bad", "bad.txt", "--quiet"]
        argv += ["--no-proof", "--probe", "probe.py", "--exclude-newer", case["exclude_newer"]]
        argv += ["--python", case["python"], "--state", str(state), "--json", "out.json"]
        subprocess.run(argv, cwd=here, check=False)
        return json.loads((here / "out.json").read_text())


def recorded(case: dict) -> str:
    """Return the reader's judgement of its nature, in our words."""
    judged = case["nature_judgement"]
    return next(word for start, word in RECORDED.items() if judged.startswith(start))


def main() -> None:
    """Print a table, one case a line, and how often a stated confidence was right."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", type=Path)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--only", default="", help="a word in the name of a case")
    asked = parser.parse_args()
    rights, undetermined, count = [0, 0], 0, 0
    sure: dict[float, list[bool]] = defaultdict(list)
    print("| case | responsible | recorded | nature | recorded | sure |")
    print("|---|---|---|---|---|---|")
    for file in sorted(asked.cases.iterdir()):
        case = json.loads(file.read_text())
        if asked.only not in file.stem or case["kind"] == "control":
            continue
        told = explained(case, asked.state.resolve())
        who, nature = told["responsible"] or {}, told["nature"] or {}
        repo = (who.get("repo") or "nobody").rpartition("github.com/")[2]
        word, want = nature.get("is", "none"), recorded(case)
        hits = (repo.lower() == case["responsible_upstream"].lower(), word == want)
        rights = [a + b for a, b in zip(rights, hits, strict=True)]
        undetermined, count = undetermined + (word == "undetermined"), count + 1
        sure[nature.get("confidence", 0.0)].append(hits[1])
        row = (repo, "same" if hits[0] else case["responsible_upstream"], word)
        same = "same" if hits[1] else want
        print(
            f"| {file.stem} | {' | '.join(row)} | {same} | {nature.get('confidence')} |", flush=True
        )
    print(f"\nResponsible as recorded: {rights[0]} of {count}.")
    print(f"Nature as recorded: {rights[1]} of {count}, undetermined {undetermined}.")
    for level, hits in sorted(sure.items()):
        print(f"Nature, {level:.2f} sure: right {sum(hits)} of {len(hits)}.")


if __name__ == "__main__":
    main()
