"""Several interpreters and models: a row beside the first for each, and what cannot be is told."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from bot.config.shape import schema
from bot.core.matrix import TINY
from tests.unit.config.test_images import BOTH, NPM, on_stack
from tests.unit.config.test_read import GOOD, only, read

TWO = 'python: ["3.12", "3.11"]'
PAIRS = "strategy: [alone, pairs]"
MODELS = "model: [mine/a, tiny-chat]\n"
WHOLE = on_stack(MODELS + GOOD, TWO, PAIRS)


def test_each_further_interpreter_and_model_is_a_row_beside_the_first(tmp_path: Path) -> None:
    matrix = read(tmp_path, WHOLE)
    jsonschema.validate(yaml.safe_load(WHOLE), schema())
    assert [(row.name, row.interpreter, row.model, row.beside) for row in matrix.rows] == [
        ("chat", "3.12", "a", ""),
        ("chat@tiny-chat", "3.12", TINY, "chat"),
        ("chat@python-3.11", "3.11", "a", "chat"),
        ("chat@python-3.11,tiny-chat", "3.11", TINY, "chat"),
    ]
    assert [matrix.model.name, *(one.name for one in matrix.others)] == ["a", TINY]
    assert [matrix.model_of(row).name for row in matrix.rows] == ["a", TINY, "a", TINY]


def test_a_single_value_is_what_it_was(tmp_path: Path) -> None:
    plain = read(tmp_path, on_stack(GOOD, 'python: "3.12"'))
    listed = read(tmp_path, on_stack(GOOD, 'python: ["3.12"]'))
    assert plain.rows == listed.rows
    assert len(plain.rows) == 1
    one = read(tmp_path, f"{GOOD}model: mine/a\n")
    assert (one.model, one.others) == (read(tmp_path, f"{GOOD}model: [mine/a]\n").model, ())


def test_only_strategies_that_promise_what_stands_together_use_them(tmp_path: Path) -> None:
    assert len(read(tmp_path, MODELS + GOOD).rows) == 1
    images = read(tmp_path, on_stack(MODELS + GOOD, BOTH, PAIRS)).rows
    assert [(row.name, row.beside, row.stack) for row in images] == [
        ("chat@debian-12", "", "chat"),
        ("chat@debian-12@tiny-chat", "chat@debian-12", "chat"),
        ("chat@debian-13", "", "chat"),
        ("chat@debian-13@tiny-chat", "chat@debian-13", "chat"),
    ]


@pytest.mark.parametrize(
    ("text", "told", "cure"),
    [
        (on_stack(GOOD, TWO), "tries releases on the first of them only", "`pairs` or"),
        (on_stack(GOOD, 'python: ["3.12", "3.12"]', PAIRS), "one of them twice", "once"),
        (on_stack(NPM, TWO, PAIRS), "its cells run in Node", "leave `python` out"),
        (on_stack(GOOD, TWO, PAIRS, "image: debian-12"), "an image, which has one", "`image`"),
        (on_stack(GOOD, TWO, PAIRS, "existing: {python: x}"), "one interpreter already", "leave"),
        (on_stack(GOOD, 'python: ["3.12", "3.x"]', PAIRS), "stacks.chat.python.1", "that kind"),
        (on_stack(GOOD, "python: 3.12"), "`stacks.chat.python` is 3.12", "that kind"),
        (on_stack(GOOD, "python: []"), "`stacks.chat.python` is []", "that kind"),
        (f"{GOOD}model: [mine/a, {{path: other/a}}]\n", "models are called `a`", "two names"),
        (f"{GOOD}model: [a, {{hub: o/r, revision: main}}]\n", "which is no commit", "pin it"),
        (f"{GOOD}model: [a, {{path: b, sha: c}}]\n", "`model.1.sha` is not a key", "sha256"),
        (f"{GOOD}model: []\n", "`model` is []", "that kind"),
    ],
)
def test_what_cannot_be_is_told_once_with_its_place(
    tmp_path: Path, text: str, told: str, cure: str
) -> None:
    line, _, what, how = only(tmp_path, text)
    assert told in what
    assert cure in how
    assert ("python" if "python" in text else "model") in text.splitlines()[line - 1]
