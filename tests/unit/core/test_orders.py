"""Comments as people write them: orders are read, prose and quotations are not."""

from __future__ import annotations

import pytest

from bot.core.orders import Order, Word, read
from tests.unit.core.hostile import TEXTS


@pytest.mark.parametrize(
    ("text", "word", "about"),
    [
        ("fix 2.0", Word.FIX, "2.0"),
        ("fix v2.0.1rc1", Word.FIX, "v2.0.1rc1"),
        ("Fixed in 2.0.", Word.FIX, "2.0"),
        ("dup #12", Word.DUP, "#12"),
        (
            "duplicate of https://github.com/o/r/issues/3",
            Word.DUP,
            "https://github.com/o/r/issues/3",
        ),
        ("invalid your model is broken", Word.INVALID, "your model is broken"),
        ("invalid: no", Word.INVALID, "no"),
        ("expected", Word.EXPECTED, ""),
        ("test 2026.11.1", Word.TEST, "2026.11.1"),
        ("stop", Word.STOP, ""),
        ("STOP!", Word.STOP, ""),
        ("  stop  \r\n", Word.STOP, ""),
        ("/stackmatrix stop", Word.STOP, ""),
        ("@stackmatrix: fix 2.0", Word.FIX, "2.0"),
        ("`stackmatrix fix 2.0`", None, ""),
        ("stackmatrix `fix 2.0`", Word.FIX, "2.0"),
        ("Thanks.\n\nstackmatrix expected\n", Word.EXPECTED, ""),
        ("> stop\n\nstackmatrix fix 3", Word.FIX, "3"),
    ],
)
def test_an_order_is_read(text: str, word: Word | None, about: str) -> None:
    assert read(text) == (() if word is None else (Order(word=word, about=about),))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fix",
        "fix it",
        "fix 2.0 please, and 3.0",
        "please stop",
        "stop\nthe presses",
        "> stop",
        "    stop",
        "```\nstop\n```",
        "```\nstackmatrix stop\n```\nlook at that",
        "~~~~\n~~~\nstop\n~~~~",
        "invalid",
        "Invalidated by",
        "dup 12",
        "dup #12; rm -rf",
        "test main",
        "test https://evil/x.whl",
        "stackmatrixes stop",
        "what stackmatrix says: stop",
        "expected behaviour",
        "fix -rf",
        "fix " + "2" * 100,
    ],
)
def test_prose_is_no_order(text: str) -> None:
    assert read(text) == ()


def test_a_stop_comes_first_and_nothing_twice() -> None:
    text = "stackmatrix fix 2\nstackmatrix stop\nstackmatrix fix 2\n"
    assert [order.word for order in read(text)] == [Word.STOP, Word.FIX]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_quoted_hostile_text_is_no_order(text: str) -> None:
    assert read(f"a log:\n~~~~~~~~~~~~\n{text}\n~~~~~~~~~~~~\n") == ()
