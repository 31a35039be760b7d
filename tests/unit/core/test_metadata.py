"""What a distribution declares, readable or not, and where markers are evaluated."""

from __future__ import annotations

import sys

from bot.core.metadata import environment_of, name_of, read


def test_a_requirement_that_nobody_can_read_is_left_out() -> None:
    text = "Metadata-Version: 2.1\nName: tea\nVersion: 1\nRequires-Dist: ===\nRequires-Dist: pot\n"
    assert [each.name for each in read(text).requires] == ["pot"]


def test_markers_are_evaluated_for_the_interpreter_that_is_asked() -> None:
    ours = ".".join(map(str, sys.version_info[:2]))
    assert environment_of(ours)["python_version"] == ours
    other = environment_of("3.8")
    assert (other["python_version"], other["python_full_version"]) == ("3.8", "3.8.0")
    assert environment_of("3.8.4")["python_full_version"] == "3.8.4"
    wishes = read(
        "Metadata-Version: 2.1\nName: tea\nVersion: 1\n"
        "Requires-Dist: old; python_version < '3.9'\nRequires-Dist: pot; extra == 'hot'\n"
    )
    assert [wish.name for wish in wishes.wants(other, ())] == ["old"]
    assert [wish.name for wish in wishes.wants(other, ("hot",))] == ["old", "pot"]


def test_the_prose_below_is_read_for_links_alone() -> None:
    text = (
        "Metadata-Version: 2.1\nName: Tea_Pot\nVersion: 1\n\n"
        "Name: Another\n\nSee https://github.com/tea/tea-pot.\n"
    )
    assert read(text).name == name_of(text) == "tea-pot"
    assert read(text).project == "https://github.com/tea/tea-pot"
    assert name_of("Version: 1\n") == ""
