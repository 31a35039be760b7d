"""MiniJinja, the Rust engine that renders chat templates in many servers, by its Python wheel."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.core.model import Json, Link, Probe

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


class MiniJinja:
    """Renders template cases with MiniJinja's own filters; needs no model."""

    name = "minijinja"
    guest = "minijinja"
    asks = frozenset({"render"})

    def requirements(self, package: str, version: str) -> tuple[str, ...]:
        """The exact pin; the wheel brings everything with it."""
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
        """The rendering, with the filters that MiniJinja brings."""
        return _RENDER if probe.ask == "render" and link is Link.PROMPT else ""
