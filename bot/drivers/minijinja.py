"""MiniJinja, the Rust engine that renders chat templates in many servers, by its Python wheel."""

from __future__ import annotations

from bot.core.model import Link, Probe, Role
from bot.drivers.plain import Plain

_RENDER = """import minijinja

raised = []


def raise_exception(message):
    raised.append(message)
    raise ValueError(message)


try:
    environment = minijinja.Environment(**REQUEST.get("options", {}))
except TypeError:
    environment = minijinja.Environment()
environment.add_global("raise_exception", raise_exception)
try:
    seen = environment.render_str(REQUEST["source"], None, **REQUEST.get("context", {}))
except (minijinja.TemplateError, ValueError) as error:
    seen = {"error": raised[0] if raised else str(error)}
"""


def _show(probe: Probe, link: Link) -> str:
    """The rendering, with the filters that MiniJinja brings."""
    return _RENDER if probe.ask == "render" and link is Link.PROMPT else ""


MINIJINJA = Plain(
    name="minijinja",
    guest="minijinja",
    asks=frozenset({"render"}),
    role=Role.TEMPLATE,
    upstream="https://github.com/mitsuhiko/minijinja",
    suite=("render",),
    shows=_show,
)
