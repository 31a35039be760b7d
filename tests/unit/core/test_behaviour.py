"""Rows of a changelog: what shows in which sequence, who is right, and what a stream carries."""

from __future__ import annotations

from dataclasses import replace

from bot.compare import messages, text
from bot.core.behaviour import (
    Candidate,
    Side,
    candidates,
    divergence,
    mode_of,
    rows,
)
from bot.core.model import Authority, Json, Link, Look, Observation, Probe
from bot.core.parting import partings

COMPARATORS = {"text": text.text, "message": messages.message, "json": messages.json}
PROMPT = Look(link=Link.PROMPT, compare="text")
TEXT = Look(link=Link.TEXT, compare="text", absolute=True, golden="right")
MESSAGE = Look(link=Link.MESSAGE, compare="message")
PROBE = Probe(name="chat/hi", ask="chat", request={}, looks=(MESSAGE, TEXT, PROMPT))


def saw(**values: Json) -> Observation:
    seen = tuple((Link(name), value) for name, value in values.items())
    return Observation(probe="chat/hi", seen=seen)


def test_how_a_probe_asks() -> None:
    assert mode_of(PROBE) == "plain"
    assert mode_of(replace(PROBE, request={"stream": True})) == "streamed"
    assert mode_of(replace(PROBE, ask="neighbours")) == "concurrent"


def side(**runs: Observation) -> Side:
    return Side(version="1", seen={name: {"chat/hi": one} for name, one in runs.items()})


def test_sequences_in_which_it_shows_are_kept() -> None:
    same, other = saw(text="a"), saw(text="b")
    (one,) = candidates([PROBE], side(a=same, b=same), side(a=other, b=same), COMPARATORS)
    assert one.sequences == ("a",)
    (both,) = candidates([PROBE], side(a=same, b=same), side(a=other, b=other), COMPARATORS)
    assert both.sequences == ("a", "b")
    assert candidates([PROBE], side(a=same), side(b=other), COMPARATORS) == ()


def test_one_row_for_each_signature_and_the_golden_names_the_winner() -> None:
    old, new = saw(text="right"), saw(text="wrong")
    second = replace(PROBE, name="chat/ho")
    found = [
        Candidate(probe=probe, parting=parting, sequences=("a",))
        for probe in (PROBE, second)
        for parting in partings(probe, old, new, COMPARATORS)
    ]
    ((_, row),) = rows(found).items()
    listed = divergence(row, row[0], "plain", COMPARATORS)
    assert listed.probes == ("chat/hi", "chat/ho")
    assert listed.right == "old"


ANSWER = (Look(link=Link.STREAM, compare="text"), MESSAGE)
PLAIN = Probe(name="tools/two", ask="chat", request={"n": 1}, looks=(MESSAGE,))
STREAMED = Probe(
    name="tools-stream/two", ask="chat", request={"n": 1, "stream": True}, looks=ANSWER
)


def links_of(plain: tuple[str, str], streamed: tuple[str, str]) -> list[tuple[str, str | None]]:
    """Tell what is listed where both sides answer `plain` and `streamed`, each (old, new)."""

    def answered(at: int) -> Side:
        said = [{"role": "x", "content": both[at]} for both in (plain, streamed)]
        whole = Observation(probe=PLAIN.name, seen=((Link.MESSAGE, {**said[0]}),))
        parts: Json = {**said[1]}
        seen = ((Link.STREAM, str(parts)), (Link.MESSAGE, parts))
        pieces = Observation(probe=STREAMED.name, seen=seen)
        return Side(version=str(at), seen={"a": {PLAIN.name: whole, STREAMED.name: pieces}})

    looks = tuple(replace(look, authority=Authority.UNSPECIFIED) for look in ANSWER[:1])
    probes = (PLAIN, replace(STREAMED, looks=(*looks, MESSAGE)))
    found = candidates(probes, answered(0), answered(1), COMPARATORS)
    return [(each.probe.name, each.parting.link) for each in found]


def test_a_stream_that_carries_another_answer_is_no_fault_of_the_stream() -> None:
    both = ("one", "another thing")
    assert links_of(both, both) == [("tools/two", "message"), ("tools-stream/two", "message")]


def test_what_only_a_stream_shows_is_told_at_both_links() -> None:
    found = links_of(("one", "one"), ("one", "another thing"))
    assert found == [("tools-stream/two", "stream"), ("tools-stream/two", "message")]
