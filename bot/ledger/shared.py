"""What of a state folder is shared with other machines, and what they have put into one.

    facts/     segments and folds of runs, made one with ours (`ledger.union`)
    blobs/     what facts name, by the hash of its content; what is not what its name says is left
    outbox/    drafts; who changed one since the last time wins, both: ours, and theirs beside it
    STOP       the switch that keeps everything from leaving
    gone.json  drafts that were taken back, and a switch that was: on the branch alone

Everything else stays: `envs`, `shelf`, `models`, `assets` and `http` can be made again, `lock` and
`torn` are of this machine, `diff`, `aa` and `explain` are ledgers of somebody's own questions, and
`private` is what nobody else may read.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from bot.ledger.blobs import Blobs, write_atomically
from bot.ledger.runs import FACTS, span

BASE: Final = "branch.json"  # what drafts were when this folder and the branch last agreed
GONE: Final = "gone.json"  # on the branch: drafts, and switches, that were taken back
STOP: Final = "STOP"
_BLOB: Final = re.compile(r"blobs/([0-9a-f]{2})/(\1[0-9a-f]{62})", re.ASCII)
_DRAFT: Final = re.compile(r"outbox/[\w-][\w.-]*/[\w-][\w.-]*", re.ASCII)


def is_facts(path: str) -> bool:
    """Whether a path is one of runs."""
    folder, _, name = path.rpartition("/")
    return folder == FACTS and span(name) is not None


def is_blob(path: str) -> bool:
    """Whether a path is one of a blob."""
    return _BLOB.fullmatch(path) is not None


def is_loose(path: str) -> bool:
    """Whether a path is one of what changes: a draft, or the switch."""
    return path == STOP or _DRAFT.fullmatch(path) is not None


def is_shared(path: str) -> bool:
    """Whether a path is one of those that travel."""
    return is_facts(path) or is_blob(path) or is_loose(path)


def named(content: bytes) -> str:
    r"""Return how git names what a file holds.

    >>> named(b"hello\n")
    'ce013625030ba8dba906f756967f9e9ca394464a'
    """
    head = b"blob %d\0" % len(content)
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()


def listed(root: Path) -> Iterator[str]:
    """Yield the path of everything in a state folder that is shared."""
    for place in (FACTS, "blobs", "outbox"):
        for path in (root / place).rglob("*"):
            name = path.relative_to(root).as_posix()
            if is_shared(name) and path.is_file():
                yield name
    if (root / STOP).is_file():
        yield STOP


def take_blobs(root: Path, found: Iterable[tuple[str, bytes]]) -> list[str]:
    """Keep blobs by their names; returns notices of those that are not what their names say."""
    blobs, strange = Blobs(root / "blobs", synced=False), []
    for path, content in found:
        name = path.rpartition("/")[2]
        if hashlib.sha256(content).hexdigest() == name:
            blobs.keep(content)
        else:
            strange.append(f"{path} on the branch is not what its name says, and is left there")
    return strange


def agreed(root: Path) -> dict[str, str]:
    """Return what drafts were when this folder and the branch last agreed, by path."""
    try:
        told = json.loads((root / BASE).read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in told.items()} if isinstance(told, dict) else {}


def agree(root: Path, loose: Mapping[str, str]) -> None:
    """Remember what drafts are now that this folder and the branch agree."""
    content = json.dumps(dict(sorted(loose.items())), indent=1).encode() + b"\n"
    if not (root / BASE).is_file() or (root / BASE).read_bytes() != content:
        write_atomically(root / BASE, content)


Gone: TypeAlias = dict[str, list[str]]  # by path, what was taken back: git's names of contents


def read_gone(content: bytes) -> Gone:
    """Return what the branch says was taken back; what cannot be read says nothing."""
    try:
        told = json.loads(content)
    except ValueError:
        return {}
    if not isinstance(told, dict):
        return {}
    lists = {path: names for path, names in told.items() if isinstance(names, list)}
    return {path: [str(name) for name in names] for path, names in lists.items() if is_loose(path)}


def write_gone(gone: Gone) -> bytes:
    """Return what the branch is to say was taken back."""
    return json.dumps(dict(sorted(gone.items())), indent=1).encode() + b"\n"


def gone_since(mine: Mapping[str, str], gone: Gone, base: Mapping[str, str]) -> Gone:
    """Return what has been taken back by now: there, and here since the last time.

    What is here now and was not then has come again, whatever was said of it before.
    """
    told = {path: names for path, names in gone.items() if path not in mine or path in base}
    for path, name in base.items():
        if path not in mine and name not in told.get(path, []):
            told[path] = [*told.get(path, []), name]
    return told


def drafts(
    mine: Mapping[str, str], theirs: Mapping[str, str], base: Mapping[str, str], gone: Gone
) -> Iterator[tuple[str, str]]:
    """Yield what is to happen here to each draft that is not the same there.

    `take` theirs, `drop` ours, or take theirs `beside` ours, where both changed. Ours is dropped
    where somebody took it back, and never because a branch was deleted or set back.

    >>> [*drafts({"a": "1", "b": "1"}, {"a": "2", "b": "2"}, {"a": "1"}, {})]
    [('a', 'take'), ('b', 'beside')]
    """
    for path in sorted({*mine, *theirs}):
        here, there, before = mine.get(path), theirs.get(path), base.get(path)
        if there is None:
            if here == before and here in gone.get(path, []):
                yield path, "drop"
        elif there in (here, before):
            continue  # only ours changed, if any
        elif here is None or here == before:
            yield path, "take"
        else:
            yield path, "beside"
