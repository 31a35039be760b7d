"""Text to ids and back through `tiktoken`, with an encoding of the model's own ranks.

`request` is `{"text"}`, and `"ids"` where the ids to decode are not those of the text; special
tokens in a text are themselves. With `calls` the library is asked in its own words (see
`guest/calls.py`), which has `ranks`, the words of the encoding, and `definitions`: the encodings
that the release brings, with the place of their ranks instead of the ranks, for nothing is fetched.
"""

import base64
import importlib
import json

import tiktoken
import tiktoken.load
import tiktoken.model
from guest import calls
from guest.wire import text_of

# as GPT-2 cuts a text, and the model's own tokenizer.json with it
PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
RUNNING = {}


def start(setup, _chain):
    """Make an encoding of the ranks at `setup["ranks"]`, and the added tokens of `tokenizer`."""
    with open(setup["ranks"], "rb") as file:
        pairs = [line.split() for line in file if line.strip()]
    ranks = {base64.b64decode(token): int(rank) for token, rank in pairs}
    with open(setup["tokenizer"], encoding="utf-8") as file:
        added = json.load(file)["added_tokens"]
    words = {
        "name": "tiny",
        "pat_str": PATTERN,
        "mergeable_ranks": ranks,
        "special_tokens": {token["content"]: token["id"] for token in added},
    }
    RUNNING.update(encoding=tiktoken.Encoding(**words), words=words, file=setup["ranks"])
    return {"tiktoken": getattr(tiktoken, "__version__", None)}


def stop():
    """Let the encoding go."""
    RUNNING.clear()


def answers(ask):
    """Name the links of an encoding."""
    return frozenset({"prompt_ids", "text"}) if ask == "encode" else frozenset()


def show(link, probe, _chain):
    """Encode, or decode what was encoded, special tokens included."""
    request, encoding = probe["request"], RUNNING["encoding"]
    if "calls" in request:
        words = RUNNING["words"]
        things = {"definitions": Definitions(), "file": RUNNING["file"]}
        things.update(ranks=words["mergeable_ranks"], special=words["special_tokens"])
        return calls.answers(request, encoding, tiktoken, _told, **things)
    if link == "text" and "ids" in request:
        return encoding.decode(request["ids"])
    ids = encoding.encode(text_of(request["text"]), allowed_special="all")
    return ids if link == "prompt_ids" else encoding.decode(ids)


class Definitions:
    """What a release says of the encodings that it brings, without fetching any."""

    def __getattr__(self, name):
        """Return the maker of the encoding `name`; its ranks are told by what would be loaded."""
        public = importlib.import_module("tiktoken_ext.openai_public")

        def described():
            loaders = [each for each in vars(public) if each.startswith(("load_", "data_gym"))]
            kept = {each: getattr(public, each) for each in loaders}
            try:
                for each in loaders:
                    setattr(public, each, _loading)
                return dict(getattr(public, name)())
            finally:
                for each, loader in kept.items():
                    setattr(public, each, loader)

        if name.startswith("_") or not hasattr(public, name):
            raise AttributeError(name)
        return described


def _loading(*arguments, **keywords):
    """Stand in for a loader: what would be loaded."""
    return {"loaded": [list(arguments), keywords]}


def _told(value):
    """Put an encoding into JSON: its name and the size of its vocabulary."""
    if isinstance(value, tiktoken.Encoding):
        return {"name": value.name, "n_vocab": value.n_vocab}
    if isinstance(value, memoryview) or hasattr(value, "tolist"):
        return value.tolist()
    return None
