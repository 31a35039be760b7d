"""Tokenizers, for real: goldens hold, and releases part where they are known to.

"Newest" is the newest of a committed day: a later release cannot redden this.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from bot.core.model import NOT_EXPOSED, Link, Observation
from tests.real.stacks import first_unlike, observe, probes, strays

pytestmark = [pytest.mark.real, pytest.mark.network]

Seen = Callable[[str, str, tuple[str, ...]], dict[str, Observation]]
BESIDE = {"mistral-common": " sentencepiece"}
GOLDEN = {
    "tokenizers": ("encode", "encode-kinds"),
    "tiktoken": ("encode",),
    "sentencepiece": ("encode-pieces",),
}


@pytest.fixture(scope="module")
def seen(rooms: Path) -> Seen:
    @cache
    def observed(name: str, version: str, names: tuple[str, ...]) -> dict[str, Observation]:
        return observe(rooms, name, f"{name}{version}{BESIDE.get(name, '')}", probes(*names))

    return observed


@pytest.mark.parametrize("name", GOLDEN)
def test_the_newest_is_as_the_goldens_say(name: str, seen: Seen) -> None:
    told = seen(name, "", GOLDEN[name])
    assert strays(probes(*GOLDEN[name]), told) == {}
    assert [each for each in told if told[each].at(Link.PROMPT_IDS) == NOT_EXPOSED] == []


KNOWN = [  # name, old, new, probe, the first link where they part
    ("tokenizers", "0.13.2", "0.13.3", "encode-kinds/metaspace-always-accents", Link.PROMPT_IDS),
    ("tokenizers", "0.14.1", "0.15.0", "encode-kinds/metaspace-first-opener", Link.PROMPT_IDS),
    ("tokenizers", "0.15.2", "0.19.1", "encode-parts/cut-metaspace-add-prefix-space", Link.PROMPT),
    ("tokenizers", "0.19.1", "0.20.0", "encode-text/saved", Link.TEXT),
    ("tokenizers", "0.22.2", "0.23.1", "encode-patterns/flags-flags", Link.TEXT),
    ("tokenizers", "0.22.2", "0.23.1", "encode-ids/truncation", Link.PROMPT_IDS),
    ("sentencepiece", "0.2.1", "0.2.2", "encode-sentencepiece/limited", Link.PROMPT_IDS),
    ("tiktoken", "0.8.0", "0.9.0", "encode-tiktoken/model-names", Link.PROMPT_IDS),
    ("mistral-common", "1.5.6", "1.6.0", "encode-mistral/own-v3-plain", Link.PROMPT),
]


@pytest.mark.parametrize(("name", "old", "new", "probe", "link"), KNOWN)
def test_two_releases_part_where_they_are_known_to(
    name: str, old: str, new: str, probe: str, link: Link, seen: Seen
) -> None:
    asked = tuple(row[3] for row in KNOWN if row[0] == name)
    one, other = (seen(name, f"=={version}", asked)[probe] for version in (old, new))
    assert first_unlike(one, other) is link


def test_what_did_not_change_is_the_same(seen: Seen) -> None:
    """A control: releases of tiktoken that are known to encode alike do."""
    old, new = (seen("tiktoken", version, ("encode",)) for version in ("==0.9.0", "==0.11.0"))
    for name in old:
        assert (old[name].seen, old[name].failure) == (new[name].seen, new[name].failure), name
    assert len(old) > 100


def test_a_sequence_of_steps_is_told_though_its_release_calls_it_empty(seen: Seen) -> None:
    names = (
        "encode-patterns/t5-numbers",
        "encode-kinds/llama2-space",
        "encode-parts/sequence-items",
    )
    old, new = (seen("tokenizers", version, names) for version in ("==0.21.1", "==0.21.2"))
    for name in names[:2]:
        assert old[name].at(Link.PROMPT) == new[name].at(Link.PROMPT) != NOT_EXPOSED, name
    lengths = [told[names[2]].at(Link.PROMPT) for told in (old, new)]
    assert [each[0] for each in lengths if isinstance(each, list)] == [0, 2]
