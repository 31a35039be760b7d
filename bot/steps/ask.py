"""Ask probes of a room, again in a new process after each death, until all have answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.backends import elsewhere, said_of
from bot.core.model import Failure, Json, Observation, Phase, Probe, Reason, Role
from bot.core.places import placeless
from bot.core.protocol import PROTOCOL, Hearing, question
from bot.core.reach import Reach
from bot.ports import Room
from bot.steps.house import House


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a room answered, and what stopped it before it had answered all."""

    observations: tuple[Observation, ...]
    stopped: Failure | None = None
    log: str = ""
    said: tuple[tuple[str, str], ...] = ()  # where the stack says that it computes
    reach: tuple[Reach | None, ...] = ()  # what each process did not reach, where that is watched


def modules(house: House, components: Sequence[str], model: str) -> Json:
    """Return the guest modules of a stack, each with its set-up: the engine first.

    Engines bring native code that some releases of them can load only before anybody else's;
    that must not hide what the row was made to ask, in whichever order a person listed it.
    """
    known = house.matrix.components
    engines_first = sorted(components, key=lambda name: known[name].role is not Role.ENGINE)
    path = house.models[model]
    told: dict[str, Json] = {}
    for name in engines_first:
        driver = house.driver(name)
        where: dict[str, Json] = {"url": house.url} if house.url else {}
        setup = driver.setup(path, {**known[name].options, **where})
        told.setdefault(driver.name, {"name": driver.guest, "setup": setup})
    return list(told.values())


def ask(
    house: House, room: Room, guests: Json, probes: Sequence[Probe], *, watch: bool = False
) -> Asked:
    """Ask `probes` in this order; a death is charged to its probe, and the rest goes on.

    What was computed elsewhere than on the backend of the cell is no answer. With `watch` each
    process also tells what it did not reach of its closure, if it can.
    """
    told: list[Observation] = []
    reach: list[Reach | None] = []
    said: tuple[tuple[str, str], ...] = ()
    left = list(probes)
    limits = house.limits()
    while left:
        hearing = Hearing([probe.name for probe in left], start_seconds=limits.start_seconds)
        talk = room.talk(
            _job(guests, left, watch=watch),
            hearing.hear,
            seconds=limits.start_seconds,
            memory_bytes=limits.memory_bytes,
        )
        log = house.ledger.keep(placeless(talk.log)) if talk.log else ""
        heard = hearing.finish(returncode=talk.returncode, stopped_by=talk.stopped_by, log=log)
        stopped = heard.stopped
        reach.append(heard.reach)
        if stopped is None:
            said = said_of(heard.says)
            stopped = _elsewhere(house, dict(said).get("device", ""))
        told.extend(heard.observations if stopped is heard.stopped else ())
        if stopped is None and len(heard.remains) == len(left):
            stopped = _mute()
        if stopped is not None:
            return Asked(observations=tuple(told), stopped=stopped, log=log, said=said)
        left = [probe for probe in left if probe.name in heard.remains]
    return Asked(observations=tuple(told), said=said, reach=tuple(reach))


def _elsewhere(house: House, device: str) -> Failure | None:
    why = elsewhere(house.backend, device)
    return Failure(phase=Phase.START, reason=Reason.ELSEWHERE, message=why) if why else None


def whole(probe: Probe, asked: Asked) -> Observation:
    """Return the one observation of `probe`, made of the cell's failure where it was stopped."""
    for observation in asked.observations:
        if observation.probe == probe.name:
            return observation
    return Observation(probe=probe.name, failure=asked.stopped or _mute(), log=asked.log)


def _job(guests: Json, probes: Sequence[Probe], *, watch: bool) -> Json:
    job: dict[str, Json] = {
        "protocol": PROTOCOL,
        "modules": guests,
        "probes": [question(probe) for probe in probes],
    }
    return {**job, "watch": True} if watch else job


def _mute() -> Failure:
    return Failure(phase=Phase.START, reason=Reason.KILLED, message="the guest said nothing")
