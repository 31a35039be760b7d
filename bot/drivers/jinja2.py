"""Jinja, as `transformers` sets it up to render chat templates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.core.model import Json, Link, Probe

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


class Jinja2:
    """Renders template cases; needs no model."""

    name = "jinja2"
    guest = "jinja2"
    asks = frozenset({"render"})

    def requirements(self, package: str, version: str) -> tuple[str, ...]:
        """The exact pin; MarkupSafe is the solver's to choose."""
        return (f"{package}=={version}",)

    def setup(self, model: Path) -> Json:  # noqa: ARG002 - templates come with the probes
        """Nothing: each probe brings its template."""
        return {}

    def files(self, model: Path) -> Mapping[str, Path]:  # noqa: ARG002 - nothing of it is needed
        """None: each probe brings its template."""
        return {}

    def serve(self) -> str:
        """Nothing to start."""
        return ""

    def show(self, probe: Probe, link: Link) -> str:
        """The rendering, in the environment that `transformers` sets up."""
        return _RENDER if probe.ask == "render" and link is Link.PROMPT else ""
