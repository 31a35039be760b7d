"""A real server that runs on this machine as a user's own would: for whoever asks endpoints."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.app import DRIVERS, SUITE
from bot.core.model import Failure
from bot.envs.uv import UvEnv
from tests.real.stacks import LIMITS, PYTHON, closed

MODEL = SUITE / "model"
ONE_THREAD = "params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1"  # others work too
START = DRIVERS["xllamacpp"].serve().replace("server = ", f"{ONE_THREAD}\nserver = ")
PROGRAM = f"""
import json, pathlib, sys
HERE = pathlib.Path({str(MODEL)!r})
{START}
print("address", base_url, flush=True)
sys.stdin.read()
"""


@contextmanager
def served(root: Path, *pins: str) -> Iterator[str]:
    """Start llama.cpp of a real room, outside of it, and yield its address."""
    with UvEnv(root=root).open(
        closed(*pins), interpreter=PYTHON, limits=LIMITS, fresh=False
    ) as room:
        assert not isinstance(room, Failure), room
        process = subprocess.Popen(
            [str(room.python), "-c", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            yield _address(process)
        finally:
            process.kill()
            process.communicate()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    for line in process.stdout:
        word, _, address = line.strip().partition(" ")
        if word == "address":
            return address
    raise AssertionError("the server did not start")
