"""`stackmatrix explain` on wheels of our own, in real environments, without a network.

The packages are written here: what each end holds, what moves along, what the answer must be.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import jsonschema
import pytest

from bot.core.model import Json
from bot.suite import __file__ as suite_file
from tests.mini.wheels import write_wheel

pytestmark = pytest.mark.real
COMMAND = Path(sys.executable).parent / "stackmatrix"
SCHEMA = json.loads((Path(suite_file).parent / "explain.schema.json").read_text(encoding="utf-8"))
PROBE = "import json\nimport shop\nprint(json.dumps(shop.sell()))\n"


def release(folder: Path, name: str, version: str, text: str, *requires: str) -> None:
    write_wheel(folder, name, version, {f"{name}.py": text}, requires)


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """`shop` sells what `greet` says; `greet` 1.3 says it otherwise, in a file of the same size."""
    folder = tmp_path / "wheels"
    for minor in range(6):
        word = "hello" if minor < 3 else "hullo"
        release(folder, "greet", f"1.{minor}", f"def hi():\n    return '{word}'\n")
        release(folder, "idle", f"2.{minor}", "")
        release(folder, "pair_core", f"3.{minor}", "")
        release(folder, "pair", f"3.{minor}", "", f"pair-core==3.{minor}")
    release(
        folder, "shop", "1.0", "import greet\ndef sell():\n    return [greet.hi(), 1]\n", "greet"
    )
    return folder


def explain(
    wheels: Path, good: Sequence[str], bad: Sequence[str], probe: str = PROBE
) -> tuple[int, dict[str, Json]]:
    here = wheels.parent
    (here / "good.txt").write_text("\n".join(good) + "\n")
    (here / "bad.txt").write_text("\n".join(bad) + "\n")
    (here / "probe.py").write_text(probe)
    ends = ["--good", "good.txt", "--bad", "bad.txt", "--probe", "probe.py", "--json", "out.json"]
    argv = [str(COMMAND), "explain", *ends, "--find-links", "wheels", "--no-index"]
    ran = subprocess.run(argv, cwd=here, capture_output=True, text=True, check=False, timeout=300)
    out = here / "out.json"
    assert out.exists(), ran.stderr
    told: dict[str, Json] = json.loads(out.read_text(encoding="utf-8"))
    jsonschema.validate(told, SCHEMA)
    return ran.returncode, told


GOOD = ["shop==1.0", "greet==1.0", "idle==2.0", "pair==3.0", "pair-core==3.0"]
BAD = ["shop==1.0", "greet==1.5", "idle==2.5", "pair==3.5", "pair-core==3.5"]


def test_the_upgrade_is_named_with_its_interval(wheels: Path) -> None:
    code, told = explain(wheels, GOOD, BAD)
    assert (code, told["ending"]) == (0, "conclusive")
    assert told["culprits"] == [{"package": "greet", "last_good": "1.2", "first_bad": "1.3"}]
    assert told["moves_with"] == []
    cells = told["cells"]
    assert isinstance(cells, dict)
    assert (cells["ends"], cells["confirm"]) == (4, 2)
    proof = (wheels.parent / str(told["repro"])).read_text(encoding="utf-8")
    assert "idle" not in proof
    assert "pair" not in proof
    assert len(proof.splitlines()) <= 60


def test_swapped_ends_give_the_mirror_image(wheels: Path) -> None:
    code, told = explain(wheels, BAD, GOOD)
    assert code == 0
    assert told["culprits"] == [{"package": "greet", "last_good": "1.3", "first_bad": "1.2"}]


def test_partial_requirements_resolve_to_the_rest(wheels: Path) -> None:
    code, told = explain(wheels, ["shop", "greet<1.2"], ["shop", "greet"])
    assert code == 0
    assert told["culprits"] == [{"package": "greet", "last_good": "1.2", "first_bad": "1.3"}]


@pytest.mark.parametrize(
    ("probe", "code", "ending"),
    [
        ("import json, idle\nprint(json.dumps(1))\n", 10, "no-regression"),
        ("import json, random\nprint(json.dumps(random.random()))\n", 11, "flaky"),
        ("import json, sys\nprint(json.dumps(sys.prefix))\n", 11, "flaky"),
    ],
    ids=["nothing", "random", "path"],
)
def test_nobody_is_named_for_what_no_upgrade_did(
    probe: str, code: int, ending: str, wheels: Path
) -> None:
    ended, told = explain(wheels, GOOD, BAD, probe)
    assert (ended, told["ending"], told["culprits"]) == (code, ending, [])


@pytest.mark.parametrize("swapped", [False, True])
def test_what_comes_or_goes_has_a_proof(tmp_path: Path, *, swapped: bool) -> None:
    wheels = tmp_path / "wheels"
    for name in ("extra", "idle"):
        release(wheels, name, "1.0", "")
        release(wheels, name, "1.1", "")
    looks = "import importlib.util, json, idle\n"
    looks += "print(json.dumps(importlib.util.find_spec('extra') is None))\n"
    ends = (["idle==1.0"], ["idle==1.1", "extra==1.0"])
    code, told = explain(wheels, *(ends[::-1] if swapped else ends), probe=looks)
    assert code == 0
    assert '"package": "extra"' in json.dumps(told["culprits"])
    assert told["repro"]
    assert "(not installed)" in (tmp_path / str(told["repro"])).read_text()
