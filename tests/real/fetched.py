"""Programs of npm that tests look at our files with, each of exactly one version, fetched once."""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(".nox/npm").absolute()
FLAGS = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")


def fetched(package: str, version: str) -> Path:
    """Return the `node_modules` that hold `package` and what it needs; skips without npm."""
    folder = HERE / f"{re.sub(r'[^a-z0-9]+', '-', package).strip('-')}-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            npm = shutil.which("npm")
            if npm is None:
                pytest.skip("npm is not installed")
            argv = [npm, "install", *FLAGS, f"{package}@{version}"]
            subprocess.run(argv, cwd=folder, check=True, timeout=300)
            (folder / "whole").touch()
    return folder / "node_modules"
