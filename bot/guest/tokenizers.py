"""Text to ids and back through the `tokenizers` library, from a `tokenizer.json`.

`request` is `{"text"}`, and `"ids"` where the ids to decode are not those of the text. No special
tokens are added: a chat template has already written them. With `source`, the text of another
`tokenizer.json`, that one is asked and its special tokens are added, as they are part of what it
says; with `calls` the library is asked in its own words (see `guest/calls.py`).
"""

import json
import os
import tempfile

import tokenizers
from guest import calls
from guest.wire import NOT_EXPOSED, text_of

RUNNING = {}
FIELDS = (
    "ids",
    "tokens",
    "offsets",
    "type_ids",
    "special_tokens_mask",
    "attention_mask",
    "word_ids",
    "sequence_ids",
)
FLAGS = ("content", "single_word", "lstrip", "rstrip", "normalized", "special")


def start(setup, _chain):
    """Load the tokenizer at `setup["tokenizer"]`."""
    RUNNING["file"] = setup["tokenizer"]
    RUNNING["tokenizer"] = tokenizers.Tokenizer.from_file(setup["tokenizer"])
    return {"tokenizers": tokenizers.__version__}


def stop():
    """Let the tokenizer go."""
    RUNNING.clear()


def answers(ask):
    """Name the links of an encoding: what becomes of the text, the ids, and the text again."""
    links = {"encode": {"prompt", "prompt_ids", "text"}, "chat": {"prompt_ids", "text"}}
    return frozenset(links.get(ask, ()))


def show(link, probe, chain):
    """Encode, or decode what was encoded, special tokens included.

    In a chat it stands between a template and an engine that knows ids only.
    """
    request = probe["request"]
    if probe["ask"] == "chat":
        return _of_chat(link, probe, chain)
    if "calls" in request:
        return _called(request)
    if link == "prompt":
        return _steps(_tokenizer(request), text_of(request["text"]))
    ids = request.get("ids")
    if link == "prompt_ids" or ids is None:
        ids = _encoded(request, chain)
    if link == "prompt_ids":
        return ids
    return _tokenizer(request).decode(ids, skip_special_tokens="source" in request)


def _of_chat(link, probe, chain):
    before = chain.value("prompt" if link == "prompt_ids" else "output_ids", probe)
    if before == NOT_EXPOSED:
        return NOT_EXPOSED
    if link == "prompt_ids":
        return RUNNING["tokenizer"].encode(before, add_special_tokens=False).ids
    return RUNNING["tokenizer"].decode(before, skip_special_tokens=True)


def _tokenizer(request):
    """Return the tokenizer that is asked; another one is read once for all its questions."""
    source = request.get("source")
    if source is None:
        return RUNNING["tokenizer"]
    if source not in RUNNING:
        RUNNING[source] = _loaded(source)
    return RUNNING[source]


def _loaded(source):
    """Return a tokenizer that nobody has changed yet; releases from 1.0 on read files only."""
    if source is None:
        return tokenizers.Tokenizer.from_file(RUNNING["file"])
    if hasattr(tokenizers.Tokenizer, "from_str"):
        return tokenizers.Tokenizer.from_str(source)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "tokenizer.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(source)
        return tokenizers.Tokenizer.from_file(path)


def _encoded(request, chain):
    if "ids" not in chain.turn:
        text = text_of(request["text"])
        encoding = _tokenizer(request).encode(text, add_special_tokens="source" in request)
        chain.turn["ids"] = encoding.ids
    return chain.turn["ids"]


def _steps(tokenizer, text):
    """Return what is done to a text before it meets the vocabulary."""
    if not hasattr(tokenizer, "normalizer"):
        return NOT_EXPOSED
    change, cut = tokenizer.normalizer, tokenizer.pre_tokenizer  # a sequence of 0.21.0 is falsy
    normalised = text if change is None else change.normalize_str(text)
    whole = [(normalised, (0, len(normalised)))]
    pieces = whole if cut is None else cut.pre_tokenize_str(normalised)
    return {"normalised": normalised, "pieces": [[piece, list(span)] for piece, span in pieces]}


def _called(request):
    """Ask in the library's own words, of a tokenizer that nobody has changed yet."""
    return calls.answers(request, _loaded(request.get("source")), tokenizers, _told)


def _told(value):
    """Put what the library returns into JSON: encodings, added tokens, and saved parts."""
    if isinstance(value, tokenizers.Encoding):
        told = {name: getattr(value, name) for name in FIELDS if hasattr(value, name)}
        more = getattr(value, "overflowing", None)
        return dict(told, overflowing=[_told(each) for each in more]) if more else told
    if isinstance(value, getattr(tokenizers, "AddedToken", ())):
        return {name: getattr(value, name) for name in FLAGS if hasattr(value, name)}
    if type(value).__module__.startswith("tokenizers") and hasattr(value, "__getstate__"):
        return {"type": type(value).__name__, "state": json.loads(value.__getstate__())}
    return None
