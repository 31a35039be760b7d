"""Turns at hosts: how many, how fast, and when none."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.core.manners import Manners
from bot.effects.hosts import FAILURES, RECOVERY, Hosts, NotAskedError


def hosts(**manners: float) -> Hosts:
    return Hosts(Manners(**{"spacing": 0, **manners}), lambda _: None)  # type: ignore[arg-type]


def ask(turns: Hosts, host: str = "a") -> None:
    with turns.turn(host):
        pass


def refusal(turns: Hosts) -> str:
    try:
        ask(turns)
    except NotAskedError as why:
        return str(why)
    return ""


def test_no_more_than_so_many_are_at_a_host_at_a_time() -> None:
    turns, most, here = hosts(per_host=3), 0, 0
    lock = threading.Lock()

    def stay(_: int) -> None:
        nonlocal most, here
        with turns.turn("a"):
            with lock:
                here += 1
                most = max(most, here)
            threading.Event().wait(0.002)
            with lock:
                here -= 1

    with ThreadPoolExecutor(16) as pool:
        tuple(pool.map(stay, range(60)))
    assert most == 3


def test_between_two_questions_there_is_a_pause_at_the_same_host_only() -> None:
    waits: list[float] = []
    turns = Hosts(Manners(spacing=5.0), waits.append)
    for host in ("a", "a", "b"):
        ask(turns, host)
    assert waits == [pytest.approx(5.0, abs=0.5)]


@pytest.mark.parametrize(
    ("manners", "why"), [({"requests": 2}, "2 requests"), ({"seconds": 0.0}, "0 seconds")]
)
def test_a_budget_is_a_budget(manners: dict[str, float], why: str) -> None:
    turns = hosts(**manners)
    asked = [told for _ in range(3) if (told := refusal(turns))]
    assert asked
    assert why in asked[0]


def test_only_the_time_of_asking_is_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("bot.effects.hosts.monotonic", lambda: now)
    turns = hosts(seconds=10.0)
    for _ in range(3):
        now += 1000.0  # something else goes on
        with turns.turn("a"):
            now += 4.0
    assert refusal(turns) == "the 10 seconds of a run for asking are spent"


@pytest.mark.parametrize(("seconds", "open_again"), [(RECOVERY - 1, False), (RECOVERY, True)])
def test_a_host_that_was_down_is_tried_again_after_a_while(
    monkeypatch: pytest.MonkeyPatch, seconds: float, *, open_again: bool
) -> None:
    now = 0.0
    monkeypatch.setattr("bot.effects.hosts.monotonic", lambda: now)
    turns = hosts()
    turns.failed("a", "refused", dead=True)
    now += seconds
    assert (refusal(turns) == "") is open_again


def test_a_host_that_is_dead_is_asked_no_more_and_others_are() -> None:
    turns = hosts()
    turns.failed("a", "refused", dead=True)
    with pytest.raises(NotAskedError, match="refused"):
        ask(turns)
    ask(turns, "b")


def test_errors_close_a_host_when_they_come_in_a_row() -> None:
    turns = hosts()
    for _ in range(FAILURES - 1):
        turns.failed("a", "HTTP 500", dead=False)
    turns.answered("a")
    turns.failed("a", "HTTP 500", dead=False)
    ask(turns)
    for _ in range(FAILURES - 1):
        turns.failed("a", "HTTP 500", dead=False)
    assert turns.closed("a") == "HTTP 500"


def test_a_host_that_closes_while_somebody_waits_is_not_asked_by_them() -> None:
    turns = hosts()
    turns.wait = lambda _: turns.failed("a", "it died", dead=True)
    turns.later("a", 3.0)
    with pytest.raises(NotAskedError, match="it died"):
        ask(turns)
