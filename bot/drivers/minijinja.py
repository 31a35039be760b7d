"""MiniJinja, the Rust engine that renders chat templates in many servers, by its Python wheel."""

from __future__ import annotations

from bot.core.model import Link, Probe, Role
from bot.drivers.plain import Plain

_RENDER = """import datetime

import minijinja

raised = []


def raise_exception(message):
    raised.append(message)
    raise ValueError(message)


def strftime_now(form):
    return datetime.datetime(2024, 7, 26, 9, 5, 3).strftime(form)


options = dict(REQUEST.get("options", {}))
options.pop("plain", None)
options.pop("extensions", None)
if "undefined" in options:
    options["undefined_behavior"] = options.pop("undefined")
try:
    environment = minijinja.Environment(**options)
except TypeError:
    environment = minijinja.Environment()
    for name in set(options).intersection(dir(environment)):
        setattr(environment, name, options[name])
environment.add_global("raise_exception", raise_exception)
environment.add_global("strftime_now", strftime_now)
try:
    seen = environment.render_str(REQUEST["source"], None, **REQUEST.get("context", {}))
except (minijinja.TemplateError, ValueError) as error:
    seen = {"error": str(raised[0] if raised else error)}
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
    suite=("render", "render-constructs", "render-errors"),
    shows=_show,
)
