"""The `tokenizers` library, with the tokenizer that lies beside the model."""

from __future__ import annotations

from bot.core.model import Link, Probe, Role
from bot.drivers.plain import Plain

_ENCODE = """{imports}import tokenizers

tokenizer = tokenizers.Tokenizer.from_file(str(HERE / "tokenizer.json"))
text = {text}
ids = tokenizer.encode(text, add_special_tokens=False).ids
seen = {seen}
"""
_BYTES = 'base64.b64decode(REQUEST["text"]["base64"]).decode("utf-8", "surrogatepass")'
_SEEN = {Link.PROMPT_IDS: "ids", Link.TEXT: "tokenizer.decode(ids, skip_special_tokens=False)"}


def _show(probe: Probe, link: Link) -> str:
    """The ids of the text, or what they decode to."""
    if probe.ask != "encode" or link not in _SEEN:
        return ""
    if isinstance(probe.request, dict) and isinstance(probe.request.get("text"), dict):
        return _ENCODE.format(imports="import base64\n\n", text=_BYTES, seen=_SEEN[link])
    return _ENCODE.format(imports="", text='REQUEST["text"]', seen=_SEEN[link])


TOKENIZERS = Plain(
    name="tokenizers",
    guest="tokenizers",
    asks=frozenset({"encode", "chat"}),
    role=Role.TOKENIZER,
    upstream="https://github.com/huggingface/tokenizers",
    suite=("encode",),
    model={"tokenizer": "tokenizer.json"},
    shows=_show,
)
