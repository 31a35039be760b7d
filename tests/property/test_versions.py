"""The order of versions holds for any text."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from bot.core.versions import between, is_prerelease, ordered, parse, road

numbers = st.lists(st.integers(0, 12), min_size=1, max_size=3).map(lambda n: ".".join(map(str, n)))
tails = st.sampled_from(
    ["", "rc1", "a2", "a2.dev1", "rc1.post2", ".dev3", ".post1", ".post1.dev2", "+cpu", "+1.b"]
)
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


# --- every scheme ----------------------------------------------------------------------------

small = st.integers(0, 30)
words = st.sampled_from(["alpha", "beta", "rc", "next", "nightly", "0a", "x-y"])
identifiers = st.lists(small.map(str) | words, max_size=3).map(".".join)
DRAWN = {
    "pep440": versions,
    "semver": st.builds(
        lambda n, early: ".".join(map(str, n)) + (f"-{early}" if early else ""),
        st.tuples(small, small, small),
        identifiers,
    ),
    "build": small.map("b{}".format),
    "calendar": st.builds(
        "{}.{}{}".format, st.integers(2019, 2030), st.integers(1, 12), st.sampled_from(["", "rc2"])
    ),
    "nightly": st.dates(date(2019, 1, 1), date(2030, 1, 1)).map("nightly-{:%Y%m%d}".format),
    r"/rel-(\d+)-(\w+)/": st.builds("rel-{}-{}".format, small, small | words.filter(str.isalpha)),
}
DRAWN["build then semver"] = DRAWN["build"] | DRAWN["semver"]
cases = st.sampled_from(sorted(DRAWN)).flatmap(
    lambda scheme: st.tuples(st.just(scheme), st.lists(DRAWN[scheme], min_size=3, max_size=3))
)


@given(cases)
def test_each_scheme_is_a_total_order(case: tuple[str, list[str]]) -> None:
    scheme, texts = case
    a, b, c = (parse(text, scheme) for text in texts)
    assert a is not None
    assert b is not None
    assert c is not None
    assert [a < b, a == b, a > b].count(True) == 1
    assert (a <= b) is (a < b or a == b)
    assert (a >= b) is (b <= a)
    low, middle, high = sorted([a, b, c])
    assert low <= middle <= high
    assert low <= high
    if a == b:
        assert hash(a) == hash(b)


@given(cases)
def test_what_was_read_is_read_again_from_its_plainest_spelling(
    case: tuple[str, list[str]],
) -> None:
    scheme, texts = case
    for text in texts:
        found = parse(text, scheme)
        assert found is not None
        again = parse(str(found), scheme)
        assert again == found
        assert str(again) == str(found)
        assert again is not None
        assert (again.early, again.nightly, again.numbers) == (
            found.early,
            found.nightly,
            found.numbers,
        )


@given(versions, versions)
def test_pep_440_is_as_packaging_has_it(one: str, other: str) -> None:
    first, second = parse(one), parse(other)
    assert first is not None
    assert second is not None
    assert (first < second) is (Version(one) < Version(other))
    assert (first == second) is (Version(one) == Version(other))
    assert (first.major, first.epoch, first.local, first.early) == (
        Version(one).major,
        Version(one).epoch,
        Version(one).local,
        Version(one).is_prerelease,
    )


@given(st.text(max_size=12), st.sampled_from(sorted(DRAWN)))
def test_no_text_raises(text: str, scheme: str) -> None:
    found = parse(text, scheme)
    assert found is None or parse(str(found), scheme) == found
