"""Who must act and what was meant, by the real command on wheels of our own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from bot.core.model import Json
from bot.suite import __file__ as suite_file
from tests.mini.wheels import write_wheel

pytestmark = pytest.mark.real
COMMAND = Path(sys.executable).parent / "stackmatrix"
SCHEMA = json.loads((Path(suite_file).parent / "explain.schema.json").read_text(encoding="utf-8"))
OLD = """import warnings
def hi(loud=False):
    if loud:
        warnings.warn("loud is deprecated, shout instead", DeprecationWarning)
    return "hi"
"""
NEW = 'def hi():\n    return "hi"\n'
SHOP = "import greet\ndef sell():\n    return greet.hi(loud=True)\n"
PROBE = "import json, shop\nprint(json.dumps(shop.sell()))\n"


def explain(here: Path, probe: str = PROBE) -> tuple[dict[str, Json], str]:
    """Return what was found, as JSON and as a person reads it."""
    for minor in range(4):
        text = OLD if minor < 2 else NEW
        source = "https://github.com/g/greet"
        write_wheel(here / "wheels", "greet", f"1.{minor}", {"greet.py": text}, source=source)
    for end, minor in (("good", 0), ("bad", 3)):
        (here / f"{end}.txt").write_text(f"shop==1.0\ngreet==1.{minor}\n")
    (here / "probe.py").write_text(probe)
    ends = ["--good", "good.txt", "--bad", "bad.txt", "--probe", "probe.py", "--json", "out.json"]
    argv = [str(COMMAND), "explain", *ends, "--find-links", "wheels", "--no-index"]
    ran = subprocess.run(argv, cwd=here, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stderr
    told: dict[str, Json] = json.loads((here / "out.json").read_text(encoding="utf-8"))
    jsonschema.validate(told, SCHEMA)
    return told, ran.stdout


def shop(here: Path, requires: str) -> None:
    source = "https://github.com/s/shop"
    write_wheel(here / "wheels", "shop", "1.0", {"shop.py": SHOP}, (requires,), source=source)


def test_a_dependent_that_admits_what_it_cannot_use_must_adapt(tmp_path: Path) -> None:
    shop(tmp_path, "greet>=1.0")
    told, words = explain(tmp_path)
    responsible, nature = told["responsible"], told["nature"]
    assert isinstance(responsible, dict)
    assert isinstance(nature, dict)
    assert responsible["repo"] == "https://github.com/s/shop"
    assert nature["is"] == "dependent not adapted"
    assert "loud is deprecated" in str(nature["evidence"])
    assert told["notes"] == []
    assert "to hear of it: https://github.com/s/shop, 85% sure" in words


def test_what_was_installed_against_its_requirements_is_told(tmp_path: Path) -> None:
    shop(tmp_path, "greet<1.2")
    told, words = explain(tmp_path)
    responsible = told["responsible"]
    assert isinstance(responsible, dict)
    assert told["culprits"] == [{"package": "greet", "last_good": "1.1", "first_bad": "1.2"}]
    assert responsible["repo"] is None
    assert "shop forbids greet 1.2" in str(responsible["reason"])
    why = "shop 1.0 requires greet<1.2, and there is greet 1.3"
    assert told["notes"] == [f"bad.txt is taken as it stands, though {why}"]
    assert f"note: bad.txt is taken as it stands, though {why}" in words


def test_what_the_program_itself_was_warned_of_was_meant(tmp_path: Path) -> None:
    shop(tmp_path, "greet")
    probe = "import json, greet, shop\nprint(json.dumps(greet.hi(loud=True)))\n"
    told, words = explain(tmp_path, probe)
    nature = told["nature"]
    assert isinstance(nature, dict)
    assert nature["is"] == "intended change"
    assert nature["confidence"] == 0.9
    assert "a line for a changelog, not a bug report" in words
