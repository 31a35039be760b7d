"""Chat templates through Jinja, in the environment that `transformers` renders them in.

`request` is `{"source", "context", "options"}`. Options are those of the environment, and three
words of ours: `extensions` (more of Jinja's own), `undefined` (`strict` or `chainable`) and
`plain` (Jinja's own `tojson`, as engines have it that set up nothing). A template that stops
itself shows `{"error": message}`, which is an answer like any other.
"""

import datetime as dt
import json

import jinja2
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment

CLOCK = dt.datetime(2024, 7, 26, 9, 5, 3)  # noqa: DTZ001 - what templates are told is "now"
UNDEFINED = {"strict": "StrictUndefined", "chainable": "ChainableUndefined"}


class Generation(Extension):
    """`{% generation %}` marks what the model wrote; what is inside renders as it stands."""

    tags = {"generation"}  # noqa: RUF012 - as Jinja wants it

    def parse(self, parser):
        """Read up to `endgeneration`, as a call whose result is its own body."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        call = self.call_method("_inside")
        return jinja2.nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _inside(self, caller):
        return caller()


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
    environment = _environment(dict(request.get("options") or {}))
    try:
        template = environment.from_string(request["source"])
        return template.render(**request.get("context") or {})
    except jinja2.TemplateError as error:
        return {"error": str(error)}


def _environment(options):
    plain, undefined = options.pop("plain", False), options.pop("undefined", "")
    if undefined:
        options["undefined"] = getattr(jinja2, UNDEFINED[undefined])
    more = options.pop("extensions", [])
    environment = ImmutableSandboxedEnvironment(
        extensions=[Generation, "jinja2.ext.loopcontrols"] + more,  # noqa: RUF005 - as of 3.8
        **options,
    )
    if not plain:
        environment.filters["tojson"] = _tojson
    environment.globals["raise_exception"] = _raise_exception
    environment.globals["strftime_now"] = CLOCK.strftime
    return environment


def _tojson(value, ensure_ascii=None, indent=None, separators=None, sort_keys=None):
    """Write JSON for a model and not for a web page: nothing is escaped, keys keep their order."""
    return json.dumps(
        value,
        ensure_ascii=bool(ensure_ascii),
        indent=indent,
        separators=separators,
        sort_keys=bool(sort_keys),
    )


def _raise_exception(message):
    raise jinja2.TemplateError(message)
