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

from tests.mini.wheels import write_index, write_wheel
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


SCRIPT = """family: taste
ask: script
cases:
  - id: tea
    source: taste.py
    links: {text: {compare: text, authority: specified, absolute: true, golden: green}}
"""
WHOLE = """version: 1
index: URL/simple
suite: [probes]
components:
  tea: {role: engine, upstream: https://github.com/acme/tea, follow: [all]}
stacks:
  chat: {components: [tea], suite: [taste], strategy: [alone, newest, minimum]}
"""


@pytest.mark.parametrize(
    "variables",
    [
        {"STACKMATRIX_INDEX_USERNAME": "me", "STACKMATRIX_INDEX_PASSWORD": PLAIN},
        {"PIP_EXTRA_INDEX_URL": f"http://me:{CANARY}@HOST/simple"},
    ],
    ids=["ours", "pip"],
)
def test_what_is_planned_and_installed_comes_from_a_private_index_too(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    folder = tmp_path / "site"
    wheels = [
        write_wheel(folder, "tea", version, {"tea.py": f"answer = {said!r}\n"}, ["cup>=1"])
        for version, said in (("1.0", "green"), ("2.0", "black"))
    ]
    wheels += [write_wheel(folder, "cup", version, {"cup.py": ""}) for version in ("1.0", "1.1")]
    write_index(folder, wheels)
    probes = tmp_path / "work" / "probes"
    probes.mkdir(parents=True)
    (probes / "taste.yaml").write_text(SCRIPT)
    (probes / "taste.py").write_text("import json, tea\nprint(json.dumps(tea.answer))\n")
    with registries.nginx(folder, tmp_path, ("me", PLAIN)) as site:
        speaks_links(folder, site.url)
        ran = watched(tmp_path, site, variables, text=WHOLE, verb="run")
        refused = watched(tmp_path, site, {}, state="other", text=WHOLE, verb="run")
    assert ran[0] == 1, ran
    report = json.loads((tmp_path / "work" / "reports" / "report.json").read_text())
    words = {each["trigger"]: each["word"] for each in report["cells"]}
    assert words == {
        "baseline": "baseline",
        "tea==2.0": "regressed",
        "newest": "regressed",
        "declared minimum of tea: cup 1.0": "still-good",
    }
    assert refused[0] == 4
    assert leaks(tmp_path, ran[1] + refused[1]) == []
    kept = [file for file in (tmp_path / ".cache").rglob("*") if file.is_file()]
    assert kept, "uv keeps what it fetched"
    assert not any(
        word in file.read_bytes() for file in kept for word in (PLAIN.encode(), b"cAnArY")
    )


def speaks_links(folder: Path, url: str) -> None:
    """Make of an index in a folder one of links, with pages of JSON of its own."""
    for page in (folder / "simple").iterdir():
        links = (page / "index.html").read_text().replace(folder.as_uri(), url)
        (page / "index.html").write_text(links)
        files = json.loads((page / "index.json").read_text())["files"]
        versions: dict[str, list[dict[str, object]]] = {}
        for row in files:
            version = row["filename"].split("-")[1]
            told = {"filename": row["filename"], "digests": row["hashes"], "yanked": False}
            versions.setdefault(version, []).append(told | {"upload_time": "2026-01-01T00:00:00"})
        own = folder / "pypi" / page.name
        for version in versions:
            info = {"requires_dist": ["cup>=1"] if page.name == "tea" else None}
            (own / version).mkdir(parents=True)
            (own / version / "json").write_text(json.dumps({"info": info}))
        (own / "json").write_text(json.dumps({"releases": versions}))


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
    verb: str = "watch",
) -> tuple[int, str]:
    """Run a verb on a matrix of the site; returns its exit code and what it said."""
    work, host = tmp_path / "work", site.url.removeprefix("http://")
    work.mkdir(exist_ok=True)
    (work / "matrix.yaml").write_text((text or MATRIX).replace("URL", site.url))
    env = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    given = {name: value.replace("HOST", host) for name, value in variables.items()}
    if "NETRC" in given:
        given["NETRC"] = str(tmp_path / "netrc")
        name = host.partition(":")[0]
        (tmp_path / "netrc").write_text(f"machine {name} login me password {PLAIN}\n")
    command = [sys.executable, "-c", "from bot.cli import main; main()", verb]
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
