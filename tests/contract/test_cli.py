"""The command as a person or a script meets it: through a process, never a traceback.

The indexes are folders of tiny wheels; nothing here needs a network.
"""

from __future__ import annotations

import http.server
import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import yaml

from bot.core.model import Json
from bot.effects.clock import now
from bot.ledger.lock import Lock
from tests.mini.drive import only
from tests.mini.fates import draw
from tests.mini.wheels import write_index, write_wheel
from tests.mini.world import write

COMMAND = (sys.executable, "-c", "from bot.cli import main; main()")
STEPS = ("watch", "plan", "execute", "judge", "explain", "reduce", "track", "render")
DEAD = "http://127.0.0.1:9/simple"  # the discard port: nobody listens there
WAITS = """
import json, pathlib, time, tea
while pathlib.Path({slow!r}).exists():
    time.sleep(0.1)
print(json.dumps(tea.answer()))
"""
FAMILY = """
family: taste
ask: script
seconds: 60
cases:
  - id: tea
    source: taste.py
    links: {text: {compare: text, authority: specified, absolute: true, golden: green}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kitchen:
    """A folder with a matrix over one package, whose release 2.0 answers otherwise."""

    root: Path

    @property
    def slow(self) -> Path:
        return self.root / "slow"

    def matrix(self, index: str = "", **changes: Json) -> None:
        """Write matrix.yaml; `changes` replace its keys."""
        simple = (self.root / "index" / "simple").as_uri()
        tea: Json = {
            "role": "engine",
            "upstream": "https://example.org/tea",
            "follow": ["==1.0", "==2.0"],
        }
        data: dict[str, Json] = {
            "version": 1,
            "index": index or simple,
            "suite": ["./probes"],
            "components": {"tea": tea},
            "stacks": {"tea": {"components": ["tea"], "suite": ["taste"]}},
            **changes,
        }
        (self.root / "matrix.yaml").write_text(yaml.safe_dump(data, sort_keys=False))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the command in this folder."""
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ask(self, *arguments: str) -> tuple[int, str, str]:
        """Return exit code, standard output and standard error; a traceback is never right."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        bug = self.root / "stackmatrix-bug.txt"
        assert not bug.exists(), bug.read_text()
        assert "Traceback" not in out + err
        return process.returncode, out, err


@pytest.fixture
def kitchen(tmp_path: Path) -> Kitchen:
    wheels = [
        write_wheel(tmp_path / "files", "tea", version, {"tea.py": f"answer = lambda: {said!r}\n"})
        for version, said in (("1.0", "green"), ("2.0", "black"))
    ]
    write_index(tmp_path / "index", wheels)
    here = Kitchen(root=tmp_path)
    (tmp_path / "probes").mkdir()
    (tmp_path / "probes" / "taste.yaml").write_text(FAMILY)
    (tmp_path / "probes" / "taste.py").write_text(WAITS.format(slow=str(here.slow)))
    here.matrix()
    return here


# --- bad input: one clear error, with its cure and its code --------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["runn"], 2, ["no verb `runn`", "did you mean `stackmatrix run`?"]),
        (["config", "chek"], 2, ["no verb `chek`", "did you mean `stackmatrix config check`?"]),
        (["frobnicate"], 2, ["no verb", "watch, plan, execute"]),
        (["run", "--jsn"], 2, ["--jsn", "--json", "stackmatrix run --help"]),
        (["run", "--cutoff", "2026-13-01"], 2, ["--cutoff", "2026-13-01"]),
        (["run", "--workers", "0"], 2, ["--workers"]),
        (["run", "--fail-on", "monday"], 2, ["--fail-on", "never"]),
        (["run", "--config", "none.yaml"], 3, ["none.yaml:1:1", "stackmatrix init", "--config"]),
        (["run", "--state", "matrix.yaml/x"], 6, ["matrix.yaml/x", "--state"]),
        (["run", "--reports", "matrix.yaml/x"], 2, ["matrix.yaml/x", "--reports"]),
        (["render", "--reports", "matrix.yaml/x"], 2, ["matrix.yaml/x", "--reports"]),
        (["show"], 2, ["no report", "stackmatrix run"]),
        (["plan"], 2, ["tea", "`stackmatrix watch` first"]),
        (["init"], 2, ["matrix.yaml is there already", "--config"]),
        (["init", "--config", "no/such/matrix.yaml"], 2, ["cannot be written"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_bad_input(kitchen: Kitchen, arguments: list[str], code: int, words: list[str]) -> None:
    got, out, err = kitchen.ask(*arguments)
    assert got == code, err
    assert (out, err.count("error:"), err.count("mend:")) == ("", 1, 1)
    assert [word for word in words if word not in err] == []


def test_broken_yaml_has_its_place(kitchen: Kitchen) -> None:
    (kitchen.root / "matrix.yaml").write_text("version: 1\ncomponents: [tea\nstacks: {}\n")
    code, out, err = kitchen.ask("run")
    assert (code, out) == (3, "")
    assert "matrix.yaml:3:" in err
    assert "is not YAML" in err


def test_every_unknown_name_at_once(kitchen: Kitchen) -> None:
    stacks: Json = {"tea": {"components": ["tee"], "suite": ["taste"]}, "x": {"sweet": [1]}}
    kitchen.matrix(stacks=stacks, limit={})
    code, _, err = kitchen.ask("config", "check")
    assert code == 3
    assert "did you mean `tea`?" in err
    assert "did you mean `limits`?" in err
    assert err.count("mend:") >= 4


def test_what_never_was_is_told_at_once(kitchen: Kitchen) -> None:
    role: dict[str, Json] = {"role": "engine", "upstream": "https://example.org"}
    follow: Json = ["==1.0", "==7.7", "==8.8"]
    components: Json = {"tea": {**role, "follow": follow}, "coffee": role}
    stacks: Json = {"all": {"components": ["tea", "coffee"], "suite": ["taste"]}}
    kitchen.matrix(components=components, stacks=stacks)
    code, _, err = kitchen.ask("run")
    assert code == 3
    for word in ("7.7", "8.8", "the newest are 1.0, 2.0", "no package `coffee`"):
        assert word in err


def test_what_never_was_is_told_along_with_what_is_misspelt(kitchen: Kitchen) -> None:
    lost: dict[str, Json] = {"role": "client", "upstream": "https://example.org"}
    kitchen.matrix(components={"tea": {**lost, "follow": ["==77.0"]}, "coffee": lost}, limitz={})
    code, _, err = kitchen.ask("run")
    assert code == 3
    for words in ("never had a version 77.0", "no package `coffee`", "did you mean `limits`"):
        assert words in err


def test_a_state_folder_that_another_run_holds(kitchen: Kitchen) -> None:
    (kitchen.root / ".stackmatrix").mkdir()
    lock = Lock(kitchen.root / ".stackmatrix" / "lock", at=now())
    code, _, err = kitchen.ask("run")
    lock.release()
    assert code == 6
    assert f"process {os.getpid()}" in err


# --- the network ---------------------------------------------------------------------------------


class Host(http.server.SimpleHTTPRequestHandler):
    """Serves the index as PEP 691 wants it."""

    extensions_map = {".json": "application/vnd.pypi.simple.v1+json"}  # noqa: RUF012 - as there

    def do_GET(self) -> None:
        self.path = f"{self.path.rstrip('/')}/index.json"
        super().do_GET()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    host = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Host, directory=str(folder)))
    threading.Thread(target=host.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{host.server_port}/simple"
    host.shutdown()
    host.server_close()


def test_an_index_that_never_answered(kitchen: Kitchen) -> None:
    kitchen.matrix(index=DEAD)
    code, _, err = kitchen.ask("run")
    assert code == 4
    assert "does not answer" in err
    assert "mend:  check the network" in err


def test_an_index_that_answered_before(kitchen: Kitchen) -> None:
    with served(kitchen.root / "index") as index:
        kitchen.matrix(index=index)
        assert kitchen.ask("run", "--fail-on", "never")[0] == 0
    code, out, err = kitchen.ask("run")
    assert code == 0, err
    assert "does not answer" in err
    assert "0 executed now" in out


# --- interrupted ---------------------------------------------------------------------------------


def halfway(kitchen: Kitchen, how: signal.Signals) -> tuple[int, str]:
    """Start a run, end it by a signal while cells run, and return how it ended and what it said."""
    kitchen.slow.touch()
    process = kitchen.start("run")
    facts = kitchen.root / ".stackmatrix" / "facts" / "000001.ndjson"
    envs = kitchen.root / ".stackmatrix" / "envs"
    deadline = time.monotonic() + 60
    while not (facts.exists() and "Planned" in facts.read_text() and list(envs.glob("rooms/*"))):
        assert time.monotonic() < deadline, "no cell began to run"
        time.sleep(0.1)
    process.send_signal(how)
    _, err = process.communicate(timeout=60)
    kitchen.slow.unlink()
    return process.returncode, err


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_says_that_it_goes_on_and_does(
    kitchen: Kitchen, how: signal.Signals
) -> None:
    code, err = halfway(kitchen, how)
    assert code == 130, err
    assert "Traceback" not in err
    assert err.endswith(
        "error: interrupted\n"
        "mend:  run it again: what was done is kept, and it goes on where it was\n"
    )
    code, out, err = kitchen.ask("run")
    assert code == 1
    assert "note: run 1 had not ended; it goes on where it was" in err
    assert "tea (1.0, 2.0]" in out


def test_killed_it_goes_on(kitchen: Kitchen) -> None:
    assert halfway(kitchen, signal.SIGKILL)[0] == -signal.SIGKILL
    code, out, err = kitchen.ask("run")
    assert code == 1
    assert "run 1 had not ended" in err
    assert "newly broken: tea at text: tea (1.0, 2.0], proved" in out


# --- what it says, and to whom -------------------------------------------------------------------


def test_exit_codes_quiet_and_json(kitchen: Kitchen) -> None:
    """One story in one folder: the same break is news once, and a scandal as often as asked."""
    code, out, err = kitchen.ask("run", "--json")
    assert code == 1
    assert [f["row"] for f in json.loads(out)["findings"]] == ["tea"]
    assert "\x1b" not in out + err
    assert kitchen.ask("run", "--quiet") == (0, "", "")
    assert kitchen.ask("run", "--quiet", "--fail-on", "any")[0] == 1
    code, out, _ = kitchen.ask("show", "--json")
    assert (code, json.loads(out)["run"]) == (0, 3)
    code, out, _ = kitchen.ask("show")
    assert code == 0
    assert "regressed tea at text: tea (1.0, 2.0]" in out
    assert {row["name"] for row in json.loads(kitchen.ask("doctor", "--json")[1])} >= {
        "interpreter", "uv", "docker", "disk", "certificates", "hub", "backend cpu", "uv: network",
    }  # fmt: skip


def on_a_terminal(kitchen: Kitchen, **variables: str) -> str:
    """Run on a pseudo-terminal and return everything that a person would see."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "run"],
        cwd=kitchen.root,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **variables},
        stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    said = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not piece:
            break
        said += piece
    process.wait(timeout=60)
    os.close(ours)
    return said.decode()


def test_a_terminal_shows_what_is_done_running_and_left(kitchen: Kitchen) -> None:
    said = on_a_terminal(kitchen)
    assert re.search(r"execute .*2/2", said)
    assert re.search(r"\d running: tea-\d\.0@cpu", said)
    assert re.search(r"\x1b\[[0-9;]*3\dm", said)
    plain = on_a_terminal(kitchen, NO_COLOR="1")
    assert "0 executed now" in plain
    assert not re.search(r"\x1b\[(?:[0-9;]*;)?[34]\d(?:;[0-9;]*)?m", plain)


def test_the_steps_one_by_one_come_to_what_a_run_comes_to(tmp_path: Path) -> None:
    here = Kitchen(root=write(only(draw(7), "passes", "drifts"), tmp_path).root)
    assert here.ask("run", "--state", "whole")[0] == 1
    for step in STEPS:
        code, out, err = here.ask(step, "--json", "--state", "steps")
        assert code == 0, err
        assert isinstance(json.loads(out), dict if step in {"watch", "plan"} else list)
    whole, steps = (here.ask("show", "--canonical", "--state", name) for name in ("whole", "steps"))
    assert steps == whole
    assert "conclusive" in whole[1]
