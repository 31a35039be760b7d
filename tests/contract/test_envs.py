"""Every environment keeps the contract: what is installed, what is guarded, what is left behind."""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.model import Closure, Conflict, Failure, Json, Phase, Pin, Reason
from bot.effects.inventory import installed
from bot.effects.room import network_obstacle
from bot.envs.existing import ExistingEnv
from bot.envs.shell import UvShell
from bot.envs.uv import UvEnv
from bot.errors import MissingToolError
from bot.ports import Env, Limits, Room, Talk
from tests.mini.wheels import write_index, write_wheel

PYTHON = ".".join(str(part) for part in sys.version_info[:2])
GUEST = """
import json, os, sys
job = json.load(open(sys.argv[1]))
def say(said):
    os.write(int(sys.argv[2]), (json.dumps(said) + "\\n").encode())
exec(job["code"])
"""


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    for version in ("1.0", "2.0"):
        write_wheel(folder, "pot", version, {"pot.py": f"VERSION = '{version}'\n"}, ["leaf"])
    write_wheel(folder, "leaf", "1.0", {"leaf.py": "LEAF = 1\n"})
    write_wheel(folder, "foreign", "1.0", {"f.py": ""}, tag="cp311-cp311-win_amd64")
    return folder


@pytest.fixture
def index_args(tmp_path: Path, wheels: Path) -> tuple[str, ...]:
    simple = write_index(tmp_path, sorted(wheels.glob("*.whl")))
    return ("--default-index", simple.as_uri())


@pytest.fixture
def env(tmp_path: Path, index_args: tuple[str, ...]) -> UvEnv:
    guest = tmp_path / "guest"
    guest.mkdir()
    (guest / "main.py").write_text(GUEST)
    return UvEnv(root=tmp_path / "rooms", index_args=index_args, guest=guest)


def closure(wheels: Path, *names: str, wrong: bool = False) -> Closure:
    """Pin each `name==version` with the hash of its file."""
    return Closure(pins=tuple(_pin(wheels, *name.split("=="), wrong=wrong) for name in names))


def _pin(wheels: Path, name: str, version: str, *, wrong: bool) -> Pin:
    (wheel,) = wheels.glob(f"{name}-{version}-*.whl")
    content = b"another" if wrong else wheel.read_bytes()
    return Pin(
        name=name, version=version, hashes=(f"sha256:{hashlib.sha256(content).hexdigest()}",)
    )


def ask(room: Room | Failure, code: str) -> tuple[list[Json], Talk]:
    assert not isinstance(room, Failure), room
    heard: list[Json] = []

    def hear(line: Json) -> float:
        heard.append(line)
        return 20.0

    done = room.talk({"code": code}, hear, seconds=20, memory_bytes=2**31)
    return heard, done


def once(env: Env, what: Closure, code: str, *, fresh: bool = False) -> Json:
    """Open a room, ask it one thing, and return the one answer."""
    with env.open(what, interpreter=PYTHON, limits=Limits(), fresh=fresh) as room:
        heard, done = ask(room, code)
    assert done.returncode == 0, done.log.decode()
    (answer,) = heard
    return answer


def refused(env: UvEnv, what: Closure, limits: Limits | None = None) -> Failure:
    with env.open(what, interpreter=PYTHON, limits=limits or Limits(), fresh=False) as room:
        assert isinstance(room, Failure)
    return room


@pytest.mark.parametrize("fresh", [True, False])
def test_what_is_pinned_is_there_and_nothing_else(env: UvEnv, wheels: Path, fresh: bool) -> None:
    code = (
        "import importlib.metadata as m, pot\n"
        "say([pot.VERSION, sorted(d.name for d in m.distributions())])"
    )
    told = once(env, closure(wheels, "pot==1.0", "leaf==1.0"), code, fresh=fresh)
    assert told == ["1.0", ["leaf", "pot"]]


def test_an_empty_closure_is_a_bare_python(env: UvEnv) -> None:
    assert once(env, Closure(pins=()), "say('.'.join(map(str, sys.version_info[:2])))") == PYTHON


def test_a_reused_environment_has_the_same_packages_and_nothing_of_the_last_cell(
    env: UvEnv, wheels: Path
) -> None:
    both = closure(wheels, "pot==2.0", "leaf==1.0")
    code = (
        "import pot; say([sys.prefix, pot.VERSION, os.listdir(), os.listdir(os.environ['HOME'])])"
    )
    dirty = code + "; open('left', 'w'); open(os.path.join(os.environ['HOME'], 'left'), 'w')"
    first, second = once(env, both, dirty), once(env, both, code)
    assert first == second
    assert isinstance(second, list)
    assert second[1:] == ["2.0", [], []]
    fresh = once(env, both, code, fresh=True)
    assert isinstance(fresh, list)
    assert fresh[0] != second[0]
    assert not Path(str(fresh[0])).exists()
    assert not list((env.root / "rooms").iterdir())


def test_a_guest_that_changed_within_a_second_is_the_one_that_runs(env: UvEnv) -> None:
    for word in ("one", "two", "six"):
        (env.guest / "other.py").write_text(f"WORD = '{word}'\n")
        code = "sys.path.insert(0, os.path.dirname(sys.argv[0])); import other; say(other.WORD)"
        assert once(env, Closure(pins=()), code) == word


def test_threads_may_open_the_same_closure_at_once(env: UvEnv, wheels: Path) -> None:
    both = closure(wheels, "pot==1.0", "leaf==1.0")
    start = threading.Barrier(4)

    def work(_: int) -> Json:
        start.wait()
        return once(env, both, "import pot, leaf; say(pot.VERSION)")

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == ["1.0"] * 4
    assert len(list((env.root / "store").glob("*/complete"))) == 1


def test_a_half_built_environment_is_built_again(env: UvEnv, wheels: Path) -> None:
    both = closure(wheels, "pot==1.0", "leaf==1.0")
    once(env, both, "say(1)")
    (marker,) = (env.root / "store").glob("*/complete")
    marker.unlink()
    next(marker.parent.glob("lib/*/site-packages/pot.py")).unlink()
    assert once(env, both, "import pot; say(pot.VERSION)") == "1.0"


def test_failed_installations_are_values_with_a_reason(env: UvEnv, wheels: Path) -> None:
    wrong = refused(env, closure(wheels, "leaf==1.0", wrong=True))
    assert (wrong.phase, wrong.reason) == (Phase.INSTALL, Reason.HASH_MISMATCH)
    foreign = refused(env, closure(wheels, "foreign==1.0"))
    assert foreign.reason is Reason.NOT_INSTALLABLE
    assert "platform tag" in foreign.message
    nothing = refused(env, Closure(pins=(Pin(name="nosuch", version="1.0"),)))
    assert nothing.reason is Reason.NOT_INSTALLABLE
    slow = refused(env, closure(wheels, "leaf==1.0"), Limits(install_seconds=0.0))
    assert slow.reason is Reason.TIMEOUT
    assert not list((env.root / "store").glob("*/complete"))
    for failure in (wrong, foreign, nothing):
        assert str(env.root) not in failure.message


def test_an_index_that_is_away_is_the_networks_fault(
    env: UvEnv, wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    away = UvEnv(
        root=env.root,
        index_args=("--default-index", "http://127.0.0.1:9/simple"),
        cache=env.root / "cache",
        guest=env.guest,
    )
    assert refused(away, closure(wheels, "leaf==1.0")).reason is Reason.NETWORK


def test_an_interpreter_that_is_missing_is_named(env: UvEnv) -> None:
    opened = env.open(Closure(pins=()), interpreter="3.99", limits=Limits(), fresh=True)
    with pytest.raises(MissingToolError, match=re.escape("3.99")), opened:
        pass


def test_nothing_of_ours_passes(env: UvEnv, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "canary")
    monkeypatch.setenv("PYTHONSTARTUP", "canary")
    seen = once(env, Closure(pins=()), "say(dict(os.environ))")
    assert isinstance(seen, dict)
    assert "canary" not in seen.values()
    assert seen["HOME"] != os.environ.get("HOME")
    assert seen["PYTHONHASHSEED"] == "0"
    assert "no variable passes" in env.promises()["token"]


def test_hashes_of_strings_are_the_same_in_every_cell(env: UvEnv) -> None:
    told = {json.dumps(once(env, Closure(pins=()), "say(hash('a'))")) for _ in range(3)}
    assert len(told) == 1


def test_a_backends_variables_reach_the_cell(env: UvEnv) -> None:
    more: Mapping[str, str] = {"ACCELERATOR": "none"}
    other = UvEnv(root=env.root, index_args=env.index_args, guest=env.guest, variables=more)
    assert once(other, Closure(pins=()), "say(os.environ['ACCELERATOR'])") == "none"


REACH = """
import socket
try:
    socket.create_connection(("127.0.0.1", PORT), timeout=5).close()
    say("reached")
except OSError as error:
    say(type(error).__name__)
"""
OWN = """
import socket
listener = socket.create_server(("127.0.0.1", 0))
socket.create_connection(listener.getsockname(), timeout=5).close()
say("reached")
"""


@pytest.mark.enable_socket
def test_the_network_is_cut_where_that_is_promised(env: UvEnv) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        told = once(env, Closure(pins=()), REACH.replace("PORT", str(port)))
    promised = env.promises()["network"]
    assert promised == ("cut while probing" if not network_obstacle() else promised)
    assert (told == "ConnectionRefusedError") is (promised == "cut while probing")


def test_a_cells_own_loopback_works(env: UvEnv) -> None:
    assert once(env, Closure(pins=()), OWN) == "reached"


def test_a_proof_runs_as_it_is_printed(
    tmp_path: Path, index_args: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "canary")
    shell = UvShell(index_args=index_args, cache=tmp_path / "cache")
    script = b"import os, pot\nprint('seen', pot.VERSION, sorted(os.listdir()), os.environ)\n"
    argv = ["uv", "run", "--with", "pot==1.0", "repro.py"]
    files = {"repro.py": script, "data/x.bin": b"\x00\xff"}
    ran = shell.run(argv, files=files, seconds=120)
    assert ran.returncode == 0, ran.output
    assert "seen 1.0 ['data', 'repro.py']" in ran.output
    assert "canary" not in ran.output
    again = shell.run(["uv", "run", "--with", "pot==9.0", "repro.py"], files=files, seconds=120)
    assert again.returncode == 1
    assert "pot==9.0" in again.output


# The interpreter that is there --------------------------------------------------------------------

NOTHING = Closure(pins=())


@pytest.fixture
def existing(env: UvEnv) -> ExistingEnv:
    return ExistingEnv(root=env.root, guest=env.guest)


def test_what_exists_is_what_runs_and_nothing_is_installed(existing: ExistingEnv) -> None:
    pinned = Closure(pins=(Pin(name="nosuch", version="1.0"),))
    assert once(existing, pinned, "say([sys.executable, os.listdir()])") == [sys.executable, []]
    assert existing.promises()["install"].startswith("nothing is installed")
    assert not list((existing.root / "rooms").iterdir())


def test_where_what_is_there_is_known_no_other_closure_has_a_room(existing: ExistingEnv) -> None:
    there = installed(sys.executable)
    assert isinstance(there, Closure)
    assert there.version("python") == ".".join(str(part) for part in sys.version_info[:3])
    assert there.version("pytest") == pytest.__version__
    watched = replace(existing, now=lambda: installed(sys.executable))
    assert once(watched, there, "say(1)") == 1
    with watched.open(NOTHING, interpreter="", limits=Limits(), fresh=False) as room:
        assert isinstance(room, Failure)
        assert "not changed by us" in room.message
    gone = installed("/nowhere/python")
    assert gone == Conflict(why="/nowhere/python cannot be started")
    with replace(existing, now=lambda: gone).open(
        there, interpreter="", limits=Limits(), fresh=False
    ) as room:
        assert isinstance(room, Failure)


def test_a_named_interpreter_is_taken_and_a_missing_one_told(existing: ExistingEnv) -> None:
    named = ExistingEnv(root=existing.root, guest=existing.guest, python=Path("python3"))
    assert isinstance(once(named, NOTHING, "say(sys.executable)"), str)
    gone = ExistingEnv(root=existing.root, python=Path("/nowhere/python"))
    opened = gone.open(NOTHING, interpreter=PYTHON, limits=Limits(), fresh=True)
    with pytest.raises(MissingToolError, match="/nowhere/python"), opened:
        pass


@pytest.mark.enable_socket
def test_what_exists_reaches_what_runs_on_this_machine_as_it_says(existing: ExistingEnv) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert once(existing, NOTHING, REACH.replace("PORT", str(port))) == "reached"
    assert existing.promises()["network"].startswith("not cut")


def test_only_the_variables_that_were_named_pass(
    existing: ExistingEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "canary")
    monkeypatch.setenv("SOME_KEY", "wanted")
    named = ExistingEnv(
        root=existing.root,
        guest=existing.guest,
        passes=("SOME_KEY", "UNSET_KEY"),
        variables={"ACCELERATOR": "none"},
    )
    seen = once(named, NOTHING, "say(dict(os.environ))")
    assert isinstance(seen, dict)
    assert "canary" not in seen.values()
    assert (seen["SOME_KEY"], seen["ACCELERATOR"]) == ("wanted", "none")
    assert "UNSET_KEY" not in seen
    assert "SOME_KEY" in named.promises()["token"]
    told = once(existing, NOTHING, "say(dict(os.environ))")
    assert isinstance(told, dict)
    assert "wanted" not in told.values()
