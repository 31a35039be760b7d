"""`@huggingface/jinja`: the template engine of transformers.js, in JavaScript."""

from __future__ import annotations

from bot.core.model import Role
from bot.drivers.plain import Plain

HUGGINGFACE_JINJA = Plain(
    name="huggingface-jinja",
    guest="huggingface_jinja",
    asks=frozenset({"render"}),
    role=Role.TEMPLATE,
    source="npm",
    package="@huggingface/jinja",
    upstream="https://github.com/huggingface/huggingface.js",
    suite=("render", "render-constructs", "render-errors"),
)
