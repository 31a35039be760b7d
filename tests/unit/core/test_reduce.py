from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.core.model import Json
from bot.core.reduce import Edit, Reduce, canonical, shortlex


def reduce(request: Json, fault: Callable[[Any], bool], **options: Any) -> Reduce:  # noqa: ANN401
    machine = Reduce(request, **options)
    while candidates := machine.propose():
        for candidate in candidates:
            machine.tell(candidate, fault(candidate))
    return machine


def tool(name: str, **properties: Json) -> Json:
    schema: Json = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "function": {"name": name, "parameters": schema}}


def test_three_pieces_of_a_long_chat() -> None:
    """Three separate pieces in a long request: under a hundred calls or so, nothing else left."""
    kinds: list[Json] = [{"type": "string", "description": f"field {at}"} for at in range(12)]
    messages: list[Json] = [
        {"role": "user", "content": f"message {at} " + "and so on " * 20} for at in range(30)
    ]
    messages[17] = {"role": "user", "content": "before \u2028 after"}
    fields = {f"field_{at}": kind for at, kind in enumerate(kinds)}
    fields["odd"] = {"type": "number", "minimum": 3}
    request: Json = {
        "messages": messages,
        "tools": [tool("first", a={"type": "string"}), tool("second", **fields), tool("third")],
        "temperature": 0.7,
        "seed": 9999,
        "stream": True,
    }

    def fault(candidate: Any) -> bool:  # noqa: ANN401
        text = str(candidate.get("messages"))
        return "\\u2028" in text and "minimum" in str(candidate) and candidate.get("stream", False)

    machine = reduce(request, fault)
    assert machine.best == {
        "messages": [{"role": "user", "content": "\u2028"}],
        "stream": True,
        "tools": [
            {
                "type": "function",
                "function": {"name": "s", "parameters": {"properties": {"odd": {"minimum": 3}}}},
            }
        ],
    }
    assert machine.done
    assert machine.calls <= 55


def test_a_property_that_goes_is_not_required_any_more() -> None:
    request: Json = {"tools": [tool("t", a={"type": "string"}, b={"enum": ["x"]})]}
    left: dict[str, Json] = {"required": ["b"]}

    def fault(candidate: Any) -> bool:  # noqa: ANN401
        return "enum" in str(candidate) and "'required': ['b']" in str(candidate)

    machine = reduce(request, fault)
    assert machine.best == {
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "t",
                    "parameters": {"properties": {"b": {"enum": [""]}}, **left},
                },
            }
        ]
    }


@pytest.mark.parametrize(
    ("schema", "smallest"),
    [
        ({"properties": {"a": 1, "b": 2}}, {"properties": {"b": 2}}),
        ({"properties": {"a": 1, "b": 2}, "required": "yes"}, {"properties": {"b": 2}}),
        (
            {"required": ["a", "a", "b"], "properties": {"a": 1, "b": 2}},
            {"properties": {"b": 2}},
        ),
        ({"properties": ["a", "b"]}, {"properties": ["b"]}),
    ],
)
def test_schemas_of_any_shape(schema: Json, smallest: Json) -> None:
    assert reduce(schema, lambda c: "b" in str(c) and "prop" in str(c)).best == smallest


def test_what_is_required_goes_with_its_property_also_before_it_is_visited() -> None:
    request: Json = {"required": ["aa", "b"], "properties": {"aa": 1, "b": 2}}

    def fault(candidate: Any) -> bool:  # noqa: ANN401
        names = candidate.get("properties", {})
        return "b" in names and set(names) <= set(candidate.get("required", ()))

    assert reduce(request, fault).best == {"required": ["b"], "properties": {"b": 2}}


@pytest.mark.parametrize(
    ("number", "least", "smallest"),
    [(7, 0, 7), (42, 0, 0), (1000, 100, 1000), (2.75, 2, 2), (2.75, 2.5, 2.75), (1e300, 5, 1e300)],
)
def test_numbers_of_several_digits_become_nothing_or_whole(
    number: float, least: float, smallest: float
) -> None:
    assert reduce({"n": number}, lambda c: c.get("n", -1) >= least).best == {"n": smallest}


def test_text_by_halves_words_and_letters() -> None:
    best = reduce("one two, three-boom-four five", lambda c: "boom" in c).best
    assert best == "boom"


def test_a_word_that_is_needed_costs_little() -> None:
    word = "x" * 100
    machine = reduce({"t": word}, lambda c: len(c.get("t", "")) == 100)
    assert machine.best == {"t": word}
    assert machine.calls < 8


def test_a_number_without_bounds_stays() -> None:
    assert reduce({"n": float("inf")}, lambda c: c.get("n", 0) > 5).best == {"n": float("inf")}


def test_words_of_the_protocol_are_left_alone() -> None:
    request: Json = {"messages": [{"role": "assistant", "content": "x"}], "kind": "long"}
    machine = reduce(request, lambda c: "kind" in c, fixed=frozenset({"role", "kind"}))
    assert machine.best == {"kind": "long", "messages": [{"content": "", "role": "assistant"}]}


def test_a_name_that_must_be_something_becomes_one_letter() -> None:
    request: Json = {"tools": [tool("weather_of_today")]}
    machine = reduce(request, lambda c: "tools" in c, width=1)
    assert machine.best == {"tools": [{"type": "function", "function": {"name": "w"}}]}
    assert machine.calls < 8


def test_an_answer_goes_with_its_call() -> None:
    def call(name: str) -> Json:
        asked: Json = {"id": name, "function": {"name": "f", "arguments": "{}"}}
        return {"role": "assistant", "tool_calls": [asked]}

    def answer(name: str) -> Json:
        return {"role": "tool", "tool_call_id": name, "content": name}

    messages = [call("one"), answer("one"), "odd", call("two"), answer("two")]
    machine = reduce({"messages": messages[:2] + messages[3:]}, lambda c: "two" in str(c))
    assert machine.best == {"messages": [call("two")]}
    edited = Reduce({"messages": messages}).edited(
        {"messages": messages}, [Edit(("messages", 0), "drop")]
    )
    assert edited == {"messages": messages[2:]}


def test_what_was_told_before_is_not_asked_again() -> None:
    request: Json = {"messages": [{"role": "user", "content": f"word {at}"} for at in range(9)]}
    known: dict[str, bool] = {}

    def fault(candidate: Json) -> bool:
        return known.setdefault(canonical(candidate), "word 4" in str(candidate))

    first = reduce(request, fault)
    again = Reduce(request, known=known)
    assert (again.done, again.best, again.calls) == (True, first.best, 0)


def test_the_caller_may_say_what_is_valid() -> None:
    request: Json = {"a": [1, 2, 3], "b": 2}
    assert reduce(request, lambda _: True, keep=lambda c: "b" in str(c)).best == {"b": 2}


def test_telling() -> None:
    machine = Reduce({"a": 1, "b": 2})
    assert not machine.done
    with pytest.raises(ValueError, match="nobody asked"):
        machine.tell({"c": 3}, still=True)
    (candidate, *_) = machine.propose()
    machine.tell(candidate, still=False)
    machine.tell(candidate, still=True)
    assert machine.calls == 1
    assert machine.best == {"a": 1, "b": 2}
    assert candidate not in machine.propose()


def test_a_reducer_that_cannot_shrink_is_done_at_once() -> None:
    machine = Reduce([])
    assert machine.propose() == ()
    assert machine.done


def test_shorter_is_smaller_and_then_earlier() -> None:
    assert sorted(["bb", "a", "aa"], key=shortlex) == ["a", "aa", "bb"]
