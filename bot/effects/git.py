"""The `git` command, on a repository of our own: no hooks, no prompts, no work tree, no index.

What the user's git may do, this may: whatever their settings and those of their checkout say of
credentials and proxies holds here, and is handed on by variables, so that no command line and no
message shows it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.effects.process import run
from bot.errors import BranchError, MissingToolError
from bot.ports import Ran

SECONDS: Final = 600.0  # for one command; a first fetch over a slow line is the longest
_OURS: Final = (
    "core.hooksPath=/dev/null", "core.autocrlf=false", "core.attributesFile=/dev/null",
    "core.bare=true", "gc.auto=0", "maintenance.auto=false",
    "fetch.writeCommitGraph=false", "fetch.recurseSubmodules=no", "push.recurseSubmodules=no",
    "push.gpgSign=false", "user.name=stackmatrix", "user.email=bot@stackmatrix.invalid",
)  # fmt: skip
_PASSED: Final = re.compile(
    r"GIT_(SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|SSL_\w+|PROXY_\w+|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)"
    r"|CONFIG_(COUNT|KEY_\d+|VALUE_\d+)|HTTP_\w+|ALLOW_PROTOCOL|EXEC_PATH)"
)
_SETTINGS: Final = re.compile(r"(http|credential|ssh|protocol)\..*|core\.(sshcommand|askpass)")
_SIGNED_IN: Final = re.compile(r"(?<=://)[^/@\s]+@")  # a name and a password in an address


def environment(settings: Sequence[tuple[str, str]] = ()) -> dict[str, str]:
    """Return what `git` may see: all but the variables by which another git points elsewhere.

    `settings` come after those that the variables of this process hold already.
    """
    passed = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or _PASSED.fullmatch(name)
    }
    first = int(passed.get("GIT_CONFIG_COUNT") or 0)
    for at, (name, value) in enumerate(settings, start=first):
        passed |= {f"GIT_CONFIG_KEY_{at}": name, f"GIT_CONFIG_VALUE_{at}": value}
    fixed = {
        "GIT_CONFIG_COUNT": str(first + len(settings)),
        "GIT_TERMINAL_PROMPT": "0",
        "GCM_INTERACTIVE": "never",
        "GIT_FLUSH": "0",
        "LC_ALL": "C",
    }
    quiet = "ssh -o BatchMode=yes"
    asks = "GIT_SSH" in passed or any(name == "core.sshcommand" for name, _ in settings)
    return {**({} if asks else {"GIT_SSH_COMMAND": quiet}), **passed, **fixed}


def redacted(text: str, secrets: Sequence[str] = ()) -> str:
    """Return what git said without names and passwords in addresses, and without `secrets`."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return _SIGNED_IN.sub("", text)


@dataclass(slots=True, kw_only=True)
class Git:
    """A bare repository at `place`; commands run in the folder `cwd`, where paths begin."""

    place: Path
    cwd: Path
    settings: tuple[tuple[str, str], ...] = ()
    _environment: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Gather what git may see."""
        self._environment = environment(self.settings)

    def make(self) -> None:
        """Make the repository where there is none. Raises `BranchError`, `MissingToolError`."""
        if not (self.place / "HEAD").is_file():
            shutil.rmtree(self.place, ignore_errors=True)
            self.must("init", "--quiet", "--bare", "--template=", str(self.place))

    def run(
        self,
        *command: str,
        input: str | None = None,  # noqa: A002 - the word that `subprocess` uses
        into: Path | None = None,
        index: Path | None = None,
    ) -> Ran:
        """Run one command; what it says has no secret in it. Raises `MissingToolError`."""
        argv = [
            "git",
            *(word for setting in _OURS for word in ("-c", setting)),
            f"--git-dir={self.place}",
            *command,
        ]
        env = {**self._environment, **({"GIT_INDEX_FILE": str(index)} if index else {})}
        ran = _run(argv, self.cwd, env, input=input, into=into)
        return Ran(returncode=ran.returncode, output=redacted(ran.output, self._secrets()))

    def must(
        self,
        *command: str,
        input: str | None = None,  # noqa: A002 - the word that `subprocess` uses
        into: Path | None = None,
        index: Path | None = None,
    ) -> str:
        """Run a command that touches nothing but this repository, and return what it says.

        Raises `BranchError` where it fails: the repository is damaged, or the disk is full.
        """
        ran = self.run(*command, input=input, into=into, index=index)
        if ran.returncode != 0:
            what = f"git {command[0]} failed in {self.place}: {told(ran.output)}"
            cure = f"make room, or remove {self.place}: it is only a copy, and is fetched again"
            raise BranchError(what, cure=cure)
        return ran.output.strip()

    def _secrets(self) -> tuple[str, ...]:
        """What the settings hold that nobody is to read: the value of each header, and its end."""
        headers = [value for name, value in self.settings if name.endswith("extraheader")]
        ends = [value.rpartition(" ")[2] for value in headers]
        return tuple(word for word in (*headers, *ends) if word)


def told(output: str) -> str:
    """Return the last lines of what git said that say something, as one."""
    lines = [line.strip() for line in output.splitlines()]
    return "; ".join([line for line in lines if line and not line.startswith("hint:")][-3:])


def address(repository: Path, remote: str, *, push: bool) -> str:
    """Return where a remote of the repository around a folder is, "" where it has none so called.

    Raises `MissingToolError`.
    """
    flags = ("--push",) if push else ()
    argv = ("git", "remote", "get-url", *flags, remote)
    ran = _run(argv, repository, environment())
    return ran.output.strip() if ran.returncode == 0 else ""


def settings_of(repository: Path) -> tuple[tuple[str, str], ...]:
    """Return what the checkout around a folder itself says of credentials, proxies and the like.

    `actions/checkout` keeps its token there. Raises `MissingToolError`.
    """
    argv = ("git", "config", "--local", "--includes", "--null", "--list")
    ran = _run(argv, repository, environment())
    return tuple(_settings(ran.output)) if ran.returncode == 0 else ()


def _settings(listed: str) -> Iterator[tuple[str, str]]:
    for each in listed.split("\0"):
        name, found, value = each.partition("\n")
        if found and _SETTINGS.fullmatch(name):
            yield name, value


def _run(
    argv: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    *,
    input: str | None = None,  # noqa: A002 - the word that `subprocess` uses
    into: Path | None = None,
) -> Ran:
    try:
        return run(argv, cwd=cwd, env=env, seconds=SECONDS, input=input, into=into)
    except MissingToolError:
        raise MissingToolError(
            "git is not installed.", cure="install git: apt install git"
        ) from None
