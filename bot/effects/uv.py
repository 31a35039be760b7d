"""The `uv` command: where it is, what it may see of our environment, and where it looks.

When index arguments are given they are everything: neither a configuration file nor a variable
of the user adds another index to them. What opens a private one comes from the environment, as for
whoever asks it for releases: uv is told by variables of the index's name, and its command line,
which everybody on this machine may read, says who it is and no more.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

import uv

from bot.core.credentials import Credential, chosen, known
from bot.core.logs import classify, readable
from bot.core.model import Failure, Phase, Reason
from bot.effects.process import run
from bot.errors import MissingToolError, UsageError
from bot.ports import Ran

PYPI: Final = "https://pypi.org/simple"
_TOOL = (
    "PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
    "XDG_DATA_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSL_CLIENT_CERT", "HTTP_PROXY",
    "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy",
    "NETRC", "UV_CACHE_DIR", "UV_HTTP_TIMEOUT", "UV_HTTP_RETRIES", "UV_NATIVE_TLS",
    "UV_SYSTEM_CERTS", "UV_PYTHON_INSTALL_DIR", "UV_LINK_MODE", "UV_OFFLINE", "PYENV_ROOT",
    "PYENV_VERSION",
)  # fmt: skip
_ONE_AT_A_TIME = threading.Lock()
_INDEXES = (
    "UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS",
    "UV_NO_INDEX", "UV_INDEX_STRATEGY",
)  # fmt: skip
_OPENS = re.compile(r"UV_INDEX_\w+_(USERNAME|PASSWORD)").fullmatch
_DEFAULT = "--default-index"
_AS_VARIABLE = {
    "--index": ("UV_INDEX", " "),
    "--default-index": ("UV_DEFAULT_INDEX", ""),
    "--index-url": ("UV_INDEX_URL", ""),
    "--extra-index-url": ("UV_EXTRA_INDEX_URL", " "),
    "--find-links": ("UV_FIND_LINKS", ","),
    "--index-strategy": ("UV_INDEX_STRATEGY", ""),
}


def binary() -> str:
    """Return the path of `uv`. Raises `MissingToolError` when there is none.

    One thread at a time: `sysconfig`, which is asked for it, is made ready by whoever comes first.
    """
    with _ONE_AT_A_TIME:
        return _found()


@cache
def _found() -> str:
    try:
        return uv.find_uv_bin()
    except FileNotFoundError:
        found = shutil.which("uv")
    if found:
        return found
    raise MissingToolError("uv is not installed.", cure="pip install uv")


def interpreter(version: str) -> str:
    """Return what to hand to `--python` for `version`: our own Python where it is that one."""
    ours = ".".join(str(part) for part in sys.version_info[:3])
    return sys.executable if f"{ours}.".startswith(f"{version}.") else version


def index_args(index: str) -> tuple[str, ...]:
    """Return how uv is told of the index; the usual one is left to the user's own settings."""
    return () if index == PYPI else ("--default-index", index)


def opened(index_args: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return index arguments that name what a credential opens, and the variables that open it.

    The index itself is first among those that `STACKMATRIX_INDEX_PASSWORD` may be for.
    """
    words = [*index_args]
    usual = next((url for flag, url in pairwise(words) if flag == _DEFAULT), "")
    credentials = known(os.environ, index=usual)
    variables: dict[str, str] = {}
    for at, (flag, url) in enumerate(pairwise(index_args), start=1):
        found = chosen(url, credentials) if flag in (_DEFAULT, "--index") else None
        if found is not None:
            words[at] = f"stackmatrix{at}={url}"
            variables |= _shown(f"UV_INDEX_STACKMATRIX{at}", found)
    return tuple(words), variables


def _shown(name: str, found: Credential) -> dict[str, str]:
    """Return how uv is told; it knows no bearer, and indexes take a token as this user's."""
    return {f"{name}_USERNAME": found.user or "__token__", f"{name}_PASSWORD": found.secret}


def _users() -> dict[str, str]:
    """Return what opens the indexes that the user's own variables name."""
    return {name: value for name, value in os.environ.items() if _OPENS(name)}


def index_variables(index_args: Sequence[str]) -> dict[str, str]:
    """Return index arguments as the variables that say the same. Raises `UsageError`."""
    found: dict[str, str] = {}
    words = iter(index_args)
    for word in words:
        flag, _, value = word.partition("=")
        if flag == "--no-index":
            found["UV_NO_INDEX"] = "1"
            continue
        if flag not in _AS_VARIABLE:
            cure = f"use one of --no-index {' '.join(_AS_VARIABLE)}"
            raise UsageError(f"{word!r} is no index argument.", cure=cure)
        name, between = _AS_VARIABLE[flag]
        value = value or next(words, "")
        found[name] = f"{found[name]}{between}{value}" if between and name in found else value
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Uv:
    """One way to call `uv`: the indexes it looks in, its cache, whether it may use the network."""

    index_args: tuple[str, ...] = ()
    offline: bool = False
    cache: Path | None = None

    def environment(self, *, opens: bool = True) -> dict[str, str]:
        """Return what `uv` itself may see: its home, certificates and proxies, and no token.

        Besides, where it `opens` indexes, what opens those of its own and no others.
        """
        names = _TOOL if self.index_args else (*_TOOL, *_INDEXES)
        passed = {name: os.environ[name] for name in names if name in os.environ}
        if opens:
            _, shown = opened(self.index_args)
            passed |= shown if self.index_args else _users()
        return {**passed, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}

    def cached_first(self, *command: str, cwd: Path, seconds: float) -> Ran:
        """Run `uv` from its cache, and with the network only where that does not do.

        An index is not asked whether it still has what a lock names and the cache holds.
        """
        ran = replace(self, offline=True).run(*command, cwd=cwd, seconds=seconds)
        if self.offline or ran.returncode == 0:
            return ran
        return self.run(*command, cwd=cwd, seconds=seconds)

    def run(self, *command: str, cwd: Path, seconds: float) -> Ran:
        """Run `uv` with `command` and these settings in `cwd`.

        Where packages may be built, their code would see what opens an index: it is not there.
        """
        flags = ["--color", "never"]
        flags += ["--no-config", *opened(self.index_args)[0]] if self.index_args else []
        flags += ["--offline"] if self.offline else []
        flags += ["--cache-dir", str(self.cache)] if self.cache else []
        argv = [binary(), *command, *flags]
        environment = self.environment(opens="--no-build" in command)
        return run(argv, cwd=cwd, env=environment, seconds=seconds)


def not_installed(ran: Ran, *hide: str) -> Failure:
    """Return how an installation failed, as `uv` told it; paths in `hide` are left out."""
    if ran.returncode is None:
        return Failure(phase=Phase.INSTALL, reason=Reason.TIMEOUT, message="took too long")
    reason = classify(ran.output, Phase.INSTALL)
    return Failure(phase=Phase.INSTALL, reason=reason, message=readable(ran.output, hide=hide))
