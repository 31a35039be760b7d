"""A runner for workflows: each job in folders of its own, each `run` as GitHub's runner runs it.

What an expression is worth, GitHub's own package says. Actions of others are not run; what those
named in `STAND_INS` do to folders is done here: check out, keep artifacts, hand them on.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.real.actions import GitHubsWords, Status
from tests.real.artifacts import Artifacts

Json = Any
USUAL = ("PATH", "HOME", "SSL_CERT_FILE", "STACKMATRIX_ENV")
PLAIN = ("bash", "-e")  # a step that names no shell
BASH = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")  # `shell: bash`
TOKEN = "ghs_never_for_a_cell_0123456789abcdef"  # noqa: S105 - what must not be found anywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What does not change while a workflow runs: GitHub's side of it, and where it is done.

    `source` is what is checked out; `extra` are variables that the machine has besides.
    """

    words: GitHubsWords
    here: Path
    source: Path
    github: Mapping[str, Json]
    inputs: Mapping[str, Json] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Room:
    """One job: its folders, and what its steps have said so far."""

    world: World
    name: str
    artifacts: Artifacts
    contexts: dict[str, Json]
    env: dict[str, str] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    steps: dict[str, Json] = field(default_factory=dict)
    failed: bool = False
    done: list[str] = field(default_factory=list)  # the scripts that were run
    printed: str = ""

    @property
    def place(self) -> Path:
        return self.world.here / self.name

    @property
    def workspace(self) -> Path:
        return self.place / "workspace"

    @property
    def summary(self) -> str:
        file = self.place / "summary"
        return file.read_text() if file.exists() else ""

    def seen(self) -> dict[str, Json]:
        """Return the contexts as a step sees them."""
        runner = {"temp": str(self.place / "temp"), "os": "Linux"}
        return {**self.contexts, "env": self.env, "steps": self.steps, "runner": runner}

    def told(self, given: Json) -> Json:
        return self.world.words.value(given, self.seen(), Status(failed=self.failed))

    def step(self, step: Mapping[str, Json]) -> None:
        """Do one step, where its `if` holds."""
        status = Status(failed=self.failed)
        if not self.world.words.holds(step.get("if", "success()"), self.seen(), status):
            self._say(step, "skipped", {})
            return
        outputs: dict[str, str] = {}
        if "run" in step:
            code, outputs = self._run(step)
        else:
            code, outputs = 0, self._use(step)
        self._say(step, "failure" if code else "success", outputs)
        self.failed = self.failed or bool(code)

    def _say(self, step: Mapping[str, Json], outcome: str, outputs: Mapping[str, str]) -> None:
        if "id" in step:
            self.steps[step["id"]] = {"outcome": outcome, "outputs": dict(outputs)}

    def _use(self, step: Mapping[str, Json]) -> dict[str, str]:
        action = step["uses"].split("@")[0]
        given = {name: self.told(value) for name, value in step.get("with", {}).items()}
        temporary = str(self.place / "temp")
        match action:
            case "actions/checkout":
                assert given["persist-credentials"] is False
                subprocess.run(
                    ["git", "clone", "--quiet", str(self.world.source), str(self.workspace)],
                    check=True,
                )
            case "actions/upload-artifact":
                self.artifacts.keep(self.workspace, given)
            case "actions/download-artifact":
                self.artifacts.fetch(self.workspace, given)
            case "actions/upload-pages-artifact":
                self.artifacts.keep(self.workspace, {"name": "github-pages", **given})
            case "actions/deploy-pages":
                assert "github-pages" in self.artifacts.names
                return {"page_url": "https://example.invalid/"}
            case "actions/cache" | "actions/cache/restore" | "actions/cache/save":
                assert given["key"]
                assert temporary not in given["path"]
            case "actions/configure-pages":
                pass
            case _:
                raise AssertionError(f"nobody here knows what {action} does")
        return {}

    def _run(self, step: Mapping[str, Json]) -> tuple[int, dict[str, str]]:
        """Run a script, word for word; return its exit code and its outputs."""
        self.workspace.mkdir(parents=True, exist_ok=True)
        (self.place / "temp").mkdir(exist_ok=True)
        files = {name: self.place / name for name in ("output", "env", "path")}
        for file in files.values():
            file.write_text("")
        script = self.place / "temp" / "step.sh"
        script.write_text(step["run"])
        ran = subprocess.run(
            [*(BASH if step.get("shell") == "bash" else PLAIN), str(script)],
            cwd=self.workspace, env=self._environment(step, files),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=900,
        )  # fmt: skip
        self.done.append(step["run"])
        self.printed += f"$ {step['run']}\n{ran.stdout}\n[{ran.returncode}]\n"
        self.env |= dict(pairs(files["env"].read_text()))
        self.paths = [*files["path"].read_text().splitlines(), *self.paths]
        return ran.returncode, dict(pairs(files["output"].read_text()))

    def _environment(self, step: Mapping[str, Json], files: Mapping[str, Path]) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if name.startswith(("PIP_", "UV_")) or name in USUAL
        }
        github = self.contexts["github"]
        usual = {
            "CI": "true",
            "RUNNER_TEMP": str(self.place / "temp"),
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_STEP_SUMMARY": str(self.place / "summary"),
            "GITHUB_REPOSITORY": github["repository"],
            "GITHUB_SERVER_URL": github["server_url"],
            "GITHUB_RUN_ATTEMPT": str(github["run_attempt"]),
            **{f"GITHUB_{name.upper()}": str(file) for name, file in files.items()},
        }
        own = {name: shown(self.told(value)) for name, value in step.get("env", {}).items()}
        path = os.pathsep.join([*self.paths, self.world.extra.get("PATH", kept["PATH"])])
        return {**kept, **usual, **self.world.extra, **self.env, **own, "PATH": path}


def shown(value: Json) -> str:
    """Return a value as an environment variable shows it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """Read what a step wrote to GITHUB_OUTPUT or GITHUB_ENV: NAME=VALUE, a line each."""
    for line in text.splitlines():
        name, sign, value = line.partition("=")
        assert sign, f"no NAME=VALUE: {line}"
        yield name, value
