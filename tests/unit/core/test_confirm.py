from __future__ import annotations

from bot.core.explain import Explain
from bot.core.outcome import Ending
from bot.core.trial import Told, Trial
from tests.unit.core.test_explain import (
    BAD,
    GOOD,
    HTTPX,
    Versions,
    closer,
    closure,
    explain,
    new_httpx,
    run,
)


def test_a_gap_makes_an_interval() -> None:
    def show(versions: Versions) -> str | None:
        return None if versions["httpx"] == "0.28.0" else new_httpx(versions)

    found = explain(GOOD, BAD, show, releases=HTTPX)
    assert found.ending is Ending.INTERVAL
    assert found.gaps == ("httpx==0.28.0",)
    assert found.culprits[0].first_bad == "0.28.1"


def test_a_release_that_good_things_refuse_is_tried_among_bad_ones() -> None:
    def show(versions: Versions) -> str | None:
        refused = versions["httpx"] == "0.28.0" and versions["anyio"] == "4.1"
        return None if refused else new_httpx(versions)

    found = explain(GOOD, BAD, show, releases=HTTPX)
    assert found.ending is Ending.CONCLUSIVE
    assert found.culprits[0].first_bad == "0.28.0"


def test_a_solver_that_does_not_keep_a_pin_says_nothing() -> None:
    def ask(trial: Trial) -> Told:
        told = closer(GOOD, BAD, new_httpx)(trial)
        if dict(trial.versions).get("httpx") == "0.28.0":
            return Told(signature="ok", versions={**told.versions, "httpx": "0.27.2"})
        return told

    found = run(Explain(good=GOOD, bad=BAD, releases=HTTPX), ask)
    assert found.gaps == ("httpx==0.28.0",)


def test_two_that_each_do_it_alone_are_named_together() -> None:
    def show(versions: Versions) -> str:
        return "odd" if versions["anyio"] == "4.4" or versions["yarl"] == "2.0" else "ok"

    found = explain(GOOD, BAD, show)
    assert found.ending is Ending.INTERACTION
    assert [each.package for each in found.culprits] == ["anyio", "yarl"]


def test_what_does_not_show_again_in_a_fresh_environment_names_nobody() -> None:
    def ask(trial: Trial) -> Told:
        told = closer(GOOD, BAD, new_httpx)(trial)
        return Told(signature="ok") if trial.fresh and trial.versions else told

    found = run(Explain(good=GOOD, bad=BAD, releases=HTTPX), ask)
    assert found.ending is Ending.UNEXPLAINED
    assert found.why == "httpx alone did not show it again in a fresh environment"


def test_what_no_fresh_environment_confirms_names_nobody() -> None:
    def ask(trial: Trial) -> Told:
        told = closer(GOOD, BAD, new_httpx)(trial)
        return Told(signature=None) if trial.fresh and trial.versions else told

    found = run(Explain(good=GOOD, bad=BAD, releases=HTTPX), ask)
    assert found.ending is Ending.UNEXPLAINED
    assert found.why == "nothing that can be built confirms httpx"


def test_a_weak_confirmation_is_told() -> None:
    """With httpx back at good, anyio and yarl cannot be up together."""

    def show(versions: Versions) -> str | None:
        both = versions["anyio"] == "4.4" and versions["yarl"] == "2.0"
        return None if both and versions["httpx"] == "0.27.2" else new_httpx(versions)

    found = explain(GOOD, BAD, show, releases=HTTPX)
    assert [culprit.package for culprit in found.culprits] == ["httpx"]
    assert found.why.startswith("beside httpx at good, at most ")


def test_a_mixture_that_drags_the_culprit_up_says_nothing_against_it() -> None:
    """`b` forces the guilty `a`: with `a` at good, nothing but `c` can be up."""
    good, bad = closure(a="1", b="1", c="1"), closure(a="2", b="2", c="2")

    def ask(trial: Trial) -> Told:
        versions = dict(closer(good, bad, lambda _: "")(trial).versions)
        if versions["b"] == "2" and versions["a"] == "1":
            if "a" in dict(trial.versions):
                return Told(signature=None)
            versions["a"] = "2"
        return Told(signature="odd" if versions["a"] == "2" else "ok", versions=versions)

    found = run(Explain(good=good, bad=bad, releases={}), ask)
    assert [culprit.package for culprit in found.culprits] == ["a"]
    assert found.why == "beside a at good, at most 0 other upgrades could be tried"
