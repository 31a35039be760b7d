"""Probe files: what they become, and how each mistake is told."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.app import COMPARATORS as TABLE
from bot.core.model import Authority, Json, Link
from bot.core.suite import COMPARATORS, ProbeFileError, probes

LOOK: Json = {"compare": "text"}


def family(**changes: Json) -> dict[str, Json]:
    """A right family, with `changes`; a value of None takes a key away."""
    base: dict[str, Json] = {
        "family": "greet",
        "ask": "chat",
        "cases": [{"id": "hi", "messages": ["hi"], "note": "x"}],
        "links": {"text": LOOK},
    }
    return {key: value for key, value in {**base, **changes}.items() if value is not None}


def test_a_case_becomes_a_probe() -> None:
    given = family(
        seconds=7,
        take=["messages"],
        request={"temperature": 0, "messages": []},
        golden="other",
        links={
            "text": {"compare": "text", "absolute": True, "because": "it is so"},
            "usage": {"compare": "usage", "authority": "implied"},
        },
    )
    (probe,) = probes(given, {"other/hi": {"text": "hello", "usage": {"n": 1}}})
    assert (probe.name, probe.ask, probe.seconds) == ("greet/hi", "chat", 7.0)
    assert probe.request == {"temperature": 0, "messages": ["hi"]}
    text, usage = probe.looks
    assert (text.link, text.golden, text.absolute) == (Link.TEXT, "hello", True)
    assert (text.authority, text.because) == (Authority.SPECIFIED, "it is so")
    assert (usage.golden, usage.absolute, usage.authority) == (None, False, Authority.IMPLIED)


def test_without_take_a_case_is_the_request_but_for_its_own_keys() -> None:
    case: Json = {"id": "hi", "seconds": 3, "links": {"usage": {"compare": "usage"}}, "x": 1}
    (probe,) = probes(family(cases=[case]), {})
    assert probe.request == {"x": 1}
    assert probe.seconds == 3.0
    assert [look.link for look in probe.looks] == [Link.USAGE]


def test_a_link_may_bring_its_own_golden() -> None:
    look: Json = {"compare": "text", "absolute": True, "golden": "own"}
    (probe,) = probes(family(links={"text": look}), {"greet/hi": {"text": "other"}})
    assert probe.looks[0].golden == "own"


def test_goldens_that_are_no_table_count_as_none() -> None:
    (probe,) = probes(family(), {"greet/hi": "odd"})
    assert probe.looks[0].golden is None


MISTAKES: list[tuple[Mapping[str, Json], tuple[str | int, ...], str, str]] = [
    ({"family": None}, ("family",), "`family` is missing", "add `family: ...`"),
    ({"ask": 5}, ("ask",), "`ask` is missing", "add"),
    ({"asks": "chat"}, ("asks",), "`asks` is not a key", "use one of: ask, cases"),
    ({"cases": "x"}, ("cases",), "`cases` is no list", "at least one"),
    ({"cases": []}, ("cases",), "`cases` is no list", "at least one"),
    ({"cases": ["x"]}, ("cases", 0), "a case is no table", "give it an `id`"),
    ({"cases": [{"x": 1}]}, ("cases", 0, "id"), "`id` is missing", "add `id: ...`"),
    ({"take": "messages"}, ("take",), "`take` is no list", "[messages]"),
    ({"request": "x"}, ("request",), "`request` is no table", "key: value"),
    ({"seconds": "30s"}, ("seconds",), "`seconds` is no time", "seconds: 30"),
    ({"seconds": True}, ("seconds",), "`seconds` is no time", "seconds: 30"),
    (
        {"cases": [{"id": "hi", "seconds": 0}]},
        ("cases", 0, "seconds"),
        "`seconds` is no time",
        "seconds: 30",
    ),
    ({"links": None}, ("cases", 0), "no link is looked at", "its family"),
    ({"links": {}}, ("links",), "`links` is no table", "at least one link"),
    (
        {"cases": [{"id": "hi", "links": ["text"]}]},
        ("cases", 0, "links"),
        "`links` is no table",
        "at least one link",
    ),
    ({"links": {"text": "text"}}, ("links", "text"), "`text` is no table", "`compare`"),
    ({"links": {"mood": LOOK}}, ("links", "mood"), "there is no link `mood`", "request, prompt"),
    (
        {"links": {"text": {}}},
        ("links", "text", "compare"),
        "`compare` is missing",
        "add `compare: ...`",
    ),
    (
        {"links": {"text": {"compare": "smell"}}},
        ("links", "text", "compare"),
        "there is no comparator `smell`",
        "ids, json",
    ),
    (
        {"links": {"text": {"compare": "text", "colour": 1}}},
        ("links", "text", "colour"),
        "`colour` is not a key",
        "absolute, authority",
    ),
    (
        {"links": {"text": {"compare": "text", "authority": "me"}}},
        ("links", "text", "authority"),
        "there is no authority `me`",
        "specified, implied, unspecified",
    ),
    (
        {"links": {"text": {"compare": "text", "absolute": True}}},
        ("links", "text"),
        "`text` is absolute and has no golden",
        "drop `absolute`",
    ),
]


@pytest.mark.parametrize(("changes", "path", "what", "cure"), MISTAKES)
def test_a_mistake_is_told_with_its_path_and_cure(
    changes: Mapping[str, Json], path: tuple[str | int, ...], what: str, cure: str
) -> None:
    given = {key: value for key, value in {**family(), **changes}.items() if value is not None}
    with pytest.raises(ProbeFileError) as caught:
        probes(given, {})
    assert caught.value.path == path
    assert caught.value.what.startswith(what)
    assert cure in caught.value.cure
    assert str(caught.value) == caught.value.what


def test_the_comparators_of_a_probe_file_are_those_of_the_table() -> None:
    assert set(TABLE) == COMPARATORS
