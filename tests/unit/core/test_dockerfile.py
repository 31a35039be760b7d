"""A Dockerfile beside a proof: only where the machine matters, and the same each time."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace

import pytest

from bot.core.dockerfile import dockerfile, needs
from bot.core.proof import commands
from tests.unit.core.test_proof import PROOF

LIBRARY = "failed: exception: ImportError: libGL.so.1: cannot open shared object file: No such file"


@pytest.mark.parametrize(
    ("signature", "about"),
    [
        (LIBRARY, "libGL.so.1"),
        ("failed: exception: OSError: /x.so: version `GLIBC_2.38' not found", "GLIBC_2.38"),
        ("failed: crash: died of SIGILL", "instructions"),
        ("failed: exception: RuntimeError: no NVIDIA driver", "CUDA"),
        ("failed: exception: RuntimeError: Vulkan: no device", "device"),
    ],
)
def test_what_a_machine_decides_is_known_by_its_words(signature: str, about: str) -> None:
    assert about in needs(signature)
    assert dockerfile(PROOF, signature, ())


@pytest.mark.parametrize("signature", ["failed: exception: KeyError: 'x'", "shows 1 (SIGILL)", ""])
def test_where_no_machine_matters_there_is_none(signature: str) -> None:
    assert dockerfile(PROOF, signature, ()) == ""


def test_what_comes_from_a_folder_here_is_for_no_other_machine() -> None:
    assert dockerfile(replace(PROOF, index=("--find-links", "/wheels")), LIBRARY, ()) == ""


def test_it_runs_the_line_that_fails_and_tells_the_one_that_passes() -> None:
    text = dockerfile(PROOF, LIBRARY, ["program.py"])
    assert text == dockerfile(PROOF, LIBRARY, ["program.py"])
    fails, passes = commands(PROOF)
    steps = text.replace("\\\n", "").splitlines()
    assert {line.split()[0] for line in steps} == {
        "#",
        "FROM",
        "RUN",
        "ENV",
        "WORKDIR",
        "COPY",
        "CMD",
    }
    assert json.loads(steps[-1].removeprefix("CMD ")) == shlex.split(fails)
    assert f"docker run --rm repro {passes}" in text
    assert "COPY program.py repro.py ./" in text
