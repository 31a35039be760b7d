"""`llama-server` by its path: checked before it starts, asked like the wheel, mourned by name.

The program here is a few lines of our own around the server in the wheel, with the flags of the
real one: what is tried is how a program is found, checked, started, asked, killed and let go.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bot.app import DRIVERS, SUITE
from bot.core.model import Failure, Json, Link, Phase, Probe, Reason
from bot.core.protocol import PROTOCOL, Heard, Hearing, question
from bot.drivers.suite import read_suite
from bot.envs.uv import UvEnv, UvRoom
from tests.real.stacks import LIMITS, MODEL, PYTHON, closed, strayed

pytestmark = [pytest.mark.real, pytest.mark.network]

PROGRAM = """#!{python} -s
import argparse, os, signal, sys, threading, time
import xllamacpp

if "--version" in sys.argv:
    print("version: 4321 (0123abcd)")
    sys.exit(0)
words = argparse.ArgumentParser()
for name in ("model", "host", "port", "ctx-size", "parallel", "threads", "threads-batch",
             "n-gpu-layers", "flash-attn", "cache-type-k", "cache-type-v", "chat-template-file"):
    words.add_argument("--" + name)
for name in ("jinja", "no-warmup", "refuse", "die"):
    words.add_argument("--" + name, action="store_true")
said = words.parse_args()
if said.refuse:
    sys.exit(7)
told = xllamacpp.CommonParams()
told.model.path, told.port = said.model, int(said.port)
told.n_ctx, told.n_parallel, told.n_gpu_layers = int(said.ctx_size), int(said.parallel), 0
told.warmup, told.use_jinja, told.fit_params = False, True, False
told.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
told.cache_type_k = told.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
if said.chat_template_file:
    told.chat_template = open(said.chat_template_file).read()
server = xllamacpp.Server(told)
if said.die:
    time.sleep(3)
    os.kill(os.getpid(), signal.SIGSEGV)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
threading.Event().wait()
"""


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rooms")


def observe(
    root: Path, names: Sequence[str], options: Mapping[str, Json]
) -> tuple[Heard, dict[str, Probe], Path]:
    """Ask the probes `names` of our program, started with `options`; returns its path too."""
    probes = read_suite((SUITE,), names)
    with UvEnv(root=root).open(
        closed("xllamacpp"), interpreter=PYTHON, limits=LIMITS, fresh=False
    ) as room:
        assert not isinstance(room, Failure), room
        program = root / "llama-server"
        program.write_text(PROGRAM.replace("{python}", str(room.python)))
        program.chmod(0o755)
        heard = _talk(room, probes, {"server": str(program), **options})
    return heard, {probe.name: probe for probe in probes}, program


def _talk(room: UvRoom, probes: Sequence[Probe], options: Mapping[str, Json]) -> Heard:
    driver = DRIVERS["llama-server"]
    module: Json = {"name": driver.guest, "setup": driver.setup(MODEL, options)}
    asked: list[Json] = [question(probe) for probe in probes]
    job: Json = {"protocol": PROTOCOL, "modules": [module], "probes": asked}
    hearing = Hearing([probe.name for probe in probes], start_seconds=LIMITS.start_seconds)
    done = room.talk(
        job, hearing.hear, seconds=LIMITS.start_seconds, memory_bytes=LIMITS.memory_bytes
    )
    return hearing.finish(returncode=done.returncode, stopped_by=done.stopped_by, log="")


def test_a_program_is_asked_like_the_wheel(rooms: Path) -> None:
    names = ("chat/capital-france", "chat/weather-paris", "stream/sum-2-2", "encode/cjk")
    beside = ("neighbours/four-at-once", "render/chatml-default", "endpoints/anthropic")
    heard, probes, program = observe(rooms, (*names, *beside), {})
    assert heard.stopped is None
    assert not heard.remains
    seen = {each.probe: each for each in heard.observations}
    for name in (*names, "neighbours/four-at-once"):
        assert strayed(probes[name], seen[name]) == ""
    assert seen["render/chatml-default"].failure is None
    assert str(seen["render/chatml-default"].at(Link.PROMPT)).startswith("<|im_start|>system")
    message = seen["endpoints/anthropic"].at(Link.MESSAGE)
    assert isinstance(message, dict)
    assert message["status"] == 200
    told = heard.says["llama_server"]
    assert isinstance(told, dict)
    assert told["llama.cpp"] == "b4321 0123abcd"
    assert told["sha256"] == hashlib.sha256(program.read_bytes()).hexdigest()


def stopped(root: Path, options: Mapping[str, Json]) -> Failure:
    heard, _, _ = observe(root, ("chat/sum-2-2",), options)
    assert heard.stopped is not None
    assert heard.stopped.phase is Phase.START
    return heard.stopped


def test_another_program_is_never_started(rooms: Path) -> None:
    found = stopped(rooms, {"sha256": "0" * 64, "arguments": ["--refuse"]})
    assert "sha256" in found.message
    assert "exit code" not in found.message


def test_a_path_that_is_no_program_is_told(rooms: Path) -> None:
    empty = rooms / "empty"
    empty.write_bytes(b"\x7fELF")
    empty.chmod(0o755)
    for server in ("/nobody/llama-server", str(empty)):
        assert "no program" in stopped(rooms, {"server": server}).message


def test_a_program_that_ends_at_once_is_told_with_its_code(rooms: Path) -> None:
    assert "exit code 7" in stopped(rooms, {"arguments": ["--refuse"]}).message


def test_a_death_is_charged_to_the_question_that_was_asked(rooms: Path) -> None:
    families = ("options", "tools", "schema", "chat", "stream", "endpoints")
    heard, _, _ = observe(rooms, families, {"arguments": ["--die"]})
    *before, last = heard.observations
    assert last.failure is not None
    assert (last.failure.phase, last.failure.reason) == (Phase.PROBE, Reason.CRASH)
    assert "SIGSEGV" in last.failure.message
    assert heard.remains
    assert not any(each.failure and each.failure.reason is Reason.CRASH for each in before)
