from __future__ import annotations

from bot.core.matrix import Allowance, Matrix


def test_the_closest_place_in_the_file() -> None:
    places: dict[tuple[str | int, ...], tuple[int, int]] = {
        ("stacks",): (3, 1),
        ("stacks", "chat"): (4, 3),
        ("stacks", "chat", "components", 0): (5, 20),
    }
    matrix = Matrix(title="", file="", index="", components={}, rows=(), places=places)
    assert matrix.place("stacks", "chat", "components", 0) == (5, 20)
    assert matrix.place("stacks", "chat", "suite", 1) == (4, 3)
    assert matrix.place("stacks", "other") == (3, 1)
    assert matrix.place("elsewhere") == (1, 1)
    assert matrix.place() == (1, 1)


def test_what_a_cell_may_use_by_default() -> None:
    assert Allowance().memory_bytes == 4 * 1024**3
    assert Allowance().workers == 2
