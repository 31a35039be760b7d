"""Grammars and parsers without a component: tokens, walks, beginnings, types."""

from __future__ import annotations

from decimal import Decimal
from types import ModuleType

import pytest

from bot.app import SUITE
from bot.core.model import NOT_EXPOSED, Json
from tests.unit.guest.conftest import Guest

TYPES = """
import enum
from dataclasses import dataclass

class Colour(enum.Enum):
    RED = "red"

@dataclass
class Thing:
    colour: Colour = Colour.RED
"""


@pytest.fixture
def grammar(guest: Guest) -> ModuleType:
    module = guest("grammar")
    module.start({"tokenizer": str(SUITE / "model" / "tokenizer.json")})
    return module


class Only:
    """A walk that lets one text through, token by token."""

    text = "own text"

    def __init__(self, ids: list[int]) -> None:
        self.ids, self.at = ids, 0

    def start(self) -> Only:
        return Only(self.ids)

    def allowed(self) -> set[int]:
        return set(self.ids[self.at : self.at + 1])

    def take(self, _at: int) -> None:
        self.at += 1

    def ended(self) -> bool:
        return self.at == len(self.ids)


@pytest.mark.parametrize("text", ["", '{"a": 1}', "Grüße, 東京! 👩‍🚀", "\x00\n"])
def test_tokens_of_a_text_are_its_bytes(grammar: ModuleType, text: str) -> None:
    vocabulary = grammar.MODEL["vocabulary"]
    ids = vocabulary.split(text)
    assert b"".join(vocabulary.tokens[at] for at in ids) == text.encode()


def test_special_tokens_stand_for_no_text(grammar: ModuleType) -> None:
    vocabulary = grammar.MODEL["vocabulary"]
    assert vocabulary.special[vocabulary.end] == "<|im_end|>"
    assert not vocabulary.special.keys() & vocabulary.tokens.keys()
    assert vocabulary.size == 1 + max([*vocabulary.special, *vocabulary.tokens])


def walk(grammar: ModuleType, link: str, *texts: str) -> Json:
    vocabulary = grammar.MODEL["vocabulary"]
    told = grammar.Grammar(lambda _asked, own: Only(own.split("ab é")))
    assert vocabulary.split("ab é")
    chain = type("Chain", (), {"turn": {}})
    found: Json = told.show(link, {"request": {"texts": list(texts)}}, chain)
    return found


def test_texts_are_accepted_stopped_or_unfinished(grammar: ModuleType) -> None:
    told = walk(grammar, "message", "ab é", "ab x", "")
    assert isinstance(told, dict)
    assert (told["ab é"], told[""]) == ("accepted", "unfinished")
    assert told["ab x"] in ({"stopped": "ab "}, {"stopped": "ab"})


def test_each_step_counts_what_is_allowed(grammar: ModuleType) -> None:
    steps = walk(grammar, "logprobs", "ab é")
    assert isinstance(steps, list)
    counts = [step["allowed"] for step in steps if isinstance(step, dict)]
    assert counts == [1] * (len(counts) - 1) + [0]
    assert [step["ended"] for step in steps if isinstance(step, dict)][-2:] == [False, True]


def test_a_grammar_that_there_is_not_shows_nothing(grammar: ModuleType) -> None:
    told = grammar.Grammar(lambda _asked, _own: None)
    chain = type("Chain", (), {"turn": {}})
    assert told.show("request", {"request": {"texts": [""]}}, chain) == NOT_EXPOSED


def test_bits_are_read_lowest_first(grammar: ModuleType) -> None:
    assert grammar.bits(b"\x05\x80", 16) == {0, 2, 15}


def test_a_text_is_read_whole_and_by_its_beginnings(guest: Guest) -> None:
    parse = guest("parse")
    assert parse.beginnings("abc") == ["", "a", "ab", "abc"]
    assert len(parse.beginnings("x" * 1000)) <= parse.MOST + 4
    one = parse.Parse(int, lambda text: [parse.tried(int, part) for part in (text, "x")])
    refusal = {"type": "ValueError", "message": "invalid literal for int() with base 10: 'x'"}
    assert one.show("message", {"request": {"text": "5"}}, None) == 5
    assert one.show("stream", {"request": {"text": "5"}}, None) == [5, {"error": refusal}]
    assert one.show("message", {"request": {"text": "x"}}, None) == {"error": refusal}


def test_types_are_made_of_source_and_told_by_name(guest: Guest) -> None:
    typed = guest("typed")
    assert typed.told(typed.made(TYPES, "Thing")()) == {"colour": {"Colour": "red"}}
    assert typed.told([Decimal("1.50"), (1,), None]) == [{"Decimal": "1.50"}, [1], None]
