"""Mixtures of two small closures: who is dragged along, who comes, who goes, who cannot be."""

from __future__ import annotations

from collections.abc import Mapping

from packaging.requirements import Requirement

from bot.core.metadata import Metadata
from bot.core.mixture import Graph, Mixed, Outside, graph, mix


def world(**requires: str) -> dict[tuple[str, str], Metadata]:
    """Read `a_1="b>=2, c"`: package `a` at version 1 requires these."""
    told = {}
    for place, words in requires.items():
        name, _, version = place.rpartition("_")
        wanted = tuple(Requirement(each) for each in words.split(",") if each.strip())
        told[name, version] = Metadata(name=name, version=version, requires=wanted)
    return told


def mixed(
    near: Mapping[str, str],
    far: Mapping[str, str],
    pins: Mapping[str, str],
    **requires: str,
) -> Mixed | Outside:
    told = world(**requires)
    return mix(
        near, far, pins, lambda n, v: told.get((n, v), Metadata(name=n, version=v)), {"extra": ""}
    )


def versions(found: Mixed | Outside) -> dict[str, str]:
    assert isinstance(found, Mixed), found
    return dict(found.versions)


GOOD = {"a": "1", "b": "1", "c": "1"}
BAD = {"a": "2", "b": "2", "c": "2"}


def test_what_nobody_forbids_stays_where_it_was() -> None:
    assert versions(mixed(GOOD, BAD, {"a": "2"})) == {"a": "2", "b": "1", "c": "1"}


def test_a_requirement_drags_along_and_says_why() -> None:
    found = mixed(GOOD, BAD, {"a": "2"}, a_2="b>=2", b_2="c==2")
    assert versions(found) == BAD
    assert isinstance(found, Mixed)
    assert dict(found.because) == {"b": "a 2 requires b>=2", "c": "b 2 requires c==2"}


def test_who_wants_the_old_one_moves_too() -> None:
    found = mixed(GOOD, BAD, {"b": "2"}, a_1="b<2")
    assert versions(found) == {"a": "2", "b": "2", "c": "1"}


def test_what_an_end_really_had_it_may_have_again() -> None:
    assert versions(mixed(GOOD, BAD, {"c": "2"}, a_1="b>=5")) == {"a": "1", "b": "1", "c": "2"}


def test_a_package_comes_and_goes_with_who_wants_it() -> None:
    good, bad = {"a": "1", "old": "1"}, {"a": "2", "new": "1"}
    told = {"a_1": "old", "a_2": "new"}
    assert versions(mixed(good, bad, {"a": "2"}, **told)) == {"a": "2", "new": "1"}
    assert versions(mixed(bad, good, {"a": "1"}, **told)) == {"a": "1", "old": "1"}


def test_what_nobody_ever_wanted_stays() -> None:
    good, bad = {"a": "1", "tool": "1"}, {"a": "2"}
    assert versions(mixed(good, bad, {"a": "2"})) == {"a": "2", "tool": "1"}


def test_what_an_end_went_without_it_goes_without_again() -> None:
    assert versions(mixed(GOOD, BAD, {"a": "1"}, a_1="elsewhere")) == GOOD


def test_an_extra_wants_what_the_bare_package_does_not() -> None:
    good, bad = {"a": "1", "b": "1"}, {"a": "2", "b": "1", "h2": "1"}
    told = {"a_2": "b[fast]", "b_1": "h2; extra == 'fast'"}
    assert versions(mixed(good, bad, {"a": "2"}, **told)) == {"a": "2", "b": "1", "h2": "1"}


def test_a_release_between_the_ends_may_need_what_neither_has() -> None:
    found = mixed({"a": "1", "b": "1"}, {"a": "3", "b": "3"}, {"a": "2"}, a_2="b==2")
    assert isinstance(found, Outside)
    assert "a 2 requires b==2" in found.why
    found = mixed({"a": "1"}, {"a": "3"}, {"a": "2"}, a_2="elsewhere")
    assert isinstance(found, Outside)


def test_two_pins_that_exclude_each_other_are_the_solvers_business() -> None:
    assert isinstance(mixed(GOOD, BAD, {"a": "2", "b": "1"}, a_2="b>=2"), Outside)


def test_what_is_kept_out_stays_out_unless_it_is_wanted() -> None:
    good, bad = {"a": "1", "tool": "1"}, {"a": "2"}
    assert versions(mixed(good, bad, {"tool": ""})) == {"a": "1"}
    assert isinstance(mixed(good, bad, {"tool": ""}, a_1="tool"), Outside)


def drawn(**wants: str) -> Graph:
    told = world(**{f"{name}_1": wanted for name, wanted in wants.items()})
    return graph(dict.fromkeys(wants, "1"), lambda n, v: told.get((n, v)), {"extra": ""})


def test_everything_follows_from_the_tops() -> None:
    assert drawn(a="b", b="c", c="", d="c, elsewhere").tops == {"a", "d"}
    assert drawn(x="y", y="x", z="z").tops == {"x", "z"}


def test_what_is_bound_is_bound_in_either_direction() -> None:
    told = drawn(a="b", b="", c="b", d="e", e="", f="")
    assert told.around(["b"]) == {"a", "b", "c"}
    assert told.reached(["d", "unknown"]) == {"d", "e"}
