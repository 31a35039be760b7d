"""Jinja, as `transformers` sets it up to render chat templates."""

from __future__ import annotations

from bot.core.model import Link, Probe, Role
from bot.drivers.plain import Plain

_BEGIN = """\
import datetime

import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment


def raise_exception(message):
    raise jinja2.TemplateError(message)


"""

_GENERATION = """\
class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        call = self.call_method("inside")
        return jinja2.nodes.CallBlock(call, [], [], body).set_lineno(line)

    def inside(self, caller):
        return caller()


"""

_TOJSON = """\
def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(
        value,
        ensure_ascii=ensure_ascii,
        indent=indent,
        separators=separators,
        sort_keys=sort_keys,
    )


"""

_OPTIONS = """\
options = dict(REQUEST.get("options", {}))
extensions = ["jinja2.ext.loopcontrols", *options.pop("extensions", [])]
"""

_UNDEFINED = """\
undefined = {"strict": jinja2.StrictUndefined, "chainable": jinja2.ChainableUndefined}
options["undefined"] = undefined[options["undefined"]]
"""

_RENDER = """\
environment.globals["raise_exception"] = raise_exception
environment.globals["strftime_now"] = datetime.datetime(2024, 7, 26, 9, 5, 3).strftime
try:
    seen = environment.from_string(REQUEST["source"]).render(**REQUEST.get("context", {}))
except jinja2.TemplateError as error:
    seen = {"error": str(error)}
"""


def _show(probe: Probe, link: Link) -> str:
    """The rendering, in the environment that `transformers` sets up, as far as it is needed."""
    if probe.ask != "render" or link is not Link.PROMPT:
        return ""
    request = probe.request if isinstance(probe.request, dict) else {}
    options = request.get("options")
    chosen = options if isinstance(options, dict) else {}
    source = str(request.get("source"))
    generation, ours = "endgeneration" in source, "tojson" in source and not chosen.get("plain")
    parts = (
        _BEGIN,
        _GENERATION if generation else "",
        _TOJSON if ours else "",
        _OPTIONS,
        "extensions.append(Generation)\n" if generation else "",
        'options.pop("plain")\n' if "plain" in chosen else "",
        _UNDEFINED if "undefined" in chosen else "",
        "environment = ImmutableSandboxedEnvironment(extensions=extensions, **options)\n",
        'environment.filters["tojson"] = tojson\n' if ours else "",
        _RENDER,
    )
    return "".join(parts)


JINJA2 = Plain(
    name="jinja2",
    guest="jinja2",
    asks=frozenset({"render"}),
    role=Role.TEMPLATE,
    upstream="https://github.com/pallets/jinja",
    suite=("render", "render-constructs", "render-errors"),
    shows=_show,
)
