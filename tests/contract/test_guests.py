"""A guest's programs are real processes: what they print, and how they are stopped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from bot.core.model import Json, Link
from bot.core.protocol import Hearing

GUEST = Path(str(import_module("bot.guest").__file__)).parent
NO_JSON = "NoAnswer: the last line that the program printed is not JSON"


@pytest.fixture
def script() -> ModuleType:
    import_module("bot.guest.main").load_package()
    return import_module("guest.script")


def test_a_program_has_its_arguments_its_environment_and_an_empty_folder(
    script: ModuleType,
) -> None:
    source = (
        "import json, os, sys\nprint('noise')\n"
        "print(json.dumps([json.loads(sys.argv[1]), os.environ['WORD'], os.listdir()]))"
    )
    asked = {"source": source, "arguments": {"a": "ü"}, "environment": {"WORD": "w"}}
    arguments, word, files = script.run(asked, 20)
    assert (arguments, word) == ({"a": "ü"}, "w")
    assert sorted(files) == ["probe.py", "stderr", "stdout"]


@pytest.mark.parametrize(
    ("source", "reason", "message"),
    [
        ("raise ValueError('no')", "exception", "ValueError: no"),
        ("raise SystemExit(4)", "exception", "exited with code 4"),
        ("raise MemoryError", "out of memory", "MemoryError"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "crash", "died of SIGSEGV"),
        ("import time; time.sleep(60)", "timeout", "no answer after 0.5 seconds"),
        ("", "exception", "NoAnswer: the program printed nothing"),
        (
            "print('hi')",
            "exception",
            NO_JSON,
        ),
    ],
)
def test_each_bad_end_of_a_program_has_its_words(
    script: ModuleType, source: str, reason: str, message: str
) -> None:
    with pytest.raises(script.ProgramFailed) as caught:
        script.run({"source": source}, 0.5 if reason == "timeout" else 20)
    assert caught.value.reason_of_failure == reason
    assert caught.value.message_of_failure == message


def test_a_grandchild_that_lives_on_keeps_nobody_waiting(script: ModuleType) -> None:
    source = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(4)'])\nprint(1)"
    )
    assert script.run({"source": source}, 3) == 1


def test_a_whole_job_over_a_descriptor_of_its_own(tmp_path: Path) -> None:
    """What a program prints goes to the log, what it shows over the line."""
    probe: dict[str, Json] = {"ask": "script", "links": ["text"], "seconds": 20}
    programs = {"good": "print('\"hi\"')", "bad": "raise ValueError('no')"}
    job: Json = {
        "protocol": 1,
        "modules": [{"name": "script", "setup": {}}],
        "probes": [
            {**probe, "name": name, "request": {"source": source}}
            for name, source in programs.items()
        ],
    }
    (tmp_path / "job.json").write_text(json.dumps(job))
    read, write = os.pipe()
    with os.fdopen(read, encoding="ascii") as line:
        done = subprocess.run(
            [sys.executable, str(GUEST / "main.py"), str(tmp_path / "job.json"), str(write)],
            pass_fds=[write],
            capture_output=True,
            timeout=60,
            check=True,
            cwd=tmp_path,
        )
        os.close(write)
        lines = [json.loads(each) for each in line]
    hearing = Hearing(programs)
    for each in lines:
        hearing.hear(each)
    told = hearing.finish(returncode=0, stopped_by="", log="")
    good, bad = told.observations
    assert (good.at(Link.TEXT), good.failure) == ("hi", None)
    assert bad.failure is not None
    assert bad.failure.message == "ValueError: no"
    assert b'"hi"' in done.stderr
    assert lines[-1] == {"event": "bye"}
    assert told.remains == ()
