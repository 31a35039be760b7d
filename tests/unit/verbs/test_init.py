"""The sample matrix is this repository's own, and is never written over a person's work."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import Options, matrix_of
from bot.errors import UsageError
from bot.verbs import init as verb
from bot.verbs.init import LOCKS, init, lock_of, offers, own

ROOT = Path(__file__).parents[3]


def test_it_writes_a_matrix_without_mistakes(tmp_path: Path) -> None:
    file = init(tmp_path / "matrix.yaml")
    assert file.read_bytes() == (ROOT / "matrix.yaml").read_bytes()
    assert matrix_of(Options(config=file, state=tmp_path, reports=tmp_path)).rows


def test_it_leaves_a_file_alone(tmp_path: Path) -> None:
    file = tmp_path / "matrix.yaml"
    file.write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        init(file)
    assert file.read_text() == "mine"


def test_it_makes_no_folders(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        init(tmp_path / "no" / "matrix.yaml")


def test_a_broken_installation_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verb, "PLACES", (tmp_path / "none",))
    with pytest.raises(UsageError, match="not installed"):
        init(tmp_path / "matrix.yaml")


def test_what_is_pinned_is_the_baseline_and_a_server_stands_with_its_client(
    tmp_path: Path,
) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("xllamacpp==2026.5.9093\nOpenAI==2.44.0\nflask==3.0\ntiktoken\n")
    mine = own(lock)
    assert mine.left == ("flask",)
    assert mine.stacks == (("chat", ("xllamacpp", "openai")), ("tiktoken", ("tiktoken",)))
    file = init(tmp_path / "matrix.yaml", mine.text("mine: and 'theirs'", lock.name).encode())
    matrix = matrix_of(Options(config=file, state=tmp_path, reports=tmp_path, offline=True))
    chat, tokens = matrix.rows
    assert dict(chat.baseline) == {"xllamacpp": "2026.5.9093", "openai": "2.44.0"}
    assert dict(tokens.baseline) == {}
    assert matrix.components["tiktoken"].follow == ("previous", "newest")
    assert matrix.title == "mine: and 'theirs'"


def test_every_driver_that_is_offered_makes_a_matrix_without_mistakes(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("".join(f"{one.package}\n" for one in offers()))
    mine = own(lock)
    assert len(mine.found) == len(offers()) > 20
    file = init(tmp_path / "matrix.yaml", mine.text("all", lock.name).encode())
    matrix = matrix_of(Options(config=file, state=tmp_path, reports=tmp_path, offline=True))
    assert len(matrix.rows) == len(mine.stacks)


def test_a_project_is_read_with_its_extras_and_groups(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text(
        '[project]\nname = "x"\ndependencies = ["jinja2>=3", "not a requirement !"]\n'
        '[project.optional-dependencies]\na = ["openai==3.0.0"]\n'
        '[dependency-groups]\ndev = ["tokenizers", {include-group = "a"}]\n'
    )
    mine = own(project)
    assert {(one.name, version) for one, version in mine.found} == {
        ("jinja2", ""),
        ("openai", "3.0.0"),
        ("tokenizers", ""),
    }
    project.write_text("[project")
    with pytest.raises(UsageError, match="cannot be read"):
        own(project)


def test_a_lock_is_read_before_what_is_only_wished(tmp_path: Path) -> None:
    assert lock_of(tmp_path) is None
    for name in reversed(LOCKS):
        (tmp_path / name).touch()
        assert lock_of(tmp_path) == tmp_path / name
