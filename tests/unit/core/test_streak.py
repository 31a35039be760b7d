from __future__ import annotations

from datetime import UTC, datetime

from bot.core.report import Past
from bot.core.streak import Streak, plain_word, streak


def past(*words: str) -> list[Past]:
    return [
        Past(run=run, at=datetime(2026, 1, run, tzinfo=UTC), word=word)
        for run, word in enumerate(words, start=1)
    ]


def test_no_history_is_no_streak() -> None:
    assert streak([]) == Streak()


def test_what_was_always_good_has_no_first_bad_run() -> None:
    told = streak(past("good", "good"))
    assert (told.word, told.length, told.first_bad) == ("good", 2, None)
    assert told.last_good == past("good", "good")[1]


def test_what_was_never_good_is_bad_since_its_first_run() -> None:
    told = streak(past("flaky", "regressed"))
    assert (told.length, told.last_good) == (1, None)
    assert told.first_bad == past("flaky")[0]


def test_all_good_words_are_one() -> None:
    words = ("fixed", "still-good", "new", "baseline", "changed")
    assert [plain_word(one) for one in words] == ["good"] * 4 + ["changed"]
