"""`sentencepiece`, with two tiny models in its own format."""

from __future__ import annotations

from bot.core.model import Link, Probe, Role
from bot.drivers.plain import Plain

_ENCODE = """import base64

import sentencepiece

text = REQUEST["text"]
if isinstance(text, dict):
    text = base64.b64decode(text["base64"]).decode("utf-8", "surrogatepass")
file = {{"unigram": "tiny-unigram.model", "bpe": "tiny-bpe.model.v3"}}[REQUEST["model"]]
processor = sentencepiece.SentencePieceProcessor(model_file=str(HERE / file))
seen = {seen}
"""
_SEEN = {
    Link.PROMPT: "processor.normalize(text)",
    Link.PROMPT_IDS: "processor.encode(text)",
    Link.TEXT: "processor.decode(processor.encode(text))",
}


def _show(probe: Probe, link: Link) -> str:
    """What becomes of the text, its ids, or what they decode to."""
    plain = isinstance(probe.request, dict) and probe.request.keys() == {"model", "text"}
    if probe.ask != "encode" or link not in _SEEN or not plain:
        return ""
    return _ENCODE.format(seen=_SEEN[link])


SENTENCEPIECE = Plain(
    name="sentencepiece",
    guest="sentencepiece",
    asks=frozenset({"encode"}),
    role=Role.TOKENIZER,
    upstream="https://github.com/google/sentencepiece",
    suite=("encode-pieces", "encode-sentencepiece"),
    model={"unigram": "tiny-unigram.model", "bpe": "tiny-bpe.model.v3"},
    shows=_show,
)
