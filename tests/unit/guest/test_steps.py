"""Questions of steps: what they reach, what is told of it; the committed ones are sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from bot.core.model import Json, Probe
from bot.drivers.suite import read_suite

Guest = Callable[[str], ModuleType]
SUITE = Path(__file__).parents[3] / "bot" / "suite"
KEYS = {"of", "get", "set", "call", "with", "by", "at"}
SUBJECTS = {
    "tokenizer", "saved", "files", "filenames", "config", "generation", "generation_file",
    "transformers", "names",
}  # fmt: skip
FAMILIES = tuple(f"transformers-{name}" for name in ("prompt", "ids", "load", "settings", "tools"))


class Box:
    """Something to call."""

    def __init__(self) -> None:
        self.size = 2
        self.inner = SimpleNamespace(words=["a", "b"])

    def join(self, *parts: str, by: str = "") -> str:
        return by.join(parts)

    def run(self, function: Callable[[int], int]) -> int:
        return function(self.size)


@pytest.fixture
def shown(guest: Guest) -> Callable[[list[Json]], object]:
    steps, box = guest("steps"), Box()
    return lambda asked: steps.show("text", {"text": asked}, lambda _name: box)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ([{"of": "box", "get": "size"}], 2),
        ([{"of": "box", "get": "inner.words", "at": 1}], "b"),
        ([{"of": "box"}, {"get": "inner"}, {"get": "words"}], ["a", "b"]),
        ([{"of": "box", "call": "join", "with": ["x", "y"], "by": {"by": "-"}}], "x-y"),
        ([{"of": "box", "call": "join", "with": [{"base64": "w6k="}]}], "é"),
        ([{"of": "box", "set": {"size": 5}}, {"get": "size"}], 5),
        (
            [{"of": "box", "call": "join", "with": [
                {"steps": [{"of": "box", "get": "inner.words", "at": 0}]}, "z"]}],
            "az",
        ),
        (
            [{"of": "box", "call": "run", "with": [
                {"name": "f", "python": "def f(n):\n    return n * 10\n"}]}],
            20,
        ),
    ],
)  # fmt: skip
def test_steps_lead_somewhere(
    shown: Callable[[list[Json]], object], asked: list[Json], answer: Json
) -> None:
    assert shown(asked) == answer


def test_a_link_without_steps_is_not_exposed(guest: Guest) -> None:
    assert guest("steps").show("prompt", {"text": []}, Box) == {"$": "not exposed"}


def test_what_a_release_lacks_is_an_error(shown: Callable[[list[Json]], object]) -> None:
    with pytest.raises(AttributeError, match="no attribute 'gone'"):
        shown([{"of": "box", "call": "gone"}])


def test_what_json_cannot_say_is_told_by_its_shape(guest: Guest) -> None:
    told = guest("steps").told
    array = SimpleNamespace(dtype="int64", tolist=lambda: [[1], [2]])
    assert told(array) == {"array": "int64", "values": [[1], [2]]}
    assert told({2: (1, {"b", "a"})}) == {"2": [1, ["a", "b"]]}
    assert told(Box) == {"class": "Box"}
    assert told(Box()) == {"object": "Box"}
    names = ("content", "lstrip", "rstrip", "normalized", "single_word", "special")
    token = SimpleNamespace(**dict.fromkeys(names, True))
    assert told([token]) == [dict.fromkeys(names, True)]


def steps_of(asked: Json) -> Iterator[dict[str, Json]]:
    """Every step of a list of them, those of arguments too."""
    for step in asked if isinstance(asked, list) else ():
        assert isinstance(step, dict)
        yield step
        for given in (step.get("with", []), list(_values(step.get("by")))):
            for each in given if isinstance(given, list) else ():
                if isinstance(each, dict) and set(each) == {"steps"}:
                    yield from steps_of(each["steps"])


def _values(table: Json) -> Iterator[Json]:
    yield from table.values() if isinstance(table, dict) else ()


@pytest.mark.parametrize("probe", read_suite((SUITE,), FAMILIES), ids=lambda probe: probe.name)
def test_a_committed_question_asks_for_what_it_looks_at(probe: Probe) -> None:
    assert isinstance(probe.request, dict)
    links = [look.link.value for look in probe.looks if look.link.value in probe.request]
    assert links
    assert set(probe.request) <= {"load", *(look.link.value for look in probe.looks)}
    for link in links:
        first, *_ = steps = list(steps_of(probe.request[link]))
        assert first["of"] in SUBJECTS
        assert all(set(step) <= KEYS for step in steps)
