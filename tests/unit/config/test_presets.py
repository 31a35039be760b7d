"""`extends`: presets of ours and files of yours, laid below what a matrix says itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import DRIVERS, SUITE
from bot.config.presets import OURS, laid, names
from bot.config.read import Known, read_matrix
from bot.core.matrix import Matrix
from bot.drivers.suite import families
from bot.errors import ConfigError

KNOWN = Known(
    drivers=frozenset(DRIVERS),
    suites=frozenset(families((SUITE,))),
    sources={driver.name: driver.source for driver in DRIVERS.values()},
    backends={driver.name: frozenset(driver.backends) for driver in DRIVERS.values()},
)


def read(folder: Path, text: str) -> Matrix:
    file = folder / "matrix.yaml"
    file.write_text(text, encoding="utf-8")
    return read_matrix(file, KNOWN)


def wrong(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as trouble:
        read(folder, text)
    return str(trouble.value)


@pytest.mark.parametrize("name", names())
def test_each_preset_is_a_matrix(name: str, tmp_path: Path) -> None:
    found = read(tmp_path, f"version: 1\nextends: {OURS}{name}\n")
    assert found.rows
    assert {one for row in found.rows for one in row.components} == set(found.components)


def test_what_the_file_says_counts_and_null_takes_away(tmp_path: Path) -> None:
    text = """\
version: 1
extends: [stackmatrix:templates, stackmatrix:openai-client]
components:
  jinja2: {follow: [last-3]}
  jinja-js: null
stacks:
  templates-js: null
  templates-jinja2: {python: "3.12"}
"""
    found = read(tmp_path, text)
    assert [row.name for row in found.rows] == [
        "templates-jinja2",
        "templates-minijinja",
        "openai-client",
    ]
    assert found.components["jinja2"].follow == ("last-3",)
    assert found.components["jinja2"].driver == "jinja2"
    assert found.rows[0].interpreter == "3.12"
    assert "jinja-js" not in found.components


def test_a_file_of_yours_is_extended_and_may_extend(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "version: 1\nextends: stackmatrix:tokenizers\ntitle: base\nlimits: {workers: 1}\n"
    )
    found = read(tmp_path, "version: 1\nextends: base.yaml\nlimits: {minutes: 5}\n")
    assert (found.title, found.allowance.workers, found.budget.minutes) == ("base", 1, 5)


def test_a_key_in_itself_changes_the_digest_and_a_default_does_not(tmp_path: Path) -> None:
    plain = read(tmp_path, "version: 1\nextends: stackmatrix:tokenizers\n").digest
    usual = "version: 1\nextends: stackmatrix:tokenizers\ncomponents: {tokenizers: {skip: {}}}\n"
    assert read(tmp_path, usual).digest == plain
    other = "version: 1\nextends: stackmatrix:tokenizers\ntitle: other\n"
    assert read(tmp_path, other).digest != plain


@pytest.mark.parametrize(
    ("extends", "words"),
    [
        ("stackmatrix:lama", "matrix.yaml:2:1: there is no preset `stackmatrix:lama`"),
        ("stackmatrix:lama", "there are stackmatrix:llama-cpp-openai"),
        ("gone.yaml", "`gone.yaml` cannot be read"),
        ("matrix.yaml", "comes back to itself"),
        ("list.yaml", "`list.yaml` holds no table"),
        ("twice.yaml", "twice.yaml:2:1"),
        ("torn.yaml", "is not YAML"),
    ],
)
def test_what_cannot_be_extended_is_told_with_its_place(
    extends: str, words: str, tmp_path: Path
) -> None:
    (tmp_path / "list.yaml").write_text("- 1\n")
    (tmp_path / "twice.yaml").write_text("title: a\ntitle: b\n")
    (tmp_path / "torn.yaml").write_text("a: [\n")
    assert words in wrong(tmp_path, f"version: 1\nextends: {extends}\n")


def test_lists_are_taken_whole() -> None:
    assert laid({"a": [1, 2], "b": 1}, {"a": [3]}) == {"a": [3], "b": 1}
    assert laid({"a": 1}, None) is None
    assert laid({}, {"new": None}) == {"new": None}
