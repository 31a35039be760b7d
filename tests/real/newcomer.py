"""A newcomer whose app uses openai and xllamacpp: a repository with a lock, and no matrix."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bot.effects.uv import binary
from tests.real.test_wheel import ROOT, must

PERSON = ("-c", "user.name=mia", "-c", "user.email=mia@example.invalid")
DAY = "2026-10-20"  # later releases are not seen: what upstream does tomorrow reddens nothing here
PROJECT = """\
[project]
name = "app"
version = "1"
requires-python = ">=3.11"
dependencies = ["openai==3.6.0", "xllamacpp==2026.10.11549", "rich==14.1.0"]
"""


def built(folder: Path) -> Path:
    """Build the wheel of this working tree into a folder, and return it."""
    must(binary(), "build", "--wheel", "--out-dir", str(folder), str(ROOT), cwd=ROOT)
    (wheel,) = folder.glob("*.whl")
    return wheel


def installed(wheel: Path, folder: Path) -> Path:
    """Install a wheel into an environment of its own, and return the command in there."""
    must(binary(), "venv", "--python", sys.executable, str(folder), cwd=wheel.parent)
    python = str(folder / "bin" / "python")
    must(binary(), "pip", "install", "--python", python, str(wheel), cwd=wheel.parent)
    return folder / "bin" / "stackmatrix"


def git(repository: Path, *words: str) -> str:
    return subprocess.run(
        ["git", *PERSON, *words], cwd=repository, capture_output=True, text=True, check=True
    ).stdout


def repository(place: Path) -> Path:
    """Make the repository of an app with its uv.lock, on a branch of its own."""
    place.mkdir(parents=True)
    (place / "pyproject.toml").write_text(PROJECT)
    must(binary(), "lock", "--exclude-newer", DAY, cwd=place)
    git(place, "init", "--quiet", "--initial-branch", "main")
    return committed(place, "an app")


def committed(place: Path, what: str) -> Path:
    git(place, "add", "--all")
    git(place, "commit", "--quiet", "--message", what)
    return place
