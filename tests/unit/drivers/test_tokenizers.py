"""Tiny tokenizers and their questions: made anew they are the same, and their goldens add up."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from bot.app import SUITE
from bot.core.model import Link, Probe
from bot.drivers.sentencepiece import SENTENCEPIECE
from bot.drivers.suite import read_suite
from bot.drivers.tiktoken import TIKTOKEN
from bot.drivers.tokenizers import TOKENIZERS
from bot.suite.recipe import kinds, pieces, refer, tokenise
from bot.suite.recipe.shapes import SHAPES

MADE = tokenise.files()


@pytest.mark.parametrize("name", MADE)
def test_a_file_is_what_the_recipe_makes(name: str) -> None:
    assert (SUITE / name).read_bytes() == MADE[name]


def test_nothing_lies_there_that_no_recipe_makes() -> None:
    found = {f"tokenizers/{file.name}" for file in (SUITE / "tokenizers").iterdir()}
    assert found == {name for name in MADE if name.startswith("tokenizers/")}


@pytest.mark.parametrize("kind", SHAPES)
def test_ids_of_a_kind_are_names_of_one_token_each(kind: str) -> None:
    model = SHAPES[kind]()["model"]
    vocab = model["vocab"]
    if isinstance(vocab, list):
        tokens = [token for token, _ in vocab]
        assert len(set(tokens)) == len(tokens)
    else:
        assert sorted(vocab.values()) == list(range(len(vocab)))
        for merge in model.get("merges", ()):
            one, other = merge.split(" ") if isinstance(merge, str) else merge
            assert {one, other, one + other} <= set(vocab)


def test_the_kinds_cut_differently() -> None:
    found = {
        kind: tuple(refer.encode(SHAPES[kind](), "a  hello<s>hello é"))
        for kind in tokenise.FOLLOWED
    }
    assert len(set(found.values())) >= len(found) - 2  # merges as pairs are the same merges


def test_joining_takes_the_lowest_rank_and_the_first_of_equals() -> None:
    ranks = {("a", "b"): 1.0, ("b", "c"): 0.0, ("a", "a"): 2.0}
    assert refer.joined(list("abc"), lambda *pair: ranks.get(pair)) == ["a", "bc"]
    assert refer.joined(list("aaa"), lambda *pair: ranks.get(pair)) == ["aa", "a"]
    assert refer.joined([], lambda *_pair: 0.0) == []


def test_the_likeliest_pieces_win_and_unknown_ones_are_none() -> None:
    scores = {"a": -1.0, "ab": -1.5, "b": -1.0, "abc": -9.0}
    assert refer.unigram(scores, "ab") == ["ab"]
    assert refer.unigram(scores, "abz") == ["ab", None]
    assert refer.unigram({**scores, "abc": -2.0}, "abc") == ["abc"]


def test_unknown_ids_in_a_row_are_one() -> None:
    assert list(refer.squeezed([1, None, None, 2, None], 0)) == [1, 0, 2, 0]
    assert list(refer.squeezed([1, None], None)) == [1]


def test_learning_takes_the_commonest_pair() -> None:
    assert kinds.learned([["a", "b", "c"], ["a", "b"]], 2) == [("a", "b"), ("ab", "c")]


def test_numbers_and_fields_are_those_of_protocol_buffers() -> None:
    assert pieces.number(1) == b"\x01"
    assert pieces.number(300) == b"\xac\x02"
    assert pieces.field(2, b"testing") == b"\x12\x07testing"
    assert pieces.field(1, 150) == b"\x08\x96\x01"
    assert pieces.field(3, -1.0) == b"\x1d\x00\x00\x80\xbf"


def test_ranks_of_tekken_are_a_row_and_begin_with_the_bytes() -> None:
    vocab: list[dict[str, Any]] = json.loads(pieces.tekken())["vocab"]
    assert [entry["rank"] for entry in vocab] == list(range(len(vocab)))
    assert list(pieces.tekken_tokens())[:256] == [bytes([byte]) for byte in range(256)]


@cache
def suite() -> dict[str, Probe]:
    asked = (*TOKENIZERS.suite, *SENTENCEPIECE.suite, *TIKTOKEN.suite)
    return {probe.name: probe for probe in read_suite((SUITE,), asked)}


def named(name: str) -> Probe:
    return suite()[name]


@pytest.mark.parametrize("link", [Link.PROMPT, Link.PROMPT_IDS, Link.TEXT])
def test_what_is_shown_is_whole_python(link: Link) -> None:
    for driver, name in (
        (TOKENIZERS, "encode-kinds/gpt2-empty"),
        (TOKENIZERS, "encode/bom"),
        (SENTENCEPIECE, "encode-pieces/bpe-empty"),
        (TIKTOKEN, "encode/bom"),
    ):
        text = driver.show(named(name), link)
        assert "seen" in compile(text, "proof", "exec").co_names if text else link is Link.PROMPT
    assert "from_str(REQUEST" in TOKENIZERS.show(named("encode-kinds/gpt2-empty"), link)


def test_calls_are_in_no_proof() -> None:
    for link in Link:
        assert TOKENIZERS.show(named("encode-ids/whole"), link) == ""
        assert TIKTOKEN.show(named("encode-tiktoken/ordinary"), link) == ""
        assert SENTENCEPIECE.show(named("encode-sentencepiece/pieces"), link) == ""
