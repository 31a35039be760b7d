"""Which tiny tokenizers there are: one function for each way of cutting text that is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.suite.recipe import kinds
from bot.suite.recipe.kinds import OPENERS, SPACE, Part, added, bytes_cut, sequence, split, whole

if TYPE_CHECKING:
    from collections.abc import Callable

SPACES: Part = {"type": "Replace", "pattern": {"String": " "}, "content": SPACE}
PREPEND: Part = {"type": "Prepend", "prepend": SPACE}
BACK: Part = {"type": "Replace", "pattern": {"String": SPACE}, "content": " "}
FALLBACK: Part = {"type": "ByteFallback"}
FUSE: Part = {"type": "Fuse"}
STRIP: Part = {"type": "Strip", "content": " ", "start": 1, "stop": 0}


def gpt2() -> Part:
    """GPT-2 with a space before the text, and offsets without spaces."""
    model = kinds.byte_level()
    return whole(
        model,
        added(model["vocab"], *OPENERS),
        pre_tokenizer=bytes_cut(add_prefix_space=True),
        post_processor=bytes_cut(add_prefix_space=True),
        decoder=bytes_cut(add_prefix_space=True),
    )


def llama2(*, arrays: bool = False) -> Part:
    """Llama 2: a mark before the text, all in one piece, bytes where a character is unknown."""
    model = kinds.spaced()
    if arrays:
        model["merges"] = [merge.split(" ") for merge in model["merges"]]
    return whole(
        model,
        added(model["vocab"], *OPENERS),
        normalizer=sequence("normalizers", PREPEND, SPACES),
        post_processor=kinds.around(model, "<s>", None, ["<s>"]),
        decoder=sequence("decoders", BACK, FALLBACK, FUSE, STRIP),
    )


def llama2_arrays() -> Part:
    """Llama 2 with its merges as pairs, the form that came with tokenizers 0.20."""
    return llama2(arrays=True)


def llama3() -> Part:
    """Llama 3: cut by a regular expression, bytes, and whole words before any merge."""
    model = kinds.byte_level(ignore_merges=True)
    return whole(
        model,
        added(model["vocab"], "<s>", "<|eot|>"),
        pre_tokenizer=sequence("pretokenizers", split(kinds.LLAMA3), bytes_cut(use_regex=False)),
        post_processor=sequence(
            "processors", bytes_cut(trim_offsets=False), kinds.around(model, "<s>", None, ["<s>"])
        ),
        decoder=bytes_cut(),
    )


def qwen() -> Part:
    """Qwen: NFC first, digits one by one, nothing around the text."""
    model = kinds.byte_level()
    return whole(
        model,
        [
            *added(model["vocab"], "</s>", "<|im_start|>"),
            *(
                {**token, "id": token["id"] + 1}
                for token in added(model["vocab"], "<tool_call>", special=False)
            ),
        ],
        normalizer={"type": "NFC"},
        pre_tokenizer=sequence("pretokenizers", split(kinds.QWEN), bytes_cut(use_regex=False)),
        post_processor=bytes_cut(trim_offsets=False),
        decoder=bytes_cut(),
    )


def gemma() -> Part:
    """Gemma: spaces become marks, none is added, and pieces end before the next mark."""
    model = kinds.spaced()
    return whole(
        model,
        added(model["vocab"], *OPENERS),
        normalizer=SPACES,
        pre_tokenizer={
            "type": "Split",
            "pattern": {"String": " "},
            "behavior": "MergedWithPrevious",
            "invert": False,
        },
        post_processor=kinds.around(model, "<s>", None, ["<s>"]),
        decoder=sequence("decoders", BACK, FALLBACK, FUSE),
    )


def deepseek() -> Part:
    """DeepSeek: groups of digits, runs of Han and kana, then everything else, in turn."""
    model = kinds.byte_level()
    return whole(
        model,
        added(model["vocab"], *OPENERS),
        normalizer=sequence("normalizers"),
        pre_tokenizer=sequence(
            "pretokenizers",
            split(r"\p{N}{1,3}"),
            split("[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"),
            split(r"[!-/:-~]+[A-Za-z]+| ?\p{L}+|\s*[\r\n]+|\s+(?!\S)|\s+"),
            bytes_cut(use_regex=False),
        ),
        decoder=bytes_cut(),
    )


def marked(scheme: str, **options: object) -> Part:
    """Write marks for spaces by `scheme`, over a BPE with bytes for the unknown."""
    model = kinds.spaced()
    cut = kinds.metaspace(scheme, **options)
    return whole(model, added(model["vocab"], *OPENERS), pre_tokenizer=cut, decoder=cut)


def t5() -> Part:
    """T5: Unigram, unknown letters fused, an end token, and text made compatible first."""
    model = kinds.unigram()
    cut = kinds.metaspace("always")
    blanks = {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}
    strip = {"type": "Strip", "strip_left": True, "strip_right": True}
    return whole(
        model,
        added(model["vocab"], *OPENERS),
        normalizer=sequence("normalizers", {"type": "Nmt"}, {"type": "NFKC"}, strip, blanks),
        pre_tokenizer=sequence("pretokenizers", {"type": "WhitespaceSplit"}, cut),
        post_processor=kinds.around(model, None, "</s>", ["</s>"]),
        decoder=cut,
    )


def unigram_bytes() -> Part:
    """Unigram with bytes for the unknown, all in one piece, as sentencepiece itself has it."""
    model = kinds.unigram(byte_fallback=True)
    return whole(
        model,
        added(model["vocab"], *OPENERS),
        normalizer=sequence("normalizers", PREPEND, SPACES),
        decoder=sequence("decoders", BACK, FALLBACK, FUSE, STRIP),
    )


def bert() -> Part:
    """BERT without case: accents away, Chinese one by one, `[CLS]` and `[SEP]` around."""
    model = kinds.wordpiece()
    names = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    return whole(
        model,
        added(model["vocab"], *names),
        normalizer={
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": None,
            "lowercase": True,
        },
        pre_tokenizer={"type": "BertPreTokenizer"},
        post_processor=kinds.around(model, "[CLS]", "[SEP]", ["[CLS]", "[SEP]"]),
        decoder={"type": "WordPiece", "prefix": "##", "cleanup": True},
    )


def words() -> Part:
    """Whole words, punctuation apart, the rest unknown."""
    model = kinds.word_level()
    return whole(model, added(model["vocab"], *OPENERS), pre_tokenizer={"type": "Whitespace"})


def clip() -> Part:
    """CLIP: lower case, white space as one space, ends of words marked, RoBERTa's ends."""
    model = kinds.clip()
    blanks = {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "}
    return whole(
        model,
        added(model["vocab"], *OPENERS),
        normalizer=sequence("normalizers", {"type": "NFC"}, blanks, {"type": "Lowercase"}),
        pre_tokenizer=sequence(
            "pretokenizers",
            split(
                r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+", "Removed", invert=True
            ),
            {"type": "Digits", "individual_digits": True},
            {"type": "Punctuation", "behavior": "Isolated"},
        ),
        post_processor={
            "type": "RobertaProcessing",
            "sep": ["</s>", model["vocab"]["</s>"]],
            "cls": ["<s>", model["vocab"]["<s>"]],
            "trim_offsets": False,
            "add_prefix_space": False,
        },
        decoder={"type": "BPEDecoder", "suffix": "</w>"},
    )


def flags() -> Part:
    """Added tokens of every kind: greedy for spaces, whole words only, met after lower-casing."""
    model = kinds.byte_level()
    named = (
        ("<left>", {"lstrip": True}),
        ("<right>", {"rstrip": True}),
        ("<both>", {"lstrip": True, "rstrip": True}),
        ("word", {"single_word": True}),
        ("Lower", {"normalized": True, "special": False}),
        ("UPPER", {"normalized": False, "special": False}),
        ("to", {"normalized": True, "special": False}),
        ("token", {"normalized": True, "special": False}),
    )
    first = len(model["vocab"])
    tokens = [
        {**added(model["vocab"], token, **flag)[0], "id": first + at}
        for at, (token, flag) in enumerate(named)
    ]
    return whole(
        model,
        tokens,
        normalizer={"type": "Lowercase"},
        pre_tokenizer=bytes_cut(),
        decoder=bytes_cut(),
    )


def byte_normaliser() -> Part:
    """Bytes are written out by the normaliser, a form that came with tokenizers 0.20."""
    model = kinds.byte_level()
    return whole(
        model,
        added(model["vocab"], *OPENERS),
        normalizer=sequence("normalizers", {"type": "NFC"}, {"type": "ByteLevel"}),
        decoder=bytes_cut(),
    )


def trimmed() -> Part:
    """A tokenizer that brings its own truncation and padding."""
    made = gpt2()
    made["truncation"] = {
        "direction": "Right", "max_length": 6, "strategy": "LongestFirst", "stride": 1
    }  # fmt: skip
    made["padding"] = {
        "strategy": {"Fixed": 8}, "direction": "Left", "pad_to_multiple_of": None,
        "pad_id": 2, "pad_type_id": 0, "pad_token": "</s>",
    }  # fmt: skip
    return made


SHAPES: dict[str, Callable[[], Part]] = {
    "gpt2": gpt2,
    "llama2": llama2,
    "llama2-arrays": llama2_arrays,
    "llama3": llama3,
    "qwen": qwen,
    "gemma": gemma,
    "deepseek": deepseek,
    "metaspace-always": lambda: marked("always"),
    "metaspace-first": lambda: marked("first"),
    "metaspace-never": lambda: marked("never"),
    "metaspace-whole": lambda: marked("first", split=False),
    "t5": t5,
    "unigram-bytes": unigram_bytes,
    "bert": bert,
    "words": words,
    "clip": clip,
    "flags": flags,
    "byte-normaliser": byte_normaliser,
    "trimmed": trimmed,
}
