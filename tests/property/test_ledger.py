"""Any fact survives the trip through a line, and any cut costs at most the last one."""

from __future__ import annotations

from datetime import timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.facts import Body, Closed, Fact, Observed, Planned, RunStarted, Tried
from bot.core.model import (
    Cell,
    Closure,
    Conflict,
    Failure,
    Json,
    Link,
    Observation,
    Phase,
    Pin,
    Reason,
)
from bot.ledger.codec import decode, encode
from bot.ledger.files import FileLedger
from tests.unit.ledger.examples import BODIES, STARTED

TEXT = st.text(max_size=12) | st.sampled_from(["\ud800", "\udc00 torn", "\x00\u2028\r\n"])
WHEN = st.datetimes(
    timezones=st.integers(-720, 720).map(lambda minutes: timezone(timedelta(minutes=minutes)))
)
LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT
JSON: st.SearchStrategy[Json] = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
PINS = st.lists(
    st.builds(Pin, name=TEXT, version=TEXT, hashes=st.tuples() | st.tuples(TEXT)), max_size=3
)
CLOSURES = st.builds(lambda pins: Closure(pins=tuple(pins)), PINS)
CELLS = st.builds(
    Cell,
    row=TEXT,
    components=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
    closure=CLOSURES,
    backend=TEXT,
    model=TEXT,
    interpreter=TEXT,
)
FAILURES = st.builds(
    Failure,
    phase=st.sampled_from(Phase),
    reason=st.sampled_from(Reason),
    message=TEXT,
    link=st.none() | st.sampled_from(Link),
)
OBSERVATIONS = st.builds(
    Observation,
    probe=TEXT,
    seen=st.lists(st.tuples(st.sampled_from(Link), JSON), max_size=4).map(tuple),
    failure=st.none() | FAILURES,
    log=TEXT,
    seconds=st.floats(allow_nan=False),
)
BODY: st.SearchStrategy[Body] = st.one_of(
    st.builds(RunStarted, at=WHEN, bot=TEXT, config=TEXT, suite=TEXT),
    st.builds(
        Closed,
        key=TEXT,
        asked=st.lists(TEXT, max_size=2).map(tuple),
        answer=CLOSURES | st.builds(Conflict, why=TEXT),
        at=WHEN,
    ),
    st.builds(
        Planned,
        row=TEXT,
        trigger=TEXT,
        cell=st.none() | CELLS,
        against=TEXT,
        conflict=TEXT,
    ),
    st.builds(Observed, cell=TEXT, probe=TEXT, sequence=TEXT, observation=OBSERVATIONS),
    st.builds(Tried, search=TEXT, trial=TEXT, observation=st.none() | OBSERVATIONS, conflict=TEXT),
    st.sampled_from(BODIES),
)
FACTS = st.builds(Fact, run=st.integers(1, 999), job=TEXT, attempt=st.integers(0, 9), body=BODY)


@given(FACTS)
def test_any_fact_comes_back_with_the_same_id(fact: Fact) -> None:
    again = decode(encode(fact))
    assert isinstance(again, Fact)
    assert again == fact
    assert decode(encode(again)) == again
    assert "\n" not in encode(fact)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    root = tmp_path_factory.mktemp("whole")
    with FileLedger.open(root) as ledger:
        ledger.begin(STARTED)
        for body in (BODIES[9], BODIES[-1]):
            ledger.tell(body, job="j")
    return (root / "facts" / "000001.ndjson").read_bytes()


def test_a_cut_at_any_byte_loses_at_most_the_last_fact(whole: bytes, tmp_path: Path) -> None:
    for cut in range(len(whole) + 1):
        root = tmp_path / str(cut)
        segment = root / "facts" / "000001.ndjson"
        segment.parent.mkdir(parents=True)
        segment.write_bytes(whole[:cut])
        with FileLedger.open(root) as ledger:
            assert len(ledger.facts()) == whole[:cut].count(b"\n")
            assert len(ledger.notices) == (0 if whole[:cut].endswith(b"\n") or not cut else 1)
            ledger.begin(STARTED)
            told = ledger.tell(BODIES[9], job="k")
        assert told in FileLedger.read(root).facts()
        assert FileLedger.read(root).notices == []


@given(st.binary(max_size=80), st.integers(0, 200))
def test_noise_in_the_middle_never_stops_the_reading(noise: bytes, place: int) -> None:
    fact = Fact(run=1, job="j", attempt=0, body=BODIES[-1])
    line = encode(fact)
    cut = line[:place] + noise.decode("utf-8", errors="replace") + line[place:]
    decode(cut)  # a value, whatever it is
