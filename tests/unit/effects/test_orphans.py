"""Whoever is left of a cell comes to us, and ends: also who hid its parents and its mark."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.effects.orphans import orphans, taken_in, taking
from bot.effects.process import clean_environment, run
from bot.effects.tree import everyone, watchable
from bot.ports import Ran

pytestmark = pytest.mark.skipif(not watchable(), reason="needs /proc")
HIDDEN = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open("daemon.pid", "w").write(str(os.getpid()))
        for handle in (0, 1, 2): os.close(handle)
        os.execve("/bin/sleep", ["sleep", "{seconds}"], {{}})
    os._exit(0)
os.wait()
time.sleep(0.2)
print("left")
"""


@pytest.fixture(autouse=True)
def taken() -> Iterator[None]:
    with taken_in() as whether:
        if not whether:
            pytest.skip("this kernel gives orphans to init alone")
        yield
    assert not taking()


def cell(folder: Path, code: str) -> Ran:
    folder.mkdir(exist_ok=True)
    env = clean_environment(folder)
    return run([sys.executable, "-c", code], cwd=folder, env=env, seconds=20)


def daemon(folder: Path) -> int:
    return int((folder / "daemon.pid").read_text())


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_daemon_without_any_mark_ends_with_its_cell(tmp_path: Path) -> None:
    assert cell(tmp_path, HIDDEN.format(seconds=300)).output == "left\n"
    assert not lives(daemon(tmp_path))


def test_no_process_of_another_is_looked_through(tmp_path: Path) -> None:
    assert everyone() == frozenset()
    assert cell(tmp_path, "print(1)").output == "1\n"


def test_of_a_cell_on_another_thread_too(tmp_path: Path) -> None:
    thread = threading.Thread(target=cell, args=(tmp_path, HIDDEN.format(seconds=300)))
    thread.start()
    thread.join()
    assert not lives(daemon(tmp_path))


def test_who_may_be_of_a_cell_that_runs_is_left_to_its_end(tmp_path: Path) -> None:
    """The daemon of the second begins when both run: the end of the last of them is its end."""
    stop = "import os, time\nopen('on', 'w').close()\n"
    stop += "while not os.path.exists('off'): time.sleep(0.01)"
    first = threading.Thread(target=cell, args=(tmp_path / "first", stop))
    first.start()
    while not (tmp_path / "first" / "on").exists():
        time.sleep(0.01)
    time.sleep(0.05)
    cell(tmp_path / "second", HIDDEN.format(seconds=300))
    assert lives(daemon(tmp_path / "second"))
    (tmp_path / "first" / "off").touch()
    first.join()
    assert not lives(daemon(tmp_path / "second"))


def test_the_dead_are_buried(tmp_path: Path) -> None:
    cell(tmp_path, HIDDEN.format(seconds=0))
    assert orphans() == []
    assert not Path(f"/proc/{daemon(tmp_path)}").exists()


def test_children_of_ours_are_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as ours:
        assert cell(tmp_path, HIDDEN.format(seconds=300)).output == "left\n"
        assert ours.poll() is None
        ours.communicate(b"\n")
        assert ours.wait() == 0


def test_who_was_here_before_is_left_alone(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "input()"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, start_new_session=True) as before:
        with taken_in():
            assert cell(tmp_path, HIDDEN.format(seconds=300)).output == "left\n"
        assert before.poll() is None
        before.communicate(b"\n")
        assert before.wait() == 0


def test_without_it_such_a_daemon_lives_on(tmp_path: Path) -> None:
    """As a program finds it that uses our modules, and takes nobody in."""
    code = "import sys; from tests.unit.effects.test_orphans import *; cell(Path(sys.argv[1]), "
    code += "HIDDEN.format(seconds=30))"
    root = Path(__file__).parents[3]
    argv = [sys.executable, "-c", code, str(tmp_path)]
    subprocess.run(argv, check=True, env={**os.environ, "PYTHONPATH": str(root)})
    left = daemon(tmp_path)
    assert lives(left)
    os.kill(left, 9)
