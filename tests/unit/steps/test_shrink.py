"""A smaller question must part the same two sides in the same way, decoding and all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.core.facts import Explained
from bot.core.finding import Flip, Group, group
from bot.core.model import Failure, Json, Link, Phase, Probe, Reason
from bot.core.outcome import Culprit, Diverged, Ending, Explanation, Passed, Verdict
from bot.steps.house import House
from bot.steps.shrink import CALLS_AT_MOST, Sides, Smallest, shown_by, shrink, sides
from tests.unit.steps.fakes import FakeSolver, cell_of, closure, env_of, house, probe
from tests.unit.steps.rooms import Answer, Fails, FakeEnv, Guest, text

INDEX = {"e": ["1", "2"], "c": ["1"]}
FOUND = Explanation(
    ending=Ending.CONCLUSIVE, culprits=(Culprit(package="e", last_good="1", first_bad="2"),)
)
APART = Sides(good=closure(e="1", c="1"), bad=closure(e="2", c="1"))
WORDS: list[Json] = ["a", "b", "guilty", "c", "d", "e"]


def cause(*probes: Probe) -> Group:
    flips = [
        Flip(
            row="row",
            trigger="e==2",
            cell=cell_of(e="2", c="1"),
            baseline=cell_of(e="1", c="1"),
            probe=each,
            verdict=Verdict.REGRESSED,
            before=Passed(),
            after=Diverged(link=Link.TEXT, diff="", shape="value"),
        )
        for each in probes
    ]
    return group(flips)[0]


def script(**more: Json) -> Probe:
    return probe("p", {"source": "print(1)", "arguments": WORDS, **more})


def words(request: Json) -> list[Json]:
    assert isinstance(request, dict)
    found = request.get("arguments", [])
    return found if isinstance(found, list) else []


def breaks_on_a_word(versions: Mapping[str, str], _name: str, request: Json) -> Answer:
    bad = versions["e"] == "2" and "guilty" in words(request)
    return text("broken" if bad else "fine")


def shrunk(guest: Guest, asked: Probe) -> Smallest | None:
    return shrink(house(INDEX, guest), cause(asked), APART)


def test_only_what_makes_it_fail_is_left() -> None:
    small = shrunk(breaks_on_a_word, script())
    assert small is not None
    assert small.probe.request == {"source": "print(1)", "arguments": ["guilty"]}
    assert (small.good.at(Link.TEXT), small.bad.at(Link.TEXT)) == ("fine", "broken")
    assert small.probe.name == "p"
    assert 0 < small.calls <= CALLS_AT_MOST


def test_another_way_to_part_is_no_smaller_proof() -> None:
    def guest(versions: Mapping[str, str], _name: str, request: Json) -> Answer:
        if versions["e"] == "1":
            return text("fine")
        return text("broken" if len(words(request)) > 3 else "another way")

    small = shrunk(guest, script())
    assert small is not None
    assert len(words(small.probe.request)) == 4
    assert small.bad.at(Link.TEXT) == "broken"


def test_a_question_that_breaks_the_good_side_is_no_smaller_proof() -> None:
    def guest(versions: Mapping[str, str], _name: str, request: Json) -> Answer:
        if len(words(request)) < 2:
            return Fails(reason="exception", message=f"too few for {versions['e']}")
        return breaks_on_a_word(versions, "", request)

    small = shrunk(guest, script())
    assert small is not None
    assert len(words(small.probe.request)) == 2
    assert small.good.failure is None


def test_decoding_stays_as_it_was() -> None:
    asked = script(temperature=0, seed=7, noise="x")
    small = shrunk(breaks_on_a_word, asked)
    assert small is not None
    assert small.probe.request == {
        "source": "print(1)",
        "arguments": ["guilty"],
        "temperature": 0,
        "seed": 7,
    }


def test_sides_that_do_not_part_here_prove_nothing() -> None:
    assert shrunk(lambda *_: text("fine"), script()) is None


def test_a_side_that_cannot_be_installed_proves_nothing() -> None:
    home = house(INDEX, breaks_on_a_word)
    failure = Failure(phase=Phase.INSTALL, reason=Reason.DISK, message="full")
    broken = FakeEnv(
        guest=breaks_on_a_word,
        broken=lambda versions: failure if versions["e"] == "2" else None,
    )
    assert shrink(replace(home, env=broken), cause(script()), APART) is None


def test_the_sides_differ_in_the_culprit_alone() -> None:
    home = house(INDEX)
    assert sides(home, cause(script()), FOUND) == APART
    stubborn = FakeSolver(index=INDEX, conflicts=lambda _: "no")
    assert sides(replace(home, solver=stubborn), cause(probe("q")), FOUND) == APART
    other = house(INDEX)
    assert sides(replace(other, solver=stubborn), cause(probe("q")), FOUND) is None


# --- which probes of a group its culprit really flips --------------------------------------------


def guilty_of(home: House, group_: Group, found: Explanation) -> frozenset[str]:
    home.tell(Explained(finding=group_.search, explanation=found), job="explain")
    return shown_by(home, group_)


def only(*names: str) -> Guest:
    def guest(versions: Mapping[str, str], name: str, _request: Json) -> Answer:
        return text("broken" if versions["e"] == "2" and name in names else "fine")

    return guest


def test_the_plainest_probe_always_counts_and_the_others_where_they_flip() -> None:
    asked = (probe("a"), probe("long", "request"), probe("longer", "long request"))
    home = house(INDEX, only("longer"))
    assert guilty_of(home, cause(*asked), FOUND) == {"a", "longer"}
    talks = len(env_of(home).talks)
    assert shown_by(home, cause(*asked)) == {"a", "longer"}
    assert len(env_of(home).talks) == talks, "what was answered is remembered"


def test_one_probe_alone_is_asked_nothing() -> None:
    home = house(INDEX, only())
    assert guilty_of(home, cause(probe("a")), FOUND) == {"a"}
    assert env_of(home).talks == []


def test_without_a_culprit_nothing_is_taken_from_the_group() -> None:
    home = house(INDEX, only())
    nobody = Explanation(ending=Ending.UNEXPLAINED)
    assert guilty_of(home, cause(probe("a"), probe("b")), nobody) == {"a", "b"}
