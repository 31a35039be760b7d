"""Two ledgers of one origin made one: what somebody else told stands, and ours is added to it.

Two runs that began from the same ledger both call themselves the next. Who comes second gives way:
its run gets the next free number, and so have those that it made after it. Nothing but its own
lines knows a run's number, so that is all there is to change. A run is known again by the line
with which it began, whatever its number is:

* all of it is there: nothing is added;
* it went on after what is there: the rest is added;
* after its end, both had more to say (a person approves, a workflow syncs): both words stand, the
  second's by the next attempt;
* it was gone on with in two places before it had ended: those are two runs.

So a union that is made twice is made once, and whoever comes first only decides about numbers.

>>> began = '{"v":1,"run":1,"job":"run","attempt":0,"body":{"at":"%s","kind":"RunStarted"}}'
>>> mine = Side.of({1: [began % "noon"], 2: [(began % "two").replace('"run":1', '"run":2')]})
>>> theirs = Side.of({1: [began % "noon"], 2: [(began % "one").replace('"run":1', '"run":2')]})
>>> [(one.run, one.number, len(one.lines)) for one in union(mine, theirs, {1, 2})]
[(1, 1, 0), (2, 3, 1)]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.ledger.fold import ENDED, STARTED

_RUN = re.compile(r'(\{"v":\d+,"run":)(\d+)(?=,)', re.ASCII)
_PLACE = re.compile(
    r'(\{"v":\d+,"run":\d+,"job":"(?:[^"\\]|\\.)*","attempt":)(\d+)(,.*)', re.ASCII | re.DOTALL
)


@dataclass(slots=True)
class Side:
    """The runs of one ledger: the line with which each began, and a way to its lines."""

    begun: Mapping[int, str]
    lines: Callable[[int], Sequence[str]]

    @classmethod
    def of(cls, runs: Mapping[int, Sequence[str]]) -> Side:
        """Return the side of runs that are at hand."""
        begun = {r: next((one for one in told if STARTED in one), "") for r, told in runs.items()}
        return cls(begun, runs.__getitem__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """What a run of ours adds: `lines` as run `number`, behind what is there of it."""

    run: int
    number: int
    lines: tuple[str, ...]


def numbered(line: str, run: int, number: int) -> str:
    """Return a line of `run` as one of `number`; what is no line of that run stays as it is."""
    head = _RUN.match(line)
    if head is None or int(head[2]) != run:
        return line
    return f"{head[1]}{number}{line[head.end() :]}"


def union(mine: Side, theirs: Side, used: Collection[int]) -> Iterator[Addition]:
    """Yield what each run of ours adds to theirs, oldest first; `used` are the numbers taken."""
    work = _Union(mine=mine, theirs=theirs, used={*used, *theirs.begun})
    for run in sorted(mine.begun):
        yield work.add(run, mine.begun[run], mine.lines(run))


@dataclass(slots=True)
class _Union:
    mine: Side
    theirs: Side
    used: set[int]
    last: int = 0  # the highest number that a new run of ours got
    grown: dict[int, list[str]] = field(default_factory=dict)  # what runs of theirs have by now
    came: dict[int, int] = field(default_factory=dict)  # runs of ours, by their new numbers
    called: dict[str, list[int]] = field(init=False)  # runs by how they began

    def __post_init__(self) -> None:
        self.called = {}
        for run, line in self.theirs.begun.items():
            self.called.setdefault(self._key(run, line), []).append(run)

    def add(self, run: int, begun: str, lines: Sequence[str]) -> Addition:
        """Add one run of ours."""
        same = [
            (number, self._there(number)) for number in self.called.get(self._key(run, begun), ())
        ]
        told = {number: _as(lines, run, number) for number, _ in same}
        for number, there in same:
            if {*told[number]} <= {*there}:
                return Addition(run=run, number=number, lines=())
        for number, there in same:
            if {*there} <= {*told[number]} or _both_ended(there, told[number]):
                more = _later(there, told[number])
                self.grown[number] = [*there, *more]
                return Addition(run=run, number=number, lines=tuple(more))
        return self._new(run, begun, lines)

    def _new(self, run: int, begun: str, lines: Sequence[str]) -> Addition:
        free = run not in self.used and run > self.last
        number = run if free else max(self.used, default=0) + 1
        self.last = number
        self.used.add(number)
        self.came[number] = run
        self.called.setdefault(self._key(run, begun), []).append(number)
        return Addition(run=run, number=number, lines=tuple(_as(lines, run, number)))

    def _there(self, number: int) -> Sequence[str]:
        if number in self.grown:
            return self.grown[number]
        if number in self.came:
            return _as(self.mine.lines(self.came[number]), self.came[number], number)
        return self.theirs.lines(number)

    def _key(self, run: int, begun: str) -> str:
        """How a run is known again; one that never said how it began is known by its number."""
        return numbered(begun, run, 0) if begun else str(run)


def _as(lines: Sequence[str], run: int, number: int) -> list[str]:
    return [*lines] if run == number else [numbered(line, run, number) for line in lines]


def _both_ended(there: Sequence[str], here: Sequence[str]) -> bool:
    """Whether two stories of a run have the same end in them, and differ in what came after."""
    return any(ENDED in line for line in {*there} & {*here})


def _later(there: Sequence[str], here: Sequence[str]) -> list[str]:
    """Return what `here` has and `there` has not, out of the way of what only `there` has."""
    known, mine = {*there}, {*here}
    taken: dict[str, int] = {}
    theirs: set[tuple[str, str]] = set()
    words: set[tuple[str, str]] = set()
    for line in (*there, *here):
        if parts := _PLACE.fullmatch(line):
            taken[parts[1]] = max(taken.get(parts[1], 0), int(parts[2]))
            if line not in mine:
                theirs.add((parts[1], parts[2]))
                words.add((parts[1], parts[3]))
    moved: dict[tuple[str, str], int] = {}
    more: list[str] = []
    for line in here:
        if line in known:
            continue
        parts = _PLACE.fullmatch(line)
        if parts is None or (parts[1], parts[2]) not in theirs:
            more.append(line)
        elif (parts[1], parts[3]) not in words:
            at = moved.setdefault((parts[1], parts[2]), taken[parts[1]] + 1)
            taken[parts[1]] = max(taken[parts[1]], at)
            more.append(f"{parts[1]}{at}{parts[3]}")
    return more
