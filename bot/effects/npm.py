"""The `npm` and `node` commands: where they are, and what they may see of our environment."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from bot.effects.process import run
from bot.errors import MissingToolError
from bot.ports import Ran

PUBLIC = "https://registry.npmjs.org/"
_TOOL = (
    "PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "HTTP_PROXY", "HTTPS_PROXY",
    "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
)  # fmt: skip
_TRIES = ("--fetch-retry-mintimeout", "1000", "--fetch-retry-maxtimeout", "5000")  # milliseconds
_QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
_SYSTEMS = {"Linux": "linux", "Darwin": "darwin", "Windows": "win32"}
_MACHINES = {"x86_64": "x64", "AMD64": "x64", "aarch64": "arm64", "arm64": "arm64"}


@cache
def tool(name: str) -> Path:
    """Return the path of `node` or `npm`. Raises `MissingToolError` when there is none."""
    found = shutil.which(name)
    if found is None:
        cure = "install Node.js 18 or newer, which brings npm"
        raise MissingToolError(f"{name} is not installed.", cure=cure)
    return Path(found).resolve()


def obstacle() -> str:
    """Return why no package of npm can be tried on this machine, or nothing."""
    try:
        tool("npm"), tool("node")
    except MissingToolError as missing:
        return missing.message.rstrip(".")
    return ""


@cache
def node_version() -> str:
    """Return the version of the `node` that cells run, such as `20.20.2`."""
    with tempfile.TemporaryDirectory() as folder:
        ran = run([str(tool("node")), "--version"], cwd=Path(folder), env={}, seconds=30)
    return ran.output.strip().removeprefix("v")


@cache
def libc() -> str:
    """Return `glibc`, `musl`, or nothing where that is no question."""
    if platform.system() != "Linux":
        return ""
    return "glibc" if platform.libc_ver()[0] == "glibc" else "musl"


def here() -> tuple[str, str, str]:
    """Return this machine in npm's words: its system, its processor, its C library."""
    system, machine = platform.system(), platform.machine()
    return (_SYSTEMS.get(system, system), _MACHINES.get(machine, machine), libc())


def address(package: str, version: str) -> str:
    """Return where a registry keeps the archive of a release; npm puts its own registry there."""
    return f"{PUBLIC}{quote(package, safe='@/')}/-/{package.rpartition('/')[2]}-{version}.tgz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Npm:
    """One way to call `npm`: the registry, its cache, whether it may use the network.

    Without a registry the user's own configuration decides. No script of a package ever runs.
    """

    registry: str = ""
    offline: bool = False
    cache: Path | None = None

    def environment(self) -> dict[str, str]:
        """Return what `npm` itself may see: its own settings, certificates and proxies."""
        mine = {name: os.environ[name] for name in _TOOL if name in os.environ}
        settings = {
            name: value
            for name, value in os.environ.items()
            if name.lower().startswith("npm_config_")
        }
        return {**settings, **mine, "NO_COLOR": "1"}

    def run(self, *command: str, cwd: Path, seconds: float) -> Ran:
        """Run `npm` with `command` and these settings in `cwd`."""
        flags = [*_QUIET, *_TRIES, "--loglevel", "error", "--no-color"]
        flags += ["--registry", self.registry] if self.registry else []
        flags += ["--offline"] if self.offline else []
        flags += ["--cache", str(self.cache)] if self.cache else []
        argv = [str(tool("node")), str(tool("npm")), *command, *flags]
        return run(argv, cwd=cwd, env=self.environment(), seconds=seconds)


def registry() -> str:
    """Return the registry that the user's npm is set to, with no slash at its end."""
    with tempfile.TemporaryDirectory() as folder:
        ran = Npm().run("config", "get", "registry", cwd=Path(folder), seconds=60)
    words = ran.output.split() if ran.returncode == 0 else []
    told = next((word for word in words if "://" in word), PUBLIC)
    return told.rstrip("/")
