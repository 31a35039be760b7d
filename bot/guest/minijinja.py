"""Chat templates through MiniJinja, with its own filters: `tojson` is part of what is watched.

`request` is `{"source", "context", "options"}`; options are those of the environment. A template
that stops itself shows `{"error": message}`, which is an answer like any other.
"""

from importlib.metadata import version

import minijinja


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

    environment = _environment(request.get("options", {}))
    environment.add_global("raise_exception", raise_exception)
    try:
        return environment.render_str(request["source"], None, **request["context"])
    except (minijinja.TemplateError, ValueError) as error:
        # the engine puts words of its own around a message that the template chose
        return {"error": raised[0] if raised else str(error)}


def _environment(options):
    """Make an environment; the oldest releases take their options only one by one."""
    try:
        return minijinja.Environment(**options)
    except TypeError:
        environment = minijinja.Environment()
        for name, value in options.items():
            if hasattr(environment, name):
                setattr(environment, name, value)
        return environment
