"""Turns at hosts: few at a time and not too fast, and none at a host that is down or full of us.

A host that did not answer is left alone for a while, so that one that is dead costs the time of a
few questions and not of all. One that says when to come back is left alone until then. What a run
may spend is the time in which somebody is asked, and not what it takes for other things.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic

import requests

from bot.core.manners import Manners
from bot.effects.clock import sleep

LONGEST_WAIT = 60.0  # seconds; who wants us to wait longer is asked later, and not waited for
RECOVERY = 600.0  # seconds for which a host that is down is left alone
FAILURES = 3  # errors of a host in a row before it is taken for one that is down


class NotAskedError(Exception):
    """A question that was not put, and why."""


@dataclass(slots=True)
class _Gate:
    """What is known of one host in this run."""

    turns: threading.BoundedSemaphore
    next_at: float = 0.0
    failures: int = 0
    closed: str = ""
    until: float = 0.0  # when it may be asked again, if it is closed


@dataclass(slots=True)
class Hosts:
    """Gives turns at hosts; safe for several threads. `asked` counts the questions of this run."""

    manners: Manners = field(default_factory=Manners)
    wait: Callable[[float], None] = sleep
    asked: int = 0
    _spent: float = 0.0  # seconds in which somebody was asked
    _active: int = 0
    _since: float = 0.0
    _gates: dict[str, _Gate] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Hold a turn at `host`, once there is one. Raises `NotAskedError` where there is none."""
        gate = self._gate(host)
        with gate.turns:
            self._ask(gate)
            try:
                at = self._slot(gate)
                if at > 0:
                    self.wait(at)
                    self._check(gate)
                yield
            finally:
                self._done()

    def later(self, host: str, seconds: float) -> None:
        """Leave `host` alone for so long; past `LONGEST_WAIT`, nobody waits for it."""
        gate = self._gate(host)
        with self._lock:
            if seconds > LONGEST_WAIT:
                gate.closed = f"it asks to be left alone for {seconds:.0f} seconds"
                gate.until = monotonic() + seconds
            gate.next_at = max(gate.next_at, monotonic() + min(seconds, LONGEST_WAIT))

    def failed(self, host: str, why: str, *, dead: bool) -> None:
        """Note that `host` did not answer after all tries; `dead`: nothing came at all."""
        gate = self._gate(host)
        with self._lock:
            gate.failures += 1
            if dead or gate.failures >= FAILURES:
                gate.closed = gate.closed or why
                gate.until = max(gate.until, monotonic() + RECOVERY)

    def answered(self, host: str) -> None:
        """Note that `host` is well."""
        self._gate(host).failures = 0

    def closed(self, host: str) -> str:
        """Say why `host` is left alone, or nothing."""
        return self._why(self._gate(host), monotonic())

    def _gate(self, host: str) -> _Gate:
        with self._lock:
            if host not in self._gates:
                turns = threading.BoundedSemaphore(self.manners.per_host)
                self._gates[host] = _Gate(turns=turns)
            return self._gates[host]

    def _ask(self, gate: _Gate) -> None:
        """Begin to ask, if that is still within what a run may spend."""
        with self._lock:
            now = monotonic()
            running = now - self._since if self._active else 0.0
            why = self._why(gate, now)
            why = why or self.manners.spent(asked=self.asked, seconds=self._spent + running)
            if why:
                raise NotAskedError(why)
            self._since = self._since if self._active else now
            self._active += 1
            self.asked += 1

    def _check(self, gate: _Gate) -> None:
        """Give up a turn at a host that closed while it was waited for."""
        with self._lock:
            if why := self._why(gate, monotonic()):
                raise NotAskedError(why)

    def _why(self, gate: _Gate, now: float) -> str:
        if gate.closed and now >= gate.until:
            gate.closed, gate.failures = "", 0
        return gate.closed

    def _done(self) -> None:
        with self._lock:
            self._active -= 1
            if not self._active:
                self._spent += monotonic() - self._since

    def _slot(self, gate: _Gate) -> float:
        """Take the next moment that is free at a host; returns how many seconds away it is."""
        with self._lock:
            now = monotonic()
            at = max(now, gate.next_at)
            gate.next_at = at + self.manners.spacing
            return at - now


BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


def busy(answer: requests.Response) -> bool:
    """Whether a host wants to be asked later: by its status, or since an allowance is used up."""
    if answer.status_code in BUSY:
        return True
    spent = answer.headers.get("X-RateLimit-Remaining") == "0" or "Retry-After" in answer.headers
    return answer.status_code == requests.codes.forbidden and spent


def told_to_wait(answer: requests.Response, otherwise: float) -> float:
    """Return for how many seconds a host wants to be left alone.

    By Retry-After (RFC 9110: seconds or a date), or by when an allowance is filled up again.
    """
    told, now = answer.headers.get("Retry-After", ""), datetime.now(UTC)
    refilled = answer.headers.get("X-RateLimit-Reset", "")
    if told.isdigit():
        return float(told)
    if not told and answer.headers.get("X-RateLimit-Remaining") == "0" and refilled.isdigit():
        return max(float(refilled) - now.timestamp(), 0.0)
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return otherwise
    return max((until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds(), 0.0)
