"""Old runs in one small file, line for line what they were: a fold of segments.

Runs say the same again and again: each morning the same plan, of each release mostly the same
answers. A fold says each thing once and then points to it. It is a zip file:

    told.json        every line but those of `Observed`: its place, and which of the bodies it has,
                     and of the pins that they have
    shapes.json      what was observed, without the cell, the log and the time it took
    seen/000007.json the `Observed` lines of run 7, a column for each part

So what a run told can be read without what its cells showed, and that one run at a time. A line
that has another form than ours, damaged or of a newer stackmatrix, is kept as it stands.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from bot.ledger.pins import MARK, Numbers, pack, sound, unpack

Row: TypeAlias = tuple[int, str, int, int, str]  # line from 0, job, attempt, body, its moment
Kind = TypeVar("Kind")
VERSION: Final = 1
MOST: Final = 1 << 30  # bytes that one member may have: more is no fold of ours
STARTED: Final = '"kind":"RunStarted"}'
PLANNED: Final = '"kind":"Planned"}'
CLOSED: Final = '"kind":"Closed"}'
ENDED: Final = '"kind":"RunEnded"}'
_DAY_ONE = (1980, 1, 1, 0, 0, 0)  # the time of every member: equal runs are equal bytes
_LINE = re.compile(
    r'\{"v":1,"run":(0|[1-9]\d*),"job":("(?:[^"\\]|\\.)*"),"attempt":(0|[1-9]\d*),"body":(\{.*\})\}',
    re.ASCII,
)
_SEEN = re.compile(
    r'\{"cell":("[0-9a-zA-Z]*"),(.*),"log":("[0-9a-zA-Z]*"),"seconds":([-+.e0-9]+)\},'
    r'"kind":"Observed"\}',
    re.ASCII,
)
_MOMENT = re.compile(r'(.*,"at":")([-+:.0-9TZ]*)("\,"kind":"Closed"\})', re.ASCII)
_COLUMNS = ("job", "attempt", "cell", "shape", "log", "seconds")


class FoldError(Exception):
    """A file that is no fold, or is a damaged one."""


def line_of(run: int, job: str, attempt: int, body: str) -> str:
    """Return a line of a segment; `job` and `body` are JSON already."""
    return f'{{"v":1,"run":{run},"job":{job},"attempt":{attempt},"body":{body}}}'


class Folding:
    """Takes runs one by one, in the order of their numbers, and makes a fold of them."""

    def __init__(self) -> None:
        """Begin with no run."""
        self._bodies, self._shapes, self._pins = Numbers(), Numbers(), Numbers()
        self._known: dict[str, int] = {}  # numbers of bodies as they stand in lines
        self._told: dict[int, list[Row]] = {}
        self._plans: dict[int, list[Row]] = {}
        self._odd: list[tuple[int, int, str]] = []
        self._seen: dict[int, bytes] = {}

    def add(self, run: int, lines: Iterable[str]) -> None:
        """Take the lines of one more run, without their ends."""
        told: list[Row] = []
        plans: list[Row] = []
        columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
        words = Numbers()
        for at, line in enumerate(lines):
            parts = _LINE.fullmatch(line)
            if parts is None or int(parts[1]) != run or MARK in line:
                self._odd.append((run, at, line))
                continue
            job, attempt, body = parts[2], int(parts[3]), parts[4]
            seen = _SEEN.fullmatch(body)
            if seen is None:
                mine = plans if body.endswith(PLANNED) else told
                mine.append((at, job, attempt, *self._number(body)))
                continue
            cell, shape, log, seconds = seen.groups()
            row = (words.of(job), attempt, words.of(cell), self._shapes.of(shape), words.of(log))
            for name, value in zip(_COLUMNS, (*row, seconds), strict=True):
                columns[name].append(value)
        self._told[run], self._plans[run] = told, plans
        if columns["job"]:
            self._seen[run] = _json({**columns, "words": [*words.known]})

    def _number(self, body: str) -> tuple[int, str]:
        """Return the number of a body: a solver's answer is the same one at whatever moment."""
        answer = _MOMENT.fullmatch(body)
        text, moment = (body, "") if answer is None else (f"{answer[1]}{answer[3]}", answer[2])
        if text not in self._known:
            self._known[text] = self._bodies.of(pack(text, self._pins))
        return self._known[text], moment

    def content(self) -> bytes:
        """Return the bytes of the fold."""
        told = {
            "v": VERSION,
            "runs": [*self._told],
            "told": [[run, *row] for run, rows in self._told.items() for row in rows],
            "plans": [*_same_again(self._plans)],
            "odd": self._odd,
            "bodies": [*self._bodies.known],
            "pins": [*self._pins.known],
        }
        members = {"told.json": _json(told), "shapes.json": _json([*self._shapes.known])}
        members |= {_member(run): content for run, content in self._seen.items()}
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
            for name, content in members.items():
                info = zipfile.ZipInfo(name, _DAY_ONE)
                archive.writestr(info, content, zipfile.ZIP_LZMA)
        return packed.getvalue()


def _same_again(plans: dict[int, list[Row]]) -> Iterator[list[Any]]:
    """Yield the plan of each run, or the run before that planned the same."""
    first: dict[tuple[Row, ...], int] = {}
    for run, rows in plans.items():
        known = first.setdefault(tuple(rows), run)
        yield [run, rows if known == run else known]


class Fold:
    """A fold that is being read; every part is loaded when it is asked for first."""

    def __init__(self, path: Path) -> None:
        """Open the file at `path`. Raises `FoldError`."""
        self.path = path
        self._latest: tuple[int, dict[tuple[str, int], list[int]], dict[str, list[Any]]] | None
        self._latest = None
        self._shapes: list[str] | None = None
        told = self._read("told.json")
        if isinstance(told, dict) and told.get("v") != VERSION:
            version = told.get("v")
            raise FoldError(f"{path.name} has version {version!r}, which another stackmatrix wrote")
        try:
            self.runs = tuple(int(run) for run in told["runs"])
            self.pins = [_is(str, pin) for pin in told["pins"]]
            self.bodies = [_packed(body, self.pins) for body in told["bodies"]]
            self._told: dict[int, list[Row]] = defaultdict(list)
            for run, *row in told["told"]:
                self._told[run].append(self._row(row))
            self._plans: dict[int, int | list[Row]] = {
                run: rows if isinstance(rows, int) else [self._row(row) for row in rows]
                for run, rows in told["plans"]
            }
            self._odd: dict[int, list[tuple[int, str]]] = defaultdict(list)
            for run, at, line in told["odd"]:
                self._odd[run].append((_is(int, at), _is(str, line)))
        except (KeyError, IndexError, TypeError, ValueError) as fault:
            raise FoldError(f"{path.name} is no fold: {fault!r}") from None

    def _row(self, row: Sequence[Any]) -> Row:
        """Return a row as it was written. Raises for what is none."""
        at, job, attempt, body, moment = row
        if not 0 <= body < len(self.bodies):
            raise IndexError(body)
        return _is(int, at), _is(str, job), _is(int, attempt), body, _is(str, moment)

    def rows(self, run: int) -> list[Row]:
        """Return what a run told but for its plan and what its cells showed, in order."""
        return self._told.get(run, [])

    def plan(self, run: int) -> list[Row]:
        """Return the lines of `Planned` of a run."""
        rows = self._plans.get(run, [])
        if isinstance(rows, int):
            return self.plan(rows) if rows < run else []
        return rows

    def planned_anew(self, run: int) -> list[Row]:
        """Return the plan of a run, or nothing where an earlier run of the fold had the same."""
        rows = self._plans.get(run, [])
        return [] if isinstance(rows, int) else rows

    def odd(self, run: int) -> list[str]:
        """Return the lines of a run that are none of ours."""
        return [line for _, line in self._odd.get(run, [])]

    def packed(self, row: Row) -> str:
        """Return the body of a line, its pins by their numbers: see `ledger.pins`."""
        text, moment = self.bodies[row[3]], row[4]
        end = len(CLOSED) + 2  # before the quote that ends the moment
        return f"{text[:-end]}{moment}{text[-end:]}" if moment else text

    def body(self, row: Row) -> str:
        """Return the body of a line."""
        return unpack(self.packed(row), self.pins)

    def line(self, run: int, row: Row) -> str:
        """Return a line as it was."""
        return line_of(run, row[1], row[2], self.body(row))

    def lines(self, run: int) -> list[str]:
        """Return the segment of a run as it was, line by line. Raises `FoldError`."""
        rows = [*self.rows(run), *self.plan(run)]
        known = {row[0]: self.line(run, row) for row in rows}
        known |= dict(self._odd.get(run, []))
        _, columns = self._seen(run)
        shown = iter(range(len(columns["job"])))
        total = len(known) + len(columns["job"])
        try:
            return [
                known[at] if at in known else self._line(run, columns, next(shown))
                for at in range(total)
            ]
        except (IndexError, KeyError, TypeError, StopIteration) as fault:
            raise FoldError(f"{self.path.name}: run {run} is damaged: {fault!r}") from None

    def observed(self, run: int, job: str, attempt: int) -> list[str]:
        """Return the `Observed` lines of one attempt. Raises `FoldError`."""
        places, columns = self._seen(run)
        mine = places.get((json.dumps(job), attempt), [])
        try:
            return [self._line(run, columns, at) for at in mine]
        except (IndexError, KeyError, TypeError) as fault:
            raise FoldError(f"{self.path.name}: run {run} is damaged: {fault!r}") from None

    def logs(self, run: int) -> set[tuple[str, str]]:
        """Return which logs were named by what each cell showed in a run: cell and blob."""
        _, columns = self._seen(run)
        words: list[str] = [json.loads(word) for word in columns["words"]]
        pairs = {*zip(columns["cell"], columns["log"], strict=True)}
        return {(words[cell], words[log]) for cell, log in pairs}

    def forget(self) -> None:
        """Let go of what is only needed while lines of what cells showed are read."""
        self._shapes, self._latest = None, None

    def _line(self, run: int, columns: dict[str, list[Any]], at: int) -> str:
        job, attempt, cell, shape, log, seconds = (columns[name][at] for name in _COLUMNS)
        words = columns["words"]
        if self._shapes is None:
            self._shapes = self._read("shapes.json")
        body = (
            f'{{"cell":{words[cell]},{self._shapes[shape]},"log":{words[log]},'
            f'"seconds":{seconds}}},"kind":"Observed"}}'
        )
        return line_of(run, words[job], attempt, body)

    def _seen(self, run: int) -> tuple[dict[tuple[str, int], list[int]], dict[str, list[Any]]]:
        """Return the lines of each attempt of a run by number, and its columns."""
        if self._latest is None or self._latest[0] != run:
            columns = self._read(_member(run), {name: [] for name in (*_COLUMNS, "words")})
            places: dict[tuple[str, int], list[int]] = defaultdict(list)
            try:
                pairs = zip(columns["job"], columns["attempt"], strict=True)
                for at, (job, attempt) in enumerate(pairs):
                    places[(columns["words"][job], attempt)].append(at)
            except (KeyError, IndexError, TypeError, ValueError) as fault:
                raise FoldError(f"{self.path.name} is no fold: {fault!r}") from None
            self._latest = (run, places, columns)
        return self._latest[1:]

    def _read(self, member: str, missing: Any = None) -> Any:  # noqa: ANN401 - JSON of any shape
        try:
            with zipfile.ZipFile(self.path) as archive:
                if missing is not None and member not in archive.namelist():
                    return missing
                if archive.getinfo(member).file_size > MOST:
                    raise FoldError(f"{self.path.name}: {member} is larger than any of ours")
                return json.loads(archive.read(member))
        except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile, LookupError) as fault:
            raise FoldError(f"{self.path.name} cannot be read: {fault}") from None


def _is(kind: type[Kind], value: object) -> Kind:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def _packed(body: object, pins: Sequence[str]) -> str:
    text = _is(str, body)
    if not sound(text, pins):
        raise ValueError("a closure without its pins")
    return text


def _member(run: int) -> str:
    return f"seen/{run:06d}.json"


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")
