"""A house without an outside: every port is a small table, and every conversation is counted.

A package index is a mapping from package to versions, oldest first; what a closure answers to a
probe is a function of the test. No process, no file, no clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from bot.core.difference import Difference
from bot.core.facts import Body, Fact, RunStarted
from bot.core.matrix import Matrix, Row
from bot.core.memory import Memory
from bot.core.model import (
    Cell,
    Closure,
    Component,
    Conflict,
    Json,
    Link,
    Look,
    Pin,
    Probe,
    Release,
    Requirements,
    Role,
)
from bot.errors import SourceError
from bot.ports import Done, Job, Ran
from bot.steps.house import House
from tests.unit.steps.rooms import FakeEnv, Guest, text

DAY = datetime(2026, 1, 1, tzinfo=UTC)
Index: TypeAlias = dict[str, list[str]]


@dataclass(slots=True, kw_only=True)
class FakeSolver:
    """Takes exact pins as they are, else what is preferred, else the newest."""

    index: Index
    conflicts: Callable[[Mapping[str, str]], str] = lambda _: ""
    pythons: Callable[[Mapping[str, str], str], str] = lambda *_: ""  # versions, interpreter
    asked: list[Requirements] = field(default_factory=list)

    def close(self, asked: Requirements) -> Closure | Conflict:
        self.asked.append(asked)
        liked = asked.prefer.versions if asked.prefer else {}
        chosen = {}
        for pin in asked.pins:
            name, _, version = pin.partition(">=")[0].partition("==")
            low = pin.partition(">=")[2] if asked.lowest else ""
            chosen[name] = version or liked.get(name) or low or self.index[name][-1]
        why = self.conflicts(chosen) or self.pythons(chosen, asked.interpreter)
        return Conflict(why=why) if why else closure(**chosen)

    def requires(self, closure: Closure, interpreter: str) -> Mapping[str, frozenset[str]]:
        return {pin.name: frozenset() for pin in closure.pins if interpreter}


@dataclass(slots=True, kw_only=True)
class FakeSource:
    """Announces the index; a component in `silent` raises its error."""

    index: Index
    silent: dict[str, SourceError] = field(default_factory=dict)

    def releases(self, component: Component) -> Iterable[Release]:
        if component.name in self.silent:
            raise self.silent[component.name]
        return [release(component.name, version) for version in self.index[component.package]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeDriver:
    """Shows every link by plain Python, and starts what `serves` says."""

    name: str = "script"
    guest: str = "script"
    asks: frozenset[str] = frozenset({"script"})
    role: Role = Role.RUNTIME
    package: str = ""
    source: str = "pypi"
    upstream: str = ""
    suite: tuple[str, ...] = ()
    big: bool = False
    serves: str = ""
    shows: str = "seen = ask()"
    backends: tuple[str, ...] = ("cpu",)

    def on(self, backend: str) -> FakeDriver:
        del backend
        return self

    def requirements(self, package: str, version: str) -> tuple[str, ...]:
        return (f"{package}=={version}",)

    def setup(self, model: Path, options: Mapping[str, Json]) -> Json:
        return {"model": model.name, **options}

    def files(self, model: Path) -> Mapping[str, Path]:
        return {model.name: model}

    def serve(self) -> str:
        return self.serves

    def show(self, probe: Probe, link: Link) -> str:
        return self.shows if probe.look(link) else ""


class InTurn:
    """A runner that does one job after the other."""

    def run(self, jobs: Iterable[Job], work: Callable[[Job], Done]) -> Iterator[tuple[Job, Done]]:
        for job in jobs:
            yield job, work(job)


@dataclass(slots=True, kw_only=True)
class FakeShell:
    """Ends each command as `end` says, and notes it with its files."""

    end: Callable[[Sequence[str]], int | None] = lambda _: 0
    ran: list[Sequence[str]] = field(default_factory=list)
    again: list[bool] = field(default_factory=list)
    index_args: tuple[str, ...] = ()
    output: str = "seen:     1\nexpected: 2"

    def run(
        self,
        argv: Sequence[str],
        *,
        files: Mapping[str, bytes],
        seconds: float,
        again: bool = False,
    ) -> Ran:
        assert files
        assert seconds
        self.ran.append(argv)
        self.again.append(again)
        return Ran(returncode=self.end(argv), output=self.output)


class FakeTracker:
    """Delivers nothing anywhere."""

    def deliver(self, name: str, title: str, body: str, attachments: Mapping[str, bytes]) -> str:
        return f"{name}: {title} {len(body)} {len(attachments)}"


@dataclass(slots=True, kw_only=True)
class FakeLedger:
    """Facts and blobs in lists."""

    told: list[Fact] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    run: int = 1

    def tell(self, body: Body, *, job: str, attempt: int = 0) -> Fact:
        fact = Fact(run=self.run, job=job, attempt=attempt, body=body)
        self.told.append(fact)
        return fact

    def facts(self) -> tuple[Fact, ...]:
        return tuple(self.told)

    def keep(self, content: bytes) -> str:
        name = hashlib.sha256(content).hexdigest()
        self.blobs[name] = content
        return name

    def blob(self, name: str) -> bytes | None:
        return self.blobs.get(name)


@dataclass(slots=True, kw_only=True)
class Said:
    """Progress as a list of notes."""

    notes: list[str] = field(default_factory=list)

    def begin(self, step: str, total: int) -> None:
        assert step
        assert total >= 0

    def start(self, step: str, label: str) -> None:
        assert step
        assert label

    def advance(self, step: str, label: str) -> None:
        assert step
        assert label

    def note(self, line: str) -> None:
        self.notes.append(line)


def exact(expected: Json, seen: Json, _reruns: tuple[Json, ...]) -> Difference | None:
    """Compare by equality; the shape is the length, so that unlike differences part."""
    if expected == seen:
        return None
    return Difference(text=f"- {expected}\n+ {seen}", shape=f"value of {len(str(seen))}")


def closure(**versions: str) -> Closure:
    return Closure(
        pins=tuple(Pin(name=name, version=version) for name, version in versions.items())
    )


def release(component: str, version: str) -> Release:
    return Release(component=component, version=version, uploaded=DAY, origin="fake")


def component(name: str, *follow: str, **more: object) -> Component:
    made = Component(
        name=name,
        role=Role.ENGINE,
        source="fake",
        package=name,
        upstream=f"https://example.org/{name}",
        follow=follow or ("all",),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def probe(name: str, request: Json = None, **more: object) -> Probe:
    looks = (Look(link=Link.TEXT, compare="exact"),)
    made = Probe(name=name, ask="script", request=request, looks=looks, seconds=5)
    return replace(made, **more)  # type: ignore[arg-type]


def cell_of(row: str = "row", **versions: str) -> Cell:
    return Cell(
        row=row,
        components=tuple(versions.items()),
        closure=closure(**versions),
        backend="cpu",
        model="tiny-chat",
        interpreter="3.11",
    )


def house(
    index: Index,
    guest: Guest = lambda *_: text("fine"),
    *,
    probes: Sequence[Probe] = (),
    row: Row | None = None,
    components: Mapping[str, Component] | None = None,
) -> House:
    """Return a house over `index` with one row that holds every component."""
    row = row or Row(name="row", components=tuple(index), suite=("family",))
    source = FakeSource(index=index)
    made = House(
        matrix=Matrix(
            title="fake",
            file="matrix.yaml",
            index="",
            components=components or {name: component(name) for name in index},
            rows=(row,),
        ),
        bot="1",
        suite="s",
        probes={row.name: tuple(probes) or (probe("p"),)},
        models={row.model: Path(__file__)},
        sources={"fake": source, "pypi": source},
        solver=FakeSolver(index=index),
        drivers={"script": FakeDriver()},
        env=FakeEnv(guest=guest),
        runner=InTurn(),
        tracker=FakeTracker(),
        renderers=(),
        shell=FakeShell(),
        ledger=FakeLedger(),
        memory=Memory(),
        comparators={"exact": exact},
        progress=Said(),
        clock=lambda: DAY,
        run=1,
        platform="Linux x86_64",
    )
    made.tell(RunStarted(at=DAY, bot="1", config="c", suite="s"), job="run")
    return made


def later(before: House) -> House:
    """Return the house of the next run, on the same ledger."""
    assert isinstance(before.ledger, FakeLedger)
    before.ledger.run = before.run + 1
    after = replace(before, run=before.run + 1)
    after.tell(RunStarted(at=DAY, bot="1", config="c", suite="s"), job="run")
    return after


def env_of(house: House) -> FakeEnv:
    assert isinstance(house.env, FakeEnv)
    return house.env


def bodies(house: House) -> list[Body]:
    return [fact.body for fact in house.ledger.facts()]
