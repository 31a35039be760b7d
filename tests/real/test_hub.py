"""A model from a hub, by the real `huggingface_hub`, of a server of our own: once, whole, exact."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import SUITE
from bot.core.facts import Observed
from bot.core.model import Link
from bot.effects import hub as door
from bot.effects.content import fingerprint
from bot.effects.hub import snapshot
from bot.errors import MissingToolError, SourceError, SuiteError
from bot.ledger.files import FileLedger
from tests.real.hub import COMMIT, NAME, TOKEN, Hub, serving
from tests.real.stacks import CUTOFF, PYTHON, closed

pytestmark = [pytest.mark.real]
SUITE_WORDS = ("--suite", "chat/sum-2-2", "--suite", "chat/capital-france")
COMMAND = Path(sys.executable).parent / "stackmatrix"
FILES = {"config.json": b"{}", "sub/b.txt": b"b", "weights.gguf": b"GGUF" * 100}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    with serving(Hub(files=dict(FILES))) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "no token"))
        yield served


def names(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in found}


def test_a_commit_is_fetched_once_and_whole(hub: Hub, tmp_path: Path) -> None:
    said: list[str] = []
    place = snapshot(NAME, COMMIT, (), tmp_path / "models", say=said.append)
    assert {name: (place / name).read_bytes() for name in names(place)} == FILES
    assert len(said) == 1
    asked = len(hub.asked)
    again = snapshot(NAME, COMMIT, (), tmp_path / "models", offline=True, say=said.append)
    assert (again, len(hub.asked), len(said)) == (place, asked, 1)
    (tmp_path / "plain/sub").mkdir(parents=True)
    for name, content in FILES.items():
        (tmp_path / "plain" / name).write_bytes(content)
    assert fingerprint(place) == fingerprint(tmp_path / "plain")


def test_only_the_files_that_are_wanted(hub: Hub, tmp_path: Path) -> None:
    place = snapshot(NAME, COMMIT, ("*.gguf",), tmp_path)
    assert names(place) == {"weights.gguf"}
    assert not any("config.json" in line for line in hub.asked)
    assert snapshot(NAME, COMMIT, (), tmp_path) != place
    with pytest.raises(SourceError, match=r"holds no file like \*\.onnx"):
        snapshot(NAME, COMMIT, ("*.onnx",), tmp_path)


def test_other_content_than_was_announced_is_refused_and_then_fetched_anew(
    hub: Hub, tmp_path: Path
) -> None:
    hub.altered = {"weights.gguf": b"GGUX" * 100}
    with pytest.raises(SuiteError, match="not what the hub announced"):
        snapshot(NAME, COMMIT, (), tmp_path)
    hub.altered = {}
    place = snapshot(NAME, COMMIT, (), tmp_path)
    assert (place / "weights.gguf").read_bytes() == FILES["weights.gguf"]


@pytest.mark.parametrize(
    ("name", "commit", "cure"),
    [
        (NAME, "f" * 40, "mend `revision`"),
        ("org/other", COMMIT, "mend `hub`"),
    ],
)
def test_what_the_hub_does_not_have(
    hub: Hub, tmp_path: Path, name: str, commit: str, cure: str
) -> None:
    assert hub.url
    with pytest.raises(SourceError) as caught:
        snapshot(name, commit, (), tmp_path)
    assert cure in caught.value.cure
    assert f"{name}@{commit}" in caught.value.message


def test_a_file_that_is_listed_and_not_there(hub: Hub, tmp_path: Path) -> None:
    hub.lost = frozenset({"weights.gguf"})
    with pytest.raises(SourceError) as caught:
        snapshot(NAME, COMMIT, (), tmp_path)
    assert "lists a file" in caught.value.cure
    with pytest.raises(SourceError, match="--offline"):
        snapshot(NAME, COMMIT, (), tmp_path, offline=True)


def test_a_path_out_of_the_folder_is_never_written(hub: Hub, tmp_path: Path) -> None:
    hub.files = {"../../../evil": b"x"}
    with pytest.raises(SourceError):
        snapshot(NAME, COMMIT, (), tmp_path / "a/b/models")
    assert not list(tmp_path.rglob("evil"))


def test_a_private_one_needs_a_token(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.private = True
    with pytest.raises(SourceError) as caught:
        snapshot(NAME, COMMIT, (), tmp_path)
    assert "HF_TOKEN" in caught.value.cure
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert names(snapshot(NAME, COMMIT, (), tmp_path)) == set(FILES)


def test_a_hub_that_is_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Hub(files={})) as gone:
        monkeypatch.setenv("HF_ENDPOINT", gone.url)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    with pytest.raises(SourceError) as caught:
        snapshot(NAME, COMMIT, (), tmp_path)
    assert "check the network" in caught.value.cure


def test_without_the_library_its_pip_line_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingToolError) as caught:
        snapshot(NAME, COMMIT, (), tmp_path)
    assert caught.value.cure == door.PIP


@pytest.mark.network
def test_another_model_is_asked_and_never_held_against_our_goldens(
    hub: Hub, tmp_path: Path
) -> None:
    weights = bytearray((SUITE / "model/tiny-chat.gguf").read_bytes())
    weights[-200_000:] = bytes(200_000)
    hub.files, hub.private = {"perturbed.gguf": bytes(weights)}, True
    (tmp_path / "matrix.yaml").write_text(
        "version: 1\nmodel:\n"
        f"  hub: {NAME}\n  revision: '{COMMIT}'\n"
        "components:\n  xllamacpp: {role: engine, driver: xllamacpp, upstream: 'https://x.test'}\n"
        "stacks:\n  chat: {components: [xllamacpp]}\n"
    )
    version = closed("xllamacpp").version("xllamacpp")
    told = run(tmp_path, f"xllamacpp@{version}", *SUITE_WORDS, HF_TOKEN=TOKEN)
    (release,) = told["releases"]
    assert [one for one in release["broken"] if one["kind"] != "invariant"] == []
    facts = [fact.body for fact in FileLedger.read(tmp_path / ".stackmatrix/diff").facts()]
    answers = {
        body.observation.at(Link.TEXT)
        for body in facts
        if isinstance(body, Observed) and body.observation.probe == "chat/sum-2-2"
    }
    assert len(answers) == 1
    assert "4" not in answers
    kept = [path for path in (tmp_path / ".stackmatrix").rglob("*") if path.is_file()]
    assert not [path for path in kept if TOKEN.encode() in path.read_bytes()]
    asked = len(hub.asked)
    run(tmp_path, f"xllamacpp@{version}", *SUITE_WORDS, "--offline")
    assert len(hub.asked) == asked


def run(folder: Path, *words: str, **variables: str) -> dict[str, list[dict[str, list[dict]]]]:  # type: ignore[type-arg]
    out = folder / "out.json"
    cutoff = ["--cutoff", CUTOFF.date().isoformat(), "--python", PYTHON]
    ran = subprocess.run(
        [str(COMMAND), "diff", *words, *cutoff, "--json", str(out)],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    told: dict[str, list[dict[str, list[dict]]]] = json.loads(out.read_text())  # type: ignore[type-arg]
    return told
