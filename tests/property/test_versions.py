"""The order of versions holds for any text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from bot.core.versions import between, is_prerelease, ordered, parse, road

numbers = st.lists(st.integers(0, 12), min_size=1, max_size=3).map(lambda n: ".".join(map(str, n)))
tails = st.sampled_from(["", "rc1", "a2", ".dev3", ".post1", "+cpu"])
versions = st.builds(str.__add__, numbers, tails)
texts = versions | st.text(max_size=5)


@given(st.lists(texts))
def test_ordered_is_sorted_and_loses_no_version(found: list[str]) -> None:
    result = ordered(found)
    valid = [Version(text) for text in result if parse(text)]
    assert valid == sorted(valid)
    assert set(valid) == {Version(text) for text in found if parse(text)}
    assert {text for text in found if not parse(text)} <= set(result)
    assert ordered(reversed(found)) == result


@given(st.lists(texts), versions, versions)
def test_the_road_is_strictly_inside_and_runs_from_end_to_end(
    found: list[str], low: str, high: str
) -> None:
    inside = between(found, low, high)
    assert tuple(reversed(between(found, high, low))) == inside
    bottom, top = sorted([Version(low), Version(high)])
    early = is_prerelease(low) or is_prerelease(high)
    expected = {
        Version(text)
        for text in found
        if parse(text) and bottom < Version(text) < top and (early or not is_prerelease(text))
    }
    assert {Version(text) for text in inside} == expected
    assert road(found, low, high) == (low, *inside, high)


@given(st.lists(texts), st.text(max_size=5))
def test_an_end_that_is_no_version_has_no_road(found: list[str], end: str) -> None:
    if parse(end) is None:
        assert between(found, "1", end) == ()
