"""The sample matrix is this repository's own, and is never written over a person's work."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import Options, matrix_of
from bot.core.model import Json
from bot.errors import UsageError
from bot.verbs import init as verb
from bot.verbs import routine
from bot.verbs.init import LOCKS, lock_of, offers, own, weighed
from bot.verbs.routine import of_address
from bot.verbs.said import Said, Terminal
from tests.unit.verbs.called import called

ROOT = Path(__file__).parents[3]
OWN = Path(".github/workflows/stackmatrix.yml")
LOCK = "xllamacpp==2026.5.9093\nopenai==2.44.0\n"
HERE = "stackmatrix @ git+https://git.example/us/stackmatrix@" + "c" * 40


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(*arguments: str, answer: str = "") -> Said:
    """Run the verb; `answer` is what a person chooses."""
    terminal = Terminal(
        display=lambda _: pytest.fail("nothing takes long"),
        choose=lambda _, words: answer if answer in words else pytest.fail("nobody is asked"),
        hear=lambda _: pytest.fail("nobody is asked"),
    )
    return called(verb.command, *arguments, terminal=terminal)


def written(file: Path, content: str) -> Path:
    file.write_text(content)
    return file


def test_it_writes_a_matrix_without_mistakes_and_no_workflow_for_a_sample(home: Path) -> None:
    said()
    file = home / "matrix.yaml"
    assert file.read_bytes() == (ROOT / "matrix.yaml").read_bytes()
    assert matrix_of(Options(config=file, state=home, reports=home)).rows
    assert [one.name for one in home.iterdir()] == ["matrix.yaml"]


def test_it_leaves_files_alone_until_it_is_forced(home: Path) -> None:
    written(home / "requirements.txt", LOCK)
    written(home / "matrix.yaml", "mine")
    with pytest.raises(UsageError, match=r"matrix\.yaml is there already"):
        said("--stackmatrix", HERE)
    assert (home / "matrix.yaml").read_text() == "mine"
    assert not OWN.exists()
    said("--stackmatrix", HERE, "--no-matrix")
    assert (home / "matrix.yaml").read_text() == "mine"
    OWN.write_text("mine")
    with pytest.raises(UsageError, match=r"stackmatrix\.yml is there already"):
        said("--stackmatrix", HERE, "--no-matrix")
    said("--stackmatrix", HERE, "--force")
    assert "mine" not in {(home / "matrix.yaml").read_text(), OWN.read_text()}


def test_it_makes_no_folders(home: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        said("--config", "no/matrix.yaml")
    assert not (home / "no").exists()


def test_a_broken_installation_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verb, "PLACES", (home / "none",))
    with pytest.raises(UsageError, match="not installed"):
        said()
    monkeypatch.setattr(routine, "PLACES", (home / "none",))
    written(home / "requirements.txt", LOCK)
    with pytest.raises(UsageError, match=r"watch\.yml is not installed"):
        said("--stackmatrix", HERE)
    assert not (home / "matrix.yaml").exists(), "all or nothing"


def test_the_workflow_says_what_it_installs_and_what_it_costs(home: Path) -> None:
    written(home / "requirements.txt", LOCK)
    told = "\n".join(map(str, said("--stackmatrix", HERE).lines))
    assert "1 stack, 4 cells at most the first time: about 2 minutes" in told
    assert HERE in told
    assert f'STACKMATRIX: "{HERE}"' in OWN.read_text()
    assert "inputs." not in OWN.read_text()


def test_workflows_for_pull_requests_come_when_they_are_asked_for(home: Path) -> None:
    written(home / "requirements.txt", LOCK)
    said("--stackmatrix", HERE, "--pull-requests", "--config", "matrix.yaml")
    names = {one.name for one in OWN.parent.iterdir()}
    assert names == {
        "stackmatrix.yml", "stackmatrix-pull_request.yml", "stackmatrix-comment.yml"
    }  # fmt: skip
    assert all(HERE in one.read_text() for one in OWN.parent.iterdir())


def test_without_an_address_there_is_no_workflow(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(home / "requirements.txt", LOCK)
    monkeypatch.setattr(verb, "requirement", lambda: "")
    assert any("a runner cannot fetch" in str(line) for line in said().lines)
    assert not OWN.exists()


@pytest.mark.parametrize(
    ("address", "requirement"),
    [
        ({"url": "file:///home/mia/stackmatrix", "dir_info": {"editable": True}}, ""),
        (
            {
                "url": "https://mia:secret@git.example/us/s",
                "vcs_info": {"vcs": "git", "commit_id": "abc"},
            },
            "stackmatrix @ git+https://git.example/us/s@abc",
        ),
        (
            {"url": "https://files.example/s-1-py3-none-any.whl", "archive_info": {}},
            "stackmatrix @ https://files.example/s-1-py3-none-any.whl",
        ),
    ],
)
def test_an_installation_remembers_its_address(address: Json, requirement: str) -> None:
    assert of_address(address) == requirement


def test_a_person_at_a_terminal_is_asked(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(home / "requirements.txt", LOCK)
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    assert said(answer="no").lines == ("nothing was written",)
    assert not (home / "matrix.yaml").exists()
    said(answer="write")
    assert (home / "matrix.yaml").exists()
    said("--force", "--yes")


def test_a_timer_is_written_beside_and_nothing_is_installed(home: Path) -> None:
    written(home / "requirements.txt", LOCK)
    told = "\n".join(map(str, said("--timer").lines))
    assert "systemctl --user enable --now stackmatrix.timer" in told
    assert f"cd {home} && " in told
    names = {one.name for one in home.iterdir()}
    assert names == {
        "requirements.txt", "matrix.yaml", "stackmatrix.service", "stackmatrix.timer"
    }  # fmt: skip


def test_a_lock_tells_how_much_there_is_to_fetch(tmp_path: Path) -> None:
    lock = written(
        tmp_path / "uv.lock",
        '[[package]]\nname = "openai"\nversion = "3.0.0"\n'
        'wheels = [{url = "https://h/openai-3.0.0-py3-none-any.whl", size = 1000}]\n',
    )
    assert weighed(lock, own(lock)) == 1000
    assert weighed(written(tmp_path / "r.txt", LOCK), own(tmp_path / "r.txt")) == 0


def test_what_is_pinned_is_the_baseline_and_a_server_stands_with_its_client(
    tmp_path: Path,
) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("xllamacpp==2026.5.9093\nOpenAI==2.44.0\nflask==3.0\ntiktoken\n")
    mine = own(lock)
    assert mine.left == ("flask",)
    assert mine.stacks == (("chat", ("xllamacpp", "openai")), ("tiktoken", ("tiktoken",)))
    file = written(tmp_path / "matrix.yaml", mine.text("mine: and 'theirs'", lock.name))
    matrix = matrix_of(Options(config=file, state=tmp_path, reports=tmp_path, offline=True))
    chat, tokens = matrix.rows
    assert dict(chat.baseline) == {"xllamacpp": "2026.5.9093", "openai": "2.44.0"}
    assert dict(tokens.baseline) == {}
    assert matrix.components["tiktoken"].follow == ("previous", "newest")
    assert matrix.title == "mine: and 'theirs'"


def test_a_stack_of_a_lock_stands_on_what_it_pins_at_the_time(tmp_path: Path) -> None:
    lock = written(tmp_path / "requirements.txt", "OpenAI==2.44.0\nanyio==4.1\ntiktoken\n")
    text = own(lock).text("mine", lock.name, lock.name)
    file = written(tmp_path / "matrix.yaml", text)
    client, tokens = matrix_of(
        Options(config=file, state=tmp_path, reports=tmp_path, offline=True)
    ).rows
    assert dict(client.baseline) == {"openai": "2.44.0"}
    assert client.lock is not None
    assert client.lock.versions == {"anyio": "4.1", "openai": "2.44.0"}
    assert tokens.lock is None, "none of it is pinned"
    lock.write_text("OpenAI==2.45.0\n")
    client, _ = matrix_of(Options(config=file, state=tmp_path, reports=tmp_path, offline=True)).rows
    assert dict(client.baseline) == {"openai": "2.45.0"}


def test_every_driver_that_is_offered_makes_a_matrix_without_mistakes(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("".join(f"{one.package}\n" for one in offers()))
    mine = own(lock)
    assert len(mine.found) == len(offers()) > 20
    file = written(tmp_path / "matrix.yaml", mine.text("all", lock.name))
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
