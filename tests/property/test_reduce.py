"""Reduction keeps the fault, ends, and leaves no node that could go."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.model import Json
from bot.core.reduce import Reduce, canonical, is_chat, shortlex

SOME = settings(max_examples=200, deadline=None, derandomize=True)

words = st.text("abc é", max_size=12)
leaves = st.none() | st.booleans() | st.integers(-50, 500) | st.floats(-9, 9) | words
trees: st.SearchStrategy[Json] = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text("xyz", max_size=2), inner),
    max_leaves=12,
)


def nodes(value: Json) -> list[str]:
    """Every node of a tree as text: what a toy fault may depend on."""
    found = [canonical(value)]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return found + [text for child in inner for text in nodes(child)]


def smaller_by_one(value: Json) -> list[Json]:
    """Every tree with exactly one list element or key taken out, wherever it is."""
    out: list[Json] = []
    if isinstance(value, list):
        for at, child in enumerate(value):
            out.append([*value[:at], *value[at + 1 :]])
            out += [[*value[:at], less, *value[at + 1 :]] for less in smaller_by_one(child)]
    elif isinstance(value, dict):
        for key, child in value.items():
            out.append({k: v for k, v in value.items() if k != key})
            out += [{**value, key: less} for less in smaller_by_one(child)]
    return out


def reduce(
    request: Json, fault: Callable[[Json], bool], *, width: int = 4
) -> tuple[Reduce, list[str]]:
    machine = Reduce(request, width=width)
    asked: list[str] = []
    while candidates := machine.propose():
        for candidate in candidates:
            assert shortlex(candidate) < shortlex(machine.best)
            asked.append(canonical(candidate))
            machine.tell(candidate, fault(candidate))
    return machine, asked


@SOME
@given(st.data(), trees, st.integers(1, 6))
def test_what_is_left_still_shows_it_and_nothing_can_go(
    data: st.DataObject, tree: Json, width: int
) -> None:
    needs = data.draw(st.lists(st.sampled_from(nodes(tree)), max_size=3))

    def fault(candidate: Json) -> bool:
        return all(canonical(candidate).count(need) for need in needs)

    machine, asked = reduce(tree, fault, width=width)
    assert machine.done
    assert fault(machine.best)
    assert len(set(asked)) == len(asked) == machine.calls
    assert not any(fault(less) for less in smaller_by_one(machine.best))


@SOME
@given(st.lists(words, min_size=1, max_size=12), st.data())
def test_a_chat_stays_a_chat(texts: list[str], data: st.DataObject) -> None:
    needs = data.draw(st.sets(st.sampled_from(range(len(texts))), max_size=3))
    contents = [f"{at}: {text}" for at, text in enumerate(texts)]
    request: Json = {"messages": [{"role": "user", "content": text} for text in contents]}

    def fault(candidate: Json) -> bool:
        assert is_chat(candidate)
        assert isinstance(candidate, dict)
        assert candidate["messages"]
        return all(f"{at}:" in str(candidate) for at in needs)

    best = reduce(request, fault)[0].best
    assert isinstance(best, dict)
    messages = best["messages"]
    assert isinstance(messages, list)
    assert len(messages) <= max(len(needs), 1)


@SOME
@given(trees)
def test_a_reducer_that_returns_its_input_does_not_pass(tree: Json) -> None:
    machine, _ = reduce(tree, lambda _: True)
    smallest = machine.best
    assert shortlex(smallest) <= shortlex(tree)
    if isinstance(tree, list | dict):
        assert smallest in ([], {})
