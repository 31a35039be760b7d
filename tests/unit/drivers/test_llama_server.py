"""A program that is not there, or cannot be started, is said before anything is asked of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import Options, assets_of
from bot.drivers.llama_server import with_program
from bot.effects.asset import Assets
from bot.errors import UsageError


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    return assets_of(Options(config=tmp_path, state=tmp_path, reports=tmp_path, offline=True))


@pytest.fixture
def program(tmp_path: Path) -> Path:
    made = tmp_path / "llama-server"
    made.write_text("#!/bin/sh\n")
    made.chmod(0o755)
    return made


def test_a_program_is_told_by_its_full_path(
    program: Path, assets: Assets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(program.parent)
    for name in ("server", "url"):
        told = with_program({name: "./llama-server", "threads": 1}, assets)
        assert told == {"server": str(program), "threads": 1}


def test_the_program_that_is_compared_stands_over_the_configured_one(
    program: Path, assets: Assets
) -> None:
    told = with_program({"server": "/no/such/one", "sha256": "0" * 64, "url": str(program)}, assets)
    assert told == {"server": str(program)}


def test_what_is_no_program_is_told(program: Path, assets: Assets) -> None:
    program.chmod(0o644)
    for path, what in ((program, "cannot be started"), (program.parent, "there is no program")):
        with pytest.raises(UsageError, match=what):
            with_program({"url": str(path)}, assets)
