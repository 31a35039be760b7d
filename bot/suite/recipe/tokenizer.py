"""Train the tokenizer on the conversations themselves and write its two files.

Byte-level BPE needs no unknown token, so every text and every broken byte has ids.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from bot.suite.recipe.data import (
    ADDED,
    MODEL,
    SPECIAL,
    SUITE,
    TEMPLATE,
    TOKENIZER,
    raw,
    read,
    render,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

VOCABULARY = 640  # without the added tokens that are not special
CONTEXT = 1024


def corpus() -> Iterator[str]:
    """Yield prompts and answers without the tokens that are known already."""
    known = re.compile("|".join(re.escape(token) for token in (*SPECIAL, *ADDED)))
    for conversation in read(SUITE / "conversations.json"):
        yield from known.split(render(conversation))
        yield from known.split(raw(conversation["answer"]).decode(errors="ignore"))


def train() -> Tokenizer:
    """Train on the corpus; ids 0 to 2 are special, the added tokens come after the learned ones."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(corpus(), trainer)
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in ADDED])
    return tokenizer


def portable(tokenizer: Tokenizer) -> dict[str, Any]:
    """Write merges as ``"a b"``: tokenizers up to 0.19.1 cannot read the newer pairs."""
    data: dict[str, Any] = json.loads(tokenizer.to_str())
    data["model"]["merges"] = [
        pair if isinstance(pair, str) else " ".join(pair) for pair in data["model"]["merges"]
    ]
    return data


def settings() -> dict[str, Any]:
    """``tokenizer_config.json``; bos and unk are strings because some engines crash on null."""
    return {
        "add_bos_token": False,
        "add_prefix_space": False,
        "added_tokens_decoder": {str(place): described(token) for place, token in places().items()},
        "bos_token": "<|endoftext|>",
        "clean_up_tokenization_spaces": False,
        "eos_token": "<|im_end|>",
        "model_max_length": CONTEXT,
        "pad_token": "<|endoftext|>",
        "tokenizer_class": "PreTrainedTokenizerFast",
        "unk_token": "<|endoftext|>",
        "chat_template": TEMPLATE.read_text(encoding="utf-8"),
    }


def places() -> dict[int, str]:
    """Ids of the tokens that are matched as whole texts."""
    return dict(enumerate(SPECIAL)) | dict(enumerate(ADDED, start=VOCABULARY))


def described(token: str) -> dict[str, Any]:
    """Entry of one added token."""
    return {
        "content": token,
        "lstrip": False,
        "normalized": False,
        "rstrip": False,
        "single_word": False,
        "special": token in SPECIAL,
    }


def main() -> None:
    """Write ``tokenizer.json`` and ``tokenizer_config.json``."""
    for path, data in (
        (TOKENIZER, portable(train())),
        (MODEL / "tokenizer_config.json", settings()),
    ):
        path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
