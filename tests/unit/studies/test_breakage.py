"""What broke in a history, by the fewest versions: singles, couples, what goes on, what was so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import product

from bot.studies.breakage import Breakage, Grid, Line, Stack, breakages

A = Line(
    name="a",
    releases=(
        ("1", date(2026, 1, 1)),
        ("2", date(2026, 2, 1)),
        ("3", date(2026, 3, 1)),
        ("4", date(2026, 4, 1)),
    ),
)
B = Line(name="b", releases=(("1", date(2026, 1, 1)), ("2", date(2026, 2, 15))))
C = Line(name="c", releases=(("1", date(2026, 1, 1)), ("2", date(2026, 3, 15))))
END = date(2026, 5, 1)


def grid(**probes: Callable[[str, str, str], str]) -> Grid:
    stacks = list(product("1234", "12", "12"))
    shown: dict[str, dict[Stack, str]] = {
        name: {stack: told(*stack) for stack in stacks} for name, told in probes.items()
    }
    return Grid(lines=(A, B, C), shown=shown)


def only(found: tuple[Breakage, ...]) -> Breakage:
    [one] = found
    return one


def test_one_release_breaks_and_a_later_one_mends() -> None:
    one = only(breakages(grid(p=lambda a, _b, _c: "bad" if a in "23" else "")))
    assert one.first == (("a", "2"),)
    assert (one.began, one.mended) == (date(2026, 2, 1), date(2026, 4, 1))
    assert one.days(END) == 59
    assert one.every == {(("a", "2"),), (("a", "3"),)}
    assert one.held({"a": "3", "b": "1"})
    assert not one.held({"a": "4", "b": "1"})


def test_what_is_never_mended_stays_to_the_end() -> None:
    one = only(breakages(grid(p=lambda _a, b, _c: "bad" if b == "2" else "")))
    assert one.mended is None
    assert one.days(END) == 75


def test_two_together_are_named_as_two_from_the_day_of_the_later() -> None:
    one = only(breakages(grid(p=lambda a, b, _c: "bad" if a in "234" and b == "2" else "")))
    assert one.first == (("a", "2"), ("b", "2"))
    assert one.words == "a 2 + b 2"
    assert (one.began, one.mended) == (date(2026, 2, 15), None)


def test_three_together_are_named_as_three() -> None:
    bad = ("3", "2", "2")
    one = only(breakages(grid(p=lambda *stack: "bad" if stack == bad else "")))
    assert one.words == "a 3 + b 2 + c 2"
    assert (one.began, one.mended) == (date(2026, 3, 15), date(2026, 4, 1))


def test_an_old_and_a_new_release_may_break_together() -> None:
    one = only(breakages(grid(p=lambda a, b, _c: "bad" if a == "4" and b == "1" else "")))
    assert one.words == "a 4 + b 1"
    assert one.days(END) == 0  # nobody who takes the newest of each ever has it


def test_what_was_so_before_is_no_regression_and_is_told_apart() -> None:
    whole = grid(p=lambda a, _b, _c: "bad" if a in "12" else "")
    assert breakages(whole) == ()
    assert only(breakages(whole, old=True)).first == (("a", "1"),)


def test_broken_in_another_way_is_another_breakage() -> None:
    told = grid(p=lambda a, _b, _c: {"1": "bad", "2": "bad", "3": "worse"}.get(a, ""))
    assert only(breakages(told)).words == "a 3"


def test_one_cause_is_told_once_with_all_that_it_breaks() -> None:
    told = grid(
        p=lambda a, _b, _c: "bad" if a == "3" else "",
        q=lambda a, _b, _c: "bad as well" if a == "3" else "",
        r=lambda a, _b, _c: "bad" if a in "34" else "",
    )
    assert [(each.words, each.probes) for each in breakages(told)] == [
        ("a 3", ("p", "q")),
        ("a 3", ("r",)),
    ]


def test_what_breaks_twice_apart_is_two() -> None:
    told = breakages(grid(p=lambda a, _b, _c: "bad" if a in "24" else ""))
    assert [each.words for each in told] == ["a 2", "a 4"]


def test_what_is_not_known_neither_proves_nor_refutes() -> None:
    whole = grid(p=lambda a, _b, _c: "bad" if a == "2" else "")
    shown = {stack: told for stack, told in whole.shown["p"].items() if stack != ("2", "1", "1")}
    assert only(breakages(Grid(lines=whole.lines, shown={"p": shown}))).words == "a 2"


def test_a_line_without_a_release_yet_stands_at_its_first() -> None:
    assert A.newest(date(2025, 1, 1)) == 0
    assert A.newest(date(2026, 3, 2)) == 2
