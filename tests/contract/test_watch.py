"""`stackmatrix watch`, day by day, on an index in a folder: what is new, and what is an alarm."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.app import SUITE
from bot.cli import main
from tests.mini.wheels import write_index, write_wheel

SCHEMA = json.loads((SUITE / "watch.schema.json").read_text(encoding="utf-8"))
MATRIX = """\
version: 1
index: INDEX
components:
  tea: {role: template, driver: jinja2, upstream: https://github.com/acme/tea, follow: [newest]}
  page: {role: runtime, upstream: u, source: url, package: PAGE, match: 'page-(.*);'}
stacks: {s: {components: [tea], suite: [render]}}
"""
MOMENT = datetime(2026, 1, 2, tzinfo=UTC)
Watch = Callable[..., tuple[int, str, str]]


@pytest.fixture
def watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Watch:
    """Return how to run the command; it tells its exit code, what it printed, what it said."""
    page = tmp_path / "page.txt"
    page.write_text("page-1;")
    text = MATRIX.replace("INDEX", (tmp_path / "simple").as_uri()).replace("PAGE", page.as_uri())
    (tmp_path / "matrix.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["stackmatrix", "watch", *words])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return end.value.code, said.out, said.err

    return run


def index(root: Path, *versions: str, yanked: str = "", body: str = "") -> None:
    """Write the index anew, of these versions."""
    wheels = [write_wheel(root / "files", "tea", v, {"tea.py": body}) for v in versions]
    reasons = {one.name: "broken" for one in wheels if yanked and f"-{yanked}-" in one.name}
    write_index(root, wheels, {one.name: MOMENT for one in wheels}, reasons)


def news(watch: Watch, *words: str) -> list[dict[str, Any]]:
    code, out, _ = watch("--json", *words)
    assert code == 0
    document = json.loads(out)
    jsonschema.validate(document, SCHEMA)
    assert document["news"] == [each for each in document["news"] if each["kind"] != "other"]
    found: list[dict[str, Any]] = document["news"]
    return found


def kinds(found: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return sorted((each["component"], each["version"], each["kind"]) for each in found)


def test_day_by_day(watch: Watch, tmp_path: Path) -> None:
    index(tmp_path, "1.0", "2.0", "2.1rc1", "2.2.dev1")
    first = news(watch)
    assert kinds(first) == [
        ("page", "1", "new"), ("tea", "1.0", "new"), ("tea", "2.0", "new"),
        ("tea", "2.1rc1", "new"),
    ]  # fmt: skip
    early = next(each for each in first if each["version"] == "2.1rc1")
    assert (early["lane"], early["previous"]) == ("rc", "2.0")
    assert early["compare"] == "stackmatrix diff tea 2.0 2.1rc1"
    assert early["wheels"] == {"py3": ["any"]}
    assert early["uploaded"] == early["tried_from"] == MOMENT.isoformat()
    assert next(each for each in first if each["component"] == "page")["watched_only"]
    assert news(watch) == []

    index(tmp_path, "1.0", "2.0", "2.1rc1", "2.2.dev1", "3.0", yanked="2.0")
    assert kinds(news(watch)) == [("tea", "2.0", "yanked"), ("tea", "3.0", "new")]

    index(tmp_path, "1.0", "2.0", "2.1rc1", "3.0", body="x = 1\n")
    found = news(watch)
    assert ("tea", "2.2.dev1", "gone") in kinds(found)
    assert {(each["version"], each["kind"]) for each in found if each["alarm"]} == {
        ("1.0", "replaced"), ("2.0", "replaced"), ("2.1rc1", "replaced"), ("2.2.dev1", "gone"),
        ("3.0", "replaced"),
    }  # fmt: skip


def test_a_table_for_people_shouts_what_is_an_alarm(watch: Watch, tmp_path: Path) -> None:
    index(tmp_path, *(f"1.{at}" for at in range(9)))
    code, out, _ = watch()
    assert code == 0
    assert [line.split()[2] for line in out.splitlines() if "tea" in line] == ["1.6", "1.7", "1.8"]
    index(tmp_path, *(f"1.{at}" for at in range(9)), body="x = 1\n")
    code, out, said = watch()
    assert "REPLACED" in out
    assert "tea 1.8: other content under the old name" in " ".join(said.split())


def test_a_webhook_polls_what_it_speaks_of(watch: Watch, tmp_path: Path) -> None:
    index(tmp_path, "1.0")
    payload = {
        "action": "published",
        "release": {"tag_name": "v9.9"},
        "repository": {"full_name": "Acme/Tea"},
    }
    event = tmp_path / "event.json"
    event.write_text(json.dumps(payload))
    assert kinds(news(watch, "--event", str(event))) == [("tea", "1.0", "new")]
    payload["repository"] = {"full_name": "acme/coffee"}
    event.write_text(json.dumps(payload))
    code, out, said = watch("--json", "--event", str(event))
    assert (code, json.loads(out)["news"]) == (0, [])
    assert json.loads(out)["event"]["repository"] == "acme/coffee"
    assert "is announced at acme/coffee" in " ".join(said.split())


@pytest.mark.parametrize("text", ["{", "{}", '{"zen": "x"}'])
def test_what_is_no_release_event_is_refused(watch: Watch, tmp_path: Path, text: str) -> None:
    (tmp_path / "event.json").write_text(text)
    code, _, said = watch("--event", "event.json")
    assert code == 2
    assert "event.json" in said
