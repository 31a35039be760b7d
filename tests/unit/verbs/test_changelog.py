"""A changelog as programs read it, by its schema, and as people do, line by line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from rich.text import Text

from bot.app import SUITE
from bot.core.behaviour import Divergence
from bot.core.invariants import Broken
from bot.core.model import Authority, Failure, Json, Link, Phase, Reason
from bot.core.parting import Parting
from bot.steps.again import Moved, Pair
from bot.steps.single import Checked, Wrong
from bot.verbs.changelog import Changelog, as_json, lines

SCHEMA = json.loads((Path(SUITE) / "diff.schema.json").read_text(encoding="utf-8"))
MESSAGE = Parting(
    link=Link.MESSAGE,
    phase=Phase.PROBE,
    authority=Authority.SPECIFIED,
    old={"content": "one"},
    new={"content": "two"},
    signature="diverged:message:content",
    text="--- expected\n+++ seen\n-one\n+two\x1b[2J",
)
ROW = Divergence(
    probe="chat/hi",
    parting=MESSAGE,
    mode="plain",
    signature="chat: plain: diverged:message:content",
    probes=("chat/hi", "chat/ho"),
    right="new",
)
START = Parting(
    link=None,
    phase=Phase.START,
    authority=Authority.UNSPECIFIED,
    old=None,
    new={"error": "no library", "phase": "start", "reason": "crash"},
    signature="failed:start",
)
STOPPED = replace(ROW, probe="", parting=START, mode="fresh", probes=(), right="")
DOWN = Failure(phase=Phase.START, reason=Reason.EXCEPTION, message="nobody answers")


def broken(probe: str) -> Broken:
    return Broken(probe=probe, link=Link.USAGE, invariant="tokens are counted", what="2 and 3")


PAIR = Pair(
    old="1",
    new="2",
    moved=(Moved(package="bar", old="", new="7"),),
    divergences=(ROW, STOPPED),
    invariants=(("1", broken("chat/hi")), ("2", broken("chat/hi")), ("2", broken("chat/ho"))),
    unreproduced=("chat: plain: something",),
)
WRONG = Wrong(
    probe="chat/hi",
    link=Link.TEXT,
    phase=Phase.PROBE,
    kind="golden",
    what="-right\n+wrong",
    signature="chat: diverged:text",
    seen="wrong",
    expected="right",
    probes=("chat/hi", "chat/ho"),
)
DEAD = replace(WRONG, probe="", link=None, phase=Phase.START, kind="failure", probes=())


def told(*pairs: Pair, releases: tuple[Checked, ...] = ()) -> Changelog:
    return Changelog(component="foo", probes=9, pairs=pairs, releases=releases)


def said(changelog: Changelog) -> list[str]:
    return [line.plain if isinstance(line, Text) else line for line in lines(changelog)]


@pytest.mark.parametrize(
    "changelog",
    [
        told(PAIR),
        told(Pair(old="1", new="1")),
        told(Pair(old="1", new="2", unasked=(("1", DOWN), ("2", DOWN)))),
        told(releases=(Checked(version="1", broken=(WRONG, DEAD)),)),
    ],
)
def test_what_is_written_is_as_the_schema_says(changelog: Changelog) -> None:
    jsonschema.validate(json.loads(json.dumps(as_json(changelog))), SCHEMA)


def of_pair(pair: Pair) -> dict[str, Json]:
    whole = as_json(told(pair))
    assert isinstance(whole, dict)
    (one,) = tables(whole["pairs"])
    return one


def tables(listed: Json) -> list[dict[str, Json]]:
    assert isinstance(listed, list)
    return [each for each in listed if isinstance(each, dict)]


def test_a_pair_says_what_moved_what_differs_and_what_breaks() -> None:
    written = of_pair(PAIR)
    assert written["moved"] == [{"package": "bar", "old": "", "new": "7"}]
    assert written["invariants"] == [
        {
            "version": version,
            "probe": "chat/hi",
            "link": "usage",
            "invariant": "tokens are counted",
            "what": "2 and 3",
            "probes": probes,
        }
        for version, probes in (("1", ["chat/hi"]), ("2", ["chat/hi", "chat/ho"]))
    ]
    first, second = tables(written["divergences"])
    assert (first["link"], first["right"], first["probes"]) == (
        "message",
        "new",
        ["chat/hi", "chat/ho"],
    )
    assert (second["link"], second["phase"], second["right"]) == (None, "start", None)


def test_sides_that_did_not_answer_are_named_with_their_cause() -> None:
    written = of_pair(Pair(old="1", new="2", unasked=(("2", DOWN),)))
    assert written["unasked"] == [
        {"version": "2", "error": "nobody answers", "phase": "start", "reason": "exception"}
    ]


def test_a_person_reads_each_row_with_its_place_and_no_control_characters() -> None:
    assert said(told(PAIR)) == [
        "foo 1 -> 2",
        "  moves along: bar none -> 7",
        "  at message: chat/hi and 1 more (plain, specified, new is as its golden says)",
        "      --- old",
        "      +++ new",
        "      -one",
        "      +two",
        "  in phase start: every probe (fresh, unspecified, no winner)",
        "      - null",
        '      + {"error": "no library", "phase": "start", "reason": "crash"}',
        "  what must hold, and does not:",
        "    1: tokens are counted: chat/hi, at usage",
        "      2 and 3",
        "    2: tokens are counted: chat/hi (and 1 more), at usage",
        "      2 and 3",
        "  seen, but not three times, and so not counted: 1",
    ]


def test_nothing_differs_is_said_only_where_something_was_compared() -> None:
    assert said(told(Pair(old="1", new="2"))) == ["foo 1 -> 2", "  9 probes, nothing differs"]
    both = Pair(old="1", new="1", unasked=(("1", DOWN), ("1", DOWN)))
    assert said(told(both)) == [
        "foo 1 -> 1",
        "  1 cannot be asked, in phase start: nobody answers",
        "  nothing was compared",
    ]
    explained = Pair(old="1", new="2", divergences=(STOPPED,), unasked=(("2", DOWN),))
    assert not [line for line in said(told(explained)) if "nothing" in line]


def test_a_release_alone_is_read_the_same_way() -> None:
    good, bad = Checked(version="1", broken=()), Checked(version="2", broken=(WRONG, DEAD))
    assert said(told(releases=(good, bad))) == [
        "foo 1",
        "  9 probes, goldens and invariants hold",
        "foo 2",
        "  at text: chat/hi and 1 more (golden)",
        "      -right",
        "      +wrong",
        "  in phase start: every probe (failure)",
        "      -right",
        "      +wrong",
    ]
