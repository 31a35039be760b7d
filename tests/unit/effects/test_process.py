"""Children are heard, bounded, and gone with all that they started."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.model import Json
from bot.effects.process import Clip, cease, clean_environment, converse, run
from bot.effects.tree import watchable
from bot.errors import InterruptedByPersonError, MissingToolError
from bot.ports import Ran, Talk

SAY = """
import json, os, sys, time
def say(said):
    os.write(int(sys.argv[-1]), (json.dumps(said) + "\\n").encode())
"""
linux = pytest.mark.skipif(not watchable(), reason="needs /proc")


def talk(
    tmp_path: Path,
    code: str,
    *,
    seconds: float = 20.0,
    memory_bytes: int = 2**31,
    hear: Callable[[Json], float] = lambda _: 20.0,
) -> Talk:
    program = tmp_path / "program.py"
    program.write_text(SAY + code)
    return converse(
        [sys.executable, str(program)],
        cwd=tmp_path,
        env=clean_environment(tmp_path),
        hear=hear,
        seconds=seconds,
        memory_bytes=memory_bytes,
    )


def into(heard: list[Json], patience: float = 5.0) -> Callable[[Json], float]:
    """Return a hearer that writes down what it hears."""

    def hear(line: Json) -> float:
        heard.append(line)
        return patience

    return hear


def python(tmp_path: Path, code: str, *, seconds: float = 20.0, input: str | None = None) -> Ran:  # noqa: A002
    env = clean_environment(tmp_path)
    return run([sys.executable, "-c", code], cwd=tmp_path, env=env, seconds=seconds, input=input)


def alive(pid_file: Path) -> bool:
    """Whether the process whose id is in the file runs (a zombie does not)."""
    try:
        stat = Path(f"/proc/{pid_file.read_text()}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def test_lines_are_heard_in_order_and_the_rest_is_log(tmp_path: Path) -> None:
    heard: list[Json] = []

    code = "print('noise', flush=True)\nfor n in range(3): say({'n': n})"
    done = talk(tmp_path, code, hear=into(heard))
    assert heard == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert (done.returncode, done.stopped_by, done.log) == (0, "", b"noise\n")


def test_a_line_that_is_no_json_goes_to_the_log(tmp_path: Path) -> None:
    heard: list[Json] = []
    done = talk(
        tmp_path,
        "os.write(int(sys.argv[-1]), b'oops\\n'); say(1)",
        hear=into(heard),
    )
    assert heard == [1]
    assert b"oops" in done.log


def test_a_long_line_arrives_whole(tmp_path: Path) -> None:
    heard: list[Json] = []
    talk(tmp_path, "say('x' * 300000)", hear=into(heard))
    assert heard == ["x" * 300000]


def test_silence_is_a_timeout(tmp_path: Path) -> None:
    begun = time.monotonic()
    done = talk(tmp_path, "time.sleep(60)", seconds=0.3)
    assert (done.stopped_by, done.returncode) == ("timeout", -9)
    assert time.monotonic() - begun < 10


BUSY = """
import os, sys, time
cpu = min(os.sched_getaffinity(0))
os.sched_setaffinity(0, {cpu})
end = time.process_time() + float(sys.argv[1])
while time.process_time() < end:
    pass
"""


@linux
def test_a_crowded_machine_makes_nobody_late(tmp_path: Path) -> None:
    """Three share one processor: who needs a second of it has it after more than two."""
    crowd = [
        subprocess.Popen([sys.executable, "-c", f"import os; os.nice(8)\n{BUSY}", "30"])
        for _ in range(2)
    ]
    try:
        began = time.monotonic()
        ran = run([sys.executable, "-c", BUSY, "1"], cwd=tmp_path, env={}, seconds=1.4)
        assert (ran.returncode, ran.output) == (0, "")
        assert time.monotonic() - began > 1.4
    finally:
        for one in crowd:
            one.kill()
            one.wait()


def test_who_waits_for_nothing_is_late(tmp_path: Path) -> None:
    began = time.monotonic()
    ran = run([sys.executable, "-c", BUSY, "30"], cwd=tmp_path, env={}, seconds=0.3)
    assert ran.returncode is None
    assert time.monotonic() - began < 20


def test_patience_is_for_each_line(tmp_path: Path) -> None:
    heard: list[Json] = []
    code = "for n in range(100):\n say(n)\n time.sleep(0.05 if n < 4 else 60)"
    done = talk(
        tmp_path,
        code,
        seconds=10,
        hear=into(heard, 1.0),
    )
    assert heard == [0, 1, 2, 3, 4]
    assert done.stopped_by == "timeout"


def test_a_crash_leaves_its_signal_and_its_last_words(tmp_path: Path) -> None:
    done = talk(tmp_path, "print('last', flush=True)\nos.kill(os.getpid(), 11)")
    assert (done.returncode, done.log) == (-11, b"last\n")


def test_a_flood_of_output_neither_blocks_nor_fills_memory(tmp_path: Path) -> None:
    done = talk(tmp_path, "print('first')\nfor _ in range(40): print('x' * 99999)\nprint('last')")
    assert done.returncode == 0
    assert done.log.startswith(b"first\n")
    assert done.log.endswith(b"last\n")
    assert b"bytes left out" in done.log
    assert len(done.log) < 400_000


@linux
def test_eating_memory_is_stopped_even_when_a_grandchild_does_it(tmp_path: Path) -> None:
    eat = "x = bytearray(300_000_000)\nimport time\ntime.sleep(60)"
    code = f"import subprocess\nsubprocess.run([sys.executable, '-c', {eat!r}])"
    done = talk(tmp_path, code, memory_bytes=150_000_000)
    assert done.stopped_by == "out of memory"


DAEMON = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open('daemon.pid', 'w').write(str(os.getpid()))
        open('ready', 'w').close()
        time.sleep(300)
    os._exit(0)
while not os.path.exists('ready'): time.sleep(0.01)
"""


@linux
@pytest.mark.parametrize("end", ["", "\ntime.sleep(300)", "\nos.kill(os.getpid(), 9)"])
def test_a_daemon_dies_with_its_cell(tmp_path: Path, end: str) -> None:
    talk(tmp_path, DAEMON + end, seconds=3)
    assert (tmp_path / "daemon.pid").exists()
    assert not alive(tmp_path / "daemon.pid")


@linux
def test_a_group_dies_at_the_timeout_of_run(tmp_path: Path) -> None:
    code = (
        "import os, subprocess, sys\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'])\n"
        "open('child.pid', 'w').write(str(p.pid)); p.wait()"
    )
    assert python(tmp_path, code, seconds=2).returncode is None
    assert not alive(tmp_path / "child.pid")


@linux
def test_an_exception_of_the_hearer_ends_the_child(tmp_path: Path) -> None:
    def hear(_: Json) -> float:
        raise KeyError("mine")

    with pytest.raises(KeyError):
        talk(
            tmp_path,
            "open('me.pid', 'w').write(str(os.getpid()))\nsay(1)\ntime.sleep(300)",
            hear=hear,
        )
    assert not alive(tmp_path / "me.pid")


def test_nothing_of_ours_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "canary")
    monkeypatch.setenv("PYTHONPATH", "canary")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    seen = python(tmp_path, "import os; print(dict(os.environ))").output
    assert "canary" not in seen
    assert "DONTWRITE" not in seen
    assert os.environ["HOME"] != str(tmp_path / "home")
    assert f"'HOME': '{tmp_path / 'home'}'" in seen


def test_run_gives_input_and_returns_the_end_of_the_output(tmp_path: Path) -> None:
    code = (
        "import sys; print('x' * 3_000_000); print(sys.stdin.read(), file=sys.stderr); sys.exit(3)"
    )
    ran = python(tmp_path, code, input="hello")
    assert ran.returncode == 3
    assert ran.output.rstrip().endswith("hello")
    assert len(ran.output) < 1_100_000


def test_a_missing_tool_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingToolError, match="no-such-tool"):
        run(["no-such-tool"], cwd=tmp_path, env={"PATH": "/nowhere"}, seconds=1)


def test_cease_interrupts_whoever_waits(tmp_path: Path) -> None:
    caught: list[BaseException] = []

    def wait() -> None:
        try:
            python(tmp_path, "open('on', 'w').close(); import time; time.sleep(300)", seconds=60)
        except InterruptedByPersonError as error:
            caught.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    while not (tmp_path / "on").exists():
        time.sleep(0.01)
    cease()
    thread.join(10)
    assert len(caught) == 1


def test_a_clip_keeps_both_ends() -> None:
    clip = Clip(3, 2)
    for piece in (b"a", b"bcdef", b"ghij"):
        clip.add(piece)
    assert clip.content() == b"abc\n[... 5 bytes left out ...]\nij"


def test_a_clip_that_is_not_full_is_whole() -> None:
    clip = Clip(3, 2)
    clip.add(b"abcd")
    assert clip.content() == b"abcd"
