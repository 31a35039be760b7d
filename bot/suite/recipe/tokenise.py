"""Write the tiny tokenizers and what is asked of them.

    python -m bot.suite.recipe.tokenise

* ``tokenizers/KIND.json``: one tokenizer of every kind (see ``shapes.py``);
* ``encode_kinds.json``: which texts each of them is asked to encode, where ``refer.py`` can follow
  it: the ids stand in ``goldens/tokenize-kinds.json``;
* ``encode_patterns.json``: the same for those that it cannot follow;
* ``encode_pieces.json``: the same texts for the two models of sentencepiece, with goldens;
* ``encode_mistral.json``: the chats of ``mistral_chats.json`` in each format of Mistral's prompts;
* ``model/tiny.tiktoken``: the tokens of the model's own tokenizer as bytes with their ranks;
* ``model/tiny-unigram.model``, ``model/tiny-bpe.model.v3``: models of sentencepiece;
* ``model/tiny-tekken.json``: a vocabulary for mistral-common.
"""

from __future__ import annotations

import base64
import json
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from bot.suite.recipe import pieces, refer
from bot.suite.recipe.bpe import BYTES
from bot.suite.recipe.data import SPECIAL, SUITE, TOKENIZER, read
from bot.suite.recipe.shapes import SHAPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


Fields = dict[str, Any]
FOLLOWED = (
    "gpt2", "llama2", "llama2-arrays", "gemma", "metaspace-always", "metaspace-first",
    "metaspace-never", "metaspace-whole", "unigram-bytes", "byte-normaliser",
)  # fmt: skip
TEKKEN, SENTENCEPIECE = "tekken", "sentencepiece"
FORMATS = (
    (TEKKEN, "v3"), (TEKKEN, "v7"), (TEKKEN, "v11"), (TEKKEN, "v13"), (TEKKEN, "v15"),
    (SENTENCEPIECE, "v1"), (SENTENCEPIECE, "v2"), (SENTENCEPIECE, "v3"),
)  # fmt: skip
WHOLE = ("v3", "v7", "v13")  # formats that every chat is asked in
FEW = (
    "plain", "turns", "system", "system-turns", "system-late", "spaces", "thinking", "tools",
    "tools-system", "call", "call-twice", "call-with-content", "call-parts-result", "fill",
    "effort", "format-schema",
)  # fmt: skip
OWN = (
    ("v1", "plain"), ("v2", "plain"), ("v3", "plain"), ("v3", "system-turns"), ("v3", "tools"),
    ("v3", "call"), ("v7", "plain"),
)  # fmt: skip
MODES: dict[str, Fields] = {"serving": {"model": "m"}, "finetuning": {}}
TEXTS: dict[str, str] = {
    "empty": "",
    "space": " ",
    "sentence": "Hello world, the capital of France is Paris.",
    "spaces": "  two  spaces   ",
    "lines": "def f(x):\n\n\treturn x\r\nend \n ",
    "opener": "hello<s>hello </s> world<unk>",
    "opener-first": "<s>hello",
    "specials": "a<|eot|> b<|im_start|>c [MASK]d[SEP] <tool_call>e",
    "accents": "Café naïve Ünïcödé e\u0301 ﬁ Å ½",
    "scripts": "日本語 hello中文 привет שלום ไทย",
    "emoji": "👩‍👩‍👧 ok 🇯🇵☺️",
    "numbers": "12 1234567 3.14 1,000 ²³ ٣٤",
    "contractions": "I'll don't it's I'LL 'tis",
    "mark": "▁hello ▁ world▁",
    "controls": "a\x00b\x07c\u200bd\ufeffe\u00adf\u00a0g\u3000h",
    "newer": "newest lowest tokenizers unhappily",
    "flags": "a <left> b <right> c <both> d wordy word! lower UPPER Upper to token tokens",
    "bytes": "<0x41><0x0A>é\U0001f642",
    "word": "a" * 300,
    "long": "the lowest tokens " * 120,
}


def cases(*, followed: bool) -> Iterator[Fields]:
    """Yield each text for each kind that can, or cannot, be followed by `refer`."""
    for kind in SHAPES:
        for name, text in TEXTS.items() if (kind in FOLLOWED) is followed else ():
            yield {"id": f"{kind}-{name}", "kind": f"{kind}.json", "text": text}


def piece_cases() -> Iterator[Fields]:
    """Yield each text for each model of sentencepiece."""
    for model in ("unigram", "bpe"):
        for name, text in TEXTS.items():
            yield {"id": f"{model}-{name}", "model": model, "text": text}


def kind_goldens() -> dict[str, Fields]:
    """Return the ids of each text for each kind that can be followed."""
    made = {kind: SHAPES[kind]() for kind in FOLLOWED}
    return {
        f"tokenize-kinds/{kind}-{name}": {"prompt_ids": refer.encode(whole, text)}
        for kind, whole in made.items()
        for name, text in TEXTS.items()
    }


def piece_goldens() -> dict[str, Fields]:
    """Return the ids of each text for each model of sentencepiece."""
    known = {"unigram": pieces.unigram_pieces(), "bpe": pieces.bpe_pieces()}
    return {
        f"tokenize-pieces/{model}-{name}": {
            "prompt_ids": refer.sentence(listed, text, unigrams=model == "unigram")
        }
        for model, listed in known.items()
        for name, text in TEXTS.items()
    }


def kind_files() -> dict[str, str]:
    """Return the text of each tiny tokenizer, by the name of its file."""
    return {
        f"{kind}.json": json.dumps(made(), ensure_ascii=False) + "\n"
        for kind, made in SHAPES.items()
    }


def mistral_cases() -> Iterator[Fields]:
    """Yield every chat for the oldest, a middle and the newest format, a few for the others."""
    chats: dict[str, Fields] = read(SUITE / "mistral_chats.json")
    for tokenizer, version in FORMATS:
        for name, chat in chats.items():
            if version in WHOLE or name in FEW:
                case = {"id": f"{tokenizer}-{version}-{name}", "tokenizer": tokenizer}
                yield {**case, "version": version, **chat}
    for tokenizer, name in OWN:
        yield {"id": f"own-{tokenizer}-{name}", "tokenizer": tokenizer, **chats[name]}
    for mode, fields in MODES.items():
        for name in ("plain", "assistant-last", "call", "call-unanswered", "turns", "effort"):
            case = {"id": f"{mode}-{name}", "tokenizer": "tekken", "version": "v7", "mode": mode}
            yield {**case, **fields, **chats[name]}


def ranks() -> str:
    """Return every learned token as bytes with its id, which is the order of its merge too."""
    tokens = read(TOKENIZER)["model"]["vocab"].items()
    return "".join(
        f"{base64.b64encode(bytes(BYTES[letter] for letter in token)).decode()} {place}\n"
        for token, place in sorted(tokens, key=itemgetter(1))
        if token not in SPECIAL
    )


def lines(values: Iterable[Fields]) -> str:
    """Write a list with one entry a line, so that a change shows as one line."""
    told = ",\n".join(f"  {json.dumps(value, ensure_ascii=False)}" for value in values)
    return f"[\n{told}\n]\n"


def table(values: dict[str, Fields]) -> str:
    """Write a table with one entry a line."""
    told = (f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in values.items())
    return "{\n" + ",\n".join(told) + "\n}\n"


def files() -> dict[str, bytes]:
    """Return the content of every file that is made here, by its place in the suite."""
    made = {f"tokenizers/{name}": text for name, text in kind_files().items()}
    made |= {
        "encode_kinds.json": lines(cases(followed=True)),
        "encode_patterns.json": lines(cases(followed=False)),
        "encode_pieces.json": lines(piece_cases()),
        "encode_mistral.json": lines(mistral_cases()),
        "goldens/tokenize-kinds.json": table(kind_goldens()),
        "goldens/tokenize-pieces.json": table(piece_goldens()),
        "model/tiny.tiktoken": ranks(),
        "model/tiny-tekken.json": pieces.tekken(),
    }
    return {name: text.encode() for name, text in made.items()} | {
        "model/tiny-unigram.model": pieces.unigram(),
        "model/tiny-bpe.model.v3": pieces.bpe(),
    }


def main() -> None:
    """Write everything."""
    for name, content in files().items():
        (SUITE / name).parent.mkdir(exist_ok=True)
        (SUITE / name).write_bytes(content)


if __name__ == "__main__":
    main()
