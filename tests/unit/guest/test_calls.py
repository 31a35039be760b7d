"""Calls of a library as data: what is made, what is told, and what a refusal looks like."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Guest = Callable[[str], ModuleType]


class Counter:
    """A library's object: it remembers, returns, and refuses."""

    size = 3

    def __init__(self, start: int = 0) -> None:
        self.total = start

    def add(self, *numbers: int, times: int = 1) -> int:
        self.total += times * sum(numbers)
        return self.total

    def echo(self, value: object) -> object:
        return value

    def itself(self) -> Counter:
        return self

    def fail(self, message: str) -> None:
        raise ValueError(message)

    def panic(self) -> None:
        class PanicError(BaseException):
            pass

        raise PanicError("broken")

    def stop(self) -> None:
        raise KeyboardInterrupt


LIBRARY = SimpleNamespace(Counter=Counter, parts=SimpleNamespace(Counter=Counter))
NOT_EXPOSED = {"$": "not exposed"}


def asked(guest: Guest, *calls: object, tell: object = None, **request: object) -> Any:  # noqa: ANN401
    found = guest("calls")
    return found.answers({"calls": list(calls), **request}, Counter(), LIBRARY, tell, word="thing")


def test_later_calls_see_what_earlier_ones_did(guest: Guest) -> None:
    assert asked(guest, ["add", [1, 2]], ["add", [1], {"times": 4}], ["total"], ["size"]) == [
        3,
        7,
        7,
        3,
    ]


def test_another_object_is_made_and_called(guest: Guest) -> None:
    made = {"make": "parts.Counter", "keywords": {"start": 5}}
    assert asked(guest, ["total"], of=made) == [5]
    assert asked(guest, ["", [8]], ["total"], of={"name": "Counter"}) == [
        {"type": "Counter"},
        NOT_EXPOSED,
    ]


def test_what_a_release_lacks_is_not_exposed(guest: Guest) -> None:
    assert asked(guest, ["none"], ["size"]) == [NOT_EXPOSED, 3]
    assert asked(guest, ["size"], of={"make": "parts.None"}) == NOT_EXPOSED
    assert asked(guest, ["echo", [{"make": "Later"}]]) == [NOT_EXPOSED]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ({"base64": "7aC9"}, {"base64": "7aC9"}),
        ({"bytes": "/w=="}, {"base64": "/w=="}),
        ({"bytes": "YQ=="}, "a"),
        ({"tuple": [1, [2]]}, [1, [2]]),
        ({"set": ["b", "a"]}, ["a", "b"]),
        ({"times": ["ab", 3]}, "ababab"),
        ({"$": "word"}, "thing"),
        ({"name": "str"}, {"type": "type"}),
        ({"a": {"times": ["x", 2]}}, {"a": "xx"}),
        (None, None),
        (1.5, 1.5),
    ],
)
def test_what_json_cannot_say_is_written_so(guest: Guest, written: object, value: object) -> None:
    assert asked(guest, ["echo", [written]]) == [value]


def test_a_result_is_taken_apart(guest: Guest) -> None:
    assert asked(guest, ["itself", [], {}, "size"]) == [3]
    assert asked(guest, ["echo", ['{"a": 1}'], {}, "json"]) == [{"a": 1}]
    assert asked(guest, ["echo", [[[3, 4], [1, 2]]], {}, "unordered"]) == [[[1, 2], [3, 4]]]
    assert asked(guest, ["echo", [[3, 1, 2]], {}, "unordered"]) == [[3, 1, 2]]


def test_objects_of_the_library_are_told_by_who_knows_them(guest: Guest) -> None:
    def tell(value: object) -> object:
        return {"total": value.total} if isinstance(value, Counter) else None

    assert asked(guest, ["itself"], ["echo", [{"a": [1]}]], tell=tell) == [{"total": 0}, {"a": [1]}]


def test_a_refusal_is_an_answer_and_hides_no_other(guest: Guest) -> None:
    found = asked(guest, ["fail", ["no"]], ["panic"], ["add", ["x"]], ["size"])
    assert found[:2] == [{"error": "ValueError: no"}, {"error": "PanicError: broken"}]
    assert found[2]["error"].startswith("TypeError: ")
    assert found[3] == 3
    of = {"make": "Counter", "keywords": {"none": 1}}
    assert "unexpected keyword" in asked(guest, ["size"], of=of)["error"]


def test_a_person_can_stop_it(guest: Guest) -> None:
    with pytest.raises(KeyboardInterrupt):
        asked(guest, ["stop"])


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("at <x 0x7f00aa12bb>", "at <x 0x>"),
        ("no /usr/lib/python3.11/site-packages/x/data.model there", "no /data.model there"),
        ("src/model.cc(1049) [ok]", "src/model.cc [ok]"),
        ("src/model.rs:10:5: no", "src/model.rs: no"),
        ("see https://errors.pydantic.dev/2.14/v/x", "see https://errors.pydantic.dev//v/x"),
        ("</s> and a/b stay", "</s> and a/b stay"),
    ],
)
def test_a_refusal_is_told_without_the_machine(guest: Guest, said: str, kept: str) -> None:
    assert asked(guest, ["fail", [said]]) == [{"error": f"ValueError: {kept}"}]


def test_out_of_memory_is_no_answer(guest: Guest) -> None:
    calls = guest("calls")
    with pytest.raises(MemoryError):
        calls.refused(MemoryError())
