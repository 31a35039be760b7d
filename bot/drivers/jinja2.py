"""Jinja, as `transformers` sets it up to render chat templates."""

from __future__ import annotations

from bot.core.model import Link, Probe, Role
from bot.drivers.plain import Plain

_RENDER = """\
import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment


def raise_exception(message):
    raise jinja2.TemplateError(message)


environment = ImmutableSandboxedEnvironment(
    extensions=["jinja2.ext.loopcontrols"], **REQUEST.get("options", {})
)
environment.filters["tojson"] = lambda value, indent=None: json.dumps(
    value, ensure_ascii=False, indent=indent
)
environment.globals["raise_exception"] = raise_exception
try:
    seen = environment.from_string(REQUEST["source"]).render(**REQUEST.get("context", {}))
except jinja2.TemplateError as error:
    seen = {"error": str(error)}
"""


def _show(probe: Probe, link: Link) -> str:
    """The rendering, in the environment that `transformers` sets up."""
    return _RENDER if probe.ask == "render" and link is Link.PROMPT else ""


JINJA2 = Plain(
    name="jinja2",
    guest="jinja2",
    asks=frozenset({"render"}),
    role=Role.TEMPLATE,
    upstream="https://github.com/pallets/jinja",
    suite=("render",),
    shows=_show,
)
