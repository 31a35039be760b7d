from __future__ import annotations

import pytest

from bot.core.model import Json
from bot.render.marks import KEPT, SHOWN, Parted, parted, plot


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("same", "same", Parted(before="same", old="", new="", after="")),
        ("aXb", "ab", Parted(before="a", old="X", new="", after="b")),
        ("", "new", Parted(before="", old="", new="new", after="")),
        ("aa", "aaa", Parted(before="aa", old="", new="a", after="")),
        ([1], [1, 2], Parted(before="1, ", old="", new="2", after="")),
        ([12, 3], [1, 3], Parted(before="", old="12", new="1", after=", 3")),
        ([1, 2], [1, 2], Parted(before="1, 2", old="", new="", after="")),
        ([], [1], Parted(before="[", old="", new="\n 1\n", after="]")),
        ({"a": 1}, None, Parted(before="", old='{\n "a": 1\n}', new="null", after="")),
    ],
)
def test_what_is_marked(old: Json, new: Json, told: Parted) -> None:
    assert parted(old, new) == told


def test_what_is_equal_is_cut_to_the_neighbourhood_of_the_difference() -> None:
    told = parted("a" * 1000 + "X" + "b" * 1000, "a" * 1000 + "Y" + "b" * 1000)
    assert told.before == "…" + "a" * KEPT
    assert told.after == "b" * KEPT + "…"
    assert (told.old, told.new) == ("X", "Y")


def test_what_differs_is_cut_too_and_says_so() -> None:
    lines = "\n".join("old" for _ in range(SHOWN))
    assert parted(lines, "").old.endswith(f"… ({len(lines) - SHOWN} more)")


def test_a_secret_is_blanked_before_it_is_cut_in_two() -> None:
    one, other = (f"ghp_0123456789abcdefghijABCDEFGHIJ01{end}" for end in ("2345", "6789"))
    assert "ghp_" not in repr(parted(one, other))


def _steps(*values: float | None) -> Json:
    return [{"id": at, "logprob": value} for at, value in enumerate(values)]


def test_two_lines_are_plotted_where_they_part() -> None:
    told = plot(_steps(-1.0, -2.0, -3.0), _steps(-1.0, -2.5))
    assert told is not None
    assert told.expected == "24.0,24.0 300.0,70.0 576.0,116.0"
    assert told.seen == "24.0,24.0 300.0,93.0"
    assert told.parts == 300.0
    assert told.words.endswith("from -3.00 to -1.00; first apart at token 2 of 3")


def test_lines_that_never_part_are_plotted_flat_or_not() -> None:
    told = plot(_steps(-1.0, -1.0), _steps(-1.0, -1.0))
    assert told is not None
    assert told.parts is None
    assert told.words.endswith("never apart")


@pytest.mark.parametrize("side", [None, "text", [], [1, 2], _steps(-1.0), _steps(None, None)])
def test_what_is_no_line_is_not_plotted(side: Json) -> None:
    assert plot(side, _steps(-1.0, -2.0)) is None
