"""Real packages, upgraded: who is named, from when, and that nobody is named for nothing.

Twelve of them here, drawn by a seed; all of them where STACKMATRIX_UPGRADES is `all`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.real.upgrades import HAY, UPGRADES, Upgrade

pytestmark = [pytest.mark.real, pytest.mark.network]
COMMAND = Path(sys.executable).parent / "stackmatrix"
DOZEN = 12
SEED = 4
ASKED = (
    UPGRADES
    if os.environ.get("STACKMATRIX_UPGRADES") == "all"
    else Random(SEED).sample(UPGRADES, DOZEN)
)


@pytest.mark.parametrize("upgrade", ASKED, ids=lambda each: each.name)
def test_the_guilty_are_named_and_nobody_else(upgrade: Upgrade, tmp_path: Path) -> None:
    for at, end in enumerate((upgrade.good, upgrade.bad)):
        hay = [f"{name}=={versions[at]}" for name, versions in HAY.items()]
        (tmp_path / f"{at}.txt").write_text("\n".join([*end.split(), *hay]) + "\n")
    (tmp_path / "probe.py").write_text(upgrade.program)
    argv = ["--good", "0.txt", "--bad", "1.txt", "--probe", "probe.py", "--json", "out.json"]
    argv += ["--exclude-newer", upgrade.day, "--python", "3.11", "--no-proof"]
    ran = subprocess.run(
        [str(COMMAND), "explain", *argv],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    out = tmp_path / "out.json"
    assert out.exists(), ran.stderr
    told = json.loads(out.read_text(encoding="utf-8"))
    named = {each["package"]: (each["last_good"], each["first_bad"]) for each in told["culprits"]}
    assert named == upgrade.culprits, told["why"]
