"""What is asked of both closures, and how it is varied."""

from __future__ import annotations

from bot.core.model import Closure, Link, Look, Pin, Probe
from bot.steps.question import Question

ASKED = Question(
    good=Closure(pins=(Pin(name="shop", version="1"), Pin(name="idle", version="1"))),
    bad=Closure(pins=(Pin(name="shop", version="2"), Pin(name="idle", version="1"))),
    probe=Probe(
        name="probe",
        ask="script",
        request={"source": "print(1)", "environment": {"STIR_0": "mine"}},
        looks=(Look(link=Link.MESSAGE, compare="json"),),
    ),
    roots=frozenset({"shop"}),
)


def test_what_moved_is_on_both_sides() -> None:
    assert ASKED.moved == {"shop": ("1", "2")}


def test_a_stirred_question_keeps_its_own_environment() -> None:
    request = ASKED.stirred(2).request
    assert isinstance(request, dict)
    variables = request["environment"]
    assert isinstance(variables, dict)
    assert variables.keys() == {"STIR_0", "STIR_1"}
    assert variables["STIR_0"] == "mine"
    assert ASKED.stirred(0).request == ASKED.probe.request


def test_a_traced_question_says_so() -> None:
    assert isinstance(ASKED.traced.request, dict)
    assert ASKED.traced.request["trace"] is True
