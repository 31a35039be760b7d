"""Models of sentencepiece, written byte by byte, and a vocabulary in the form of tekken.

https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto: pieces with a
score and a type, and two specifications. Nothing is trained, so nothing can differ tomorrow.
"""

from __future__ import annotations

import base64
import json
import struct
from typing import TYPE_CHECKING

from bot.suite.recipe import kinds
from bot.suite.recipe.bpe import BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NORMAL, UNKNOWN, CONTROL, USER, BYTE = 1, 2, 3, 4, 6
UNIGRAM, BPE = 1, 2
MISTRAL = (
    "[INST]", "[/INST]", "[TOOL_CALLS]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]",
    "[TOOL_RESULTS]", "[/TOOL_RESULTS]",
)  # fmt: skip
TEKKEN = (
    "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]",
    "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]",
    "[IMG_END]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]",
    "[TOOL_CONTENT]", "[ARGS]", "[CALL_ID]", "[THINK]", "[/THINK]", "[MODEL_SETTINGS]",
    "[/MODEL_SETTINGS]",
)  # fmt: skip
SPECIAL_PLACES = 40
Piece = tuple[str, float, int]


def number(value: int) -> bytes:
    """Write a number seven bits at a time, the lowest first."""
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + number(rest) if rest else bytes([low])


def field(place: int, value: bytes | float) -> bytes:
    """Write one field: bytes with their length, a float as four bytes, an integer as a number."""
    if isinstance(value, bytes):
        return number(place << 3 | 2) + number(len(value)) + value
    if isinstance(value, float):
        return number(place << 3 | 5) + struct.pack("<f", value)
    return number(place << 3) + number(value)


def model(pieces: Iterable[Piece], kind: int, *, byte_fallback: bool, squeeze: bool) -> bytes:
    """Write a model: pieces, how they were chosen, and what is done to a text first."""
    listed = list(pieces)
    body = b"".join(
        field(1, field(1, piece.encode()) + field(2, score) + field(3, of))
        for piece, score, of in listed
    )
    trainer = field(3, kind) + field(4, len(listed)) + field(35, int(byte_fallback))
    trainer += field(40, 0) + field(41, 1) + field(42, 2)
    normaliser = field(1, b"identity") + field(3, 1) + field(4, int(squeeze)) + field(5, 1)
    return body + field(2, trainer) + field(3, normaliser)


def openers() -> list[Piece]:
    """List the unknown piece and the two that stand around a text."""
    return [("<unk>", 0.0, UNKNOWN), ("<s>", 0.0, CONTROL), ("</s>", 0.0, CONTROL)]


def unigram_pieces() -> list[Piece]:
    """List pieces of a Unigram model that lacks letters, with one of the user's own."""
    learned = [
        (str(piece), float(score), NORMAL)
        for piece, score in kinds.unigram()["vocab"]
        if piece not in kinds.OPENERS
    ]
    return [*openers(), ("<sep>", 0.0, USER), *learned]


def unigram() -> bytes:
    """Make a Unigram model."""
    return model(unigram_pieces(), UNIGRAM, byte_fallback=False, squeeze=True)


def bpe_pieces() -> list[Piece]:
    """List pieces of a BPE model with bytes for the unknown, and the marks of a Mistral model."""
    vocab = kinds.spaced()["vocab"]
    letters = [piece for piece in vocab if piece not in kinds.OPENERS]
    learned = [piece for piece in letters if not piece.startswith("<0x")]
    pieces = openers() + [(mark, 0.0, CONTROL) for mark in MISTRAL]
    pieces += [(piece, 0.0, BYTE) for piece in kinds.byte_pieces()]
    merged = [piece for piece in learned if len(piece) > 1]
    single = [piece for piece in learned if len(piece) == 1]
    return pieces + [(piece, -float(at), NORMAL) for at, piece in enumerate([*merged, *single])]


def bpe() -> bytes:
    """Make a BPE model."""
    return model(bpe_pieces(), BPE, byte_fallback=True, squeeze=False)


def tekken_tokens() -> Iterator[bytes]:
    """Yield the tokens in the order of their rank: every byte, then what is learned."""
    yield from (bytes([byte]) for byte in range(256))
    vocab = kinds.byte_level()["vocab"]
    learned = [token for token in vocab if len(token) > 1 and token not in kinds.OPENERS]
    yield from dict.fromkeys(bytes(BYTES[letter] for letter in token) for token in learned)


def tekken() -> str:
    """Make a vocabulary in the form of tekken, with its special tokens listed."""
    tokens = list(tekken_tokens())
    vocab = [
        {
            "rank": rank,
            "token_bytes": base64.b64encode(token).decode(),
            "token_str": token.decode(errors="replace"),
        }
        for rank, token in enumerate(tokens)
    ]
    special = [
        {"rank": rank, "token_str": token, "is_control": True} for rank, token in enumerate(TEKKEN)
    ]
    config = {
        "pattern": kinds.LLAMA3,
        "num_vocab_tokens": len(tokens),
        "default_vocab_size": len(tokens) + SPECIAL_PLACES,
        "default_num_special_tokens": SPECIAL_PLACES,
        "version": "v7",
    }
    made = {"config": config, "special_tokens": special, "vocab": vocab}
    return json.dumps(made, ensure_ascii=False, indent=0) + "\n"
