"""`tiktoken`, with the model's own tokens as ranks; nothing is fetched."""

from __future__ import annotations

from bot.core.model import Link, Role
from bot.drivers.encoding import TEXT, shown
from bot.drivers.plain import Plain

_ENCODE = rf"""import base64

import tiktoken

lines = (HERE / "tiny.tiktoken").read_bytes().splitlines()
added = json.loads((HERE / "tokenizer.json").read_text(encoding="utf-8"))["added_tokens"]
pattern = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{{L}}+| ?\p{{N}}+"
pattern += r"| ?[^\s\p{{L}}\p{{N}}]+|\s+(?!\S)|\s+"
encoding = tiktoken.Encoding(
    name="tiny",
    pat_str=pattern,
    mergeable_ranks={{base64.b64decode(each.split()[0]): int(each.split()[1]) for each in lines}},
    special_tokens={{token["content"]: token["id"] for token in added}},
)
{TEXT}ids = encoding.encode(text, allowed_special="all")
"""
_SEEN = {Link.PROMPT_IDS: "ids", Link.TEXT: "encoding.decode(ids)"}

TIKTOKEN = Plain(
    name="tiktoken",
    guest="tiktoken",
    asks=frozenset({"encode"}),
    role=Role.TOKENIZER,
    upstream="https://github.com/openai/tiktoken",
    suite=("encode", "encode-tiktoken"),
    model={"ranks": "*.tiktoken", "tokenizer": "tokenizer.json"},
    shows=shown(_ENCODE, _SEEN, {"text"}),
)
