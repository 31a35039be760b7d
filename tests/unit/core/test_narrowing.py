"""Who is still suspected, in words."""

from __future__ import annotations

from bot.core.narrowing import Narrowing

GOOD = dict.fromkeys("abcdef", "1")
BAD = dict.fromkeys("abcde", "2")


def test_whatever_differs_is_suspected_at_first() -> None:
    assert Narrowing(good=GOOD, bad=BAD).words == "6 of 6 upgrades are left: a, b, c, d and 2 more"


def test_what_shows_bad_holds_the_guilty_one_and_what_shows_good_does_not() -> None:
    left = Narrowing(good=GOOD, bad=BAD)
    left.hear({**GOOD, "a": "2", "b": "1.5"}, bad=True)
    assert left.words == "2 of 6 upgrades are left: a, b"
    left.hear({**GOOD, "b": "1.2"}, bad=False)
    assert left.left == {"a", "b"}
    left.hear({**GOOD, "a": "2"}, bad=False)
    assert left.words == "1 of 6 upgrades is left: b"
    left.hear({**GOOD, "b": "2"}, bad=False)
    assert left.words == "none of 6 upgrades does it alone"
