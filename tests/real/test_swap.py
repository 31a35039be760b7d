"""Link swap on a real engine and a real client, with a fault planted at one link at a time.

A fault of the model (its template, its merges, its weights, a word of its vocabulary) is written
into a copy of its file; one of the client is planted in its classes as it starts. Each moves the
row of its own link, and what was handed on past it is as in the working stack or cannot be fed.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.app import COMPARATORS, DRIVERS
from bot.core.model import Failure, Json, Link, Observation, Probe
from bot.core.protocol import PROTOCOL, Hearing, question
from bot.core.swap import SAME, Stage, guilty, questions, stages
from bot.effects.room import GUEST
from bot.envs.uv import UvEnv
from tests.real.stacks import LIMITS, MODEL, PYTHON, closed, observe, probes

pytestmark = [pytest.mark.real, pytest.mark.network]

STACK = "xllamacpp openai"
CALLS, CITY = "weather-paris-and-rome", "capital-france"
PLANTED = '''"""A client with a fault."""

import functools

from openai.resources.chat.completions import Completions

RIGHT = Completions.create


{fault}


def start(_setup, _chain):
    """Plant the fault."""
    Completions.create = create


def stop():
    """Take it out again."""
    Completions.create = RIGHT


def answers(_ask):
    """Show nothing."""
    return frozenset()
'''
ASKS_FOR_LESS = '''@functools.wraps(RIGHT)
def create(self, **asked):
    """Ask for fewer tokens than it is told to."""
    return RIGHT(self, **dict(asked, max_tokens=3))'''
DROPS_A_CALL = '''@functools.wraps(RIGHT)
def create(self, **asked):
    """Lose the last call of an answer."""
    told = RIGHT(self, **asked)
    if not asked.get("stream"):
        told.choices[0].message.tool_calls.pop()
        return told
    return [each for each in told if not any(
        call.index for choice in each.choices for call in choice.delta.tool_calls or [])]'''


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is planted: bytes of the model's file and what takes their place, or a client's code.

    `at` is where it shows, of the question `asked`.
    """

    at: tuple[Link, ...]
    asked: str
    model: tuple[bytes, bytes] = (b"", b"")
    client: str = ""


FAULTS = {
    "the client changes a field": Fault(
        at=(Link.REQUEST,), asked=f"chat/{CITY}", client=ASKS_FOR_LESS
    ),
    "the template has another line": Fault(
        at=(Link.PROMPT,), asked=f"chat/{CALLS}", model=(b"# Tools", b"# Tolls")
    ),
    "the tokenizer lacks a merge": Fault(
        at=(Link.PROMPT_IDS,), asked=f"chat/{CITY}", model=(b"Wh at", b"Wh ax")
    ),
    "a word of the vocabulary is spelt otherwise": Fault(
        at=(Link.TEXT,), asked=f"chat/{CITY}", model=(b"\xc4\xa0Paris", b"\xc4\xa0Pxris")
    ),
    "the client loses a call": Fault(
        at=(Link.MESSAGE,), asked=f"chat/{CALLS}", client=DROPS_A_CALL
    ),
    "the client loses a call of a stream": Fault(
        at=(Link.STREAM, Link.MESSAGE), asked=f"stream/{CALLS}", client=DROPS_A_CALL
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rooms")


@pytest.fixture(scope="module")
def good(rooms: Path) -> dict[str, Observation]:
    asked = dict.fromkeys(fault.asked for fault in FAULTS.values())
    return observe(rooms, STACK, STACK, probes(*asked))


def broken(
    rooms: Path, place: Path, fault: Fault, asked: Sequence[Probe]
) -> Mapping[str, Observation]:
    """Ask a stack with the fault in it."""
    shutil.copytree(GUEST, place / "guest")
    shutil.copytree(MODEL, place / "model", ignore=shutil.ignore_patterns("onnx", "ct2", "open*"))
    model = place / "model" / "tiny-chat.gguf"
    right, wrong = fault.model
    whole = model.read_bytes()
    assert not right or right in whole
    model.write_bytes(whole.replace(right, wrong, 1))
    modules: list[Json] = [
        {"name": DRIVERS[name].guest, "setup": DRIVERS[name].setup(place / "model", {})}
        for name in STACK.split()
    ]
    if fault.client:
        (place / "guest" / "planted.py").write_text(PLANTED.format(fault=fault.client))
        modules.append({"name": "planted", "setup": {}})
    job: Json = {
        "protocol": PROTOCOL, "modules": modules, "probes": [question(each) for each in asked],
    }  # fmt: skip
    env = UvEnv(root=rooms, guest=place / "guest")
    hearing = Hearing([each.name for each in asked], start_seconds=LIMITS.start_seconds)
    with env.open(closed(*STACK.split()), interpreter=PYTHON, limits=LIMITS, fresh=False) as room:
        assert not isinstance(room, Failure), room
        done = room.talk(
            job, hearing.hear, seconds=LIMITS.start_seconds, memory_bytes=LIMITS.memory_bytes
        )
    heard = hearing.finish(returncode=done.returncode, stopped_by=done.stopped_by, log="")
    assert heard.stopped is None, heard.stopped
    assert not heard.remains
    return {each.probe: each for each in heard.observations}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_moves_its_own_row_alone(
    name: str, good: dict[str, Observation], rooms: Path, tmp_path: Path
) -> None:
    fault = FAULTS[name]
    (probe,) = probes(fault.asked)
    asked = tuple(questions(probe, good[probe.name]))
    table = stages(asked, good[probe.name], broken(rooms, tmp_path, fault, asked), COMPARATORS)
    assert guilty(table) == fault.at, table


def swapped(
    rooms: Path, pins: str, asked: Sequence[Probe], good: Mapping[str, Observation]
) -> dict[str, tuple[Stage, ...]]:
    """Return the table of each probe, of a stack that is handed what another one showed."""
    each = {probe.name: tuple(questions(probe, good[probe.name])) for probe in asked}
    told = observe(rooms, STACK, pins, [one for some in each.values() for one in some])
    return {name: stages(some, good[name], told, COMPARATORS) for name, some in each.items()}


def test_a_stack_that_is_handed_its_own_values_is_nowhere_guilty(
    good: dict[str, Observation], rooms: Path
) -> None:
    asked = probes(*good)
    tables = swapped(rooms, STACK, asked, good)
    assert {name: guilty(table) for name, table in tables.items()} == dict.fromkeys(good, ())
    seen = [look.link for probe in asked for look in probe.looks]
    assert [stage.link for table in tables.values() for stage in table] == seen
    assert {stage.word for table in tables.values() for stage in table} == {SAME}


def test_real_releases_are_guilty_where_their_parsers_and_answers_went_wrong(rooms: Path) -> None:
    asked = probes("chat/think-sum", "stream/think-sum", "chat/invalid-utf8")
    good = observe(rooms, STACK, "xllamacpp==0.2.12 openai", asked)
    tables = swapped(rooms, "xllamacpp==0.2.13 openai", asked, good)
    assert {name: guilty(table) for name, table in tables.items()} == {
        "chat/think-sum": (Link.MESSAGE,),
        "stream/think-sum": (Link.STREAM,),
        "chat/invalid-utf8": (Link.TEXT,),
    }
