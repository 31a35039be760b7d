"""Turns at hosts: few at a time and not too fast, and none at a host that is down or full of us.

A host that did not answer is asked no more in this run, so that one that is dead costs the time
of a few questions and not of all. One that says when to come back is left alone until then.
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

LONGEST_WAIT = 60.0  # seconds; who wants us to wait longer is asked again in another run
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


@dataclass(slots=True)
class Hosts:
    """Gives turns at hosts; safe for several threads. `asked` counts the questions of this run."""

    manners: Manners = field(default_factory=Manners)
    wait: Callable[[float], None] = sleep
    asked: int = 0
    _began: float = field(default_factory=monotonic)
    _gates: dict[str, _Gate] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Hold a turn at `host`, once there is one. Raises `NotAskedError` where there is none."""
        gate = self._gate(host)
        with gate.turns:
            self._ask(gate)
            at = self._slot(gate)
            if at > 0:
                self.wait(at)
                self._ask(gate, count=False)
            yield

    def later(self, host: str, seconds: float) -> None:
        """Leave `host` alone for so long; past `LONGEST_WAIT`, for the rest of the run."""
        gate = self._gate(host)
        with self._lock:
            if seconds > LONGEST_WAIT:
                gate.closed = f"it asks to be left alone for {seconds:.0f} seconds"
            gate.next_at = max(gate.next_at, monotonic() + min(seconds, LONGEST_WAIT))

    def failed(self, host: str, why: str, *, dead: bool) -> None:
        """Note that `host` did not answer after all tries; `dead`: nothing came at all."""
        gate = self._gate(host)
        with self._lock:
            gate.failures += 1
            if dead or gate.failures >= FAILURES:
                gate.closed = gate.closed or why

    def answered(self, host: str) -> None:
        """Note that `host` is well."""
        self._gate(host).failures = 0

    def closed(self, host: str) -> str:
        """Say why `host` is asked no more, or nothing."""
        return self._gate(host).closed

    def _gate(self, host: str) -> _Gate:
        with self._lock:
            if host not in self._gates:
                turns = threading.BoundedSemaphore(self.manners.per_host)
                self._gates[host] = _Gate(turns=turns)
            return self._gates[host]

    def _ask(self, gate: _Gate, *, count: bool = True) -> None:
        with self._lock:
            seconds = monotonic() - self._began
            why = gate.closed or self.manners.spent(asked=self.asked - (not count), seconds=seconds)
            if why:
                raise NotAskedError(why)
            self.asked += count

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
