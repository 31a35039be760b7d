from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, cycle, repeat

import pytest

from bot.core.apart import Draws, Ends, Sign, strongest, suggested, tell_apart
from bot.core.noise import Channel, Known, Measured, Rates
from bot.core.steps import Record
from bot.core.trial import Told, Trial

VARIES = Draws(good=("ok", "ok"), bad=("boom", "ok"))


def drawn(
    say: Callable[[Trial], str | None], first: Draws = VARIES, channel: Channel | None = None
) -> tuple[Ends, Record]:
    record = Record(budget=999)
    flow = tell_apart(record, first, channel or Measured(), 0.05)
    try:
        while True:
            for trial in next(flow):
                record.told[trial] = Told(signature=say(trial))
    except StopIteration as stop:
        ends: Ends = stop.value
        return ends, record


def lists(good: Iterator[str], bad: Iterator[str]) -> Callable[[Trial], str]:
    return lambda trial: next(good if trial.lean == "good" else bad)


def test_signs() -> None:
    present = Sign(words=frozenset({"boom"}), known=frozenset({"boom", "ok"}))
    assert [present.says(word) for word in ("boom", "ok", "bang", None)] == [
        True,
        False,
        None,
        None,
    ]
    absent = Sign(words=frozenset({"ok"}), absent=True)
    assert [absent.says(word) for word in ("boom", "ok", "bang", None)] == [True, False, True, None]


def test_a_sign_is_never_empty() -> None:
    assert all(sign.words for sign in suggested(["ok", "boom"], ["boom", "ok"]))


def test_plainly_apart_takes_few_draws() -> None:
    ends, record = drawn(lists(cycle(["ok"]), cycle(["boom"])))
    assert ends.apart
    assert 5 < len(ends.draws.good) < 12
    assert record.cost.ends == 2 * len(ends.draws.good)
    assert all(trial.fresh and trial.draw > 1 for trial in record.told)
    assert ends.measure.sign.shows("boom")
    assert ends.measure.words == (
        f"the good end showed it in 0 of {len(ends.draws.good)} draws, "
        f"the bad end in {len(ends.draws.bad)} of {len(ends.draws.bad)}"
    )


def test_rates_are_measured_roughly() -> None:
    ends, _ = drawn(lists(cycle(["ok"]), cycle(["boom", "ok"])))
    assert ends.apart
    assert len(ends.draws.good) == 16


def test_known_rates_need_no_measuring() -> None:
    known = Known(rates=Rates(good=0.01, bad=0.5))
    ends, _ = drawn(lists(cycle(["ok"]), cycle(["boom", "ok"])), channel=known)
    assert ends.apart
    assert len(ends.draws.good) < 16


def test_anything_but_what_good_says() -> None:
    """Bad shows another text each time; good always the same."""
    first = Draws(good=("ok", "ok"), bad=("text 1", "text 2"))
    ends, _ = drawn(lists(cycle(["ok"]), (f"text {at}" for at in range(3, 99))), first)
    assert ends.apart
    assert ends.measure.sign.absent
    assert ends.measure.sign.says("text 100") is True


def test_one_of_several_words() -> None:
    """Good says a or b, bad says c or d."""
    first = Draws(good=("a", "b"), bad=("c", "d"))
    ends, _ = drawn(lists(cycle("ab"), cycle("cd")), first)
    assert ends.apart
    assert ends.measure.good[0] == 0
    assert ends.measure.bad[0] == ends.measure.bad[1]


def test_values_that_never_repeat_tell_nothing_soon() -> None:
    first = Draws(good=("1", "2"), bad=("3", "4"))
    ends, _ = drawn(lists(map(str, range(5, 99)), map(str, range(100, 199))), first)
    assert not ends.apart
    assert ends.why == "each of 8 draws at the ends showed another value"
    assert ends.sameness == pytest.approx(1 / 8)


def test_what_is_always_another_where_it_is_fresh_is_of_the_place() -> None:
    first = Draws(good=("1", "1"), bad=("2", "2"))
    ends, _ = drawn(lists(repeat("1"), repeat("3")), first)
    assert not ends.apart
    assert ends.why == "the bad end always shows another value where it is built afresh"
    ends, _ = drawn(lists(repeat("1"), chain("1111", repeat("2"))), first)
    assert ends.apart


def test_one_rate_on_both_sides_is_not_apart() -> None:
    ends, _ = drawn(lists(cycle(["ok", "boom"]), cycle(["boom", "ok"])))
    assert not ends.apart
    assert ends.why.startswith("nothing tells the ends apart: the good end showed it in 8 of 16")


def test_a_difference_too_small_for_the_patience() -> None:
    """One in three against three in five: between the odds that would settle it."""
    pattern = {"good": cycle(["boom", "ok", "ok"]), "bad": cycle(["boom", "ok"])}
    ends, _ = drawn(lists(pattern["good"], pattern["bad"]))
    assert not ends.apart


def test_an_end_that_falls_silent() -> None:
    ends, _ = drawn(lambda _: None)
    assert not ends.apart
    assert ends.sameness == 0


def test_a_sign_in_the_wrong_direction_has_no_odds() -> None:
    draws = Draws(good=("boom",) * 9, bad=("ok",) * 9)
    (sign,) = (Sign(words=frozenset({"boom"})),)
    assert strongest([sign], draws, Measured()).odds == 0
