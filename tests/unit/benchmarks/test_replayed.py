"""The replay's arithmetic, on small worlds whose answers are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import product

import pytest

from benchmarks.replay import fully, real
from benchmarks.replayed import STRATEGIES, Diary, World, lived, planted, tally
from bot.core.strategy import ALONE, FULL, NEWEST, PAIRS, TRIPLES
from bot.studies.breakage import Grid, Line, Stack, breakages

FIRST, LAST = date(2026, 2, 1), date(2026, 2, 12)
ALL = ("=={first}", f"since-{FIRST}")
NEW = ("previous", "newest")


def line(name: str, *days: int) -> Line:
    """Release 1 stood there before; one more comes out on each day of February."""
    before = ("1", date(2025, 1, 1))
    rest = ((str(at), date(2026, 2, day)) for at, day in enumerate(days, 2))
    return Line(name=name, releases=(before, *rest))


LINES = (line("a", 2, 6), line("b", 4), line("c", 6))


def world(**probes: Callable[[str, str, str], bool]) -> World:
    stacks = list(product("123", "12", "12"))
    shown: dict[str, dict[Stack, str]] = {
        name: {stack: "bad" if bad(*stack) else "" for stack in stacks}
        for name, bad in probes.items()
    }
    return World(grid=Grid(lines=LINES, shown=shown), first=FIRST, last=LAST)


WORLD = world(
    one=lambda a, _b, _c: a == "2",
    two=lambda a, b, _c: (a, b) == ("2", "2"),
    three=lambda a, b, c: (a, b, c) == ("1", "2", "2"),
    fine=lambda *_: False,
)


def seen(diary: Diary) -> dict[str, int]:
    return {each.words: day.day for each, day in diary.seen.items()}


def run(*strategy: str, follow: Sequence[str] = ALL) -> Diary:
    return lived(WORLD, strategy, follow)


def test_the_full_matrix_sees_everything_on_its_day_and_each_cell_once() -> None:
    diary = run(FULL)
    assert seen(diary) == {"a 2": 2, "a 2 + b 2": 4, "a 1 + b 2 + c 2": 6}
    assert {day.day: count for day, count in diary.cells.items() if count} == {
        31: 1,
        2: 1,
        4: 2,
        6: 8,
    }
    assert sorted(diary.kinds) == sorted(product("123", "12", "12"))
    assert diary.twice == 0


def test_alone_sees_no_interaction_of_new_releases() -> None:
    diary = run(ALONE)
    assert seen(diary) == {"a 2": 2}
    assert sorted(diary.kinds) == sorted(
        [("1", "1", "1"), ("2", "1", "1"), ("1", "2", "1"), ("3", "1", "1"), ("1", "1", "2")]
    )


def test_all_newest_sees_two_that_are_new_at_once() -> None:
    assert seen(run(NEWEST)) == {"a 2": 2, "a 2 + b 2": 4}


def test_the_newest_two_alone_leave_out_what_is_older() -> None:
    assert seen(run(FULL, follow=NEW)) == {"a 2": 2, "a 2 + b 2": 4}


@pytest.mark.parametrize(("word", "strength"), [(PAIRS, 2), (TRIPLES, 3), (FULL, 3)])
@pytest.mark.parametrize("seed", range(3))
def test_a_covering_strategy_misses_nothing_that_it_promises(
    word: str, strength: int, seed: int
) -> None:
    lines = (*LINES, line("d", 3, 9))
    drawn = planted(lines, FIRST, LAST, seed, (2, 4, 4))
    diary = lived(drawn, (word,), ALL)
    told = tally(drawn, (word,), diary, 36)
    late = (*told.later, *told.never)
    assert [size for size in late if size <= strength] == []
    assert diary.twice == 0


def test_a_tally_adds_up() -> None:
    diary = run(PAIRS)
    told = tally(WORLD, (PAIRS,), diary, 12)
    assert told.cells == len(diary.kinds) == sum(diary.cells.values())
    assert told.mean == (told.cells - 1) / 12  # the baseline was there the day before
    assert told.worst == max(diary.cells.values())
    counted = [sum(part.values()) for part in (told.same, told.later, told.never)]
    assert sum(counted) == len(breakages(WORLD.grid)) == 3


def test_what_is_seen_days_later_is_late() -> None:
    [one, *_] = breakages(WORLD.grid)
    late = Diary(cells={FIRST: 2, LAST: 0}, seen={one: date(2026, 2, 7)})
    told = tally(WORLD, (ALONE,), late, 12)
    assert (told.same, told.later, told.never) == ({}, {1: 1}, {2: 1, 3: 1})
    assert told.delay == 5
    assert told.missed == ("a 2 + b 2", "a 1 + b 2 + c 2")
    assert (told.mean, told.worst) == (1.0, 2)


def test_what_another_breakage_hides_is_seen_when_that_is_mended() -> None:
    both = world(p=lambda a, b, _c: a == "2" or b == "2")
    diary = lived(both, (NEWEST,), ALL)
    assert seen(diary) == {"a 2": 2, "b 2": 6}
    told = tally(both, (NEWEST,), diary, 12)
    assert (told.same, told.later, told.delay) == ({1: 1}, {1: 1}, 2)


def test_a_drawn_world_is_the_same_again_and_new() -> None:
    one, other, third = (planted(LINES, FIRST, LAST, seed, (1, 2)) for seed in (1, 1, 2))
    assert one.grid.shown == other.grid.shown != third.grid.shown
    assert all(any(told.values()) for told in one.grid.shown.values())
    assert breakages(one.grid, old=True) == ()


def test_no_strategy_runs_a_cell_twice() -> None:
    assert [run(*words).twice for words in STRATEGIES] == [0] * len(STRATEGIES)


def test_the_committed_outcomes_are_a_full_matrix() -> None:
    world = real()
    names = [line.name for line in world.grid.lines]
    stacks = set(product(*([v for v, _ in line.releases] for line in world.grid.lines)))
    assert len(names) >= 3
    assert (world.last - world.first).days >= 92
    assert len(stacks) == fully(world)
    assert {frozenset(told) for told in world.grid.shown.values()} == {frozenset(stacks)}
    for one in world.grid.lines:
        days = [day for _, day in one.releases]
        assert days[0] < world.first <= days[1] <= days[-1] <= world.last
        assert days == sorted(days)
