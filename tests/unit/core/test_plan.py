"""Which cells a row wants, day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.core.matrix import Exclusion, Row
from bot.core.model import Cell, Closure, Pin
from bot.core.plan import (
    BASELINE,
    NEWEST,
    History,
    Past,
    Versions,
    Wanted,
    in_force,
    next_runnable,
    plan,
)

ROW = Row(name="chat", components=("e", "c"), suite=("chat",))
LINE = {"e": ("1", "2"), "c": ("1", "2")}


def cell(*versions: tuple[str, str], backend: str = "cpu") -> Cell:
    pins = tuple(Pin(name=name, version=version) for name, version in versions)
    return Cell(
        row="chat",
        components=versions,
        closure=Closure(pins=pins),
        backend=backend,
        model="tiny-chat",
        interpreter="3.11",
    )


def after(
    wanted: tuple[Wanted, ...], before: History | None = None, *, good: bool = True
) -> History:
    """What a finished run with these cells leaves; `good` says whether all newest was."""
    cells = {one.trigger: one.kept or cell(*one.versions) for one in wanted}
    base = cells[BASELINE]
    return History(
        past={
            ("cpu", one.trigger): Past(
                cell=cells[one.trigger], against=one.against if one.kept else base.key
            )
            for one in wanted
            if one.trigger != BASELINE
        },
        baseline={"cpu": base},
        good={"cpu": cells[NEWEST]} if good and NEWEST in cells else {},
        tried=(before.tried if before else frozenset())
        | {pair for each in cells.values() for pair in each.components},
    )


def told(wanted: tuple[Wanted, ...]) -> dict[str, str]:
    """Triggers with their versions; `=` marks a cell that an earlier run has."""
    return {
        one.trigger: f"{'=' if one.kept else ''}{'+'.join(v for _, v in one.versions)}"
        for one in wanted
    }


def new(wanted: tuple[Wanted, ...], known: History) -> set[Versions]:
    """The stacks that nobody has seen."""
    seen = {past.cell.components for past in known.past.values()}
    seen |= {each.components for each in known.baseline.values()}
    return {one.versions for one in wanted} - seen


FIRST = plan(ROW, LINE, History())


def test_the_first_run_starts_from_the_oldest() -> None:
    assert told(FIRST) == {BASELINE: "1+1", "e==2": "2+1", "c==2": "1+2", NEWEST: "2+2"}
    assert FIRST[0].trigger == BASELINE


@pytest.mark.parametrize("good", [True, False])
def test_on_a_day_without_releases_nothing_is_new(good: bool) -> None:
    history = after(FIRST, good=good)
    again = plan(ROW, LINE, history)
    assert told(again) == {BASELINE: "=1+1", "e==2": "=2+1", "c==2": "=1+2", NEWEST: "=2+2"}
    third = plan(ROW, LINE, after(again, history, good=good))
    assert told(third) == told(again)
    assert all(one.against for one in again if one.trigger != BASELINE)


def test_one_release_costs_its_cells_against_the_last_good_stack() -> None:
    history = after(FIRST)
    longer = {**LINE, "e": ("1", "2", "3")}
    wanted = plan(ROW, longer, history)
    assert new(wanted, history) == {(("e", "3"), ("c", "2"))}
    assert told(wanted) == {
        BASELINE: "=2+2",
        "e==2": "=2+1",
        "e==3": "3+2",
        "c==2": "=1+2",
        NEWEST: "3+2",
    }
    fourth = plan(ROW, longer, after(wanted, history))
    assert told(fourth) == {**told(wanted), "e==3": "=3+2", NEWEST: "=3+2"}


def test_a_bad_newest_stack_is_no_baseline() -> None:
    history = after(FIRST, good=False)
    wanted = plan(ROW, {**LINE, "e": ("1", "2", "3")}, history)
    assert told(wanted)[BASELINE] == "=1+1"
    assert new(wanted, history) == {(("e", "3"), ("c", "1")), (("e", "3"), ("c", "2"))}


def test_an_old_line_s_new_release_is_tried_too() -> None:
    history = after(FIRST)
    wanted = plan(ROW, {**LINE, "e": ("1", "1.1", "2")}, history)
    assert told(wanted)["e==1.1"] == "1.1+2"
    assert new(wanted, history) == {(("e", "1.1"), ("c", "2"))}


def test_a_release_that_is_no_longer_followed_is_dropped() -> None:
    wanted = plan(ROW, {"e": ("2",), "c": ("1", "2")}, after(FIRST, good=False))
    assert "e==1" not in told(wanted)
    assert told(wanted)[BASELINE] == "=1+1"


def test_a_pinned_baseline_is_kept_whatever_was_good() -> None:
    pinned = replace(ROW, baseline=(("e", "2"),))
    wanted = plan(pinned, LINE, History())
    assert told(wanted) == {BASELINE: "2+1", "e==1": "1+1", "c==2": "2+2", NEWEST: "2+2"}
    history = replace(after(wanted), good={"cpu": cell(("e", "1"), ("c", "2"))})
    longer = plan(pinned, {**LINE, "c": ("1", "2", "3")}, history)
    assert told(longer)[BASELINE] == "=2+1"
    assert told(longer)["c==3"] == "2+3"


def test_a_pin_that_moved_is_another_baseline() -> None:
    history = after(FIRST)
    moved = plan(replace(ROW, baseline=(("e", "2"), ("c", "2"))), LINE, history)
    assert told(moved)[BASELINE] == "2+2"


def test_a_single_release_is_its_own_baseline() -> None:
    alone = replace(ROW, components=("e",))
    assert told(plan(alone, {"e": ("1",)}, History())) == {BASELINE: "1"}


def test_each_backend_has_its_own_baseline() -> None:
    both = replace(ROW, backends=("cpu", "vulkan"))
    history = History(baseline={"vulkan": cell(("e", "2"), ("c", "2"), backend="vulkan")})
    wanted = plan(both, LINE, history)
    bases = {one.backend: one.versions for one in wanted if one.trigger == BASELINE}
    assert bases["cpu"] == (("e", "1"), ("c", "1"))
    assert bases["vulkan"] == (("e", "2"), ("c", "2"))


def test_a_baseline_that_cannot_run_here_moves_on() -> None:
    def runnable(versions: Versions) -> Versions:
        return next_runnable(versions, frozenset({(("e", "1"), ("c", "1"))}), "e", ("1", "2"))

    wanted = plan(ROW, LINE, after(FIRST, good=False), (), runnable)
    assert wanted[0].versions == (("e", "2"), ("c", "1"))
    assert wanted[0].kept is None


@pytest.mark.parametrize(
    ("stranded", "chosen"),
    [((), "1"), (("1",), "2"), (("1", "2"), "3"), (("1", "2", "3"), "1"), (("2",), "1")],
)
def test_the_next_release_that_runs_here(stranded: tuple[str, ...], chosen: str) -> None:
    lost = frozenset((("e", version), ("c", "1")) for version in stranded)
    found = next_runnable((("e", "1"), ("c", "1")), lost, "e", ("1", "2", "3"))
    assert found == (("e", chosen), ("c", "1"))


def test_a_baseline_of_no_known_release_stays() -> None:
    here: Versions = (("e", "0.5"),)
    assert next_runnable(here, frozenset({here}), "e", ("1", "2")) == here


OLD = Exclusion(name="old", cells=(("e", "<2"), ("c", ">=2")), reason="too old", owner="@me")
EVEN_SO = Exclusion(
    name="even-so", cells=(("c", "==2"),), reason="ours", owner="@us", unless=("old",)
)


@pytest.mark.parametrize(
    ("rules", "left_out"),
    [
        ((), {}),
        ((OLD,), {"c==2": "old"}),
        ((EVEN_SO,), {"c==2": "even-so", NEWEST: "even-so"}),
        ((OLD, EVEN_SO), {"c==2": "old", NEWEST: "even-so"}),
        ((replace(OLD, cells=(("nobody", ">0"),)),), {}),
    ],
)
def test_exclusions(rules: tuple[Exclusion, ...], left_out: dict[str, str]) -> None:
    named = {rule.name: rule for rule in (OLD, EVEN_SO)}
    given = rules if EVEN_SO not in rules or OLD in rules else (replace(EVEN_SO, unless=()),)
    found = {one.trigger: one.excluded for one in plan(ROW, LINE, History(), given) if one.excluded}
    assert found.keys() == left_out.keys()
    for trigger, name in left_out.items():
        assert name in found[trigger]
        assert named[name].owner in found[trigger]
        assert named[name].reason in found[trigger]


def test_a_baseline_is_never_left_out() -> None:
    all_of_it = replace(OLD, cells=(("e", ">=0"),))
    wanted = plan(ROW, LINE, History(), (all_of_it,))
    assert [one.trigger for one in wanted if not one.excluded] == [BASELINE]


@pytest.mark.parametrize(
    ("spec", "left_out"), [("<=2.0.0", ["e==2.0.0-1"]), (">=2.0.0", []), ("<3", ["e==2.0.0-1"])]
)
def test_an_exclusion_reads_semver_where_it_is_told_to(spec: str, left_out: list[str]) -> None:
    rule = Exclusion(
        name="r", cells=(("e", spec), ("c", "<2")), reason="", owner="", schemes=(("e", "semver"),)
    )
    line = {**LINE, "e": ("1.0.0", "2.0.0-1", "no version")}
    wanted = plan(ROW, line, History(), (rule,))
    assert [one.trigger for one in wanted if one.excluded] == left_out


def test_an_exclusion_ends_with_its_last_day() -> None:
    ending = replace(OLD, expires=date(2026, 5, 31))
    assert in_force((OLD, ending), date(2026, 5, 31)) == (OLD, ending)
    assert in_force((OLD, ending), date(2026, 6, 1)) == (OLD,)
