"""A second opinion on token ids: byte-level BPE in the standard library only.

The goldens must not come from one watched library alone, so every id that the
``tokenizers`` package gives is computed here again from ``tokenizer.json``.
The algorithm is that of GPT-2 (Radford et al., 2019; Sennrich et al., 2016,
https://arxiv.org/abs/1508.07909): split the text into words, write each word
as bytes, and join the pair with the lowest rank until no pair is left.
"""

from __future__ import annotations

import json
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

CONTRACTIONS = ("'s", "'t", "'re", "'ve", "'m", "'ll", "'d")
VISIBLE = (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100))


def byte_alphabet() -> dict[int, str]:
    """Map each byte to the printable character that stands for it in the vocabulary."""
    hidden = [byte for byte in range(256) if byte not in VISIBLE]
    alphabet = {byte: chr(byte) for byte in VISIBLE}
    return alphabet | {byte: chr(256 + place) for place, byte in enumerate(hidden)}


ALPHABET = byte_alphabet()
BYTES = {character: byte for byte, character in ALPHABET.items()}


def kind(character: str) -> str:
    """Class of a character in the GPT-2 pattern: space, letter, number or other."""
    if character.isspace() and character not in "\x1c\x1d\x1e\x1f":
        return "space"
    return {"L": "letter", "N": "number"}.get(unicodedata.category(character)[0], "other")


def run_end(text: str, start: int) -> int:
    """Index after the longest run of characters of one class that begins at ``start``."""
    end = start
    while end < len(text) and kind(text[end]) == kind(text[start]):
        end += 1
    return end


def word_end(text: str, start: int) -> int:
    """Index after the word at ``start``: a contraction, a run with its space, or white space.

    White space before a word leaves its last character to that word.
    """
    for contraction in CONTRACTIONS:
        if text.startswith(contraction, start):
            return start + len(contraction)
    if kind(text[start]) != "space":
        return run_end(text, start)
    if text[start] == " " and start + 1 < len(text) and kind(text[start + 1]) != "space":
        return run_end(text, start + 1)
    end = run_end(text, start)
    return end - 1 if end < len(text) and end - start > 1 else end


def words(text: str) -> Iterator[str]:
    """Split a text into the words that are encoded one by one."""
    start = 0
    while start < len(text):
        end = word_end(text, start)
        yield text[start:end]
        start = end


class ByteLevelBPE:
    """Encode and decode with the vocabulary, merges and added tokens of a ``tokenizer.json``."""

    def __init__(self, path: Path) -> None:
        """Read the file; only its vocabulary, merges and added tokens are used."""
        data = json.loads(path.read_text(encoding="utf-8"))
        self.vocabulary: dict[str, int] = data["model"]["vocab"]
        self.ranks = {
            tuple(pair.split(" ")): rank for rank, pair in enumerate(data["model"]["merges"])
        }
        self.added: dict[str, int] = {
            token["content"]: token["id"] for token in data["added_tokens"]
        }
        self.tokens = {place: token for token, place in (self.vocabulary | self.added).items()}

    def encode(self, text: str) -> list[int]:
        """Token ids of a text; added tokens, special or not, are found first."""
        ids: list[int] = []
        for piece in self._pieces(text):
            if piece in self.added:
                ids.append(self.added[piece])
            else:
                for word in words(piece):
                    ids.extend(self._merge([ALPHABET[byte] for byte in word.encode()]))
        return ids

    def encode_bytes(self, raw: bytes) -> list[int]:
        """Token ids of bytes: valid runs as text, each byte that is not UTF-8 as its own token."""
        ids: list[int] = []
        while raw:
            try:
                return ids + self.encode(raw.decode())
            except UnicodeDecodeError as error:
                ids += self.encode(raw[: error.start].decode())
                ids += [self.vocabulary[ALPHABET[byte]] for byte in raw[error.start : error.end]]
                raw = raw[error.end :]
        return ids

    def decode(self, ids: Iterable[int]) -> bytes:
        """Bytes that the ids stand for, special tokens included."""
        return b"".join(self._bytes(place) for place in ids)

    def _bytes(self, place: int) -> bytes:
        token = self.tokens[place]
        return (
            token.encode()
            if token in self.added
            else bytes(BYTES[character] for character in token)
        )

    def _pieces(self, text: str) -> Iterator[str]:
        while text:
            found = [
                (text.find(token), -len(token), token) for token in self.added if token in text
            ]
            if not found:
                yield text
                return
            start, _, token = min(found)
            if start:
                yield text[:start]
            yield token
            text = text[start + len(token) :]

    def _merge(self, parts: list[str]) -> list[int]:
        while len(parts) > 1:
            ranks = [self.ranks.get(pair, len(self.ranks)) for pair in pairwise(parts)]
            rank, place = min((rank, place) for place, rank in enumerate(ranks))
            if rank == len(self.ranks):
                break
            parts[place : place + 2] = [parts[place] + parts[place + 1]]
        return [self.vocabulary[part] for part in parts]
