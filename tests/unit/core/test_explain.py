from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.core.explain import Explain
from bot.core.model import Closure, Link, Pin
from bot.core.outcome import Culprit, Ending, Explanation
from bot.core.trial import Told, Trial
from tests.property.worlds import World

Versions = Mapping[str, str]
Show = Callable[[Versions], str | None]


def closure(**versions: str) -> Closure:
    pins = (Pin(name=name.replace("_", "-"), version=v) for name, v in versions.items())
    return Closure(pins=tuple(pins))


def closer(good: Closure, bad: Closure, show: Show) -> Callable[[Trial], Told]:
    """A world where every mixture resolves: pins hold, the rest leans."""

    def ask(trial: Trial) -> Told:
        base = good if trial.lean == "good" else bad
        versions = {**base.versions, **dict(trial.versions)}
        return Told(signature=show(versions), versions=versions)

    return ask


def run(machine: Explain, ask: Callable[[Trial], Told]) -> Explanation:
    while trials := machine.propose():
        for trial in trials:
            machine.tell(trial, ask(trial))
    assert machine.result is not None
    return machine.result


def explain(good: Closure, bad: Closure, show: Show, **more: Any) -> Explanation:  # noqa: ANN401
    machine = Explain(good=good, bad=bad, releases=more.pop("releases", {}), **more)
    return run(machine, closer(good, bad, show))


GOOD = closure(anyio="4.1", httpx="0.27.2", openai="1.50", yarl="1.0")
BAD = closure(anyio="4.4", httpx="0.29", openai="1.60", yarl="2.0")
HTTPX = {"httpx": ["0.27.2", "0.28.0rc1", "0.28.0", "0.28.1", "0.29", "0.30"]}


def new_httpx(versions: Versions) -> str:
    return "ok" if versions["httpx"] == "0.27.2" else "failed: proxies"


def test_one_guilty_upgrade_down_to_the_release() -> None:
    found = explain(GOOD, BAD, new_httpx, releases=HTTPX, link=Link.REQUEST)
    assert found.ending is Ending.CONCLUSIVE
    assert found.culprits == (Culprit(package="httpx", last_good="0.27.2", first_bad="0.28.0"),)
    assert (found.kind, found.signature, found.link) == ("crash", "failed: proxies", Link.REQUEST)
    assert found.moves_with == ()
    assert (found.cost.ends, found.cost.confirm) == (4, 2)
    assert found.limit == pytest.approx(2.585, abs=0.001)  # six single steps
    assert 0.9 <= found.confidence < 1
    assert found.why == ""


def test_a_yanked_release_is_marked_and_another_way_of_failing_is_told() -> None:
    def show(versions: Versions) -> str:
        return {"0.27.2": "ok", "0.28.0": "message: shape"}.get(versions["httpx"], "text: shape")

    found = explain(
        GOOD, BAD, show, releases=HTTPX, yanked=frozenset({("httpx", "0.28.0"), ("yarl", "2.0")})
    )
    (culprit,) = found.culprits
    assert culprit.yanked
    assert found.first_differs
    assert found.kind == "divergence"


def test_two_that_break_only_together() -> None:
    def show(versions: Versions) -> str:
        return "text: x" if (versions["anyio"], versions["yarl"]) == ("4.4", "2.0") else "ok"

    found = explain(GOOD, BAD, show)
    assert found.ending is Ending.INTERACTION
    assert [culprit.package for culprit in found.culprits] == ["anyio", "yarl"]
    assert found.limit == pytest.approx(2.585, abs=0.001)  # six pairs


CORE_GOOD = closure(pydantic="2.11", pydantic_core="2.33", rich="1", zstd="1")
CORE_BAD = closure(pydantic="2.12", pydantic_core="2.41", rich="2", typing_inspection="0.4")


def pinned(trial: Trial) -> Told:
    """A pair that pins each other exactly, and a package that comes with its new half."""
    base = CORE_GOOD if trial.lean == "good" else CORE_BAD
    versions = {**base.versions, **dict(trial.versions)}
    asked = dict(trial.versions)
    halves = {("2.11", "2.33"), ("2.12", "2.41")}
    if (versions["pydantic"], versions["pydantic-core"]) not in halves:
        new = asked.get("pydantic", "2.12" if asked.get("pydantic-core") == "2.41" else "2.11")
        versions |= {"pydantic": new, "pydantic-core": "2.41" if new == "2.12" else "2.33"}
    versions.pop("typing-inspection", None)
    versions.pop("zstd", None)
    up = versions["pydantic"] == "2.12"
    versions |= {"typing-inspection": "0.4"} if up else {"zstd": "1"}
    return Told(signature="message: enum" if up else "ok", versions=versions)


@pytest.mark.parametrize(
    ("options", "head"),
    [
        ({"requires": {"pydantic": ["pydantic-core"]}}, "pydantic"),
        ({"requires": {"pydantic-core": ["pydantic"]}}, "pydantic-core"),
        ({"roots": frozenset({"pydantic-core"})}, "pydantic-core"),
        ({"prior": {"pydantic-core": 5.0}}, "pydantic-core"),
        ({}, "pydantic"),
    ],
)
def test_the_head_of_a_couple(options: dict[str, Any], head: str) -> None:
    found = run(Explain(good=CORE_GOOD, bad=CORE_BAD, releases={}, **options), pinned)
    assert found.ending is Ending.CONCLUSIVE
    assert [culprit.package for culprit in found.culprits] == [head]
    tail = {"pydantic", "pydantic-core"} - {head}
    assert {moved.package for moved in found.moves_with} == tail | {"typing-inspection", "zstd"}
    because = {moved.package: moved.because for moved in found.moves_with}
    assert "comes with" in because["typing-inspection"]
    assert "nothing wants zstd" in because["zstd"]
    wants = "requires" in options
    assert ("requires" if wants else "does not resolve") in because[tail.pop()]


def test_a_follower_that_moves_only_halfway_is_not_blamed() -> None:
    """`a` at bad drags `b` to 2 of 3; `b` is guilty from 2 on."""
    good, bad = closure(a="1", b="1", c="1"), closure(a="2", b="3", c="2")

    def ask(trial: Trial) -> Told:
        told = closer(good, bad, lambda _: "")(trial)
        versions = dict(told.versions)
        if versions["a"] == "2" and versions["b"] == "1":
            versions["a" if "b" in dict(trial.versions) else "b"] = "2"
        if dict(trial.versions) == {"b": "1"}:
            versions["a"] = "1"
        return Told(signature="ok" if versions["b"] == "1" else "odd", versions=versions)

    found = run(Explain(good=good, bad=bad, releases={"b": ["1", "2", "3"]}), ask)
    assert found.culprits == (Culprit(package="b", last_good="1", first_bad="2"),)


def test_it_works_without_knowing_what_was_installed() -> None:
    def ask(trial: Trial) -> Told:
        return Told(signature=closer(GOOD, BAD, new_httpx)(trial).signature)

    found = run(Explain(good=GOOD, bad=BAD, releases=HTTPX), ask)
    assert [culprit.package for culprit in found.culprits] == ["httpx"]
    assert found.moves_with == ()


def test_a_good_prior_saves_cells() -> None:
    names = [f"p{at:02}" for at in range(32)]
    good = closure(**dict.fromkeys(names, "1.0"))
    bad = closure(**dict.fromkeys(names, "1.1"))
    show: Show = lambda versions: "ok" if versions["p23"] == "1.0" else "odd"  # noqa: E731
    without = explain(good, bad, show)
    told = explain(good, bad, show, prior={"p23": 200.0})
    assert [culprit.package for culprit in told.culprits] == ["p23"]
    assert (told.cost.search, without.cost.search) == (1, 5)


def test_a_root_that_appears_can_be_guilty() -> None:
    good, bad = closure(a="1", b="1"), closure(a="2", b="2", extra="3")
    found = explain(
        good, bad, lambda v: "odd" if "extra" in v else "ok", roots=frozenset({"extra", "a"})
    )
    assert found.culprits == (Culprit(package="extra", last_good="", first_bad="3"),)


def test_a_root_that_disappears_is_a_step() -> None:
    good, bad = closure(a="1", b="1", gone="1"), closure(a="2", b="2")
    show: Show = lambda v: "ok" if v.get("gone") else "odd"  # noqa: E731
    found = explain(good, bad, show, roots=frozenset({"gone"}))
    assert [(c.package, c.last_good, c.first_bad) for c in found.culprits] == [("gone", "1", "")]


def elsewhere(leans: str) -> Callable[[Trial], Told]:
    """A world where a fresh place shows another thing each time, at the ends `leans`."""
    usual = closer(GOOD, BAD, new_httpx)

    def ask(trial: Trial) -> Told:
        if trial.fresh and (trial.versions or trial.lean in leans.split()):
            return replace(usual(trial), signature=f"somewhere else {trial}")
        return usual(trial)

    return ask


def test_ends_that_are_others_in_fresh_places_are_flaky() -> None:
    found = run(Explain(good=GOOD, bad=BAD, releases=HTTPX), elsewhere("good bad"))
    assert (found.ending, found.culprits) == (Ending.FLAKY, ())
    assert found.why == "each of 8 draws at the ends showed another value"


@pytest.mark.parametrize("lean", ["good", "bad"])
def test_an_end_that_is_another_in_a_fresh_place_accuses_nobody(lean: str) -> None:
    found = run(Explain(good=GOOD, bad=BAD, releases=HTTPX), elsewhere(lean))
    assert (found.ending, found.culprits) == (Ending.UNEXPLAINED, ())


def test_what_only_mixtures_show_elsewhere_stays_unexplained() -> None:
    usual = closer(GOOD, BAD, new_httpx)

    def ask(trial: Trial) -> Told:
        odd = trial.fresh and trial.versions
        return Told(signature="somewhere else") if odd else usual(trial)

    found = run(Explain(good=GOOD, bad=BAD, releases=HTTPX), ask)
    assert (found.ending, found.cost.ends) == (Ending.UNEXPLAINED, 6)


def test_the_same_on_both_sides_is_no_regression() -> None:
    found = explain(GOOD, BAD, lambda _: "ok")
    assert found.ending is Ending.NO_REGRESSION
    assert found.cost.ends == 4
    assert found.culprits == ()


@pytest.mark.parametrize(
    ("lean", "ending"), [("good", Ending.HORIZON), ("bad", Ending.UNEXPLAINED)]
)
@pytest.mark.parametrize("why", ["no wheel", ""])
def test_an_end_that_does_not_answer(lean: str, ending: Ending, why: str) -> None:
    def ask(trial: Trial) -> Told:
        return Told(signature=None if trial.lean == lean else "ok", why=why)

    found = run(Explain(good=GOOD, bad=BAD, releases={}), ask)
    assert found.ending is ending
    assert found.why == f"the {lean} end does not answer: {why or 'no word'}"


def test_one_answer_of_an_end_is_enough() -> None:
    def ask(trial: Trial) -> Told:
        told = closer(GOOD, BAD, new_httpx)(trial)
        return Told(signature=None) if trial.draw else told

    found = run(Explain(good=GOOD, bad=BAD, releases=HTTPX), ask)
    assert found.ending is Ending.CONCLUSIVE


@pytest.mark.parametrize("error", [0, 1])
def test_an_error_that_is_none(error: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Explain(good=GOOD, bad=BAD, releases={}, error=error)


def test_nothing_moved() -> None:
    def ask(trial: Trial) -> Told:
        return Told(signature=trial.lean)

    same = run(Explain(good=GOOD, bad=GOOD, releases={}), ask)
    assert same.ending is Ending.UNEXPLAINED
    assert "the same" in same.why
    came = run(Explain(good=closure(a="1"), bad=closure(b="1"), releases={}), ask)
    assert came.ending is Ending.UNEXPLAINED
    assert "a, b came or went" in came.why


def test_what_cannot_exist_alone_has_followers() -> None:
    """`b` flips it and needs `a`, which the solver cannot find by itself."""
    good, bad = closure(a="1", b="1", c="1"), closure(a="2", b="2", c="2")

    def show(versions: Versions) -> str | None:
        if versions["b"] == "2":
            return "odd" if versions["a"] == "2" else None
        return "ok"

    found = explain(good, bad, show)
    assert [culprit.package for culprit in found.culprits] == ["b"]
    assert [moved.package for moved in found.moves_with] == ["a"]
    assert found.ending is Ending.CONCLUSIVE


@pytest.mark.parametrize("seed", range(40))
def test_nobody_is_named_who_can_be_left_out(seed: int) -> None:
    """A fifth of the mixtures does not resolve, and the search takes in more than it needs."""
    tops = dict.fromkeys(["p03", "p01", "p02", "p00", "p04"], 1)
    world = World(tops=tops, flips={"p03": 1, "p01": 1}, refused=20, seed=seed)
    found = run(Explain(good=world.good, bad=world.bad, releases=world.releases), world.ask)
    named = {culprit.package for culprit in found.culprits}
    assert {"p01", "p03"} <= named
    for name in named - {"p01", "p03"}:
        pins = tuple((other, "1.1") for other in sorted(named - {name}))
        assert world.answer(Trial(versions=pins, lean="good")).signature is None


def test_what_fails_otherwise_alone_is_an_interaction() -> None:
    """Half of the pair is bad in another way: neither half is cleared, the set is named."""
    good, bad = closure(a="1", b="1"), closure(a="2", b="2")
    shows = {("1", "1"): "ok", ("2", "1"): "x", ("1", "2"): "y", ("2", "2"): "odd"}
    found = explain(good, bad, lambda v: shows[v["a"], v["b"]])
    assert found.ending is Ending.INTERACTION
    assert [culprit.package for culprit in found.culprits] == ["a", "b"]


def test_telling() -> None:
    others = {"anyio": ["4.2", "4.3"], "openai": ["1.51", "1.52"], "yarl": ["1.1", "1.2"]}
    machine = Explain(good=GOOD, bad=BAD, releases={**HTTPX, **others})
    assert machine.status() == "asking both ends twice (0 cells so far)"
    trials = machine.propose()
    assert len(trials) == 4
    ask = closer(GOOD, BAD, new_httpx)
    with pytest.raises(ValueError, match="nobody asked for never==1"):
        machine.tell(Trial(versions=(("never", "1"),), lean="good"), Told(signature="ok"))
    for trial in reversed(trials):
        machine.tell(trial, ask(trial))
        machine.tell(trial, Told(signature="a lie, told too late"))
        assert trial not in machine.propose()
    assert machine.status() == "searching among 4 upgrades (4 cells so far)"
    assert machine.result is None
    said = []
    while trials := machine.propose():
        said.append(machine.status())
        for trial in trials:
            machine.tell(trial, ask(trial))
    known = "bisecting the releases of httpx, good up to 0.27.2, bad from 0.29 ("
    assert [line for line in said if line.startswith(known)]
    assert machine.propose() == ()
    assert machine.status().startswith("conclusive (")


def test_a_search_that_asks_too_much_gives_up() -> None:
    machine = Explain(good=GOOD, bad=BAD, releases=HTTPX)
    machine._record.budget = 5
    found = run(machine, closer(GOOD, BAD, new_httpx))
    assert found.ending is Ending.UNEXPLAINED
    assert found.why == "gave up after 5 trials"
