"""Takes what a branch holds into a state folder that is held: nothing of either is lost.

Whatever moment this is killed at, the folder is as it was, or is made as it should be by whoever
holds it next (`ledger.taking`).
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from bot.ledger.blobs import write_atomically
from bot.ledger.runs import FACTS, Runs, content, segment_name, span
from bot.ledger.shared import (
    GONE,
    Gone,
    agreed,
    drafts,
    is_blob,
    is_facts,
    is_loose,
    listed,
    named,
    read_gone,
    take_blobs,
)
from bot.ledger.taking import changing
from bot.ledger.union import Side, union

Read: TypeAlias = Callable[
    [Iterable[str]], Iterable[tuple[str, bytes]]
]  # what objects hold, by their names
_BESIDE: Final = "theirs-"


class Placed(NamedTuple):
    """Where a run of ours is now, and whether it has anything that was not there."""

    run: int
    number: int
    new: bool


@dataclass(slots=True)
class Absorbed:
    """What came of it: runs of ours that got another number, and what a person may want to know."""

    moved: dict[int, int] = field(default_factory=dict)
    taken: int = 0  # files
    notices: list[str] = field(default_factory=list)
    gone: Gone = field(default_factory=dict)  # what the branch says was taken back


def absorb(root: Path, theirs: Mapping[str, str], read: Read, scratch: Path) -> Absorbed:
    """Take the files of a branch (object by path) into the state folder `root`."""
    done = Absorbed()
    mine = {*listed(root)}
    blobs = {path: name for path, name in theirs.items() if is_blob(path) and path not in mine}
    found = _contents(blobs, read)
    done.notices += take_blobs(root, found)
    done.taken += len(blobs)
    _facts(root, {p: n for p, n in theirs.items() if is_facts(p)}, read, scratch, done)
    for _, told in read([theirs[GONE]] if GONE in theirs else []):
        done.gone = read_gone(told)
    _drafts(root, {p: n for p, n in theirs.items() if is_loose(p)}, read, done)
    return done


def _contents(wanted: Mapping[str, str], read: Read) -> Iterator[tuple[str, bytes]]:
    """Yield paths with what they hold."""
    paths: dict[str, list[str]] = {}
    for path, name in wanted.items():
        paths.setdefault(name, []).append(path)
    for name, held in read(paths):
        yield from ((path, held) for path in paths[name])


def _facts(
    root: Path, theirs: Mapping[str, str], read: Read, scratch: Path, done: Absorbed
) -> None:
    folder = root / FACTS
    mine = {path.name: named(path.read_bytes()) for path in folder.glob("[0-9]*")}
    there = {path.rpartition("/")[2]: name for path, name in theirs.items()}
    news = {name: there[name] for name in there if mine.get(name) != there[name]}
    if not news:
        return
    for name, held in _contents(news, read):
        (scratch / name).write_bytes(held)
    done.taken += len(news)
    differ = {name for name in mine if mine[name] != there.get(name) and span(name)}
    equal = {name for name in there if name not in news}
    both = {name for name in equal if _overlaps(name, {*differ, *news})}
    for name in both:
        (scratch / name).write_bytes((folder / name).read_bytes())
    ours = Runs.at(folder, {*differ, *both})
    others = Runs.at(scratch, {*news, *both})
    _unite(root, ours, others, ({*news}, equal - both), done)


def _overlaps(name: str, others: Iterable[str]) -> bool:
    """Whether a file may hold a run that one of the others may hold."""
    mine = span(name) or (0, 0)
    spans = (place for other in others if (place := span(other)))
    return any(mine[0] <= last and first <= mine[1] for first, last in spans)


def _unite(
    root: Path, ours: Runs, others: Runs, theirs: tuple[set[str], set[str]], done: Absorbed
) -> None:
    """Make the facts of the folder one with `theirs`: files that are new, and those that are not.

    What others have beside the new is the same here, and is looked at for the runs that it holds.
    """
    news, equal = theirs
    differ = {*ours.names} - ({*others.names} - news)
    held, known = ours.holders(), others.holders()
    closed = {name for name in others.names if name.endswith(".fold") and not others.fold(name)}
    spans = [at for name in equal | closed if (at := span(name))]
    used = {run for first, last in spans for run in range(first, last + 1)}
    with changing(root, ours.folder, _draft(root)) as (files, gone):
        added = []
        for one in union(_side(ours, held), _side(others, known), used | {*known}):
            if one.lines:
                lines = [*_segment(others, one.number), *one.lines]
                (files / segment_name(one.number)).write_bytes(content(lines))
            added.append(Placed(one.run, one.number, bool(one.lines)))
        unsound = {name for name in differ if name.endswith(".fold") and ours.fold(name) is None}
        kept = {
            name
            for name in differ - unsound
            if name not in others.names and _whole(name, held, added, known)
        }
        for place in added:
            if place.new and {*held[place.run]} <= kept:
                (files / segment_name(place.number)).unlink()
        written = {file.name for file in files.iterdir()}
        for name in news - written:
            sound = not name.endswith(".fold") or others.fold(name) is not None
            if sound or name not in differ - unsound:
                _aside(ours.folder, name, unsound)
                (others.folder / name).replace(files / name)
        gone.update(differ - kept - unsound - written - {*others.names})
    done.moved |= {one.run: one.number for one in added if one.number != one.run}
    done.notices += [*ours.notices, *others.notices]


def _draft(root: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=root, prefix=".taking-"))


def _side(runs: Runs, held: Mapping[int, list[str]]) -> Side:
    begun = {run: runs.begun(run, names) for run, names in held.items()}
    return Side(begun, lambda run: runs.of(run, held[run]))


def _whole(
    name: str,
    held: Mapping[int, list[str]],
    added: Iterable[Placed],
    known: Mapping[int, list[str]],
) -> bool:
    """Whether a file of ours stays as it is: all its runs are new to them, under their numbers."""
    mine = [one for one in added if name in held[one.run]]
    return all(one.new and one.number == one.run not in known for one in mine)


def _segment(others: Runs, run: int) -> list[str]:
    """Return the lines of a run in their segment, if they have one."""
    name = segment_name(run)
    return others.of(run, [name]) if name in others.names else []


def _aside(folder: Path, name: str, unsound: set[str]) -> None:
    """Keep a damaged file of ours, for the curious, where theirs is to lie."""
    if name in unsound:
        held = (folder / name).read_bytes()
        place = folder.parent / "torn" / f"{name}-{hashlib.sha256(held).hexdigest()[:12]}"
        write_atomically(place, held)


def loose(root: Path) -> dict[str, str]:
    """Return what git calls each draft here, and the switch."""
    return {path: named((root / path).read_bytes()) for path in listed(root) if is_loose(path)}


def _drafts(root: Path, theirs: Mapping[str, str], read: Read, done: Absorbed) -> None:
    todo = dict(drafts(loose(root), theirs, agreed(root), done.gone))
    wanted = {path: theirs[path] for path, what in todo.items() if what != "drop"}
    for path, held in _contents(wanted, read):
        place = root / path
        if todo[path] == "beside":
            place = place.with_name(f"{_BESIDE}{theirs[path][:8]}-{place.name}")
            done.notices.append(
                f"{path} was changed here and elsewhere: see {place.name} beside it"
            )
        if not place.is_file():
            done.taken += 1
        write_atomically(place, held)
    for path, what in todo.items():
        if what == "drop":
            (root / path).unlink(missing_ok=True)
            done.notices.append(f"{path} was taken back elsewhere")
