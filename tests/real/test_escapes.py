"""Ways out of a cell, each really tried: what keeps it in, and that it is out without that.

A guard that makes no difference guards nothing. So every attempt is made twice, with all guards
and with all but one, and it has to succeed the second time.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.core.model import Failure, Json
from bot.effects.orphans import taken_in
from bot.effects.room import network_obstacle
from bot.envs.docker import DockerEnv
from bot.envs.existing import ExistingEnv
from bot.envs.uv import UvEnv
from bot.ports import Limits
from tests.real.containers import BARE, PYTHON, docker, guest, tell, told, without

pytestmark = pytest.mark.real

REACH = """
try:
    socket.create_connection(({host!r}, {port}), timeout=3).close()
    say("out")
except OSError as error:
    say(type(error).__name__)
"""
READ = """
try:
    say(open({path!r}).read())
except OSError as error:
    say(type(error).__name__)
"""
WRITE = """
try:
    open({path!r}, "w").write("out")
    say("out")
except OSError as error:
    say(type(error).__name__)
"""
FORK = """
children = []
try:
    while len(children) < {many}:
        child = os.fork()
        if not child:
            time.sleep(60)
            os._exit(0)
        children.append(child)
    say("out")
except OSError:
    say(len(children))
"""
EAT = "hoard = [bytearray(2**20) for _ in range(1024)]; say('out')"
DAEMON = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.environ.clear()
        os.execv("/bin/sleep", ["/bin/sleep", "{seconds}"])
    os._exit(0)
time.sleep(0.5)
say("left")
"""


@pytest.fixture
def env(tmp_path: Path) -> DockerEnv:
    return docker(tmp_path)


@pytest.fixture
def uv(tmp_path: Path) -> UvEnv:
    return UvEnv(root=tmp_path / "uv", guest=guest(tmp_path / "guest"))


@pytest.fixture
def unguarded(tmp_path: Path) -> ExistingEnv:
    return ExistingEnv(root=tmp_path / "existing", guest=guest(tmp_path / "guest"))


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("0.0.0.0", 0)) as opened:  # noqa: S104 - it is what is looked for
        yield opened


def bridge() -> str:
    """Return the address that this machine has on the engine's bridge."""
    for line in Path("/proc/net/fib_trie").read_text().splitlines():
        word = line.split()[-1]
        if word.startswith("172.") and word.endswith(".0.1"):
            return word
    pytest.skip("the engine has no bridge")


@pytest.mark.enable_socket
def test_a_listener_on_our_loopback(env: DockerEnv, listener: socket.socket) -> None:
    code = REACH.format(host="127.0.0.1", port=listener.getsockname()[1])
    assert told(env, code) == "ConnectionRefusedError"
    assert told(without(env, "network_mode", "host"), code) == "out"


@pytest.mark.enable_socket
def test_a_listener_on_the_bridge(env: DockerEnv, listener: socket.socket) -> None:
    code = REACH.format(host=bridge(), port=listener.getsockname()[1])
    assert told(env, code) in ("OSError", "ConnectionRefusedError")
    assert told(without(env, "network_mode", "bridge"), code) == "out"


def test_a_file_in_our_home(env: DockerEnv, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "canary").write_text("canary")
    code = READ.format(path=str(home / "canary"))
    assert told(env, code) == "FileNotFoundError"
    assert told(replace(env, reads={str(home): home}), code) == "canary"


def test_a_variable_of_ours(env: DockerEnv, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", "canary")
    code = "say('canary' in os.environ.values())"
    assert told(env, code) is False
    assert told(replace(env, variables={"CANARY": os.environ["CANARY"]}), code) is True


def test_a_file_outside(env: DockerEnv) -> None:
    code = WRITE.format(path="/var/tmp/canary")  # which everybody may write otherwise
    assert told(env, code) == "OSError"
    assert told(without(env, "read_only"), code) == "out"


def test_the_guest_that_runs(env: DockerEnv) -> None:
    code = WRITE.format(path="/stackmatrix-guest/main.py")
    assert told(env, code) in ("OSError", "PermissionError")
    with env.open(BARE, interpreter=PYTHON, limits=Limits(), fresh=False) as room:
        assert not isinstance(room, Failure)
        reads = {key: value for key, value in room.box.reads.items() if "guest" not in key}
        ours = {"/stackmatrix-guest": room.box.reads["/stackmatrix-guest"]}
        box = replace(room.box, reads=reads, writes=ours, user="0:0")
        assert tell(replace(room, box=box), code)[0] == ["out"]


def test_forks_without_end(env: DockerEnv) -> None:
    code = FORK.format(many=700)
    wide = {"mem_limit": 2**32, "memswap_limit": 2**32}  # what so many processes hold
    roomy = replace(env, guards={**env.guards, **wide})
    most = told(roomy, code)
    assert isinstance(most, int)
    assert most < 512
    assert told(without(roomy, "pids_limit"), code) == "out"


def test_memory(env: DockerEnv) -> None:
    with env.open(BARE, interpreter=PYTHON, limits=Limits(), fresh=False) as room:
        heard, talk = tell(room, EAT)
    assert (heard, talk.stopped_by) == ([], "out of memory")
    wide = {"mem_limit": 2**32, "memswap_limit": 2**32}
    assert told(replace(env, guards={**env.guards, **wide}), EAT) == "out"


def test_a_child_that_is_out_of_memory_is_seen_although_its_parent_lives(env: DockerEnv) -> None:
    code = f"subprocess.run([sys.executable, '-c', {EAT!r}]); say('alive')"
    with env.open(BARE, interpreter=PYTHON, limits=Limits(), fresh=False) as room:
        heard, talk = tell(room, code)
    assert (heard, talk.stopped_by) == (["alive"], "out of memory")


def test_a_hang(env: DockerEnv) -> None:
    code = "say('here'); time.sleep(6); say('out')"
    with env.open(BARE, interpreter=PYTHON, limits=Limits(), fresh=False) as room:
        heard, talk = tell(room, code, seconds=2)
        assert (heard, talk.stopped_by) == (["here"], "timeout")
        assert tell(room, code, seconds=20)[0] == ["here", "out"]
    assert env.engine.containers(env.owner) == ()


def test_a_daemon(env: DockerEnv) -> None:
    """It ends with its container; as a process of this machine it lives on, since no net holds it.

    It forks twice, leads a session of its own and clears its environment.
    """
    mine = 5000 + uuid.uuid4().int % 1000
    code = DAEMON.format(seconds=mine)
    assert told(env, code) == "left"
    assert not sleeping(mine)
    alone = f"import os, sys, time\ndef say(_): pass\n{code}"
    subprocess.run([sys.executable, "-c", alone], check=True)
    assert end(mine)


def test_the_files_of_another_cell(env: DockerEnv) -> None:
    """What a cell leaves in its folders is seen by no other, unless they share one."""
    left = "open('/tmp/left', 'w').write('canary'); say('written')"
    right = READ.format(path="/tmp/left")
    assert told(env, left) == "written"
    assert told(env, right) == "FileNotFoundError"
    shared = env.root / "shared"
    shared.mkdir(parents=True)
    shared.chmod(0o777)
    tmpfs = {key: value for key, value in env.guards["tmpfs"].items() if key != "/tmp"}
    together = replace(env, guards={**env.guards, "tmpfs": tmpfs})
    for code, expected in ((left, "written"), (right, "canary")):
        with together.open(BARE, interpreter=PYTHON, limits=Limits(), fresh=False) as room:
            assert not isinstance(room, Failure)
            box = replace(room.box, writes={"/tmp": shared})
            assert tell(replace(room, box=box), code)[0] == [expected]


def test_the_environment_of_another_cell(env: DockerEnv) -> None:
    """Two cells of one closure share what is installed; neither can change it for the other."""
    site = "next(path for path in sys.path if path.endswith('site-packages'))"
    code = f"path = os.path.join({site}, 'poison.pth')\n" + WRITE.replace("{path!r}", "path")
    assert told(env, code) in ("OSError", "PermissionError")
    with env.open(BARE, interpreter=PYTHON, limits=Limits(), fresh=True) as room:
        assert not isinstance(room, Failure)
        place = str(room.python.parent.parent)
        installed = room.box.reads[place]
        reads = {key: value for key, value in room.box.reads.items() if key != place}
        open_box = replace(room.box, reads=reads, writes={place: installed}, user="0:0")
        assert tell(replace(room, box=open_box), code)[0] == ["out"]


# What uv promises ---------------------------------------------------------------------------------


@pytest.mark.enable_socket
def test_in_uv_a_listener_on_our_loopback(
    uv: UvEnv, unguarded: ExistingEnv, listener: socket.socket
) -> None:
    if network_obstacle():
        pytest.skip("this machine cannot cut the network")
    code = REACH.format(host="127.0.0.1", port=listener.getsockname()[1])
    assert uv.promises()["network"] == "cut while probing"
    assert told(uv, code) == "ConnectionRefusedError"
    assert told(unguarded, code) == "out"


def test_in_uv_a_variable_of_ours(
    uv: UvEnv, unguarded: ExistingEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY", "canary")
    code = "say('canary' in os.environ.values())"
    assert told(uv, code) is False
    assert told(replace(unguarded, passes=("CANARY",)), code) is True


def test_in_uv_memory(uv: UvEnv) -> None:
    with uv.open(BARE, interpreter=PYTHON, limits=Limits(), fresh=False) as room:
        heard, talk = tell(room, EAT)
        assert (heard, talk.stopped_by) == ([], "out of memory")
        assert not isinstance(room, Failure)
        said: list[Json] = []
        free = room.talk({"code": EAT}, partial(_note, said), seconds=20, memory_bytes=2**32)
    assert (said, free.stopped_by) == (["out"], "")


def test_in_uv_a_daemon_and_a_hang(uv: UvEnv) -> None:
    mine = 6000 + uuid.uuid4().int % 1000
    daemon = DAEMON.format(seconds=mine)
    with taken_in():  # as the command line does
        assert told(uv, daemon) == "left"
    time.sleep(0.2)
    assert not sleeping(mine)
    assert told(uv, daemon) == "left"
    assert end(mine)
    with uv.open(BARE, interpreter=PYTHON, limits=Limits(), fresh=False) as room:
        assert tell(room, "time.sleep(60)", seconds=1)[1].stopped_by == "timeout"


def _note(said: list[Json], line: Json) -> float:
    said.append(line)
    return 20.0


def sleeping(seconds: int) -> list[int]:
    """Return who sleeps for so many seconds, anywhere on this machine."""
    wanted = f"/bin/sleep\0{seconds}\0".encode()
    found = [each for each in Path("/proc").iterdir() if each.name.isdigit()]
    return [int(each.name) for each in found if _content(each / "cmdline") == wanted]


def end(seconds: int) -> int:
    """End those; returns how many there were."""
    found = sleeping(seconds)
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    return len(found)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
