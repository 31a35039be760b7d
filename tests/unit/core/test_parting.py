"""Where two observations part: the first promised link, errors, noise, keys in another order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.compare import messages, text
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
from bot.core.parting import partings, stopping

COMPARATORS = {
    "text": text.text,
    "message": messages.message,
    "json": messages.json,
    "usage": messages.usage,
}
PROMPT = Look(link=Link.PROMPT, compare="text")
TEXT = Look(link=Link.TEXT, compare="text", absolute=True, golden="right")
MESSAGE = Look(link=Link.MESSAGE, compare="message")
USAGE = Look(link=Link.USAGE, compare="usage")
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


ANSWER: Json = {"role": "x", "content": "a"}
COUNTS: Json = {"prompt_tokens": 1}
WHOLE = replace(PROBE, looks=(PROMPT, TEXT, MESSAGE, USAGE))


@pytest.mark.parametrize(
    ("gone", "links"),
    [
        (("prompt", "text"), ["prompt"]),
        (("prompt", "text", "message", "usage"), ["prompt"]),
        (("message", "usage"), ["message"]),
        (("prompt", "usage"), ["prompt", "usage"]),
        (("usage",), ["usage"]),
    ],
)
def test_links_that_go_together_are_told_at_the_first(
    gone: tuple[str, ...], links: list[str]
) -> None:
    values: dict[str, Json] = {"prompt": "p", "text": "a", "message": ANSWER, "usage": COUNTS}
    hidden: dict[str, Json] = {**values, **dict.fromkeys(gone, NOT_EXPOSED)}
    old, new = saw(None, **values), saw(None, **hidden)
    assert [each[0] for each in told(old, new, WHOLE)] == links
    assert [each[0] for each in told(new, old, WHOLE)] == links


def test_a_link_that_goes_and_one_that_comes_are_two_things() -> None:
    old, new = saw(prompt="p", text=NOT_EXPOSED), saw(prompt=NOT_EXPOSED, text="a")
    assert [each[0] for each in told(old, new)] == ["prompt", "text"]


def test_what_goes_does_not_hide_what_differs_after_it() -> None:
    old = saw(prompt="p", text="a", message=ANSWER)
    new = saw(prompt=NOT_EXPOSED, text=NOT_EXPOSED, message={"role": "x", "content": "b"})
    assert [each[0] for each in told(old, new)] == ["prompt", "message"]


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
    def stopped(message: str | None) -> Failure | None:
        if message is None:
            return None
        return Failure(phase=Phase.START, reason=Reason.EXCEPTION, message=message)

    found = stopping(stopped(before), stopped(after))
    assert (found.signature[: len(expected)] if found and expected else found) == expected
    assert found is None or (found.link is None and found.phase is Phase.START)
