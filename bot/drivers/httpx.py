"""`httpx`, the transport under most clients, asked for itself by the same recorded answers."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

HTTPX = Plain(
    name="httpx",
    guest="httpx",
    asks=frozenset({"replay"}),
    role=Role.TRANSPORT,
    upstream="https://github.com/encode/httpx",
    suite=("replay", "replay-odd", "replay-errors", "replay-requests"),
)
