"""Several images of a stack: a row for each, and what cannot be is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.images import python_in
from tests.unit.config.test_read import GOOD, only, problems, read

BOTH = "image: [debian-12, debian-13]"
NPM = GOOD.replace("driver: xllamacpp", "driver: js").replace("[engine, client]", "[engine]")


def on_stack(text: str, *lines: str) -> str:
    return text + "".join(f"    {line}\n" for line in lines)


def test_a_stack_is_crossed_with_its_images(tmp_path: Path) -> None:
    rows = read(tmp_path, on_stack(GOOD, BOTH)).rows
    assert [row.name for row in rows] == ["chat@debian-12", "chat@debian-13"]
    assert [row.interpreter for row in rows] == ["3.11", "3.13"]
    assert {(row.stack, row.env) for row in rows} == {("chat", "docker")}
    assert [row.image for row in rows] == ["debian-12", "debian-13"]


def test_images_of_all_stacks_are_those_of_each(tmp_path: Path) -> None:
    matrix = read(tmp_path, f"{GOOD}{BOTH}\n")
    assert [row.image for row in matrix.rows] == ["debian-12", "debian-13"]
    assert matrix.homes.image == ""
    (alone,) = read(tmp_path, on_stack(f"{BOTH}\n{GOOD}", "image: debian-13")).rows
    assert (alone.name, alone.stack, alone.interpreter) == ("chat", "", "3.13")
    (beside,) = read(tmp_path, on_stack(f"{BOTH}\n{GOOD}", "env: uv")).rows
    assert beside.name == "chat"
    (node,) = read(tmp_path, f"{BOTH}\n{NPM}").rows
    assert node.name == "chat"


def test_one_image_in_a_list_is_one_image(tmp_path: Path) -> None:
    (row,) = read(tmp_path, on_stack(GOOD, "image: [debian-12]")).rows
    assert (row.name, row.stack, row.image) == ("chat", "", "debian-12")


def test_an_image_that_nobody_knows_has_the_python_that_is_asked_for(tmp_path: Path) -> None:
    lines = ("image: [my/one:1, my/two:1]", 'python: "3.12"')
    assert {row.interpreter for row in read(tmp_path, on_stack(GOOD, *lines)).rows} == {"3.12"}
    assert python_in("my/one:1") == ""


@pytest.mark.parametrize(
    ("text", "told", "cure"),
    [
        (on_stack(GOOD, "image: [debian-12, debian-12]"), "names an image twice", "once"),
        (on_stack(GOOD, BOTH, "env: uv"), "names images, and `env: uv` uses none", "`env`"),
        (on_stack(GOOD, "image: debian-13", 'python: "3.11"'), "debian-13 has 3.13", "`python`"),
        (on_stack(NPM, "image: debian-13"), "is of npm: its cells run in Node", "`image`"),
        (on_stack(NPM, "env: docker"), "whatever `env: docker` says", "`env: docker`"),
        (f"env: docker\n{NPM}", "`chat` is of npm", "`env: auto`"),
    ],
)
def test_what_cannot_be_is_told(tmp_path: Path, text: str, told: str, cure: str) -> None:
    _, _, what, how = only(tmp_path, text)
    assert told in what
    assert cure in how


def test_a_fallback_lets_a_stack_of_npm_run_beside_containers(tmp_path: Path) -> None:
    assert read(tmp_path, f"env: docker\nfallback: uv\n{NPM}").rows
    assert read(tmp_path, on_stack(f"env: docker\n{NPM}", "env: auto")).rows


def test_an_empty_list_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, on_stack(GOOD, "image: []"))
