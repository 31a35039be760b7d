"""Chat templates through Jinja, in the environment that `transformers` renders them in.

`request` is `{"source", "context", "options"}`; options are those of the environment. A template
that stops itself shows `{"error": message}`, which is an answer like any other.
"""

import json

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment


def start(_setup, _chain):
    """Return which Jinja this is."""
    return {"jinja2": getattr(jinja2, "__version__", "")}


def stop():
    """Nothing to stop."""


def answers(ask):
    """Name the one link of a rendering."""
    return frozenset({"prompt"}) if ask == "render" else frozenset()


def show(_link, probe, _chain):
    """Render the template, or say how it stopped."""
    request = probe["request"]
    environment = ImmutableSandboxedEnvironment(
        extensions=["jinja2.ext.loopcontrols"], **request.get("options", {})
    )
    environment.filters["tojson"] = _tojson
    environment.globals["raise_exception"] = _raise_exception
    try:
        return environment.from_string(request["source"]).render(**request["context"])
    except jinja2.TemplateError as error:
        return {"error": str(error)}


def _tojson(value, indent=None):
    """Write JSON for a model and not for a web page: nothing is escaped, keys keep their order."""
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _raise_exception(message):
    raise jinja2.TemplateError(message)
