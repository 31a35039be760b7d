"""Rooms whose guests answer as a test says: by a function of versions, probe and request."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from bot.core.model import (
    Closure,
    Failure,
    Json,
)
from bot.ports import Limits, Pages, Talk


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """An answer: a value for each link."""

    seen: dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fails:
    """An answer: the probe fails, and the process lives on."""

    reason: str
    message: str = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dies:
    """The process dies of a signal; with `early` before it was asked anything."""

    signal: int = 11
    early: bool = False


Answer: TypeAlias = Says | Fails | Dies
Guest: TypeAlias = Callable[[Mapping[str, str], str, Json], Answer]


def text(value: Json) -> Says:
    return Says(seen={"text": value})


@dataclass(slots=True, kw_only=True)
class FakeRoom:
    """Answers as `guest` says; every conversation is noted as the names that were asked."""

    closure: Closure
    guest: Guest
    talks: list[tuple[str, ...]]
    path: Path = Path("room")
    python: Path = Path("room/python")
    device: str = ""
    reaches: Callable[[str], Collection[str]] | None = None
    brings: Callable[[str, str], Mapping[str, str]] | None = None

    def pages(self, package: str) -> Pages | None:
        """What is installed of a package: as `brings` says, or one module of its name."""
        version = self.closure.version(package)
        if version is None:
            return None
        told = self.brings(package, version) if self.brings else {f"{package}/__init__.py": ""}
        return FakePages(told=told)

    def talk(
        self, job: Json, hear: Callable[[Json], float], *, seconds: float, memory_bytes: int
    ) -> Talk:
        assert seconds > 0
        assert memory_bytes > 0
        assert isinstance(job, dict)
        probes = job["probes"]
        assert isinstance(probes, list)
        asked = [probe for probe in probes if isinstance(probe, dict)]
        self.talks.append(tuple(str(probe["name"]) for probe in asked))
        if self.device:
            hear({"event": "ready", "module": "engine", "says": {"device": self.device}})
        for probe in asked:
            name = str(probe["name"])
            answer = self.guest(self.closure.versions, name, probe["request"])
            if isinstance(answer, Dies) and answer.early:
                return Talk(returncode=-answer.signal, log=b"dead")
            hear({"event": "begin", "probe": name, "seconds": 1})
            match answer:
                case Dies(signal=signal):
                    return Talk(returncode=-signal, log=b"dead")
                case Fails(reason=reason, message=message):
                    failure: Json = {"reason": reason, "message": message}
                    hear({"event": "end", "probe": name, "failure": failure, "seconds": 1})
                case Says(seen=seen):
                    told: dict[str, Json] = {"probe": name, "seen": {**seen}, "failure": None}
                    hear({"event": "end", **told, "seconds": 1})
        if job.get("watch") and self.reaches is not None:
            hear(self._reached([str(probe["name"]) for probe in asked], self.reaches))
        return Talk(returncode=0, log=b"")

    def _reached(self, names: list[str], reaches: Callable[[str], Collection[str]]) -> Json:
        so_far: set[str] = set()
        late: dict[str, Json] = {}
        for name in names:
            so_far |= set(reaches(name))
            late[name] = [*so_far]
        idle: dict[str, Json] = {pin.name: [pin.name] for pin in self.closure.pins}
        return {"event": "reached", "idle": idle, "late": late}


@dataclass(frozen=True, slots=True, kw_only=True)
class FakePages:
    """The files of a distribution, with their texts."""

    told: Mapping[str, str]

    @property
    def files(self) -> Mapping[str, str]:
        return self.told

    def text(self, path: str) -> str:
        return self.told.get(path, "")


@dataclass(slots=True, kw_only=True)
class FakeEnv:
    """Makes rooms at once; `broken` says how the installation of a closure fails.

    `device` is where a guest says that it computes, `reaches` which packages a probe loads (None:
    nobody can tell), and `brings` what the files of a release are.
    """

    guest: Guest
    broken: Callable[[Mapping[str, str]], Failure | None] = lambda _: None
    talks: list[tuple[str, ...]] = field(default_factory=list)
    fresh: list[bool] = field(default_factory=list)
    name: str = "fake"
    device: str = ""
    reaches: Callable[[str], Collection[str]] | None = None
    brings: Callable[[str, str], Mapping[str, str]] | None = None

    def promises(self) -> Mapping[str, str]:
        return {"network": "none"}

    @contextmanager
    def open(
        self, closure: Closure, *, interpreter: str, limits: Limits, fresh: bool
    ) -> Iterator[FakeRoom | Failure]:
        assert interpreter
        assert limits.memory_bytes
        self.fresh.append(fresh)
        failure = self.broken(closure.versions)
        yield failure or FakeRoom(
            closure=closure,
            guest=self.guest,
            talks=self.talks,
            device=self.device,
            reaches=self.reaches,
            brings=self.brings,
        )
