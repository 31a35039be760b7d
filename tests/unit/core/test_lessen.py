"""Programs of every kind come down to what shows it, and nothing of that can go."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from bot.core import syntax
from bot.core.lessen import Lessen
from bot.core.parted import least
from tests.mini.spread import Spread, keyword, pooled, special


def lessened(source: str, shows: Callable[[str], bool], **options: object) -> Lessen:
    machine = Lessen(source, **options)  # type: ignore[arg-type]
    while candidates := machine.propose():
        for one in candidates:
            machine.tell(one, shows(one))
    return machine


def test_a_program_of_one_needed_line() -> None:
    source = """
import json, os
def quiet(text, *more):
    return text.strip()
for name in ["a", "b", "c"]:
    found: str = quiet(name + " ")
    if name == "b":
        print(json.dumps([found, 12345, "and more words"]))
"""
    best = lessened(source, lambda one: "json.dumps" in one and "12345" in one).best
    assert best == "import json\nprint(json.dumps([12345]))"


def test_what_is_around_gives_way_again_and_again() -> None:
    source = """
if a:
    while b:
        with c:
            try:
                needed("a long text with the needle in it, and more words than that")
            finally:
                d()
"""
    machine = lessened(source, lambda one: "needed(" in one and "needle" in one, width=1)
    assert machine.best == "needed('needle')"


def test_a_long_word_is_cut_at_both_ends() -> None:
    source = "f('some-long-word-with-a-needle-in-it')"
    assert lessened(source, lambda one: "f('" in one and "needle" in one).best == "f('needle')"


def test_what_is_no_program_is_refused() -> None:
    with pytest.raises(SyntaxError):
        Lessen("if")


def test_what_is_shown_beside_goes_first_and_takes_along_what_was_there_for_it() -> None:
    helpers = [f"def f{at}(x):\n    y = x\n    return y\nz{at} = f{at}(1)" for at in range(8)]
    items = ", ".join(f"'k{at}': z{at}" for at in range(8))
    source = "\n".join(["import json", *helpers, f"print(json.dumps({{{items}, 'n': lib()}}))"])
    asked: list[str] = []

    def shows(one: str) -> bool:
        asked.append(one)
        return "lib()" in one

    machine = lessened(source, shows, width=1)
    assert machine.best == "import json\nprint(json.dumps({'': lib()}))"
    assert len(asked) < 15


@pytest.mark.parametrize("kind", [special, keyword, pooled], ids=lambda kind: kind.__name__)
def test_a_probe_keeps_its_signature_and_nothing_of_it_can_go(
    kind: Callable[[Random], Spread],
) -> None:
    """The planted fault of this test: a reducer that returns its input does not pass."""
    probe = kind(Random(1))
    shows = probe.fault()
    assert shows(probe.source)
    machine = lessened(probe.source, shows, width=4, empty=least(probe.first))
    assert machine.done
    assert shows(machine.best)
    assert machine.calls < 130
    assert len(machine.best) < 0.15 * len(probe.source)
    for edit in syntax.edits(machine.best):
        less = syntax.edited(machine.best, [edit])
        assert less is None or len(less) >= len(machine.best) or not shows(less)
