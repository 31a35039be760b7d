"""`model` in matrix.yaml: a folder or a pinned commit; what could move is refused with its cure."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from bot.config.read import Known, read_matrix
from bot.config.shape import schema
from bot.core.matrix import TINY, Model
from bot.errors import ConfigError

GOOD = """\
version: 1
components:
  engine: {role: engine, upstream: https://x.test/engine}
stacks:
  chat: {components: [engine], suite: [chat]}
"""
COMMIT, DIGEST = "0123456789abcdef" * 2 + "01234567", "ab" * 32


def model(folder: Path, told: str) -> Model:
    file = folder / "matrix.yaml"
    file.write_text(GOOD + told, encoding="utf-8")
    jsonschema.validate(yaml.safe_load(file.read_text()), schema())
    known = Known(drivers=frozenset({"script"}), suites=frozenset({"chat"}))
    return read_matrix(file, known).model


def test_without_one_it_is_the_tiny_one(tmp_path: Path) -> None:
    assert model(tmp_path, "") == Model(name=TINY)


@pytest.mark.parametrize("told", ["model: mine/llama\n", "model: {path: mine/llama}\n"])
def test_a_folder_is_beside_the_file_and_gives_its_name(tmp_path: Path, told: str) -> None:
    assert model(tmp_path, told) == Model(name="llama", path=str(tmp_path / "mine/llama"))


def test_a_commit_of_a_hub(tmp_path: Path) -> None:
    told = f"model: {{hub: org/name, revision: {COMMIT}, files: ['*.gguf'], sha256: {DIGEST}}}\n"
    assert model(tmp_path, told) == Model(
        name="org/name@0123456789ab",
        hub="org/name",
        revision=COMMIT,
        files=("*.gguf",),
        sha256=DIGEST,
    )


@pytest.mark.parametrize(
    ("told", "what", "cure"),
    [
        ("{hub: org/name, revision: main}", "which is no commit", "pin it"),
        ("{hub: org/name}", "which is no commit", "40 hex digits"),
        (f"{{hub: ../../name, revision: {COMMIT}}}", "names no repository", "ORG/NAME"),
        (f"{{hub: a/.., revision: {COMMIT}}}", "names no repository", "ORG/NAME"),
        (f"{{hub: a/b, path: c, revision: {COMMIT}}}", "either a folder or a commit", "FOLDER"),
        (f"{{sha256: {DIGEST}}}", "either a folder or a commit", "FOLDER"),
        (f"{{path: c, revision: {COMMIT}}}", "`model.revision` is for a hub", "hub: ORG/NAME"),
        ("{path: c, sha256: abc}", "which is no digest", "64 hex digits"),
        ("{path: c, sha: abc}", "`model.sha` is not a key", "did you mean `sha256`?"),
    ],
)
def test_what_names_no_model_that_stays(tmp_path: Path, told: str, what: str, cure: str) -> None:
    with pytest.raises(ConfigError) as caught:
        model_without_schema(tmp_path, f"model: {told}\n")
    (problem,) = caught.value.problems
    assert problem.line == 6
    assert what in problem.what
    assert cure in problem.cure


def model_without_schema(folder: Path, told: str) -> None:
    file = folder / "matrix.yaml"
    file.write_text(GOOD + told, encoding="utf-8")
    read_matrix(file, Known(drivers=frozenset({"script"}), suites=frozenset({"chat"})))
