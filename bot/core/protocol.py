"""What a guest says over its private line, and what its silence or death means.

One JSON object a line::

    hello     protocol, python, platform
    starting  module                         a component is about to be imported and started
    ready     module, says                   what it told about itself: versions, devices
    stopped   phase, failure                 it could not be started; nothing will be asked
    begin     probe, seconds
    asking    probe, link, left              seconds left of the probe's own
    saw       probe, link, value
    end       probe, seen, failure, seconds
    reached   idle, late                     where the job wants it: see `core.reach`
    bye

A death is charged to the probe that was being asked, and the rest can be asked again of a new
process; a death before the first question is the cell's. Every conversation answers at least
one probe or says what stopped the cell, so asking again what remains comes to an end.

>>> hearing = Hearing(["a", "b"], start_seconds=90)
>>> hearing.hear({"event": "begin", "probe": "a", "seconds": 20})
25.0
>>> heard = hearing.finish(returncode=-11, stopped_by="", log="")
>>> heard.observations[0].failure.message, heard.remains
('died of SIGSEGV', ('b',))
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from bot.core.model import Failure, Json, Link, Observation, Phase, Probe, Reason
from bot.core.reach import Reach, heard

PROTOCOL = 1
GRACE = 5.0  # seconds beyond a probe's own: the guest's own watch strikes first
FAREWELL = 15.0  # seconds for an engine to let go after the last probe
STOPPED_BY = {"timeout": Reason.TIMEOUT, "out of memory": Reason.OUT_OF_MEMORY}
FROM_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


def question(probe: Probe) -> Json:
    """Return `probe` as a job file holds it: what a guest needs to ask it, and no golden."""
    return {
        "name": probe.name,
        "ask": probe.ask,
        "request": probe.request,
        "links": [look.link.value for look in probe.looks],
        "seconds": probe.seconds,
        "given": {link.value: value for link, value in probe.given},
        "known": {link.value: value for link, value in probe.known},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one conversation came to.

    `remains` are the probes still to be asked, of a new process; `stopped` is set where the
    cell itself could not start, and then `remains` are all stopped by it.
    """

    observations: tuple[Observation, ...]
    remains: tuple[str, ...]
    stopped: Failure | None = None
    says: Mapping[str, Json] = field(default_factory=dict)
    reach: Reach | None = None  # what it did not reach, None where it did not tell


class Hearing:
    """Listens to one guest that was given `probes`, by name, in that order."""

    def __init__(self, probes: Iterable[str], *, start_seconds: float = 90.0) -> None:
        """Expect `probes`; a module may take `start_seconds` to import and start."""
        self._remains = dict.fromkeys(probes)
        self._start_seconds = start_seconds
        self._told: list[Observation] = []
        self._says: dict[str, Json] = {}
        self._stopped: Failure | None = None
        self._probe = ""
        self._patience = start_seconds
        self._asking: Link | None = None
        self._saw: dict[Link, Json] = {}
        self._reach: Reach | None = None

    def hear(self, line: Json) -> float:
        """Take one line and return how many seconds the next may take; odd lines change nothing."""
        takes: dict[str, Callable[[dict[str, Json]], None]] = {
            "ready": self._ready,
            "stopped": self._stop,
            "begin": self._begin,
            "asking": self._ask,
            "saw": self._see,
            "end": self._end,
            "reached": self._reached,
            "bye": self._bye,
        }
        if isinstance(line, dict):
            take = takes.get(str(line.get("event")))
            if take is not None:
                take(line)
        return self._patience

    def finish(self, *, returncode: int | None, stopped_by: str, log: str) -> Heard:
        """Say what it all came to, once the process is gone; `log` names what it printed."""
        if self._probe in self._remains:
            self._tell(_death(returncode, stopped_by, Phase.PROBE, self._asking), log, 0.0)
        elif self._remains and not self._told and self._stopped is None:
            self._stopped = _death(returncode, stopped_by, Phase.START, None)
        return Heard(
            observations=tuple(_with_log(each, log) for each in self._told),
            remains=tuple(self._remains),
            stopped=self._stopped,
            says=dict(self._says),
            reach=self._reach,
        )

    def _ready(self, line: dict[str, Json]) -> None:
        self._says[str(line.get("module"))] = line.get("says")

    def _stop(self, line: dict[str, Json]) -> None:
        self._stopped = _failure(line.get("failure"), Phase.START)

    def _begin(self, line: dict[str, Json]) -> None:
        self._probe, self._asking, self._saw = str(line.get("probe")), None, {}
        self._patience = _seconds(line.get("seconds")) + GRACE

    def _ask(self, line: dict[str, Json]) -> None:
        self._asking = _link(line.get("link"))
        self._patience = min(self._patience, _seconds(line.get("left")) + GRACE)

    def _see(self, line: dict[str, Json]) -> None:
        self._note(line.get("link"), line.get("value"))

    def _reached(self, line: dict[str, Json]) -> None:
        self._reach = heard(line)

    def _bye(self, _line: dict[str, Json]) -> None:
        self._patience = FAREWELL

    def _note(self, name: Json, value: Json) -> None:
        link = _link(name)
        if link is not None:
            self._saw[link] = value

    def _end(self, line: dict[str, Json]) -> None:
        seen = line.get("seen")
        for name, value in seen.items() if isinstance(seen, dict) else ():
            self._note(name, value)
        if line.get("probe") == self._probe and self._probe in self._remains:
            failure = line.get("failure")
            told = None if failure is None else _failure(failure, Phase.PROBE)
            self._tell(told, "", _seconds(line.get("seconds")))
        self._probe, self._patience = "", self._start_seconds

    def _tell(self, failure: Failure | None, log: str, seconds: float) -> None:
        seen = tuple((link, self._saw[link]) for link in Link if link in self._saw)
        probe, self._probe = self._probe, ""
        del self._remains[probe]
        self._told.append(
            Observation(probe=probe, seen=seen, failure=failure, log=log, seconds=seconds)
        )


def _with_log(observation: Observation, log: str) -> Observation:
    return Observation(
        probe=observation.probe,
        seen=observation.seen,
        failure=observation.failure,
        log=log,
        seconds=observation.seconds,
    )


def _death(returncode: int | None, stopped_by: str, phase: Phase, link: Link | None) -> Failure:
    """Put the end of a process into words that are equal for equal deaths."""
    if stopped_by:
        reason = STOPPED_BY.get(stopped_by, Reason.KILLED)
        return Failure(phase=phase, reason=reason, message=stopped_by, link=link)
    code = returncode or 0
    number = -code if code < 0 else code - 128  # a shell or container says 128 + signal
    try:
        died_of = signal.Signals(number)
    except ValueError:
        words = f"ended with exit code {code} before it had answered"
        return Failure(phase=phase, reason=Reason.CRASH, message=words, link=link)
    reason = Reason.KILLED if died_of in FROM_OUTSIDE else Reason.CRASH
    return Failure(phase=phase, reason=reason, message=f"died of {died_of.name}", link=link)


def _failure(told: Json, phase: Phase) -> Failure:
    fields = told if isinstance(told, dict) else {}
    words = fields.get("message")
    try:
        reason = Reason(str(fields.get("reason")))
    except ValueError:
        reason = Reason.EXCEPTION
    message = words if isinstance(words, str) else str(words)
    return Failure(phase=phase, reason=reason, message=message, link=_link(fields.get("link")))


def _link(name: Json) -> Link | None:
    return next((link for link in Link if link.value == name), None)


def _seconds(value: Json) -> float:
    return max(0.0, float(value)) if isinstance(value, int | float) else 0.0
