"""Private indexes and tokens: opened by the environment, and the secret stands nowhere."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.real import registries
from tests.real.test_sources import FILES

MATRIX = """version: 1
index: URL/simple
components:
  tea: {role: template, driver: jinja2, upstream: https://github.com/acme/tea, follow: [newest]}
stacks:
  chat: {components: [tea], suite: [render]}
"""
CANARY = "cAnArY%2F0123456789"  # of a password, as an address has it
PLAIN = CANARY.replace("%2F", "/")


@pytest.mark.parametrize(
    "variables",
    [
        {"PIP_EXTRA_INDEX_URL": f"http://me:{CANARY}@HOST/simple"},
        {"UV_INDEX": "mine=http://HOST/simple", "UV_INDEX_MINE_USERNAME": "me",
         "UV_INDEX_MINE_PASSWORD": PLAIN},
        {"STACKMATRIX_INDEX_USERNAME": "me", "STACKMATRIX_INDEX_PASSWORD": PLAIN},
        {"NETRC": "netrc"},
    ],
    ids=["pip", "uv", "ours", "netrc"],
)  # fmt: skip
def test_a_private_index_is_opened_by_the_environment_and_the_password_is_nowhere(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    registries.dumb(FILES, tmp_path / "site")
    with registries.nginx(tmp_path / "site", tmp_path, ("me", PLAIN)) as site:
        assert requests.get(f"{site.url}/simple/tea/", timeout=10).status_code == 401
        ran = watched(tmp_path, site, variables)
        refused = watched(tmp_path, site, {}, state="other")
    assert ran[0] == 0, ran
    assert "2.0" in ran[1]
    assert refused[0] == 4
    assert "the environment" in refused[1]
    assert leaks(tmp_path, ran[1] + refused[1]) == []


COMMIT = "0123456789" * 4
OTHERS = """version: 1
index: URL/simple
components:
  tea: {role: template, driver: jinja2, upstream: u, follow: [newest]}
  forge: {role: engine, upstream: u, source: github, package: acme/tea}
  model: {role: model, upstream: u, source: hub, package: acme/model}
stacks: {chat: {components: [tea], suite: [render]}}
"""
PLACES = {
    "simple/tea/index.html": {"files": [], "versions": ["2.0"]},
    "repos/acme/tea/releases": [{"tag_name": "v3.0"}],
    "api/models/acme/model/revision/main": {"sha": COMMIT},
    f"api/models/acme/model/tree/{COMMIT}": [
        {"type": "file", "path": "tokenizer.json", "oid": "aa"}
    ],
}


def test_tokens_are_shown_to_whom_they_are_for_and_stand_nowhere(tmp_path: Path) -> None:
    for path, body in PLACES.items():
        (tmp_path / "site" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / path).write_text(json.dumps(body))
    with registries.nginx(tmp_path / "site", tmp_path) as site:
        host = site.url.removeprefix("http://")
        given = {
            "GITHUB_API_URL": site.url, "GITHUB_TOKEN": PLAIN,
            "HF_ENDPOINT": f"http://localhost:{host.rpartition(':')[2]}", "HF_TOKEN": f"hf-{PLAIN}",
        }  # fmt: skip
        code, said = watched(tmp_path, site, given, text=OTHERS)
    assert code == 0, said
    assert "v3.0" in said
    assert "asking one by one" in " ".join(said.split()), "nginx speaks no GraphQL"
    rows = [line.split(" ", 1) for line in (tmp_path / "shown.log").read_text().splitlines()]
    shown = dict(rows)
    assert shown["/repos/acme/tea/releases"] == f"Bearer {PLAIN}"
    assert shown["/api/models/acme/model/revision/main"] == f"Bearer hf-{PLAIN}"
    assert leaks(tmp_path, said) == []


def test_a_planted_password_is_found(tmp_path: Path) -> None:
    (tmp_path / "work" / "deep").mkdir(parents=True)
    (tmp_path / "work" / "deep" / "fact").write_text(f"x{PLAIN}y")
    assert leaks(tmp_path, "") == ["fact"]
    assert leaks(tmp_path, CANARY) == ["what it said", "fact"]


def watched(
    tmp_path: Path,
    site: registries.Site,
    variables: dict[str, str],
    state: str = "state",
    text: str = "",
) -> tuple[int, str]:
    """Run `stackmatrix watch` on a matrix of the site; returns its exit code and what it said."""
    work, host = tmp_path / "work", site.url.removeprefix("http://")
    work.mkdir(exist_ok=True)
    (work / "matrix.yaml").write_text((text or MATRIX).replace("URL", site.url))
    env = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    given = {name: value.replace("HOST", host) for name, value in variables.items()}
    if "NETRC" in given:
        given["NETRC"] = str(tmp_path / "netrc")
        name = host.partition(":")[0]
        (tmp_path / "netrc").write_text(f"machine {name} login me password {PLAIN}\n")
    command = [sys.executable, "-c", "from bot.cli import main; main()", "watch"]
    command += ["--state", state]
    ran = subprocess.run(
        command, cwd=work, env={**env, **given, "HOME": str(tmp_path)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return ran.returncode, ran.stdout + ran.stderr


def leaks(tmp_path: Path, said: str) -> list[str]:
    """Return where the password stands, however it is spelt."""
    spelt = (PLAIN, CANARY, base64.b64encode(f"me:{PLAIN}".encode()).decode())
    files = [file for file in (tmp_path / "work").rglob("*") if file.is_file()]
    texts = {"what it said": said, **{f.name: f.read_text(errors="replace") for f in files}}
    return [name for name, text in texts.items() if any(word in text for word in spelt)]
