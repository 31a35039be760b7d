"""What `init --timer` writes, read by systemd itself and run by a shell, from an odd folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.timer import Timer
from bot.verbs.routine import units

pytestmark = pytest.mark.real
ODD = "50% $of it"  # systemd takes no quotes in the name of a program


@pytest.fixture
def timer(tmp_path: Path) -> Timer:
    folder = tmp_path / ODD
    folder.mkdir()
    command = folder / "stackmatrix"
    command.write_text('#!/bin/sh\npwd\nfor word in "$@"; do echo "$word"; done\n')
    command.chmod(0o755)
    return Timer(folder=str(folder), command=str(command), minute=7, config="my $x 5%.yaml")


def verified(timer: Timer, folder: Path) -> bool:
    """Whether systemd takes the units, and finds the command that they start."""
    for name, content in units(timer).items():
        (folder / name).write_bytes(content)
    argv = ["systemd-analyze", "verify", "--user", *map(str, units(timer))]
    env = {**os.environ, "XDG_RUNTIME_DIR": str(folder)}
    ran = subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return ran.returncode == 0 and not ran.stderr.strip()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_units_and_no_spoiled_ones(timer: Timer, tmp_path: Path) -> None:
    assert verified(timer, tmp_path)
    assert not verified(replace(timer, command=f"{timer.command}-not-there"), tmp_path)
    assert not verified(replace(timer, minute=77), tmp_path)


def test_a_shell_runs_the_line_of_cron(timer: Timer) -> None:
    """A crontab's command ends at a percent sign, but for one with a backslash, which it takes."""
    minute, hour, *_, line = timer.cron.split(" ", 5)
    assert (minute, hour) == ("7", "5")
    assert "%" not in line.replace(r"\%", "")
    ran = subprocess.run(
        ["sh", "-c", line.replace(r"\%", "%")], capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines() == [timer.folder, "run", "--quiet", "--config", timer.config]
