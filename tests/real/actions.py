"""GitHub's own packages, asked about workflows: what an expression is worth, what is wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from bot.effects.files import exclusive
from tests.real.github_world import fetch, node

PACKAGES = {
    "@actions/expressions": "0.3.61",
    "@actions/workflow-parser": "0.3.61",
    "@actions/languageservice": "0.3.61",
    "esbuild": "0.28.2",  # makes one program of them, which any Node runs
}
PROGRAM = Path(__file__).with_name("actions.mjs")
HERE = Path(__file__).parents[2] / ".nox" / "actions"
WANTED = json.dumps({"private": True, "dependencies": PACKAGES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How a run stands where an `if` asks."""

    failed: bool = False
    skipped: bool = False  # what it needs was not run

    @property
    def json(self) -> Mapping[str, bool]:
        return {
            "always": True,
            "success": not self.failed and not self.skipped,
            "failure": self.failed,
            "cancelled": False,
        }


class GitHubError(AssertionError):
    """GitHub's own packages do not understand it."""


@dataclass(frozen=True, slots=True)
class GitHubsWords:
    """A process that has GitHub's packages; ask it as often as you like."""

    into: IO[str]
    out: IO[str]

    def _ask(self, **question: object) -> Any:  # noqa: ANN401 - JSON
        self.into.write(json.dumps(question) + "\n")
        self.into.flush()
        told = json.loads(self.out.readline())
        if "error" in told:
            raise GitHubError(f"{question['ask']}: {told['error']}\n{question.get('text')}")
        return told["answer"]

    def value(self, given: object, contexts: Mapping[str, object], status: Status) -> Any:  # noqa: ANN401
        """Return `given` with every expression in it replaced by what it is worth."""
        match given:
            case str() if "${{" in given:
                return self._ask(ask="value", text=given, contexts=contexts, status=status.json)
            case dict():
                return {name: self.value(one, contexts, status) for name, one in given.items()}
            case list():
                return [self.value(one, contexts, status) for one in given]
            case _:
                return given

    def holds(self, condition: object, contexts: Mapping[str, object], status: Status) -> bool:
        """Whether an `if` holds."""
        text = str(condition).lower() if isinstance(condition, bool) else str(condition)
        return bool(self._ask(ask="holds", text=text, contexts=contexts, status=status.json))

    def check(self, uri: str, text: str, files: Mapping[str, str]) -> list[str]:
        """Return what GitHub's language service finds wrong; `files` are workflows beside it."""
        found: list[str] = self._ask(ask="check", uri=uri, text=text, files=dict(files))
        return found


@contextmanager
def github() -> Iterator[GitHubsWords]:
    """Start the process; skips where there is no npm to fetch the packages with."""
    command = [node(), str(program())]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield GitHubsWords(process.stdin, process.stdout)
        process.stdin.close()


def program() -> Path:
    """Return the program, made once of the packages and of what is beside this file."""
    made, source = HERE / "program.cjs", PROGRAM.read_bytes()
    stamp = HERE / "made-of"
    told = WANTED.encode() + source
    with exclusive(HERE.with_name("actions.lock")):
        if stamp.exists() and stamp.read_bytes() == told:
            return made
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("npm is not installed")
        shutil.rmtree(HERE, ignore_errors=True)
        HERE.mkdir(parents=True)
        (HERE / "package.json").write_text(WANTED)
        fetch(npm, HERE)
        (HERE / "program.mjs").write_bytes(source)
        bundle = ["--bundle", "--platform=node", "--format=cjs", "--log-level=error"]
        argv = ["node_modules/.bin/esbuild", "program.mjs", *bundle, "--outfile=program.cjs"]
        subprocess.run(argv, cwd=HERE, check=True, timeout=120)
        stamp.write_bytes(told)
    return made
