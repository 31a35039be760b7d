"""What a lock does that is not merged yet: which matrix is run, and what is handed on."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from bot.config.options import Options
from bot.core.report import Delta
from bot.errors import UsageError
from bot.ports import Progress
from bot.verbs import changed as verb
from bot.verbs.display import Display
from bot.verbs.run import Summary
from bot.verbs.said import Said, Terminal
from tests.golden.sample import REPORT
from tests.unit.verbs.called import called

HEAD = "openai==3.35.1\njinja2==3.1.6\nflask==3.0\n"
BASE = "openai==3.6.0\njinja2==3.1.6\nflask==2.0\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose lock was another one a commit ago."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements.txt").write_text(BASE)
    person = ("-c", "user.name=mia", "-c", "user.email=mia@example.invalid")
    for words in (["init", "-q"], ["add", "."], [*person, "commit", "-qm", "first"]):
        subprocess.run(["git", *words], check=True)
    (tmp_path / "requirements.txt").write_text(HEAD)
    return tmp_path


class Ran:
    """Stands in for a run: keeps the matrix that it was given."""

    def __init__(self, delta: Delta) -> None:
        self.delta = delta
        self.matrices: list[dict[str, Any]] = []

    def __call__(self, options: Options, _: Progress) -> Summary:
        self.matrices.append(yaml.safe_load(options.config.read_text()))
        html = options.reports / "index.html"
        return Summary(report=replace(REPORT, delta=self.delta), files=(html,), executed=2)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Ran:
    made = Ran(Delta())
    monkeypatch.setattr(verb, "run", made)
    return made


def said(*arguments: str) -> Said:
    terminal = Terminal(
        display=lambda _: Display(Console(), quiet=True),
        choose=lambda _, __: pytest.fail("nobody is asked"),
        hear=lambda _: pytest.fail("nobody is asked"),
    )
    return called(verb.command, *arguments, terminal=terminal)


def test_both_ends_of_what_is_moved_are_run_and_nothing_else(home: Path, ran: Ran) -> None:
    told = said("--base", "HEAD", "--out", "told/comment.json")
    (matrix,) = ran.matrices
    assert matrix["components"]["openai"]["follow"] == ["==3.35.1"]
    lock = {"base": "git:HEAD:requirements.txt", "head": str(home / "requirements.txt")}
    assert matrix["stacks"] == {
        "openai": {"components": ["openai"], "baseline": {"openai": "3.6.0"}, "lock": lock},
        "jinja2": {"components": ["jinja2"], "baseline": {"jinja2": "3.1.6"}, "lock": lock},
    }, "flask may come along with either"
    assert told.rows == (("openai", "3.6.0", "3.35.1"),)
    assert told.code == 0
    out = json.loads((home / "told" / "comment.json").read_text())
    assert out["moves"] == [{"component": "openai", "base": "3.6.0", "head": "3.35.1"}]
    assert {one.name for one in home.iterdir()} == {".git", "requirements.txt", "told"}


def test_a_matrix_that_is_there_says_what_is_watched(home: Path, ran: Ran) -> None:
    matrix = {
        "version": 1,
        "components": {"openai": {"role": "client", "upstream": "u", "driver": "openai"}},
        "stacks": {"mine": {"components": ["openai"], "suite": ["replay"]}},
    }
    (home / "matrix.yaml").write_text(yaml.safe_dump(matrix))
    said("--base", "HEAD")
    assert ran.matrices[0]["stacks"]["mine"]["suite"] == ["replay"]


def test_what_breaks_is_an_exit_code_unless_it_is_not_wanted(home: Path, ran: Ran) -> None:
    assert home.is_dir()
    ran.delta = Delta(newly_broken=("5f0c",))
    assert said("--base", "HEAD").code == 1
    assert said("--base", "HEAD", "--fail-on", "never").code == 0


def test_where_nothing_is_moved_nothing_is_run(home: Path, ran: Ran) -> None:
    (home / "requirements.txt").write_text(BASE)
    told = said("--base", "HEAD", "--out", "comment.json")
    assert told.lines == ("nothing that is watched is moved, nor what it needs",)
    assert ran.matrices == []
    assert json.loads((home / "comment.json").read_text())["moves"] == []


def test_a_lock_that_is_new_has_nothing_to_be_compared_with(home: Path, ran: Ran) -> None:
    (home / "requirements.txt").rename(home / "requirements.lock")
    assert said("--base", "HEAD").rows == ()
    assert ran.matrices == []


def test_a_place_without_a_lock_is_told(home: Path) -> None:
    (home / "requirements.txt").unlink()
    with pytest.raises(UsageError, match="no lock file"):
        said("--base", "HEAD")
