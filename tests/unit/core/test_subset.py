from __future__ import annotations

from bot.core.explain import Explain
from bot.core.outcome import Ending
from bot.core.trial import Told, Trial
from tests.property.worlds import World
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


def named(world: World) -> tuple[str, ...]:
    found = run(Explain(good=world.good, bad=world.bad, releases=world.releases), world.ask)
    return tuple(culprit.package for culprit in found.culprits)


def test_a_long_road_is_halved_before_its_package_is_known_to_be_guilty() -> None:
    world = World(tops={"a": 1, "b": 1, "c": 40}, flips={"c": 17})
    assert named(world) == ("c",)
    first = next(trial for trial in world.asked if trial.versions)
    assert 10 < int(dict(first.versions)["c"].split(".")[1]) < 30


def test_a_release_halfway_that_is_not_kept_says_nothing() -> None:
    def ask(trial: Trial) -> Told:
        told = closer(GOOD, BAD, new_httpx)(trial)
        if dict(trial.versions).get("httpx") in {"0.28.0", "0.28.1"}:
            return Told(signature="ok", versions={**told.versions, "httpx": "0.27.2"})
        return told

    found = run(Explain(good=GOOD, bad=BAD, releases=HTTPX, prior={"httpx": 50.0}), ask)
    assert found.gaps == ("httpx==0.28.0", "httpx==0.28.1")


def test_a_version_from_nowhere_tells_nothing_of_its_road() -> None:
    def ask(trial: Trial) -> Told:
        told = closer(GOOD, BAD, new_httpx)(trial)
        return Told(signature=told.signature, versions={**told.versions, "yarl": "1.5"})

    found = run(Explain(good=GOOD, bad=BAD, releases=HTTPX), ask)
    assert [culprit.package for culprit in found.culprits] == ["httpx"]


def test_what_others_bring_forward_is_not_the_interval() -> None:
    """`b` makes it show one release of `z` earlier; `z` does it alone from 4 on."""

    def show(versions: Versions) -> str:
        early = versions["z"] >= "3" and versions["b"] == "2"
        return "odd" if versions["z"] >= "4" or early else "ok"

    good, bad = closure(a="1", b="1", y="1", z="1"), closure(a="2", b="2", y="2", z="5")
    found = explain(good, bad, show, releases={"z": ["2", "3", "4"]}, prior={"z": 0.2})
    assert found.ending is Ending.CONCLUSIVE
    (culprit,) = found.culprits
    assert (culprit.package, culprit.last_good, culprit.first_bad) == ("z", "3", "4")


def test_a_pair_costs_one_search_more_and_no_release_twice() -> None:
    world = World(tops=dict.fromkeys("abcdefgh", 4), flips={"c": 2, "f": 3})
    assert named(world) == ("c", "f")
    search = [t for t in world.asked if t.versions and not t.fresh]
    assert len(search) <= 12


def test_a_pair_that_cannot_exist_alone_is_named_alone() -> None:
    """Beside one other and beside another it is bad: neither of these is needed."""

    def show(versions: Versions) -> str | None:
        up = {name for name, version in versions.items() if version == "2"}
        if up == {"a", "c"}:
            return None
        return "odd" if {"a", "c"} <= up else "ok"

    good, bad = closure(**dict.fromkeys("abcdef", "1")), closure(**dict.fromkeys("abcdef", "2"))
    found = explain(good, bad, show)
    assert [culprit.package for culprit in found.culprits] == ["a", "c"]


def test_one_that_cannot_exist_alone_wants_its_partner() -> None:
    """Beside another it is good: so it takes two."""

    def show(versions: Versions) -> str | None:
        up = {name for name, version in versions.items() if version == "2"}
        if len(up) == 1:
            return None
        return "odd" if {"a", "c"} <= up else "ok"

    good, bad = closure(**dict.fromkeys("abcdef", "1")), closure(**dict.fromkeys("abcdef", "2"))
    found = explain(good, bad, show)
    assert [culprit.package for culprit in found.culprits] == ["a", "c"]


def test_half_of_the_mixtures_do_not_resolve() -> None:
    wrong = []
    for seed in range(40):
        tops = {f"p{at:02}": 1 for at in range(16)}
        world = World(tops=tops, flips={f"p{seed % 16:02}": 1}, refused=50, seed=seed)
        if named(world) != tuple(world.flips):
            wrong.append(seed)
    assert wrong == []
