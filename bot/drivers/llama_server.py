"""llama.cpp's own `llama-server`, by its path or the URL of a release asset: nothing is installed.

`options`: `server`, its path or the URL of an asset (.zip, .tar.gz or the bare
program), and `sha256`, which a URL must have; also `threads`, `context`, `gpu_layers` and
`arguments` (a list, handed on as it stands). Two programs are compared by their paths or URLs, in
the place of versions; there, a URL brings its digest along: `URL#sha256=...`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from bot.core.model import Json, Role
from bot.drivers.plain import Plain
from bot.drivers.xllamacpp import XLLAMACPP
from bot.effects.asset import Assets
from bot.errors import UsageError

LLAMA_SERVER = Plain(
    name="llama-server",
    guest="llama_server",
    asks=XLLAMACPP.asks,
    role=Role.ENGINE,
    upstream="https://github.com/ggml-org/llama.cpp",
    source="",
    suite=XLLAMACPP.suite,
    model={"model": "*.gguf"},
)
_DIGEST = re.compile(r"[0-9a-f]{64}")


def with_program(told: Mapping[str, Json], assets: Assets) -> Mapping[str, Json]:
    """Return the options with the path of the program, fetched where they give a URL.

    `url`, what is compared, goes before `server`, what is configured. The digest of an asset is
    used up here; that of a program at a path is the guest's to check. Raises `UsageError` where
    no program is at a path or an asset has no digest, `SourceError` where it cannot be had.
    """
    compared = str(told.get("url") or "")
    url, _, pinned = (compared or str(told.get("server") or "")).partition("#sha256=")
    kept = {key: value for key, value in told.items() if key not in ("url", "server", "sha256")}
    known = pinned or ("" if compared else str(told.get("sha256") or ""))
    if not url.startswith(("https://", "http://")):
        return {**kept, "server": str(_program(url)), **({"sha256": known} if known else {})}
    if not _DIGEST.fullmatch(known):
        what = f"the asset {url} has no sha256, so nobody knows which program it holds"
        cure = "add `sha256` beside `server`, or write URL#sha256=HEX, 64 digits as released"
        raise UsageError(what, cure=cure)
    return {**kept, "server": str(assets.program(LLAMA_SERVER.name, url, known))}


def _program(path: str) -> Path:
    found = Path(path).expanduser().absolute()
    if not found.is_file():
        raise UsageError(f"there is no program `{path}`", cure="name one by its path")
    if not os.access(found, os.X_OK):
        raise UsageError(f"`{path}` cannot be started", cure="make it executable, or name another")
    return found
