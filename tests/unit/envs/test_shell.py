"""A proof's command asks an index once; run again, it lives on what was fetched."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bot.effects.bytecode import Bytecode
from bot.envs import shell
from bot.envs.shell import UvShell, asks, sites
from bot.ports import Ran

COMMAND = ["uv", "run", "--with", "pot==1.0", "repro.py"]
UNCACHED = (
    "hint: Packages were unavailable because the network was disabled.",
    "error: Network connectivity is disabled, but the requested data wasn't found in the cache",
)


def asked(
    monkeypatch: pytest.MonkeyPatch, *, again: bool, output: str = "", offline: bool = False
) -> list[bool]:
    """Run the command, which ends badly without the network; whether each try had it."""
    had: list[bool] = []

    def run(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], seconds: float) -> Ran:
        assert argv[1:] == COMMAND[1:]
        assert (cwd / "repro.py").exists()
        assert seconds
        had.append("UV_OFFLINE" not in env)
        return Ran(returncode=0 if had[-1] else 1, output="" if had[-1] else output)

    monkeypatch.setattr(shell, "run", run)
    one = UvShell(cache=Path("/nowhere"), offline=offline)
    ran = one.run(COMMAND, files={"repro.py": b"print()"}, seconds=9, again=again)
    assert (ran.returncode == 0) is had[-1]
    return had


def test_the_first_time_the_index_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch, again=False) == [True]


def test_run_again_it_asks_no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch, again=True) == [False]


def test_an_end_of_its_own_is_no_reason_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proof that fails only now and then is to be seen failing."""
    assert asked(monkeypatch, again=True, output="expected: 1") == [False]


@pytest.mark.parametrize("words", UNCACHED)
def test_what_the_cache_does_not_have_is_fetched(
    monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    assert asked(monkeypatch, again=True, output=words) == [False, True]
    assert asked(monkeypatch, again=True, output=words, offline=True) == [False]


SCRIPT = """# /// script
# requires-python = "==3.11.*"
# dependencies = ["bowl==2.0"]
# ///
import bowl
"""


class Lender(Bytecode):
    """Keeps nothing, and remembers whom it would have lent it to."""

    @property
    def pays(self) -> bool:
        return True

    def lend(self, site: Path) -> None:
        self._loaded[site] = 1

    @property
    def lent(self) -> list[Path]:
        return list(self._loaded)


@pytest.mark.parametrize("code", [0, 1])
def test_the_environments_of_a_script_are_made_and_lent_to_before_it_runs(
    monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    ran: list[str] = []
    path = ["/zip", "/over/lib/python3.11/site-packages", "/base/lib/python3.11/site-packages"]

    def run(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], seconds: float) -> Ran:
        assert argv[1:] == COMMAND[1:]
        assert env
        assert seconds
        ran.append((cwd / "repro.py").read_text())
        if len(ran) == 1:
            return Ran(returncode=code, output=f"a warning\n{json.dumps(path)}\n")
        return Ran(returncode=7, output="it ran")

    monkeypatch.setattr(shell, "run", run)
    lender = Lender(root=Path("/nowhere"))
    one = UvShell(cache=Path("/nowhere"), bytecode=lender)
    told = one.run(COMMAND, files={"repro.py": SCRIPT.encode()}, seconds=9)
    assert (told.returncode, told.output) == (7, "it ran")
    assert ran[1:] == [SCRIPT]
    assert ran[0].startswith(SCRIPT.partition("import")[0])
    assert "bowl\n" not in ran[0]
    assert lender.lent == ([Path(each) for each in path[1:]] if code == 0 else [])


@pytest.mark.parametrize("told", ["", "no JSON", "{}", '["/base"]'])
def test_what_tells_of_no_packages_gets_nothing(told: str) -> None:
    assert sites(told) == ()


def test_a_script_without_a_block_asks_for_nothing() -> None:
    assert "///" not in asks("import json\n")
