"""Chat templates through MiniJinja, with its own filters: `tojson` is part of what is watched.

`request` is `{"source", "context", "options"}`. Options are those of the environment; of the words
that `guest/jinja2.py` adds, `undefined` has a name of its own here, and the others are nothing
that this engine lacks. A template that stops itself shows `{"error": message}`, which is an answer
like any other.
"""

import datetime as dt
from importlib.metadata import version

import minijinja

CLOCK = dt.datetime(2024, 7, 26, 9, 5, 3)  # noqa: DTZ001 - what templates are told is "now"


def start(_setup, _chain):
    """Return which MiniJinja this is."""
    return {"minijinja": version("minijinja")}


def stop():
    """Nothing to stop."""


def answers(ask):
    """Name the one link of a rendering."""
    return frozenset({"prompt"}) if ask == "render" else frozenset()


def show(_link, probe, _chain):
    """Render the template, or say how it stopped."""
    request, raised = probe["request"], []

    def raise_exception(message):
        raised.append(message)
        raise ValueError(message)

    environment = _environment(dict(request.get("options") or {}))
    environment.add_global("raise_exception", raise_exception)
    environment.add_global("strftime_now", _strftime_now)
    try:
        return environment.render_str(request["source"], None, **request.get("context") or {})
    except (minijinja.TemplateError, ValueError) as error:
        # the engine puts words of its own around a message that the template chose
        return {"error": str(raised[0] if raised else error)}


def _environment(options):
    """Make an environment; the oldest releases take their options only one by one."""
    options.pop("plain", None)
    options.pop("extensions", None)
    if "undefined" in options:
        options["undefined_behavior"] = options.pop("undefined")
    try:
        return minijinja.Environment(**options)
    except TypeError:
        environment = minijinja.Environment()
        for name, value in options.items():
            if hasattr(environment, name):
                setattr(environment, name, value)
        return environment


def _strftime_now(form):
    return CLOCK.strftime(form)
