"""A pull request whose lock moves only what nobody watches, and that breaks what is watched.

openai 1.55.0 hands httpx a word that 0.28.0 no longer knows (openai-python, issue 1903); the lock
of a user moves httpx alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.effects.uv import binary
from tests.real.newcomer import committed, git

DAY = "2026-11-20"
MATRIX = """\
version: 1
title: mine
components:
  openai: {role: client, upstream: "https://github.com/openai/openai-python", driver: openai}
  jinja2: {role: template, upstream: "https://github.com/pallets/jinja", driver: jinja2}
stacks:
  mine: {components: [openai], suite: [replay, replay-openai], lock: requirements.txt}
  templates: {components: [jinja2], lock: requirements.txt}
"""
COMMAND = (sys.executable, "-c", "from bot.cli import main; main()")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("app")
    wishes = "openai==1.55.0\nhttpx==0.27.2\njinja2==3.1.6\n"
    lock = [binary(), "pip", "compile", "--quiet", "--exclude-newer", DAY, "-", "--no-annotate"]
    lock += ["--python-version", "3.11", "--output-file", "requirements.txt"]
    subprocess.run(lock, input=wishes, text=True, cwd=place, check=True, capture_output=True)
    (place / "matrix.yaml").write_text(MATRIX)
    git(place, "init", "--quiet")
    return committed(place, "an app")


def test_what_only_comes_along_is_tried_named_and_proved(app: Path) -> None:
    lock = app / "requirements.txt"
    lock.write_text(lock.read_text().replace("httpx==0.27.2", "httpx==0.28.0"))
    words = ("changed", "--base", "HEAD", "--out", "told.json", "--cutoff", DAY)
    ran = subprocess.run(
        [*COMMAND, *words], cwd=app, text=True, capture_output=True, check=False, timeout=600
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "templates: nothing in it is moved by the second lock" in ran.stdout + ran.stderr
    told = json.loads((app / "told.json").read_text())
    assert told["moves"] == []
    assert told["beside"] == [{"component": "httpx", "base": "0.27.2", "head": "0.28.0"}]
    assert [(one["stack"], one["tries"]) for one in told["stacks"]] == [
        ("mine", "baseline"),
        ("mine", "newest"),
    ]
    (finding,) = told["findings"]
    assert finding["link"] == "request"
    assert finding["culprits"] == [{"package": "httpx", "after": "0.27.2", "first": "0.28.0"}]
    report = json.loads((app / "reports" / "report.json").read_text())
    (told,) = report["findings"]
    assert told["verified"], "both commands of its proof were run"
