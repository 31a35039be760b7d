"""The default matrix against itself: nothing may be listed, and nothing is taken from before."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.core.facts import CellDone
from bot.ledger.files import FileLedger
from tests.real.stacks import CUTOFF

pytestmark = [pytest.mark.real, pytest.mark.network]
COMMAND = Path(sys.executable).parent / "stackmatrix"
ROOT = Path(__file__).parents[2]
RUNS = int(os.environ.get("STACKMATRIX_AA", "2"))  # twenty in the tier `full`


def stackmatrix(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [str(COMMAND), *words, "--cutoff", CUTOFF.date().isoformat()]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)


def test_the_default_matrix_raises_no_false_alarm(tmp_path: Path) -> None:
    shutil.copyfile(ROOT / "matrix.yaml", tmp_path / "matrix.yaml")
    ran = stackmatrix(tmp_path, "run", "--fail-on", "never")
    assert ran.returncode == 0, ran.stderr[-2000:]
    report = json.loads((tmp_path / "reports" / "report.json").read_text(encoding="utf-8"))
    assert report["repeats"]["hits"] == 0
    assert report["repeats"]["total"] > 1000
    ran = stackmatrix(tmp_path, "aa", "--runs", str(RUNS), "--json")
    told = json.loads(ran.stdout)
    listed = [(each["cell"], each["listed"]) for each in told["cells"] if each["listed"]]
    assert (ran.returncode, listed) == (0, []), ran.stderr[-2000:]
    assert told["alarms"]["total"] == len(told["cells"])
    facts = FileLedger.read(tmp_path / ".stackmatrix" / "aa").facts()
    starts = [fact for fact in facts if isinstance(fact.body, CellDone)]
    assert len(starts) == 2 * told["alarms"]["total"]
