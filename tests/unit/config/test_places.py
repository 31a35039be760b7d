"""Where a stack runs: backends that its drivers compute on, or what a user has already."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.test_read import GOOD, only, read


@pytest.mark.parametrize(
    ("backends", "what", "cure"),
    [
        ("[cpu, vulcan]", "there is no backend `vulcan`", "did you mean `vulkan`? there are cpu, "),
        ("[tpu]", "there is no backend `tpu`", "vulkan, cuda, rocm, metal, openvino-gpu"),
        ("[metal]", "nothing in stack `chat` computes on `metal`", "drivers know cpu, vulkan"),
    ],
)
def test_a_backend_that_cannot_be(tmp_path: Path, backends: str, what: str, cure: str) -> None:
    line, _, said, mend = only(tmp_path, f"{GOOD}    backends: {backends}\n")
    assert line == len(GOOD.splitlines()) + 1
    assert what in said
    assert cure in mend


@pytest.mark.parametrize(
    ("existing", "what"),
    [
        ("{}", "either as an interpreter or as a server"),
        ("{python: x, url: 'http://x'}", "either as an interpreter or as a server"),
        ("{url: 'x:1'}", "`x:1` is no address of a server"),
        ("{url: 'http://x'}", "it has one component, of driver `endpoint`"),
    ],
)
def test_what_cannot_exist(tmp_path: Path, existing: str, what: str) -> None:
    _, _, said, _ = only(tmp_path, f"{GOOD}    existing: {existing}\n")
    assert what in said


def test_what_exists_is_beside_the_file_on_the_path_or_an_address(tmp_path: Path) -> None:
    (row,) = read(tmp_path, f"{GOOD}    existing: {{python: env/bin/python}}\n").rows
    assert row.existing == row.interpreter == str(tmp_path / "env/bin/python")
    (row,) = read(tmp_path, f"{GOOD}    existing: {{python: python3}}\n").rows
    assert (row.existing, row.url) == ("python3", "")
    served = """\
version: 1
components: {it: {role: engine, upstream: u, driver: endpoint}}
stacks: {mine: {components: [it], existing: {url: "http://x:1/"}}}
"""
    (row,) = read(tmp_path, served).rows
    assert row.url == "http://x:1"


def test_what_npm_brings_does_not_exist_in_an_interpreter(tmp_path: Path) -> None:
    text = GOOD.replace("driver: xllamacpp", "driver: js, source: npm").replace(", client]", "]")
    _, _, said, _ = only(tmp_path, f"{text}    existing: {{python: x}}\n")
    assert "not all of it is Python's" in said


def test_a_stack_may_be_crossed_with_backends(tmp_path: Path) -> None:
    (row,) = read(tmp_path, f"{GOOD}    backends: [cpu, vulkan]\n").rows
    assert row.backends == ("cpu", "vulkan")
