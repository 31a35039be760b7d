"""Texts of fewer words and letters."""

from __future__ import annotations

import pytest

from bot.core.wording import cut, gallop, without, words


@pytest.mark.parametrize("text", ["", " ", "a", " a  b\n", "a b ", "\u2028 x"])
def test_words_together_are_the_text(text: str) -> None:
    assert "".join(words(text)) == text
    assert without(text, ()) == text


def test_without_its_first_word_a_text_begins_with_a_letter() -> None:
    assert without("one two three", {0}) == "two three"
    assert without(" one two", {0}) == " two"


def test_cut() -> None:
    assert cut("abc", front=1) == "bc"
    assert cut("abc", back=1) == "ab"


@pytest.mark.parametrize(("front", "back"), [(0, 0), (1, 0), (5, 3), (7, 8), (20, 0)])
def test_a_gallop_finds_how_much_of_a_long_text_can_go(front: int, back: int) -> None:
    needle = "a long needle"
    texts, asked = {0: "-" * front + needle + "-" * back, 1: "--short--"}, 0
    for cuts in gallop(lambda: {key: len(text) for key, text in texts.items()}):
        for key, end, size in cuts:
            asked += 1
            text = texts[key]
            less = cut(text, front=size) if end == "front" else cut(text, back=size)
            texts[key] = less if needle in less else text
    assert texts == {0: needle, 1: "--short--"}
    assert asked <= 20
