"""What changed since the last time: what happened to a release, and what of it is an alarm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.lookout import Lookout
from bot.core.model import Component, Release, Role
from bot.core.news import VANISHED, Kind, News, compare

TEA = Component(
    name="tea", role=Role.ENGINE, source="github", package="a/tea", upstream="",
    scheme="build then semver", driver="", lookout=Lookout(moving=("nightly",)),
)  # fmt: skip
FILES = (("a.zip", "id:1"), ("b.zip", ""))


def release(version: str) -> Release:
    return Release(component="tea", version=version, uploaded=None, origin="", files=FILES)


def news(known: tuple[Release, ...], *listed: Release) -> tuple[News, ...]:
    return compare(TEA, {one.version: one for one in known}, listed)


ONE = release("b1")


@pytest.mark.parametrize(
    ("before", "now", "kind", "why"),
    [
        (ONE, replace(ONE, yanked="bad"), Kind.YANKED, "bad"),
        (replace(ONE, yanked=""), ONE, Kind.RESTORED, "it was yanked"),
        (replace(ONE, yanked=VANISHED), ONE, Kind.RESTORED, f"it was {VANISHED}"),
        (ONE, replace(ONE, files=(("a.zip", "id:2"), FILES[1])), Kind.REPLACED, "a.zip"),
        (ONE, replace(ONE, files=(*FILES, ("c.zip", "x"))), Kind.GREW, "c.zip"),
        (replace(ONE, files=()), ONE, Kind.OTHER, ""),
        (ONE, replace(ONE, files=(("a.zip", ""), ("b.zip", "id:3"))), Kind.OTHER, ""),
        (ONE, replace(ONE, files=FILES[1:]), Kind.OTHER, ""),
        (ONE, replace(ONE, deprecated="old"), Kind.DEPRECATED, "old"),
        (replace(ONE, deprecated="old"), ONE, Kind.OTHER, ""),
        (ONE, replace(ONE, tags=("latest",)), Kind.OTHER, ""),
    ],
)
def test_what_happened(before: Release, now: Release, kind: Kind, why: str) -> None:
    (found,) = news((before,), now)
    assert (found.kind, found.release) == (kind, now)
    assert why in found.why


def test_only_what_nobody_should_miss_is_an_alarm() -> None:
    assert {kind for kind in Kind if kind.alarm} == {Kind.REPLACED, Kind.GONE}


def test_nothing_changed_is_no_news() -> None:
    assert news((ONE,), ONE) == ()
    assert news((), *()) == ()


def test_what_is_new_knows_what_came_before_it_in_its_lane() -> None:
    known = (release("b1"), release("0.1.0"), replace(release("0.2.0"), yanked="bad"))
    found = {
        each.release.version: (each.kind, each.lane, each.previous)
        for each in news(
            known, *known, release("0.3.0-rc.1"), release("0.3.0-rc.2"), release("0.3.0"),
            release("b0"), release("what"),
        )
    }  # fmt: skip
    assert found == {
        "0.3.0-rc.1": (Kind.NEW, "rc", "0.1.0"),
        "0.3.0-rc.2": (Kind.NEW, "rc", "0.3.0-rc.1"),
        "0.3.0": (Kind.NEW, "stable", "0.1.0"),
        "b0": (Kind.NEW, "stable", ""),
        "what": (Kind.NEW, "", ""),
    }


def test_a_tag_that_moved_is_told_as_that() -> None:
    moved = replace(release("nightly@2026"), tags=("nightly",))
    other = replace(release("b2"), tags=("latest",))
    assert [each.kind for each in news((), moved, other)] == [Kind.MOVED, Kind.NEW]


def test_what_is_gone_is_told_once_and_what_is_merely_old_is_not() -> None:
    known = tuple(release(each) for each in ("b1", "b3", "b4", "odd"))
    found = news(known, release("b2"), release("b4"))
    gone = [each for each in found if each.kind is Kind.GONE]
    assert [each.release.version for each in gone] == ["b3"]
    assert (gone[0].release.yanked, gone[0].why) == (VANISHED, VANISHED)
    told = (*known[:1], gone[0].release, *known[2:])
    assert [each.kind for each in news(told, release("b2"), release("b4"))] == [Kind.NEW]


def test_a_list_of_which_nothing_can_be_read_makes_nothing_gone() -> None:
    assert [each.kind for each in news((release("b3"),), release("odd"))] == [Kind.NEW]
    assert news((release("b3"),)) == ()


def test_news_are_told_in_the_order_of_the_scheme_whatever_order_they_are_listed_in() -> None:
    told = news((), *map(release, ("1.10.0", "b12", "odd", "1.9.0", "b2")))
    assert [one.release.version for one in told] == ["odd", "b2", "b12", "1.9.0", "1.10.0"]
