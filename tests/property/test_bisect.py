"""Bisection against brute force: the interval is the tightest that answers allow."""

from __future__ import annotations

from math import ceil, log2

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.bisect import Answer, Bisect, around

SOME = settings(max_examples=300, deadline=None, derandomize=True)


@SOME
@given(st.integers(2, 80), st.data())
def test_the_interval_is_the_tightest(length: int, data: st.DataObject) -> None:
    versions = [f"v{at}" for at in range(length)]
    flip = data.draw(st.integers(1, length - 1))
    gaps = data.draw(st.sets(st.integers(1, max(1, length - 2)))) - {0, length - 1}
    search, asked = Bisect(versions), 0
    while (version := search.propose()) is not None:
        at = versions.index(version)
        told = Answer.UNKNOWN if at in gaps else Answer.BAD if at >= flip else Answer.GOOD
        search.tell(version, told)
        asked += 1
    can = [at for at in range(length) if at not in gaps]
    low, high = max(at for at in can if at < flip), min(at for at in can if at >= flip)
    assert search.result == (versions[low], versions[high], tuple(versions[low + 1 : high]))
    if not gaps:
        assert asked <= ceil(log2(length - 1)) if length > 2 else asked == 0


@SOME
@given(st.integers(-1, 50), st.integers(0, 50), st.integers(-1, 60))
def test_around_walks_everywhere_once(low: int, width: int, middle: int) -> None:
    high = low + width
    walked = list(around(low, high, middle))
    assert sorted(walked) == list(range(low + 1, high))
