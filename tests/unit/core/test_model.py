from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core.model import (
    NOT_EXPOSED,
    Cell,
    Closure,
    Conflict,
    Failure,
    Json,
    Link,
    Look,
    Observation,
    Phase,
    Pin,
    Probe,
    Reason,
    Requirements,
    digest,
)

CLOSURE = Closure(pins=(Pin(name="b", version="2"), Pin(name="a", version="1")))
CELL = Cell(
    row="chat",
    components=(("b", "2"),),
    closure=CLOSURE,
    backend="cpu",
    model="tiny-chat",
    interpreter="3.11",
)
PROBE = Probe(
    name="p",
    ask="chat",
    request={"messages": []},
    looks=(Look(link=Link.TEXT, compare="text", absolute=True, golden="hello"),),
)


def test_a_digest_is_of_the_meaning() -> None:
    one: dict[str, Json] = {"a": 1, "b": [1.0, None]}
    other: dict[str, Json] = {"b": [1.0, None], "a": 1}
    assert digest(one) == digest(other)
    assert digest([1, 2]) != digest([2, 1])
    assert digest("é") == digest("\u00e9") != digest("e\u0301")


def test_a_closure_is_a_set_of_pins() -> None:
    turned = Closure(pins=tuple(reversed(CLOSURE.pins)))
    assert turned == CLOSURE
    assert turned.digest == CLOSURE.digest
    assert CLOSURE.versions == {"a": "1", "b": "2"}
    assert CLOSURE.version("c") is None


def test_other_file_hashes_are_another_closure() -> None:
    hashed = Closure(pins=(Pin(name="a", version="1", hashes=("sha256:0",)), CLOSURE.pins[1]))
    assert hashed.versions == CLOSURE.versions
    assert hashed.digest != CLOSURE.digest


def test_a_pin_reads_as_a_requirement() -> None:
    assert str(CLOSURE.pins[0]) == "a==1"


@pytest.mark.parametrize(
    "other",
    [
        replace(CELL, row="other"),
        replace(CELL, components=(("b", "3"),)),
        replace(CELL, closure=Closure(pins=CLOSURE.pins[:1])),
        replace(CELL, backend="vulkan"),
        replace(CELL, model="other"),
        replace(CELL, model_digest="other"),
        replace(CELL, interpreter="3.12"),
    ],
)
def test_everything_about_a_cell_is_in_its_key(other: Cell) -> None:
    assert other.key != CELL.key
    assert replace(CELL).key == CELL.key


def test_the_name_of_a_cell() -> None:
    both = replace(CELL, components=(("a", "1"), ("b", "2")))
    assert both.name == "a-1+b-2@cpu/tiny-chat"


@pytest.mark.parametrize(
    "other",
    [
        Requirements(pins=("a==2",)),
        Requirements(pins=("a==1",), prefer=CLOSURE),
        Requirements(pins=("a==1",), cutoff=datetime(2026, 1, 1, tzinfo=UTC)),
        Requirements(pins=("a==1",), interpreter="3.12"),
    ],
)
def test_another_question_to_the_solver_has_another_key(other: Requirements) -> None:
    assert other.key != Requirements(pins=("a==1",)).key


def test_a_golden_is_no_part_of_the_question() -> None:
    look = replace(PROBE.looks[0], golden="another", compare="ids")
    assert replace(PROBE, looks=(look,)).digest == PROBE.digest


@pytest.mark.parametrize(
    "other",
    [
        replace(PROBE, name="q"),
        replace(PROBE, ask="render"),
        replace(PROBE, request={"messages": [1]}),
        replace(PROBE, looks=(Look(link=Link.STREAM, compare="text"),)),
        replace(PROBE, looks=()),
    ],
)
def test_what_is_asked_and_looked_at_names_the_question(other: Probe) -> None:
    assert other.digest != PROBE.digest


def test_how_a_link_is_looked_at() -> None:
    assert PROBE.look(Link.TEXT) is PROBE.looks[0]
    assert PROBE.look(Link.USAGE) is None


def test_what_is_the_machine_s_fault() -> None:
    assert {reason for reason in Reason if reason.spurious} == {
        Reason.NETWORK,
        Reason.DISK,
        Reason.KILLED,
    }


def test_links_stand_in_causal_order() -> None:
    order = [link.value for link in Link]
    assert order.index("request") < order.index("prompt") < order.index("prompt_ids")
    assert order.index("output_ids") < order.index("text") < order.index("message")


def test_what_is_not_exposed_is_a_value() -> None:
    seen = Observation(probe="p", seen=((Link.TEXT, "hello"), (Link.USAGE, None)))
    assert seen.at(Link.TEXT) == "hello"
    assert seen.at(Link.USAGE) is None
    assert seen.at(Link.PROMPT) == NOT_EXPOSED


def test_the_content_of_an_observation_is_what_was_seen() -> None:
    seen = Observation(probe="p", seen=((Link.TEXT, "hello"),), log="one", seconds=1)
    assert replace(seen, log="two", seconds=2).content == seen.content
    assert replace(seen, seconds=2) == seen
    crashed = Failure(phase=Phase.PROBE, reason=Reason.CRASH, message="SIGSEGV")
    others = (
        replace(seen, probe="q"),
        replace(seen, seen=((Link.TEXT, "hallo"),)),
        replace(seen, failure=crashed),
        replace(seen, failure=replace(crashed, message="SIGFPE")),
    )
    assert len({other.content for other in (*others, seen)}) == 5


def test_a_conflict_keeps_the_solver_s_words() -> None:
    assert Conflict(why="a needs b<2").why == "a needs b<2"
