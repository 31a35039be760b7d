"""Of which kind a change is, for each kind of evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.blame import Case, Change
from bot.core.gone import Gone
from bot.core.model import Json
from bot.core.nature import (
    INTENDED,
    NATURES,
    NOT_ADAPTED,
    REGRESSION,
    UNDETERMINED,
    VISIBLE,
    less,
    nature,
)

MINOR = Change(package="greet", before="1.4.0", after="1.5.0")
BACK = replace(MINOR, fixed_in="1.6.0")
PATCH = replace(MINOR, after="1.4.1")
MAJOR = replace(MINOR, after="2.0.0")
YOUNG = Change(package="greet", before="0.4.0", after="0.5.0")
YEARS = Change(package="greet", before="2025.4", after="2025.5")
SILENT = Case(kind="divergence", culprit=MINOR, good="a", bad="b")
CRASH = Case(
    kind="crash",
    culprit=MINOR,
    message="ImportError: cannot import name 'hello' from 'greet'",
    gone=Gone(name="hello", holder="greet"),
    holder="greet",
    frames=("",),
)
REFUSED = replace(CRASH, gone=None, message="ValueError: no", frames=("", "greet"))


@pytest.mark.parametrize(
    ("case", "word"),
    [
        (replace(SILENT, only_data=True), VISIBLE),
        (replace(CRASH, lost="greet/words.txt"), REGRESSION),
        (replace(CRASH, frames=("", "shop")), REGRESSION),
        (replace(CRASH, frames=("", "shop"), culprit=replace(MAJOR, fixed_in="2.1.0")), REGRESSION),
        (replace(SILENT, noted="Changed: `hello`", culprit=BACK), REGRESSION),
        (replace(SILENT, announced="it goes", culprit=BACK), INTENDED),
        (replace(CRASH, frames=("", "shop"), culprit=MAJOR), NOT_ADAPTED),
        (replace(CRASH, frames=("", "shop"), announced="it goes"), NOT_ADAPTED),
        (replace(CRASH, announced="it goes"), INTENDED),
        (replace(SILENT, noted="Fixed: `hello`"), VISIBLE),
        (replace(SILENT, noted="Changed: `hello`"), INTENDED),
        (replace(CRASH, culprit=MAJOR), INTENDED),
        (CRASH, INTENDED),
        (replace(SILENT, culprit=replace(MINOR, yanked=True, still="1.5.0")), REGRESSION),
        (replace(SILENT, culprit=replace(MINOR, yanked=True, still="1.6.0")), INTENDED),
        (replace(REFUSED, culprit=MAJOR, frames=(), message="died of SIGSEGV"), REGRESSION),
        (REFUSED, VISIBLE),
        (replace(REFUSED, culprit=MAJOR), INTENDED),
        (replace(REFUSED, frames=("", "greet", "core")), REGRESSION),
        (replace(SILENT, good={"a": 1, "b": {"c": 1}}, bad={"b": {}}), REGRESSION),
        (replace(SILENT, good={"a": 1}, bad={}, culprit=MAJOR), INTENDED),
        (replace(SILENT, culprit=MAJOR), INTENDED),
        (replace(SILENT, culprit=PATCH), REGRESSION),
        (SILENT, INTENDED),
        (replace(CRASH, gone=None, message="ValueError: no"), REGRESSION),
        (replace(SILENT, culprit=YOUNG), UNDETERMINED),
        (replace(SILENT, culprit=YEARS), UNDETERMINED),
        (replace(SILENT, machine=True), UNDETERMINED),
    ],
)
def test_each_kind_of_evidence_has_its_word(case: Case, word: str) -> None:
    told = nature(case)
    assert told.word == word
    assert told.word in NATURES
    assert told.evidence
    assert (told.confidence == 0.0) == (word == UNDETERMINED)


def test_the_evidence_is_told_in_words() -> None:
    case = replace(
        CRASH,
        culprit=YEARS,
        frames=("", "shop"),
        admits={("shop", "greet"): True},
        announced="hello goes",
        noted="Removed: `hello`",
    )
    told = nature(case).evidence
    assert "the last good release announced it: hello goes" in told
    assert "the first bad release notes: Removed: `hello`" in told
    assert "greet 2025.4 to 2025.5 is a step that promises nothing" in told
    assert "gone: greet.hello" in told
    assert "shop admits 2025.5" in told
    lasting = nature(replace(case, culprit=replace(YEARS, still="2025.9"))).evidence
    assert any(each.endswith("promises nothing, and 2025.9 still shows it") for each in lasting)
    forbids = nature(replace(case, admits={("shop", "greet"): False})).evidence
    assert "shop forbids 2025.5" in forbids
    assert "shop declares nothing about greet" in nature(replace(case, admits={})).evidence


def test_who_knew_the_other_side_is_not_adapted_to_it() -> None:
    core = Change(package="core", before="1.0", after="2.0")
    both = replace(REFUSED, culprit=MAJOR, partners=(core,))
    assert nature(both).word == INTENDED
    assert nature(replace(both, admits={("greet", "core"): True})).word == NOT_ADAPTED


@pytest.mark.parametrize(
    ("good", "bad", "lost"),
    [
        ({"a": 1}, {}, True),
        ({"a": 1}, {"a": 1}, False),
        ({"a": 1}, {"b": 1}, False),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, True),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, False),
        ([1, 2], [1], False),
    ],
)
def test_a_loss_is_a_value_with_members_left_out(good: Json, bad: Json, lost: bool) -> None:
    assert less(good, bad) is lost
