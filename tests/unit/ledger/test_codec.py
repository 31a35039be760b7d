from __future__ import annotations

import json
from typing import get_args

import pytest

from bot.core.facts import Body, CellDone, Fact, Planned, RunEnded
from bot.ledger.codec import KINDS, Unread, decode, encode
from tests.unit.ledger.examples import BODIES


def test_there_is_an_example_of_every_kind() -> None:
    assert {type(body) for body in BODIES} == set(get_args(Body)) == set(KINDS.values())


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_a_fact_comes_back_as_it_went(body: Body) -> None:
    fact = Fact(run=3, job="a job", attempt=1, body=body)
    line = encode(fact)
    assert decode(line) == fact
    assert line.isascii()
    assert "\n" not in line


def test_the_kind_is_the_class_name_and_the_line_has_a_version() -> None:
    line = json.loads(encode(Fact(run=1, job="j", attempt=0, body=RunEnded(newly_broken=0))))
    assert line == {
        "v": 1,
        "run": 1,
        "job": "j",
        "attempt": 0,
        "body": {
            "kind": "RunEnded",
            "newly_broken": 0,
            "broken": [],
            "fixed": [],
            "flaky": [],
            "words": [],
            "platform": "",
            "promises": [],
        },
    }


@pytest.mark.parametrize(
    ("body", "later"),
    [
        (CellDone(cell="c", environment="uv", seconds=2.0), "scope"),
        (Planned(row="r", trigger="newest", cell=None, against="", conflict="no"), "backend"),
    ],
)
def test_a_fact_that_was_told_before_a_field_was_is_read(body: Body, later: str) -> None:
    fact = Fact(run=3, job="a job", attempt=1, body=body)
    line = json.loads(encode(fact))
    del line["body"][later]
    assert decode(json.dumps(line)) == fact


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not a fact"),
        ('{"v":1,"body":[]}', "not a fact"),
        ('{"v":2,"body":{"kind":"RunEnded"}}', "version 2"),
        ('{"v":1,"body":{"kind":"Dreamt"}}', "unknown kind 'Dreamt'"),
        ('{"v":1,"body":{"kind":["RunEnded"]}}', "unknown kind"),
        ('{"v":1,"body":{"kind":"RunEnded"}}', "a damaged RunEnded"),
        ('{"v":1,"run":1,"job":"j","attempt":0,"body":{"kind":"RunEnded"}}', "a damaged RunEnded"),
        ('{"v":1,"run":"x","job":"j","attempt":0,"body":{"kind":"RunEnded"}}', "a damaged"),
    ],
)
def test_what_cannot_be_read_says_why(line: str, why: str) -> None:
    told = decode(line)
    assert isinstance(told, Unread)
    assert why in told.why


def test_a_newer_field_of_a_known_kind_is_passed_over() -> None:
    line = '{"v":1,"run":1,"job":"j","attempt":0,"body":{"kind":"RunEnded","newly_broken":2,"x":1}}'
    assert decode(line) == Fact(run=1, job="j", attempt=0, body=RunEnded(newly_broken=2))
