"""Whoever is asked alone is told while the answer is waited for, and no longer once it is no."""

from __future__ import annotations

from dataclasses import replace

from bot.core.explain import Explain
from tests.unit.core.test_explain import BAD, GOOD, HTTPX, closer, new_httpx


def test_an_accusation_stands_until_it_is_denied() -> None:
    machine = Explain(good=GOOD, bad=BAD, releases=HTTPX)
    ask, accused = closer(GOOD, BAD, new_httpx), []
    while trials := machine.propose():
        if all(trial.fresh for trial in trials):
            accused.append(machine.accusation)
        for trial in trials:
            machine.tell(trial, ask(trial))
    assert machine.result is not None
    assert accused
    assert all(each and each.culprits == machine.result.culprits for each in accused)
    denied = Explain(good=GOOD, bad=BAD, releases=HTTPX)
    while trials := denied.propose():
        for trial in trials:
            told = ask(trial)
            denied.tell(trial, replace(told, signature="ok") if trial.fresh else told)
    assert denied.accusation is None
