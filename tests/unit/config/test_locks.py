"""The lock that a stack stands on: read when the matrix is, and told with its place where not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.test_images import NPM, on_stack
from tests.unit.config.test_read import GOOD, only, read

BOTH = "lock: {base: old.txt, head: requirements.txt}"


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("Engine==2\nhttpx==0.28\nopenai\n")
    (tmp_path / "old.txt").write_text("engine==1\n")
    (tmp_path / "broken.txt").write_text("httpx==1\n-e .\n")
    (tmp_path / "empty.txt").write_text("# nothing\n")


def test_a_lock_is_the_baseline_with_what_comes_along(tmp_path: Path) -> None:
    (row,) = read(tmp_path, on_stack(GOOD, "lock: requirements.txt")).rows
    assert row.lock is not None
    assert row.lock.versions == {"httpx": "0.28", "engine": "2"}
    assert row.head is None
    assert dict(row.baseline) == {"engine": "2"}, "the client is pinned by nobody"


def test_a_version_that_the_stack_names_itself_comes_first(tmp_path: Path) -> None:
    text = on_stack(GOOD, "lock: requirements.txt", 'baseline: {engine: "7"}')
    (row,) = read(tmp_path, text).rows
    assert dict(row.baseline) == {"engine": "7"}


def test_a_second_lock_is_what_may_be(tmp_path: Path) -> None:
    (row,) = read(tmp_path, on_stack(GOOD, BOTH)).rows
    assert dict(row.baseline) == {"engine": "1"}
    assert row.head is not None
    assert row.head.version("engine") == "2"


@pytest.mark.parametrize(
    ("text", "told", "cure"),
    [
        (on_stack(GOOD, "lock: gone.txt"), "there is no file", "uv.lock"),
        (on_stack(GOOD, "lock: broken.txt"), "line 2 of it: `-e` is not read", "leave `lock` out"),
        (on_stack(GOOD, "lock: empty.txt"), "asks for nothing", "leave `lock` out"),
        (on_stack(GOOD, "lock: {base: old.txt, head: gone.txt}"), "there is no file", "uv.lock"),
        (on_stack(NPM, "lock: requirements.txt"), "installs no Python packages", "leave it out"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, text: str, told: str, cure: str) -> None:
    _, _, what, how = only(tmp_path, text)
    assert told in what
    assert cure in how
