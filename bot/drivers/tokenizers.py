"""The `tokenizers` library, with the tokenizer that lies beside the model."""

from __future__ import annotations

from bot.core.model import Link, Probe, Role
from bot.drivers.plain import Plain

_ENCODE = """{imports}import tokenizers

tokenizer = tokenizers.Tokenizer.{read}
text = {text}
ids = tokenizer.encode(text, add_special_tokens={around}).ids
seen = {seen}
"""
_BYTES = 'base64.b64decode(REQUEST["text"]["base64"]).decode("utf-8", "surrogatepass")'
_FILE = 'from_file(str(HERE / "tokenizer.json"))'
_SOURCE = 'from_str(REQUEST["source"])'
_STEPS = """change, cut = tokenizer.normalizer, tokenizer.pre_tokenizer
normalised = text if change is None else change.normalize_str(text)
whole = [(normalised, (0, len(normalised)))]
pieces = whole if cut is None else cut.pre_tokenize_str(normalised)
seen = {"normalised": normalised, "pieces": [[piece, list(span)] for piece, span in pieces]}
"""
_SEEN = {
    Link.PROMPT: "None",
    Link.PROMPT_IDS: "ids",
    Link.TEXT: "tokenizer.decode(ids, skip_special_tokens={around})",
}


def _show(probe: Probe, link: Link) -> str:
    """What becomes of the text, its ids, or what they decode to; of plain questions only."""
    request = probe.request if isinstance(probe.request, dict) else {}
    if probe.ask != "encode" or link not in _SEEN or "calls" in request or "ids" in request:
        return ""
    odd, other = isinstance(request.get("text"), dict), "source" in request
    text = _ENCODE.format(
        imports="import base64\n\n" if odd else "",
        read=_SOURCE if other else _FILE,
        text=_BYTES if odd else 'REQUEST["text"]',
        around=other,
        seen=_SEEN[link].format(around=other),
    )
    return text + _STEPS if link is Link.PROMPT else text


TOKENIZERS = Plain(
    name="tokenizers",
    guest="tokenizers",
    asks=frozenset({"encode", "chat"}),
    role=Role.TOKENIZER,
    upstream="https://github.com/huggingface/tokenizers",
    suite=(
        "encode",
        "encode-kinds",
        "encode-patterns",
        "encode-parts",
        "encode-ids",
        "encode-text",
        "encode-odd",
    ),
    model={"tokenizer": "tokenizer.json"},
    shows=_show,
)
