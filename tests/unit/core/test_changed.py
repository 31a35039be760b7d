"""What two locks pin differently, of what is watched."""

from __future__ import annotations

from copy import deepcopy

from bot.core.changed import Move, narrowed

MATRIX = {
    "version": 1,
    "title": "mine",
    "components": {
        "engine": {"role": "engine", "package": "My_Engine", "follow": ["newest", "previous"]},
        "client": {"role": "client"},
        "server": {"role": "engine"},
        "alone": {"role": "template"},
    },
    "stacks": {
        "chat": {"components": ["engine", "client"], "baseline": {"client": "0.1"}},
        "other": {"components": ["server", "client"]},
        "alone": {"components": ["alone"]},
    },
}


def test_stacks_with_something_moved_are_kept_and_each_end_is_pinned() -> None:
    before = deepcopy(MATRIX)
    both = narrowed(
        MATRIX,
        {"my-engine": "1.0", "client": "2.0", "alone": "3.0", "flask": "1"},
        {"my-engine": "1.0", "client": "2.1", "alone": "3.0", "flask": "2"},
    )
    assert both.moves == (Move(component="client", base="2.0", head="2.1", package="client"),)
    assert both.matrix["stacks"] == {
        "chat": {
            "components": ["engine", "client"],
            "baseline": {"engine": "1.0", "client": "2.0"},
        },
        "other": {"components": ["server", "client"], "baseline": {"client": "2.0"}},
    }
    follow = {name: one["follow"] for name, one in both.matrix["components"].items()}
    assert follow == {"engine": ["==1.0"], "client": ["==2.1"], "server": ["newest"]}
    assert both.matrix["title"] == "mine"
    assert before == MATRIX, "what was given is not changed"


def test_what_comes_or_goes_has_nothing_to_be_compared_with() -> None:
    assert narrowed(MATRIX, {"client": "2.0"}, {"alone": "3.0"}).moves == ()
    assert narrowed({}, {"client": "2.0"}, {"client": "3.0"}).moves == ()


def test_a_stack_stays_where_the_locks_move_what_nobody_watches() -> None:
    lock = {"base": "a.txt", "head": "b.txt"}
    base, head = {"client": "2.0", "flask": "1"}, {"client": "2.0", "flask": "2"}
    both = narrowed(MATRIX, base, head, lock)
    assert both.moves == ()
    assert not both.empty
    assert set(both.matrix["stacks"]) == {"chat", "other"}, "`alone` is in no lock"
    assert both.matrix["stacks"]["chat"]["lock"] == lock
    assert narrowed(MATRIX, base, base, lock).empty
    assert narrowed(MATRIX, base, head).empty, "no lock is leant to"
    assert narrowed(MATRIX, base, head, lock, elsewhere={"client"}).empty
    existing = {**MATRIX, "stacks": {"chat": {"components": ["client"], "existing": "python3"}}}
    assert narrowed(existing, base, head, lock).empty, "nothing is installed there"
