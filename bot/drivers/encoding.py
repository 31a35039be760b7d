"""What shows an encoding in a proof: a tokenizer is made, and one line of it says the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from bot.core.model import Link, Probe

TEXT = """text = REQUEST["text"]
if isinstance(text, dict):
    text = base64.b64decode(text["base64"]).decode("utf-8", "surrogatepass")
"""


def shown(
    program: str, seen: Mapping[Link, str], fields: Collection[str]
) -> Callable[[Probe, Link], str]:
    """Return what shows the links of `seen` after `program`, in Python.

    Questions that have other fields than these, such as `calls`, are in no proof.
    """

    def show(probe: Probe, link: Link) -> str:
        plain = isinstance(probe.request, dict) and probe.request.keys() == {*fields}
        if probe.ask != "encode" or link not in seen or not plain:
            return ""
        return f"{program}seen = {seen[link]}\n"

    return show
