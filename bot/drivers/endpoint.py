"""A server that a user already runs and that speaks OpenAI's dialect, whoever made it.

Nothing is installed and nothing is pinned: `options` name its `url` and, where
they are needed, its `model` and the `api_key_variable` that holds its key. Others may use it too,
so what depends on who asked before (`neighbours`) is asked on demand only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bot.core.model import Json, Role
from bot.drivers.plain import Plain
from bot.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint(Plain):
    """A component whose release is an address."""

    def setup(self, model: Path, options: Mapping[str, Json]) -> Json:
        """The options, with an address that can be asked. Raises `UsageError` for any other."""
        if "url" in options and not _asked_over_http(str(options["url"])):
            what = f"`{options['url']}` is no address of a server"
            raise UsageError(what, cure="write one as in http://127.0.0.1:8080")
        return Plain.setup(self, model, options)


def _asked_over_http(url: str) -> bool:
    try:
        where = urlsplit(url)
        port = where.port
    except ValueError:
        return False
    return where.scheme in ("http", "https") and bool(where.hostname) and port != 0


ENDPOINT = Endpoint(
    name="endpoint",
    guest="endpoint",
    asks=frozenset({"chat", "written", "scored", "wire", "neighbours", "encode"}),
    role=Role.ENGINE,
    upstream="",
    source="",
    suite=(
        "chat",
        "stream",
        "untrained",
        "written",
        "scored",
        "scored-stream",
        "tools",
        "tools-stream",
        "reasoning",
        "reasoning-stream",
        "schema",
        "schema-stream",
        "options",
        "options-stream",
        "errors",
    ),
)
