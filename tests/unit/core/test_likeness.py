"""What is searched for, and which of a search's answers counts as the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.likeness import LONGEST, likely, message, queries
from bot.core.traits import Traits

FAILS = Traits(
    package="tokenizers",
    first_bad="0.23.0",
    link="prompt_ids",
    signature="failed:probe:exception:ValueError: piece <n> is not in <path> of the vocabulary",
)
DIFFERS = Traits(
    package="jinja2", first_bad="3.2.0", link="prompt", signature="diverged:prompt:length"
)


@pytest.mark.parametrize(
    ("traits", "asked"),
    [
        (FAILS, ('"ValueError: piece"', '"tokenizers" "0.23.0"')),
        (DIFFERS, ('"jinja2" "3.2.0"',)),
        (Traits(), ()),
    ],
)
def test_what_is_searched_for(traits: Traits, asked: tuple[str, ...]) -> None:
    assert queries(traits) == asked


def test_a_search_is_short_and_leaves_its_quotes() -> None:
    odd = Traits(signature='failed:start:exception:say "x" OR repo:evil ' + "w" * 999)
    (asked,) = queries(odd)
    assert len(asked) <= LONGEST + 2
    assert asked.count('"') == 2


@pytest.mark.parametrize(
    ("title", "body", "traits", "same"),
    [
        ("ValueError", "ValueError: piece 12 is not in /x/y of the vocabulary", FAILS, True),
        ("ValueError", "ValueError: piece `7` is not in vocab.json of the vocabulary", FAILS, True),
        ("tokenizers 0.23.0 broke my tokens", "another trouble", FAILS, False),
        ("ValueError: piece", "of the vocabulary", FAILS, False),
        ("jinja2 3.2.0 renders the prompt wrong", "", DIFFERS, True),
        ("Template broken since 3.2.0", "with jinja2", DIFFERS, True),
        ("Template broken since 3.2.0.1", "with jinja2", DIFFERS, False),
        ("Template broken since 13.2.0", "with jinja2", DIFFERS, False),
        ("Template broken since 3.2.0", "with another", DIFFERS, False),
        ("jinja2 3.2.0 is slow on templates", "please", DIFFERS, False),
        ("jinja2 3.2.0 fails to build", "wheel", DIFFERS, False),
        ("How do I use it?", "", DIFFERS, False),
        ("jinja2 3.2.0: wrong", "the template is broken", replace(DIFFERS, link="odd"), False),
        ("", "", Traits(), False),
    ],
)
def test_what_is_likely_the_same(title: str, body: str, traits: Traits, same: bool) -> None:
    assert likely(title, body, traits) is same


@pytest.mark.parametrize(
    ("signature", "said"),
    [
        ("failed:start:exception:ImportError: no name X", "ImportError: no name X"),
        ("failed:start:exception:no", ""),
        ("failed:start:timeout", ""),
        ("diverged:text:length", ""),
        ("", ""),
    ],
)
def test_the_message_of_a_signature(signature: str, said: str) -> None:
    assert message(signature) == said
