"""Where two observations part: the first promised link, errors, noise, keys in another order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.compare import messages, text
from bot.core.behaviour import (
    Candidate,
    Side,
    candidates,
    divergence,
    mode_of,
    partings,
    rows,
    stopping,
    swapped,
)
from bot.core.model import (
    NOT_EXPOSED,
    Authority,
    Failure,
    Json,
    Link,
    Look,
    Observation,
    Phase,
    Probe,
    Reason,
)

COMPARATORS = {"text": text.text, "message": messages.message, "json": messages.json}
PROMPT = Look(link=Link.PROMPT, compare="text")
TEXT = Look(link=Link.TEXT, compare="text", absolute=True, golden="right")
MESSAGE = Look(link=Link.MESSAGE, compare="message")
PROBE = Probe(name="chat/hi", ask="chat", request={}, looks=(MESSAGE, TEXT, PROMPT))


def saw(failure: Failure | None = None, **values: Json) -> Observation:
    seen = tuple((Link(name), value) for name, value in values.items())
    return Observation(probe="chat/hi", seen=seen, failure=failure)


def failure(
    message: str, link: Link | None = Link.TEXT, reason: Reason = Reason.EXCEPTION
) -> Failure:
    return Failure(phase=Phase.PROBE, reason=reason, message=message, link=link)


def told(old: Observation, new: Observation, probe: Probe = PROBE) -> list[tuple[str, str, str]]:
    return [
        (each.link or "", each.authority.value, each.signature)
        for each in partings(probe, old, new, COMPARATORS)
    ]


def test_the_first_link_in_causal_order_is_the_place() -> None:
    old = saw(prompt="p", text="a", message={"role": "x", "content": "a"})
    new = saw(prompt="p", text="b", message={"role": "x", "content": "b"})
    ((link, authority, signature),) = told(old, new)
    assert (link, authority) == ("text", "specified")
    assert signature.startswith("diverged:text")


def test_what_nobody_promised_is_told_and_hides_nothing() -> None:
    looks = (replace(PROMPT, authority=Authority.UNSPECIFIED), TEXT)
    probe = replace(PROBE, looks=looks)
    found = told(saw(prompt="p", text="a"), saw(prompt="q", text="b"), probe)
    assert [each[:2] for each in found] == [("prompt", "unspecified"), ("text", "specified")]


def test_an_error_stands_where_it_was_raised_and_what_comes_before_is_still_compared() -> None:
    old = saw(prompt="p", text="a")
    ((link, authority, signature),) = told(old, saw(failure("HTTP 500: no"), prompt="p"))
    assert (link, authority) == ("text", "specified")
    assert signature.startswith("text:failed")
    ((link, _, _),) = told(old, saw(failure("HTTP 500: no"), prompt="another"))
    assert link == "prompt"
    ((_, _, signature),) = told(saw(failure("HTTP 500"), prompt="p"), old)
    assert signature.startswith("recovered:text")


def test_an_error_where_nothing_was_promised_is_more_than_a_matter_of_taste() -> None:
    probe = replace(PROBE, looks=(replace(TEXT, authority=Authority.UNSPECIFIED),))
    ((_, authority, _),) = told(saw(text="a"), saw(failure("boom")), probe)
    assert authority == "implied"


def test_two_errors_differ_by_their_words_without_a_winner() -> None:
    old, new = saw(failure("pos 0"), prompt="p"), saw(failure("pos 22"), prompt="p")
    assert told(old, new) == []  # numbers say nothing
    ((_, authority, _),) = told(old, saw(failure("another reason"), prompt="p"))
    assert authority == "unspecified"
    crash = saw(failure("died of SIGSEGV", None, Reason.CRASH))
    ((link, authority, _),) = told(saw(failure("no", Link.PROMPT)), crash)
    assert (link, authority) == ("prompt", "specified")


def test_the_machine_s_own_faults_are_nobody_s() -> None:
    assert told(saw(text="a"), saw(failure("no route", reason=Reason.NETWORK))) == []


def test_a_link_that_goes_or_comes_is_a_difference_without_a_winner() -> None:
    ((link, authority, signature),) = told(
        saw(prompt="p", text="a"), saw(prompt=NOT_EXPOSED, text="a")
    )
    assert (link, authority) == ("prompt", "unspecified")
    assert signature.endswith("not exposed any more")


def test_keys_in_another_order_are_seen_where_order_can_be_seen() -> None:
    old = saw(message={"role": "x", "content": "a"})
    new = saw(message={"content": "a", "role": "x"})
    ((link, authority, signature),) = told(old, new)
    assert (link, authority) == ("message", "unspecified")
    assert signature.endswith("keys in another order")


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


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, None, None),
        (None, "libfoo.so", "failed:start"),
        ("libfoo.so", None, "recovered:failed:start"),
        ("libfoo.so", "libfoo.so", None),
        ("libfoo.so", "libbar.so", "changed:failed:start"),
    ],
)
def test_what_stops_before_any_question(
    before: str | None, after: str | None, expected: str | None
) -> None:
    def stopped(message: str | None) -> Side:
        if message is None:
            return Side(version="1")
        reason = Failure(phase=Phase.START, reason=Reason.EXCEPTION, message=message)
        return Side(version="1", stopped=reason)

    found = stopping(stopped(before), stopped(after))
    assert (found.signature[: len(expected)] if found and expected else found) == expected
    assert found is None or (found.link is None and found.phase is Phase.START)


def test_a_swap_feeds_one_value_into_the_rest_of_the_chain() -> None:
    probe = swapped(PROBE, Link.PROMPT, "p")
    assert probe.given == ((Link.PROMPT, "p"),)
    assert [look.link for look in probe.looks] == [Link.MESSAGE, Link.TEXT]
    assert probe.digest != PROBE.digest
