"""`sentencepiece`, with two tiny models in its own format."""

from __future__ import annotations

from bot.core.model import Link, Role
from bot.drivers.encoding import TEXT, shown
from bot.drivers.plain import Plain

_ENCODE = f"""import base64

import sentencepiece

{TEXT}file = {{"unigram": "tiny-unigram.model", "bpe": "tiny-bpe.model.v3"}}[REQUEST["model"]]
processor = sentencepiece.SentencePieceProcessor(model_file=str(HERE / file))
"""
_SEEN = {
    Link.PROMPT: "processor.normalize(text)",
    Link.PROMPT_IDS: "processor.encode(text)",
    Link.TEXT: "processor.decode(processor.encode(text))",
}

SENTENCEPIECE = Plain(
    name="sentencepiece",
    guest="sentencepiece",
    asks=frozenset({"encode"}),
    role=Role.TOKENIZER,
    upstream="https://github.com/google/sentencepiece",
    suite=("encode-pieces", "encode-sentencepiece"),
    model={"unigram": "tiny-unigram.model", "bpe": "tiny-bpe.model.v3"},
    shows=shown(_ENCODE, _SEEN, {"model", "text"}),
)
