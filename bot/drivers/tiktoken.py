"""`tiktoken`, with the model's own tokens as ranks; nothing is fetched."""

from __future__ import annotations

from bot.core.model import Link, Probe, Role
from bot.drivers.plain import Plain

_ENCODE = """import base64

import tiktoken

lines = (HERE / "tiny.tiktoken").read_bytes().splitlines()
added = json.loads((HERE / "tokenizer.json").read_text(encoding="utf-8"))["added_tokens"]
pattern = r"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{{L}}+| ?\\p{{N}}+"
pattern += r"| ?[^\\s\\p{{L}}\\p{{N}}]+|\\s+(?!\\S)|\\s+"
encoding = tiktoken.Encoding(
    name="tiny",
    pat_str=pattern,
    mergeable_ranks={{base64.b64decode(each.split()[0]): int(each.split()[1]) for each in lines}},
    special_tokens={{token["content"]: token["id"] for token in added}},
)
text = REQUEST["text"]
if isinstance(text, dict):
    text = base64.b64decode(text["base64"]).decode("utf-8", "surrogatepass")
ids = encoding.encode(text, allowed_special="all")
seen = {seen}
"""
_SEEN = {Link.PROMPT_IDS: "ids", Link.TEXT: "encoding.decode(ids)"}


def _show(probe: Probe, link: Link) -> str:
    """The ids of the text, or what they decode to."""
    plain = isinstance(probe.request, dict) and probe.request.keys() == {"text"}
    if probe.ask != "encode" or link not in _SEEN or not plain:
        return ""
    return _ENCODE.format(seen=_SEEN[link])


TIKTOKEN = Plain(
    name="tiktoken",
    guest="tiktoken",
    asks=frozenset({"encode"}),
    role=Role.TOKENIZER,
    upstream="https://github.com/openai/tiktoken",
    suite=("encode", "encode-tiktoken"),
    model={"ranks": "*.tiktoken", "tokenizer": "tokenizer.json"},
    shows=_show,
)
