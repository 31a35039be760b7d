"""How same two answers are, and whether the rates hold what is true of a drawn world."""

from __future__ import annotations

import random

import pytest

from bot.core.difference import Difference
from bot.core.model import Authority, Failure, Json, Link, Look, Observation, Phase, Probe, Reason
from bot.core.registered import Arm
from bot.studies.reproducibility import LEVELS, Level, Pair, found, level, paired

ARM = Arm(name="process", differs="the process")
LOOKS = (Look(link=Link.TEXT, compare="loose", authority=Authority.SPECIFIED),)
PROBE = Probe(name="p", ask="chat", request=None, looks=LOOKS)
GONE = Failure(phase=Phase.PROBE, reason=Reason.EXCEPTION, message="no")


def loose(one: Json, other: Json, _: tuple[Json, ...]) -> Difference | None:
    same = str(one).strip() == str(other).strip()
    return None if same else Difference(shape="value", text="")


LOOSE = {"loose": loose}


def seen(**links: Json) -> Observation:
    return Observation(probe="p", seen=tuple((Link(name), each) for name, each in links.items()))


FAILED = Observation(probe="p", failure=GONE)
WHOLE = seen(output_ids=[1, 2], logprobs=[-0.5], text="hi", stream=["h", "i"])


@pytest.mark.parametrize(
    ("other", "expected", "link"),
    [
        (WHOLE, Level.BITWISE, ""),
        (seen(output_ids=[1, 2], logprobs=[-0.4], text="hi", stream=["h", "i"]), Level.IDS,
         "logprobs"),
        (seen(output_ids=[1, 2], logprobs=[-0.5], text="hi", stream=["hi"]), Level.IDS, "stream"),
        (seen(output_ids=[1, 3], logprobs=[-0.5], text="hi", stream=["h", "i"]), Level.TEXT,
         "output_ids"),
        (seen(output_ids=[1, 2], logprobs=[-0.5], text="hi ", stream=["h", "i"]), Level.NOISE,
         "text"),
        (seen(output_ids=[1, 2], logprobs=[-0.5], text="ho", stream=["h", "i"]), Level.DIFFERENT,
         "text"),
        (FAILED, Level.DIFFERENT, "logprobs"),
    ],
)  # fmt: skip
def test_two_answers_are_as_same_as_their_links_say(
    other: Observation, expected: Level, link: str
) -> None:
    told = paired("process", ("row", "cell", "cell"), PROBE, (WHOLE, other), LOOSE)
    assert told.level is expected
    assert level(PROBE, other, WHOLE, LOOSE) is expected
    if not other.failure:
        assert told.link == link


def test_what_shows_no_ids_is_equal_in_words_at_best() -> None:
    one, other = seen(text="hi", usage={"n": 1}), seen(text="hi", usage={"n": 2})
    assert level(PROBE, one, other, LOOSE) is Level.TEXT


def test_what_fails_on_both_sides_is_counted_apart() -> None:
    assert level(PROBE, FAILED, FAILED, LOOSE) is Level.FAILED


def pair(cell: str, at: Level, link: str = "") -> Pair:
    return Pair(arm="process", row="r", cell=cell, other=cell, probe="p", level=at, link=link)


def test_each_level_holds_what_is_more_same_and_cells_are_counted() -> None:
    pairs = [
        pair("a", Level.BITWISE),
        pair("a", Level.IDS, "logprobs"),
        pair("a", Level.FAILED),
        pair("b", Level.BITWISE),
        pair("b", Level.DIFFERENT, "text"),
    ]
    (told,) = found((ARM,), pairs)
    assert [rate.hits for rate in told.rates] == [2, 3, 3, 3]
    assert {rate.total for rate in told.rates} == {4}
    assert [less.hits for less in told.cells] == [2, 1, 1, 1]
    assert (told.failed, told.asked) == (1, 4)
    assert told.links == (("logprobs", 1), ("text", 1))
    assert told.verdict == (
        "1 of 4 pairs differ, in 1 of 2 cells; they part first at logprobs (1), text (1)"
    )


def test_a_verdict_is_the_most_that_holds_of_all() -> None:
    (told,) = found((ARM,), [pair("a", Level.BITWISE), pair("a", Level.IDS, "logprobs")])
    assert told.verdict == (
        "all 2 pairs are equal in ids and words; cells: 1; they part first at logprobs (1)"
    )
    (none,) = found((Arm(name="machine", differs="it", unanswered="one machine"),), [])
    assert none.verdict == "not answerable here: one machine"
    (nobody,) = found((ARM,), [])
    assert nobody.verdict == "not answerable here: no two such cells were asked"


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9])
def test_the_interval_holds_the_truth_as_often_as_it_says(share: float) -> None:
    """Of 200 drawn worlds, 95 % on the average: no fewer than 180, which chance allows."""
    held = 0
    for seed in range(200):
        chance = random.Random(f"{share} {seed}")
        drawn = [Level.DIFFERENT if chance.random() < share else Level.BITWISE for _ in range(150)]
        (told,) = found((ARM,), [pair(f"c{at}", each) for at, each in enumerate(drawn)])
        rate = told.rates[-1]
        held += rate.low <= 1 - share <= rate.high
    assert 180 <= held <= 200


def test_levels_are_told_from_the_most_same_on() -> None:
    assert [each.value for each in LEVELS] == ["bitwise", "ids", "text", "noise"]
