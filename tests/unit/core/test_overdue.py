"""What has expired, in the order of the file's two tables, with the place of its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.core.blocks import Block
from bot.core.matrix import Exclusion, Matrix
from bot.core.model import Component, Role
from bot.core.overdue import overdue

LAST = date(2026, 1, 31)
AFTER = date(2026, 2, 1)
RULE = Exclusion(name="old", cells=(("tea", "<2"),), reason="r", owner="@me", expires=LAST)
TEA = Component(name="tea", role=Role.ENGINE, source="pypi", package="tea", upstream="")


def matrix(*rules: Exclusion, skip: tuple[Block, ...] = ()) -> Matrix:
    tea = {"tea": replace(TEA, skip=skip)}
    return Matrix(title="", file="", index="", components=tea, rows=(), exclusions=rules)


def test_each_names_the_place_of_its_day() -> None:
    skip = (Block(span=">=1,<2", reason="r", owner="@you", expires=LAST),)
    found = [*overdue(matrix(RULE, skip=skip), AFTER)]
    assert [each.path for each in found] == [
        ("components", "tea", "skip", ">=1,<2", "expires"),
        ("exclude", "old", "expires"),
    ]
    assert "(@you) expired on 2026-01-31" in str(found[0])


def test_what_holds_for_ever_or_until_today_is_not_overdue() -> None:
    skip = (Block(span="1", reason="r"), Block(span="2", reason="r", expires=LAST))
    rules = (replace(RULE, expires=None), replace(RULE, name="other"))
    assert [*overdue(matrix(*rules, skip=skip), LAST)] == []
    assert len([*overdue(matrix(*rules, skip=skip), AFTER)]) == 2


def test_nobodys_word_names_nobody() -> None:
    (found,) = overdue(matrix(skip=(Block(span="2", reason="r", expires=LAST),)), AFTER)
    assert str(found).startswith("`components.tea.skip.2` expired on")
