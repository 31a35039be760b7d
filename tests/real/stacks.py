"""Real stacks in real rooms: solved as of a committed day, asked over the real protocol."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.app import COMPARATORS, DRIVERS, SUITE
from bot.core.model import (
    NOT_EXPOSED,
    Closure,
    Failure,
    Json,
    Link,
    Observation,
    Probe,
    Requirements,
)
from bot.core.protocol import PROTOCOL, Heard, Hearing, question
from bot.drivers.suite import read_suite
from bot.envs.uv import UvEnv, UvRoom
from bot.ports import Limits
from bot.solvers.uv import UvSolver

CUTOFF = datetime(2026, 11, 20, tzinfo=UTC)  # what "newest" means here: upstream cannot redden us
PYTHON = ".".join(str(part) for part in sys.version_info[:2])
MODEL = SUITE / "model"
LIMITS = Limits()


def closed(*pins: str) -> Closure:
    """Return the closure of `pins`, at the newest releases of the committed day."""
    answer = UvSolver().close(Requirements(pins=pins, cutoff=CUTOFF, interpreter=PYTHON))
    assert isinstance(answer, Closure), answer
    return answer


def ask(root: Path, closure: Closure, drivers: Sequence[str], probes: Sequence[Probe]) -> Heard:
    """Ask `probes` of a stack whose components have `drivers`, and return the last word.

    A guest that dies is started again for what remains, as the pipeline does.
    """
    env = UvEnv(root=root)
    with env.open(closure, interpreter=PYTHON, limits=LIMITS, fresh=False) as room:
        assert not isinstance(room, Failure), room
        told: list[Observation] = []
        left = {probe.name: probe for probe in probes}
        while True:
            heard = _talk(room, drivers, tuple(left.values()))
            told.extend(heard.observations)
            if heard.stopped is not None or len(heard.remains) in {0, len(left)}:
                return Heard(
                    observations=tuple(told),
                    remains=heard.remains,
                    stopped=heard.stopped,
                    says=heard.says,
                )
            left = {name: left[name] for name in heard.remains}


def probes(*names: str) -> tuple[Probe, ...]:
    """Return the probes of the families `names`, or those named by `FAMILY/CASE`."""
    return read_suite((SUITE,), names)


def observe(root: Path, drivers: str, pins: str, asked: Sequence[Probe]) -> dict[str, Observation]:
    """Ask a stack, its drivers and its pins named with blanks between, and hear of every probe."""
    heard = ask(root, closed(*pins.split()), drivers.split(), asked)
    assert heard.stopped is None, heard.stopped
    assert not heard.remains
    return {each.probe: each for each in heard.observations}


def _talk(room: UvRoom, drivers: Sequence[str], probes: Sequence[Probe]) -> Heard:
    hearing = Hearing([probe.name for probe in probes], start_seconds=LIMITS.start_seconds)
    done = room.talk(
        _job(drivers, probes),
        hearing.hear,
        seconds=LIMITS.start_seconds,
        memory_bytes=LIMITS.memory_bytes,
    )
    return hearing.finish(returncode=done.returncode, stopped_by=done.stopped_by, log="")


def _job(drivers: Sequence[str], probes: Sequence[Probe]) -> Json:
    modules: list[Json] = [
        {"name": DRIVERS[name].guest, "setup": DRIVERS[name].setup(MODEL, {})} for name in drivers
    ]
    asked: list[Json] = [question(probe) for probe in probes]
    return {"protocol": PROTOCOL, "modules": modules, "probes": asked}


def strayed(probe: Probe, observation: Observation) -> str:
    """Return the first link that is not as its golden says, with how; "" where all are."""
    for look in probe.looks:
        failure = observation.failure
        if failure is not None and failure.link is look.link:
            return f"{look.link}: {failure.reason}: {failure.message}"
        if look.absolute and observation.at(look.link) != NOT_EXPOSED:
            found = COMPARATORS[look.compare](look.golden, observation.at(look.link), ())
            if found is not None:
                return f"{look.link}: {found.shape}"
    return "" if observation.failure is None else f"failed: {observation.failure.message}"


def strays(asked: Iterable[Probe], seen: Mapping[str, Observation]) -> dict[str, str]:
    """Return how each of the probes that is not as its goldens say strays, by name."""
    return {probe.name: how for probe in asked if (how := strayed(probe, seen[probe.name]))}


def told(observation: Observation, link: Link) -> Json:
    """Return what is seen at a link, or the words of the failure there."""
    failure = observation.failure
    return failure.message if failure and failure.link is link else observation.at(link)


def first_unlike(one: Observation, other: Observation) -> Link | None:
    """Return the first link where two answers to one question are unlike."""
    return next((link for link in Link if told(one, link) != told(other, link)), None)
