"""What `diff` reads from its words, and what it refuses before anything is installed or asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import Options
from bot.errors import StackmatrixError, UsageError
from bot.verbs.diff import Question, diff, subjects_of
from tests.unit.steps.fakes import Said


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("minijinja 1 2", ("minijinja", ("1", "2"))),
        ("minijinja 1 2 3", ("minijinja", ("1", "2", "3"))),
        ("minijinja@1", ("minijinja", ("1",))),
        ("@huggingface/jinja@0.5.11", ("@huggingface/jinja", ("0.5.11",))),
        ("@huggingface/jinja 1 2", ("@huggingface/jinja", ("1", "2"))),
        ("endpoint@http://me:word@host:1/v1", ("endpoint", ("http://me:word@host:1/v1",))),
    ],
)
def test_words_are_a_component_and_its_versions(
    words: str, expected: tuple[str, tuple[str, ...]]
) -> None:
    assert subjects_of(words.split()) == expected


@pytest.mark.parametrize(
    "words", ["", "minijinja", "minijinja 1", "minijinja@", "@huggingface/jinja", "minijinja@1 2"]
)
def test_fewer_words_are_told_with_the_two_ways_to_write_it(words: str) -> None:
    with pytest.raises(UsageError, match="a component and two versions") as told:
        subjects_of(words.split())
    assert "COMPONENT@VERSION" in told.value.cure


QUESTION = Question(component="minijinja", versions=("2.24.0", "3.0.0"), suite=("render",))


@pytest.mark.parametrize(
    ("changes", "what", "cure"),
    [
        ({"component": "xlamacpp"}, "nobody knows how to ask `xlamacpp`", "mean `xllamacpp`?"),
        ({"suite": ("rendr",)}, "no probe or family `rendr`", "did you mean `render`?"),
        ({"suite": ("frob",)}, "no probe or family `frob`", "use one of: "),
        ({"suite": ("chat",)}, "answers nothing of chat", "it is asked render"),
        ({"python": "abc"}, "`abc` is no version of Python", "--python 3.11"),
        ({"backend": "tpu"}, "no backend `tpu`", "cpu, vulkan, cuda"),
        ({"versions": ("1", "3.0.00x")}, "`3.0.00x` is no version", "as its index does"),
        ({"beside": ("a==/b",)}, "`--with a==/b` is no requirement", "torch"),
    ],
)
def test_what_nobody_knows_ends_with_exit_code_2(
    changes: dict[str, object], what: str, cure: str, tmp_path: Path
) -> None:
    options = Options(config=tmp_path / "none.yaml", state=tmp_path, reports=tmp_path)
    with pytest.raises(StackmatrixError) as told:
        diff(options, replace(QUESTION, **changes), Said())  # type: ignore[arg-type]
    assert (told.value.exit_code, what in told.value.message) == (2, True), told.value.message
    assert cure in told.value.cure
    assert not (tmp_path / "diff").exists()
