"""The reference that renders templates: Jinja, as transformers sets it up, with a fixed clock.

Options are those of Jinja's environment, and three words of the suite's own: ``extensions`` (more
of Jinja's), ``undefined`` (``strict`` or ``chainable``) and ``plain`` (Jinja's own ``tojson``).
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NoReturn

import jinja2
from jinja2 import TemplateError, nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = datetime(2024, 7, 26, 9, 5, 3)  # noqa: DTZ001  templates ask for a local time
UNDEFINED = {"strict": jinja2.StrictUndefined, "chainable": jinja2.ChainableUndefined}


class Generation(Extension):
    """``{% generation %}``, which marks what the model wrote: its body renders as it stands."""

    tags = {"generation"}  # noqa: RUF012  the base class declares it so

    def parse(self, parser: Any) -> nodes.Node:  # noqa: ANN401  Jinja does not export its parser
        """Turn the block into a call whose caller is the body."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller: Any) -> Any:  # noqa: ANN401  a macro, and what it renders
        return caller()


def refuse(message: str) -> NoReturn:
    """Stop a template, as ``raise_exception`` does in chat templates."""
    raise TemplateError(message)


def to_json(
    value: object,
    ensure_ascii: bool = False,  # noqa: FBT002  templates may pass these by place
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,  # noqa: FBT002  as above
) -> str:
    """Write JSON as chat templates do: keys in order, no escapes for HTML or ASCII."""
    return json.dumps(
        value,
        ensure_ascii=ensure_ascii,
        indent=indent,
        separators=separators,
        sort_keys=sort_keys,
    )


def environment(**options: Any) -> ImmutableSandboxedEnvironment:  # noqa: ANN401  Jinja's own
    """Make an environment with what chat templates may use."""
    chosen = {"trim_blocks": True, "lstrip_blocks": True, **options}
    plain, more = chosen.pop("plain", False), chosen.pop("extensions", [])
    if "undefined" in chosen:
        chosen["undefined"] = UNDEFINED[chosen["undefined"]]
    jinja = ImmutableSandboxedEnvironment(extensions=[Generation, loopcontrols, *more], **chosen)
    if not plain:
        jinja.filters["tojson"] = to_json
    jinja.globals["raise_exception"] = refuse
    jinja.globals["strftime_now"] = NOW.strftime
    return jinja
