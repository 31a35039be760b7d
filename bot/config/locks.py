"""The lock that a stack stands on: the user's own, so that a cell has what they really run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from packaging.utils import canonicalize_name

from bot.config.ends import GIT, read_end
from bot.config.shape import LockFile, StackFile
from bot.config.tree import Tree, problem
from bot.core.matrix import Row
from bot.core.model import Closure, Component, Json
from bot.errors import ConfigError, Problem, UsageError

_CURE = "name a requirements file, uv.lock or pylock.toml, or leave `lock` out"


def wrong_locks(tree: Tree, name: str, entry: Mapping[str, Json], source: str) -> Iterator[Problem]:
    """Yield what of `lock` cannot be read, or stands where nothing is installed from one."""
    told = entry.get("lock")
    files = told.items() if isinstance(told, dict) else [("", told)]
    if not told:
        return
    if source == "npm" or entry.get("existing"):
        what = f"stack `{name}` has a `lock`, and installs no Python packages"
        yield problem(tree.file, tree.place(("stacks", name, "lock")), what, "leave it out")
        return
    for key, file in files:
        path = ("stacks", name, "lock", *([key] if key else []))
        if isinstance(file, str) and (why := _unread(file, tree.file.parent)):
            what = f"the lock of stack `{name}` cannot be used: {why}"
            yield problem(tree.file, tree.place(path), what, _CURE)


def _unread(file: str, folder: Path) -> str:
    try:
        _closure(file, folder, "3.11")
    except UsageError as trouble:
        return trouble.message
    except ConfigError as trouble:
        first = trouble.problems[0]
        return f"line {first.line} of it: {first.what}"
    return ""


def locked(row: Row, entry: StackFile, components: Mapping[str, Component], folder: Path) -> Row:
    """Return `row` with what its locks pin; versions that the stack itself names come first."""
    if not entry.lock:
        return row
    two = entry.lock if isinstance(entry.lock, LockFile) else None
    base = _closure(two.base if two else str(entry.lock), folder, row.interpreter)
    pinned = {
        name: version
        for name in row.components
        if (version := base.version(canonicalize_name(components[name].package)))
    }
    head = _closure(two.head, folder, row.interpreter) if two else None
    baseline = {**pinned, **dict(row.baseline)}
    return replace(row, lock=base, head=head, baseline=tuple(baseline.items()))


def _closure(file: str, folder: Path, interpreter: str) -> Closure:
    where = file if file.startswith(GIT) else str(folder / file)
    return read_end(where, interpreter).closure
