"""Read an end of a search: a requirements file, a lock, or one of them as git remembers it."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.core.metadata import environment_of
from bot.core.pins import Asked, from_pylock, from_requirements, from_uv_lock
from bot.effects.process import clean_environment, run
from bot.errors import MissingToolError, UsageError

GIT = "git:"


def read_end(where: str, interpreter: str) -> Asked:
    """Read what `where` names: a path, or `git:REF:PATH`.

    Raises `UsageError` where there is nothing, `ConfigError` for lines that cannot be used.
    """
    text = _remembered(where) if where.startswith(GIT) else _text(Path(where))
    file = where.rpartition(":")[2] if where.startswith(GIT) else where
    name = Path(file).name
    if name == "uv.lock":
        asked = from_uv_lock(text, where, environment_of(interpreter))
    elif name.startswith("pylock.") and name.endswith(".toml"):
        asked = from_pylock(text, where, environment_of(interpreter))
    else:
        asked = from_requirements(text, where)
    if not asked.lines:
        cure = "write one requirement a line, such as httpx==0.27.2"
        raise UsageError(f"{where} asks for nothing", cure=cure)
    return asked


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        cure = "name a requirements file, uv.lock, pylock.toml or git:REF:PATH"
        raise UsageError(f"there is no file {path}", cure=cure) from None
    except (IsADirectoryError, PermissionError, UnicodeDecodeError) as trouble:
        cure = "name a requirements file in UTF-8"
        raise UsageError(f"{path} cannot be read: {trouble}", cure=cure) from trouble


def _remembered(where: str) -> str:
    ref, _, path = where.removeprefix(GIT).partition(":")
    if not ref or not path:
        raise UsageError(
            f"`{where}` names no file", cure="write git:REF:PATH, as git:HEAD~1:uv.lock"
        )
    if shutil.which("git") is None:
        raise MissingToolError("git is not installed", cure="install git")
    here = Path.cwd()
    env = {**clean_environment(here), "HOME": str(here)}
    ran = run(["git", "show", f"{ref}:./{path}"], cwd=here, env=env, seconds=30)
    if ran.returncode != 0:
        why = ran.output.strip().splitlines()[-1:] or ["no word"]
        raise UsageError(f"git does not know {ref}:{path}: {why[0]}", cure="check it: git log")
    return ran.output
