"""A second opinion on every kind of tokenizer that the standard library can follow.

Each function is the plainest form of a published algorithm: BPE (Sennrich et al., 2016,
https://arxiv.org/abs/1508.07909), Unigram by Viterbi (Kudo, 2018, https://arxiv.org/abs/1804.10959),
and the steps of a `tokenizer.json` around them (https://huggingface.co/docs/tokenizers). What needs
Unicode classes of a regular expression is left out: there the releases are held against each other.
"""

from __future__ import annotations

import math
import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from bot.suite.recipe.bpe import ALPHABET, words
from bot.suite.recipe.kinds import SPACE
from bot.suite.recipe.pieces import NORMAL, USER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

UNKNOWN_BELOW = 10.0  # nats below the worst piece: the price of an unknown letter


def joined(symbols: list[str], rank: Callable[[str, str], float | None]) -> list[str]:
    """Join the pair with the lowest rank, the first of equals, until no pair has a rank."""
    while len(symbols) > 1:
        ranks = [rank(one, other) for one, other in pairwise(symbols)]
        ranked = [(value, place) for place, value in enumerate(ranks) if value is not None]
        if not ranked:
            break
        _, place = min(ranked)
        symbols[place : place + 2] = [symbols[place] + symbols[place + 1]]
    return symbols


def fallback(letter: str, vocab: Mapping[str, int]) -> list[str]:
    """Return a letter, or its bytes where it is unknown and they are not."""
    told = [f"<0x{byte:02X}>" for byte in letter.encode()]
    return [letter] if letter in vocab or any(byte not in vocab for byte in told) else told


def bpe(model: Mapping[str, Any], piece: str) -> list[int]:
    """Return the ids of a piece by merges; unknown letters in a row are one unknown."""
    vocab: dict[str, int] = model["vocab"]
    pairs = [merge.split(" ") if isinstance(merge, str) else merge for merge in model["merges"]]
    ranks = {(one, other): float(place) for place, (one, other) in enumerate(pairs)}
    symbols = [part for letter in piece for part in fallback(letter, vocab)]
    found = [vocab.get(part) for part in joined(symbols, lambda *pair: ranks.get(pair))]
    return [place for place in squeezed(found, vocab.get(model["unk_token"]))]  # noqa: C416


def squeezed(ids: Iterable[int | None], unknown: int | None) -> Iterator[int]:
    """Yield ids with unknown ones in a row as one; none where there is no unknown token."""
    before = False
    for place in ids:
        is_unknown = place is None
        told = unknown if place is None else place
        if told is not None and not (is_unknown and before):
            yield told
        before = is_unknown


def unigram(scores: Mapping[str, float], piece: str) -> list[str | None]:
    """Return the likeliest pieces; None for each letter that no piece knows."""
    price = min(scores.values()) - UNKNOWN_BELOW
    longest = max(map(len, scores))
    best: list[tuple[float, int]] = [(0.0, 0)] + [(-math.inf, 0)] * len(piece)
    for start in range(len(piece)):
        ends = range(start + 1, min(start + longest, len(piece)) + 1)
        known = {end: scores[piece[start:end]] for end in ends if piece[start:end] in scores}
        for end, score in ({start + 1: price} | known).items():
            reached = best[start][0] + score
            if reached > best[end][0]:
                best[end] = (reached, start)
    found: list[str | None] = []
    end = len(piece)
    while end:
        start = best[end][1]
        found.append(piece[start:end] if piece[start:end] in scores else None)
        end = start
    return found[::-1]


def pieces_of(scores: Mapping[str, float], vocab: Mapping[str, int], piece: str) -> list[int]:
    """Return the ids of the likeliest pieces, bytes for what is unknown where there are bytes."""
    found, at, ids = unigram(scores, piece), 0, []
    for part in found:
        letter = part or piece[at]
        ids += [vocab.get(each) if part is None else vocab[part] for each in (
            fallback(letter, vocab) if part is None else [letter])]  # fmt: skip
        at += len(letter)
    return list(squeezed(ids, 0))


def normalised(part: Mapping[str, Any] | None, text: str) -> str:
    """Return `text` after one normaliser."""
    if part is None:
        return text
    match part["type"]:
        case "Sequence":
            for each in part["normalizers"]:
                text = normalised(each, text)
            return text
        case "Prepend":
            return part["prepend"] + text if text else text
        case "Replace":
            return text.replace(part["pattern"]["String"], part["content"])
        case "ByteLevel":
            return "".join(ALPHABET[byte] for byte in text.encode())
        case form:
            return unicodedata.normalize(form, text)


def cut(part: Mapping[str, Any] | None, text: str, *, first: bool) -> list[str]:
    """Return the pieces that one pre-tokenizer makes of a text; `first`: nothing is before it."""
    if part is None:
        return [text]
    match part["type"]:
        case "Metaspace":
            scheme = part["prepend_scheme"]
            text = text.replace(" ", SPACE)
            wanted = scheme == "always" or (scheme == "first" and first)
            text = SPACE + text if wanted and not text.startswith(SPACE) else text
            whole = part.get("split", True) is False
            return [text] if whole else re.findall(f"{SPACE}[^{SPACE}]*|[^{SPACE}]+", text)
        case "ByteLevel":
            text = text if text.startswith(" ") or not part["add_prefix_space"] else f" {text}"
            return ["".join(ALPHABET[byte] for byte in word.encode()) for word in words(text)]
        case "Split":
            return re.findall("[^ ]* |[^ ]+", text)
        case other:
            raise ValueError(f"{other} is not followed here")


def segments(tokens: Iterable[str], text: str) -> Iterator[tuple[str, int]]:
    """Yield the parts of a text between added tokens, and those, each with its place."""
    at = 0
    for part in re.split("(" + "|".join(map(re.escape, tokens)) + ")", text):
        if part:
            yield part, at
        at += len(part)


def encode(whole: Mapping[str, Any], text: str) -> list[int]:
    """Return the ids of a text by a `tokenizer.json`, with the special tokens around it."""
    model = whole["model"]
    added = {token["content"]: token["id"] for token in whole["added_tokens"]}
    ids: list[int] = []
    for part, at in segments(added, text):
        if part in added:
            ids.append(added[part])
            continue
        inner = normalised(whole["normalizer"], part)
        for piece in cut(whole["pre_tokenizer"], inner, first=at == 0):
            ids += _ids(model, piece)
    return [*_first(whole["post_processor"]), *ids]


def _ids(model: Mapping[str, Any], piece: str) -> list[int]:
    if model["type"] == "BPE":
        return bpe(model, piece)
    vocab = {token: place for place, (token, _) in enumerate(model["vocab"])}
    scores = dict(model["vocab"])
    return pieces_of(scores, vocab, piece)


def _first(part: Mapping[str, Any] | None) -> list[int]:
    """Return what stands before a text."""
    if part is None or part["type"] != "TemplateProcessing":
        return []
    tokens = part["special_tokens"]
    before = [each["SpecialToken"]["id"] for each in part["single"] if "SpecialToken" in each]
    return [place for token in before for place in tokens[token]["ids"]]


def sentence(pieces: Iterable[tuple[str, float, int]], text: str, *, unigrams: bool) -> list[int]:
    """Return the ids of a text by the pieces of a sentencepiece model.

    A Unigram model has no bytes, and spaces are squeezed first; a BPE model joins any two pieces
    whose whole is a piece, by its score.
    """
    listed = list(pieces)
    vocab = {piece: place for place, (piece, _, _) in enumerate(listed)}
    users = [piece for piece, _, kind in listed if kind == USER]
    scores = {piece: score for piece, score, kind in listed if kind == NORMAL}
    text = re.sub(" +", " ", text).strip(" ") if unigrams else text
    told = SPACE + text.replace(" ", SPACE) if text else ""
    told = told.rstrip(SPACE) if unigrams else told
    ids: list[int] = []
    for part, _ in segments(users, told) if users else [(told, 0)]:
        if part in users:
            ids.append(vocab[part])
        elif unigrams:
            ids += pieces_of(scores, {piece: vocab[piece] for piece in scores}, part)
        else:
            ids += _by_score(scores, vocab, part)
    return ids


def _by_score(scores: Mapping[str, float], vocab: Mapping[str, int], part: str) -> list[int]:
    def rank(one: str, other: str) -> float | None:
        return -scores[one + other] if one + other in scores else None

    found = joined(list(part), rank)
    told = [piece for each in found for piece in fallback(each, dict.fromkeys(scores, 0) | {
        piece: 0 for piece in vocab if piece.startswith("<0x")})]  # fmt: skip
    return [vocab[piece] for piece in told]
