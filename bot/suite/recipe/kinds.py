"""Tiny tokenizers of every common kind, as `tokenizer.json`, written out by hand.

One stands for each way in which models of today cut text: Llama 2 and 3, Qwen, Gemma, BERT, T5,
CLIP and more. Vocabularies are learned from a page of words by the plainest BPE there is, so the
files depend on nothing but this one.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from bot.suite.recipe.bpe import ALPHABET

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Part = dict[str, Any]

PAGE = [
    "hello",
    "hello",
    "world",
    "world",
    "the",
    "the",
    "the",
    "capital",
    "of",
    "of",
    "France",
    "is",
    "is",
    "Paris",
    "two",
    "spaces",
    "naive",
    "cafe",
    "tokens",
    "token",
    "tokenize",
    "tokenizer",
    "low",
    "lower",
    "lowest",
    "newer",
    "newest",
    "wider",
    "unhappy",
    "happy",
    "happily",
    "def",
    "return",
    "end",
    "I'll",
    "don't",
    "it's",
    "12",
    "123",
    "1234",
    "2026",
    "3.14",
    "ok",
    "日本語",
    "中文",
    "привет",
    "שלום",
]
SPACE = "▁"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
OPENERS = ("<unk>", "<s>", "</s>")


def learned(words: Iterable[Sequence[str]], count: int) -> list[tuple[str, str]]:
    """Learn `count` merges: the commonest pair first, ties in the order of the alphabet."""
    counts = Counter(tuple(word) for word in words)
    merges: list[tuple[str, str]] = []
    while len(merges) < count:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, times in counts.items():
            for pair in pairwise(word):
                pairs[pair] += times
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        counts = Counter({merged(word, best): times for word, times in counts.items()})
    return merges


def merged(word: Sequence[str], pair: tuple[str, str]) -> tuple[str, ...]:
    """Join every `pair` in a word, from the left."""
    found: list[str] = []
    for part in word:
        joins = bool(found) and (found[-1], part) == pair
        found[-1:] = [found[-1] + part] if joins else [*found[-1:], part]
    return tuple(found)


def bpe(alphabet: Iterable[str], merges: list[tuple[str, str]], **options: object) -> Part:
    """Describe a BPE model: openers, alphabet, what the merges make."""
    tokens = dict.fromkeys([*OPENERS, *alphabet, *(one + other for one, other in merges)])
    model: Part = {
        "type": "BPE",
        "dropout": None,
        "unk_token": None,
        "continuing_subword_prefix": None,
        "end_of_word_suffix": None,
        "fuse_unk": False,
        "byte_fallback": False,
        "vocab": {token: place for place, token in enumerate(tokens)},
        "merges": [f"{one} {other}" for one, other in merges],
    }
    return {**model, **options}


def byte_level(**options: object) -> Part:
    """Describe a BPE over bytes, each written as a visible character."""
    words = [[ALPHABET[byte] for byte in f" {word}".encode()] for word in PAGE]
    return bpe([ALPHABET[byte] for byte in range(256)], learned(words, 120), **options)


def byte_pieces() -> list[str]:
    """Name the pieces that stand for single bytes where a character is not known."""
    return [f"<0x{byte:02X}>" for byte in range(256)]


def spaced(**options: object) -> Part:
    """Describe a BPE over characters, with a mark for the space and bytes for the unknown."""
    words = [[*f"{SPACE}{word}"] for word in PAGE if word.isascii()]
    alphabet = sorted({letter for word in words for letter in word} | set("é日本"))
    options = {"unk_token": "<unk>", "fuse_unk": True, "byte_fallback": True, **options}
    return bpe([*byte_pieces(), *alphabet], learned(words, 100), **options)


def unigram(*, byte_fallback: bool = False) -> Part:
    """Describe a Unigram model: whole words and letters, scored by how often they are met."""
    words = Counter(f"{SPACE}{word}" for word in PAGE if word.isascii())
    parts = Counter(
        word[start:end]
        for word in words.elements()
        for start in range(len(word))
        for end in range(start + 1, min(start + 5, len(word) + 1))
    )
    kept = {part: times for part, times in parts.items() if len(part) == 1 or times > 1}
    pieces = kept | {word: 3 * times for word, times in words.items()}
    whole = sum(pieces.values())
    bytes_ = byte_pieces() if byte_fallback else []
    vocab: list[list[str | float]] = [[token, 0.0] for token in (*OPENERS, *bytes_)]
    ordered = sorted(pieces, key=lambda piece: (-pieces[piece], piece))
    vocab += [[piece, round(math.log(pieces[piece] / whole), 6)] for piece in ordered]
    return {"type": "Unigram", "unk_id": 0, "vocab": vocab, "byte_fallback": byte_fallback}


def wordpiece() -> Part:
    """Describe a WordPiece model as BERT has it: beginnings, and endings marked with `##`."""
    letters = sorted({letter for word in PAGE for letter in word.lower()} | set("abcxyz.,!?'"))
    endings = ["er", "est", "ing", "ize", "r", "s", "ly", "ily", "py", "llo"]
    words = ["hello", "world", "the", "token", "low", "new", "wid", "un", "hap", "happy", "paris"]
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters]
    tokens += [f"##{part}" for part in (*letters, *endings)] + words
    vocab = {token: place for place, token in enumerate(dict.fromkeys(tokens))}
    return {
        "type": "WordPiece",
        "unk_token": "[UNK]",
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100,
        "vocab": vocab,
    }


def word_level() -> Part:
    """Describe a model that knows whole words only."""
    tokens = dict.fromkeys([*OPENERS, *PAGE, ".", ",", "!"])
    vocab = {token: place for place, token in enumerate(tokens)}
    return {"type": "WordLevel", "vocab": vocab, "unk_token": "<unk>"}


def clip() -> Part:
    """Describe a BPE whose last letter of a word is marked, as CLIP has it."""
    words = [[*word[:-1], f"{word[-1]}</w>"] for word in PAGE if word.isascii() and word.islower()]
    letters = sorted(
        {letter for word in words for letter in word} | set("abcdefghijklmnopqrstuvwxyz")
    )
    alphabet = dict.fromkeys(
        [*letters, *(f"{letter}</w>" for letter in letters if len(letter) == 1)]
    )
    return bpe(alphabet, learned(words, 60), unk_token="<unk>", end_of_word_suffix="</w>")  # noqa: S106


def added(vocab: Part | list[Any], *tokens: str, **flags: bool) -> list[Part]:
    """List added tokens, special unless `flags` say otherwise; new ones get the next ids."""
    known = vocab if isinstance(vocab, dict) else {piece: at for at, (piece, _) in enumerate(vocab)}
    usual = {
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
        "normalized": False,
        "special": True,
    }
    fresh = iter(range(len(known), len(known) + len(tokens)))
    return [
        {"id": known[token] if token in known else next(fresh), "content": token, **usual, **flags}
        for token in tokens
    ]


def sequence(key: str, *parts: Part) -> Part:
    """Describe several parts, one after another."""
    return {"type": "Sequence", key: list(parts)}


def metaspace(scheme: str, **options: object) -> Part:
    """Describe the mark for spaces, in the words of old releases and of new ones."""
    return {
        "type": "Metaspace",
        "replacement": SPACE,
        "add_prefix_space": scheme != "never",
        "prepend_scheme": scheme,
        **options,
    }


def bytes_cut(**options: object) -> Part:
    """Describe the writing of bytes as visible characters."""
    usual = {"add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {"type": "ByteLevel", **usual, **options}


def split(pattern: str, behavior: str = "Isolated", *, invert: bool = False) -> Part:
    """Describe a cut at a regular expression."""
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": behavior, "invert": invert}


def around(model: Part, first: str | None, last: str | None, names: Sequence[str]) -> Part:
    """Describe the special tokens around a text, and around two."""
    vocab = model["vocab"]
    known = vocab if isinstance(vocab, dict) else {piece: at for at, (piece, _) in enumerate(vocab)}

    def special(token: str | None, of: int) -> list[Part]:
        return [{"SpecialToken": {"id": token, "type_id": of}}] if token else []

    one: list[Part] = [
        *special(first, 0),
        {"Sequence": {"id": "A", "type_id": 0}},
        *special(last, 0),
    ]
    two: list[Part] = [*one, {"Sequence": {"id": "B", "type_id": 1}}, *special(last, 1)]
    tokens = {name: {"id": name, "ids": [known[name]], "tokens": [name]} for name in names}
    return {"type": "TemplateProcessing", "single": one, "pair": two, "special_tokens": tokens}


def whole(model: Part, tokens: list[Part], **parts: Part) -> Part:
    """Describe a whole tokenizer of its parts; what is not given is null."""
    names = ("normalizer", "pre_tokenizer", "post_processor", "decoder")
    return {
        "version": "1.0",
        "truncation": parts.get("truncation"),
        "padding": parts.get("padding"),
        "added_tokens": tokens,
        **{name: parts.get(name) for name in names},
        "model": model,
    }
