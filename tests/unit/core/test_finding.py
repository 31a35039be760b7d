from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.finding import Flip, Group, accuse, group, merged, moved, split
from bot.core.model import Cell, Closure, Json, Link, Phase, Pin, Probe, Reason
from bot.core.outcome import Culprit, Diverged, Failed, Outcome, Passed, Verdict


def cell(**versions: str) -> Cell:
    pins = tuple(Pin(name=name, version=version) for name, version in versions.items())
    return Cell(
        row="chat",
        components=tuple(versions.items()),
        closure=Closure(pins=pins),
        backend="cpu",
        model="tiny-chat",
        interpreter="3.11",
    )


def probe(name: str, request: Json = None) -> Probe:
    return Probe(name=name, ask="chat", request=request, looks=())


BASE = cell(e="1", c="1", x="1")
SHORTER = Diverged(link=Link.TEXT, diff="- hello\n+ hell", shape="shorter")
LONGER = replace(SHORTER, shape="longer")
CRASHED = Failed(phase=Phase.PROBE, reason=Reason.CRASH, message="SIGSEGV", link=Link.TEXT)


def where(trigger: str) -> Cell:
    """The cell of a release that is tried alone."""
    name, version = trigger.split("==")
    return cell(**{"e": "1", "c": "1", "x": "1", name: version})


def flip(
    trigger: str,
    *,
    after: Outcome = SHORTER,
    name: str = "p",
    request: Json = None,
    there: Cell | None = None,
) -> Flip:
    return Flip(
        row="chat",
        trigger=trigger,
        cell=there or where(trigger),
        baseline=BASE,
        probe=probe(name, request),
        verdict=Verdict.REGRESSED,
        before=Passed(),
        after=after,
    )


def test_nothing_is_no_finding() -> None:
    assert group(()) == ()


def test_many_probes_of_one_upgrade_are_one_finding() -> None:
    (one,) = group([flip("e==2", name="b"), flip("e==2", name="a"), flip("e==3", name="a")])
    assert one.component == "e"
    assert one.link is Link.TEXT
    assert one.signature == "diverged:text:shorter"
    assert one.probes == ("a", "b")
    assert len(one.flips) == 3


@pytest.mark.parametrize(
    "other",
    [
        flip("c==2"),
        replace(flip("e==2", name="q"), verdict=Verdict.FIXED, before=SHORTER, after=Passed()),
        flip("e==2", name="q", after=replace(SHORTER, link=Link.PROMPT)),
        replace(flip("e==2", name="q"), row="tokens"),
    ],
)
def test_another_component_link_row_or_direction_is_another_finding(other: Flip) -> None:
    found = group([flip("e==2"), other])
    assert len(found) == 2
    assert {len(one.flips) for one in found} == {1}


def test_likely_one_cause_is_split_where_its_culprits_part() -> None:
    (one,) = group([flip("e==2", name="a"), flip("e==2", name="b", after=LONGER)])
    mine, rest = split(one, {"a"})
    assert rest is not None
    assert (mine.probes, rest.probes) == (("a",), ("b",))
    assert (mine.signature, rest.signature) == ("diverged:text:shorter", "diverged:text:longer")
    assert mine.finding != rest.finding
    assert split(one, {"a", "b"}) == (one, None)


def test_a_split_always_keeps_the_plainest() -> None:
    (one,) = group([flip("e==2", name="a"), flip("e==2", name="b")])
    mine, rest = split(one, {one.plainest.probe.name})
    assert mine.plainest == one.plainest
    assert rest is not None
    with pytest.raises(AssertionError, match="plainest"):
        split(one, {"b"})


def test_two_causes_that_look_the_same_have_two_names() -> None:
    probes = [flip("e==2", name=name) for name in ("a", "b", "c")]
    (one,) = group(probes)
    mine, rest = split(one, {"a"})
    assert rest is not None
    second, third = split(rest, {"b"})
    assert third is not None
    assert rest.signature == mine.signature
    assert mine.finding == one.finding
    assert second.finding == rest.finding, "what is split off keeps the name it was searched under"
    assert len({each.finding for each in (mine, second, third)}) == 3


def test_a_repair_and_a_break_that_look_the_same_have_two_names() -> None:
    fixed = replace(flip("e==2", name="q"), verdict=Verdict.FIXED, before=SHORTER, after=Passed())
    found = group([flip("e==2"), fixed])
    assert len({each.signature for each in found}) == 1
    assert len({each.finding for each in found}) == 2


def test_one_crash_while_two_links_were_asked_is_two_findings() -> None:
    later = replace(CRASHED, link=Link.STREAM)
    found = group([flip("e==2", after=CRASHED), flip("e==2", name="q", after=later)])
    assert [one.link for one in found] == [Link.TEXT, Link.STREAM]


def test_two_triggers_of_one_cell_are_told_once() -> None:
    (one,) = group([flip("e==2"), flip("c==2", there=where("e==2"))])
    assert (one.component, len(one.flips)) == ("e", 1)


def test_all_newest_joins_the_release_that_shows_the_same() -> None:
    late = flip("newest", there=cell(e="2", c="2", x="2"))
    (one,) = group([late, flip("e==2")])
    assert [each.trigger for each in one.flips] == ["e==2", "newest"]
    assert one.plainest.trigger == "e==2"


def test_what_only_all_newest_shows_is_a_finding_of_its_own() -> None:
    both = cell(e="2", c="2", x="2")
    found = group([flip("e==2"), flip("newest", after=CRASHED, there=both)])
    assert [one.component for one in found] == ["e", ""]
    other_probe = group([flip("e==2"), flip("newest", name="q", there=both)])
    assert [one.component for one in other_probe] == ["e", ""]


def test_the_plainest_flip_is_the_nearest_cell_with_the_shortest_question() -> None:
    far = flip("e==3", name="far", there=cell(e="3", c="1", x="9"))
    long = flip("e==2", name="long", request={"messages": ["x" * 50]})
    short = flip("e==2", name="short", request={"messages": []})
    (one,) = group([far, long, short])
    assert [each.probe.name for each in one.flips] == ["short", "long", "far"]


def test_what_was_fixed_is_told_by_how_it_was_broken() -> None:
    fixed = replace(flip("e==2"), verdict=Verdict.FIXED, before=CRASHED, after=Passed())
    assert fixed.telling == CRASHED
    assert fixed.link is Link.TEXT
    (one,) = group([fixed])
    assert one.signature.startswith("failed:probe:crash")


def test_an_outcome_without_a_link_has_none() -> None:
    assert replace(flip("e==2"), after=Passed()).link is None


def named(cause: Group, *culprits: tuple[str, str], source: str = "pypi", since: str = "0") -> str:
    told = [Culprit(package=name, last_good=since, first_bad=bad) for name, bad in culprits]
    return accuse(cause, source, told).finding


NAMED = (Culprit(package="e", last_good="1", first_bad="2"),)


def one(*flips: Flip) -> Group:
    (only,) = group(flips)
    return only


def renamed(told: Flip, row: str, component: str, probe_name: str) -> Flip:
    """The same flip on another installation, whose user chose other names and another baseline."""
    base, there = cell(e="1.5", c="1"), cell(e="2", c="1", more="3")
    return replace(
        told,
        row=row,
        trigger=f"{component}==2",
        cell=replace(there, row=row, interpreter="3.12", components=((component, "2"),)),
        baseline=replace(base, row=row, components=((component, "1.5"),)),
        probe=replace(told.probe, name=probe_name),
    )


def test_a_fingerprint_holds_nothing_of_the_installation() -> None:
    here = flip("e==2")
    there = renamed(here, "the other's row", "my-engine", "my probe")
    assert one(here).sought != one(there).sought
    assert named(one(here), ("e", "2")) == named(one(there), ("e", "2"), since="1.5")
    assert len(named(one(here), ("e", "2"))) == 16


@pytest.mark.parametrize(
    ("one_says", "other_says"),
    [
        ("in /srv/a/b.py line 3, build 1234", "in /home/u/c.py line 99, build 77"),
        (
            "TypeError: Client.__init__() got an unexpected keyword argument 'proxies'",
            "TypeError: __init__() does not take 'proxies' any more. Did you mean: 'proxy'?",
        ),
    ],
)
def test_it_survives_rewording_paths_and_numbers(one_says: str, other_says: str) -> None:
    here = flip("e==2", after=replace(CRASHED, message=one_says))
    there = flip("e==2", after=replace(CRASHED, message=other_says))
    assert named(one(here), ("e", "2")) == named(one(there), ("e", "2"))


def test_another_cause_has_another_fingerprint() -> None:
    crash = replace(CRASHED, message="TypeError: __init__() got an unexpected 'proxies'")
    fixed = replace(flip("e==2"), verdict=Verdict.FIXED, before=SHORTER, after=Passed())
    names = [
        named(one(flip("e==2")), ("e", "2")),
        named(one(flip("e==2")), ("e", "2.1")),
        named(one(flip("e==2")), ("c", "2")),
        named(one(flip("e==2")), ("e", "2"), ("c", "2")),
        named(one(flip("e==2")), ("e", "2"), source="npm"),
        named(one(flip("e==2", after=LONGER)), ("e", "2")),
        named(one(flip("e==2", after=replace(SHORTER, link=Link.PROMPT))), ("e", "2")),
        named(one(flip("e==2", after=crash)), ("e", "2")),
        named(one(flip("e==2", after=replace(crash, message="TypeError: 'seed'"))), ("e", "2")),
        named(one(fixed), ("e", "2")),
        accuse(one(flip("e==2")), "pypi", NAMED, only="vulkan").finding,
    ]
    assert len(set(names)) == len(names)


def test_the_order_of_culprits_and_of_probes_names_nothing() -> None:
    short = flip("e==2", name="short")
    far = flip("e==3", name="far", request={"x": "y" * 9}, after=LONGER, there=cell(e="3", x="9"))
    two = one(short, far)
    assert named(two, ("e", "2"), ("c", "2")) == named(two, ("c", "2"), ("e", "2"))
    assert named(two, ("e", "2")) == named(one(short), ("e", "2"))


def test_one_cause_in_several_rows_is_one_finding() -> None:
    first, other = group([flip("e==2"), renamed(flip("e==2"), "tokens", "e", "p")])
    told = [replace(each, finding="0123") for each in (first, other, other)]
    (only,) = merged(told)
    assert (only.plainest.row, only.also) == ("chat", ("tokens",))
    assert merged([first, other]) == (first, other)
    second = replace(one(flip("e==2", name="q")), finding="0123")
    (both,) = merged([told[0], second])
    assert (both.probes, both.also, both.search) == (("p", "q"), (), told[0].search)


def test_what_nobody_was_accused_of_keeps_the_name_of_its_search() -> None:
    cause = one(flip("e==2"))
    assert accuse(cause, "pypi", ()) == cause


def test_a_search_is_named_by_its_ends_and_its_question() -> None:
    one = group([flip("e==2")])[0]
    assert replace(one, finding="0123").search == one.search
    assert one.search.startswith(one.sought + "-")
    others = (
        group([flip("e==2", there=cell(e="2", c="7"))])[0],
        group([flip("e==2", request={"other": 1})])[0],
        group([replace(flip("e==2"), baseline=cell(e="0"))])[0],
    )
    assert len({each.search for each in (one, *others)}) == 4
    assert len({each.finding for each in (one, *others)}) == 1


def test_what_moved_between_two_closures() -> None:
    before = {"same": "1", "up": "1", "gone": "1"}
    after = {"same": "1", "up": "2", "came": "3"}
    assert moved(before, after) == (("came", "", "3"), ("gone", "1", ""), ("up", "1", "2"))
