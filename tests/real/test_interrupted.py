"""Ctrl-C in the middle of a search: what is known is told, and a second call carries on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.mini.wheels import write_wheel

pytestmark = pytest.mark.real
COMMAND = Path(sys.executable).parent / "stackmatrix"
NAMES = [f"part{letter}" for letter in "abcdefgh"]
PROBE = "import json, time, parta\ntime.sleep(0.3)\nprint(json.dumps(parta.word))\n"
PATIENCE = 120.0  # seconds until a search must have come somewhere


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Eight packages move over twelve releases; one of them says another word from 1.7 on."""
    for name in NAMES:
        for minor in range(12):
            word = "new" if name == "parta" and minor > 6 else "old"
            write_wheel(tmp_path / "wheels", name, f"1.{minor}", {f"{name}.py": f"word = '{word}'"})
    for end, minor in (("good", 0), ("bad", 11)):
        pins = "".join(f"{name}==1.{minor}\n" for name in NAMES)
        (tmp_path / f"{end}.txt").write_text(pins)
    (tmp_path / "probe.py").write_text(PROBE)
    return tmp_path


def begin(here: Path) -> subprocess.Popen[str]:
    ends = ["--good", "good.txt", "--bad", "bad.txt", "--probe", "probe.py", "--json", "out.json"]
    argv = [str(COMMAND), "explain", *ends, "--find-links", "wheels", "--no-index"]
    return subprocess.Popen([*argv, "--workers", "1"], cwd=here, stderr=subprocess.PIPE, text=True)


def tried(here: Path) -> list[str]:
    """Return the name of every trial that was run, in order."""
    facts = sorted((here / ".stackmatrix" / "explain" / "facts").glob("*.ndjson"))
    lines = [line for file in facts for line in file.read_text().splitlines() if line]
    bodies = [json.loads(line)["body"] for line in lines if line.endswith("}")]
    return [body["trial"] for body in bodies if body["kind"] == "Tried"]


def test_what_is_known_is_told_and_a_second_call_carries_on(here: Path) -> None:
    search = begin(here)
    ends = time.monotonic() + PATIENCE
    while len(tried(here)) < 6 and time.monotonic() < ends:
        time.sleep(0.05)
    search.send_signal(signal.SIGINT)
    _, said = search.communicate(timeout=PATIENCE)
    assert search.returncode == 130
    assert "interrupted. Known so far:" in said
    assert "of 8 upgrades" in said
    assert "it goes on where it was" in said
    assert "Traceback" not in said
    before = tried(here)
    assert len(before) >= 6
    again = begin(here)
    again.communicate(timeout=PATIENCE)
    assert again.returncode == 0
    told = json.loads((here / "out.json").read_text(encoding="utf-8"))
    assert told["culprits"] == [{"package": "parta", "last_good": "1.6", "first_bad": "1.7"}]
    after = tried(here)
    assert after[: len(before)] == before
    assert len(set(after)) == len(after), "a trial was run twice"
