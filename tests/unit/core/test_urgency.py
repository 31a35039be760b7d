"""What is asked first, and what waits."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.core.downloads import Sizes
from bot.core.urgency import Budget, Candidate, Why, within


def one(
    key: str, why: Why = Why.WAITED, seconds: float = 60.0, since: int = 1, place: int = 0
) -> Candidate:
    return Candidate(key=key, why=why, seconds=seconds, since=since, place=place)


def keys(found: tuple[Candidate, ...]) -> str:
    return " ".join(each.key for each in found)


def test_without_bounds_all_are_asked_the_most_urgent_first() -> None:
    waiting = (
        one("late", since=9),
        one("early", since=2),
        one("bad", Why.BROKEN),
        one("new", Why.NEW),
        one("base", Why.BASELINE),
        one("far", Why.NEW, place=9),
    )
    asked, left = within(waiting, Budget())
    assert keys(asked) == "base new far bad early late"
    assert left == ()


def test_minutes_and_cells_bind_and_a_shorter_one_may_pass() -> None:
    waiting = (one("a", Why.NEW, 90), one("b", Why.BROKEN, 60), one("c", seconds=20))
    asked, left = within(waiting, Budget(minutes=2))
    assert (keys(asked), keys(left)) == ("a c", "b")
    asked, left = within(waiting, Budget(cells=1))
    assert (keys(asked), keys(left)) == ("a", "b c")


def test_megabytes_bind_and_what_is_shared_is_downloaded_once() -> None:
    big: Sizes = {"big": 80_000_000}
    files: dict[str, Sizes] = {"a": big, "b": {"small": 30_000_000}, "c": big, "d": {"odd": None}}
    waiting = [replace(one(key, place=at), files=files[key]) for at, key in enumerate("abcd")]
    asked, left = within(waiting, Budget(megabytes=100))
    assert (keys(asked), keys(left)) == ("a c d", "b")
    base = replace(one("base", Why.BASELINE), files=big)
    asked, left = within([base, *waiting], Budget(megabytes=0))
    assert (keys(asked), keys(left)) == ("base", "a b c d")


def test_a_baseline_is_asked_whatever_it_takes() -> None:
    asked, left = within((one("base", Why.BASELINE, 999), one("x")), Budget(minutes=1, cells=1))
    assert (keys(asked), keys(left)) == ("base", "x")


def test_bounds_and_reasons_are_told_in_words() -> None:
    assert Budget(cells=3, minutes=1.5).words == "3 cells and 1.5 minutes"
    assert Budget().words == ""
    assert one("x", Why.NEW).words == "a new release"
    assert Candidate(key="x", why=Why.OLD, seconds=1, because="older").words == "older"
    assert Budget(cells=3, megabytes=500).words == "3 cells and 500 MB to download"
    assert [why.words for why in Why] == [
        "a baseline", "a new release", "yanked after it was tested", "it was broken",
        "it waited", "it is old"
    ]  # fmt: skip


CANDIDATES = st.lists(
    st.builds(
        one,
        st.text("abcdef", min_size=3, max_size=6),
        st.sampled_from(Why),
        st.floats(0, 500),
        st.integers(0, 5),
    ),
    unique_by=lambda each: each.key,
)


@given(CANDIDATES, st.none() | st.integers(1, 6), st.none() | st.floats(0.1, 20))
def test_nothing_is_lost_and_no_bound_is_broken(
    waiting: list[Candidate], cells: int | None, minutes: float | None
) -> None:
    asked, left = within(waiting, Budget(cells=cells, minutes=minutes))
    assert sorted((*asked, *left), key=str) == sorted(waiting, key=str)
    more = [each for each in asked if each.why is not Why.BASELINE]
    if more and cells is not None:
        assert len(asked) <= cells
    if more and minutes is not None:
        assert sum(each.seconds for each in more) <= 60 * minutes
