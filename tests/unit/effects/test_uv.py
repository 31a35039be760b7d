"""What `uv` is told about indexes, and what it may see."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.effects import uv as door
from bot.effects.uv import Uv, index_variables, interpreter, opened
from bot.errors import MissingToolError, UsageError
from bot.ports import Ran


def test_index_arguments_become_variables() -> None:
    given = ("--index", "a", "--index=b", "--default-index", "c", "--find-links", "d", "--no-index")
    assert index_variables(given) == {
        "UV_INDEX": "a b",
        "UV_DEFAULT_INDEX": "c",
        "UV_FIND_LINKS": "d",
        "UV_NO_INDEX": "1",
    }


def test_what_is_no_index_argument_is_refused() -> None:
    with pytest.raises(UsageError, match="--trusted"):
        index_variables(("--trusted",))


def test_our_own_interpreter_is_taken_where_it_is_the_one() -> None:
    major, minor, micro = sys.version_info[:3]
    assert interpreter(f"{major}.{minor}") == sys.executable
    assert interpreter(f"{major}.{minor}.{micro}") == sys.executable
    assert interpreter(f"{major}.{minor}{micro}1") == f"{major}.{minor}{micro}1"


def test_given_indexes_are_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_INDEX", "theirs")
    monkeypatch.setenv("UV_PUBLISH_TOKEN", "canary")
    assert Uv().environment()["UV_INDEX"] == "theirs"
    assert "UV_INDEX" not in Uv(index_args=("--no-index",)).environment()
    assert "canary" not in Uv().environment().values()


INDEX = ("--default-index", "https://host.test/a/simple")


def test_what_opens_an_index_is_told_by_variables_and_not_in_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STACKMATRIX_INDEX_USERNAME", "me")
    monkeypatch.setenv("STACKMATRIX_INDEX_PASSWORD", "canary")
    monkeypatch.setenv("UV_INDEX", "more=https://other.test/simple")
    monkeypatch.setenv("UV_INDEX_MORE_PASSWORD", "theirs")
    words, variables = opened((*INDEX, "--index", "https://other.test/simple", "--no-index"))
    assert words == (
        *("--default-index", "stackmatrix1=https://host.test/a/simple"),
        *("--index", "stackmatrix3=https://other.test/simple", "--no-index"),
    )
    assert variables == {
        "UV_INDEX_STACKMATRIX1_USERNAME": "me",
        "UV_INDEX_STACKMATRIX1_PASSWORD": "canary",
        "UV_INDEX_STACKMATRIX3_USERNAME": "__token__",
        "UV_INDEX_STACKMATRIX3_PASSWORD": "theirs",
    }
    assert "canary" in Uv(index_args=INDEX).environment().values()
    assert "canary" not in Uv(index_args=INDEX).environment(opens=False).values()
    assert "canary" not in Uv(index_args=("--find-links", "x")).environment().values()
    assert "theirs" in Uv().environment().values()


def test_another_index_is_not_told_what_opens_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://me:canary@elsewhere.test/simple")
    assert opened(INDEX) == (INDEX, {})
    assert opened(()) == ((), {})


def test_code_that_is_built_does_not_see_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STACKMATRIX_INDEX_PASSWORD", "canary")
    seen: list[bool] = []

    def run(argv: Sequence[str], *, env: Mapping[str, str], **_: object) -> Ran:
        assert "canary" not in " ".join(argv)
        seen.append("canary" in env.values())
        return Ran(returncode=0, output="")

    monkeypatch.setattr("bot.effects.uv.run", run)
    for flags in (("--no-build",), ()):
        Uv(index_args=INDEX).run("pip", "sync", *flags, cwd=tmp_path, seconds=1)
    assert seen == [True, False]


def test_uv_is_looked_for_by_one_thread_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that ask `sysconfig` for the first time at once are told nonsense by it."""
    inside: list[int] = []
    most: list[int] = []

    def find() -> str:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.02)
        inside.pop()
        raise FileNotFoundError  # which is not remembered: everyone looks

    monkeypatch.setattr("bot.effects.uv.uv.find_uv_bin", find)
    monkeypatch.setattr("bot.effects.uv.shutil.which", lambda _: None)
    door._found.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(door.binary) for _ in range(4)]
    assert all(isinstance(each.exception(), MissingToolError) for each in asked)
    assert most == [1, 1, 1, 1]
