"""Text to ids and back through the `tokenizers` library, from a `tokenizer.json`.

`request` is `{"text"}`, and `"ids"` where the ids to decode are not those of the text. No special
tokens are added: a chat template has already written them.
"""

import tokenizers
from guest.wire import text_of

RUNNING = {}


def start(setup, _chain):
    """Load the tokenizer at `setup["tokenizer"]`."""
    RUNNING["tokenizer"] = tokenizers.Tokenizer.from_file(setup["tokenizer"])
    return {
        "tokenizers": tokenizers.__version__,
        "vocabulary": RUNNING["tokenizer"].get_vocab_size(),
    }


def stop():
    """Let the tokenizer go."""
    RUNNING.clear()


def answers(ask):
    """Name the links of an encoding: the ids, and the text that they stand for."""
    return frozenset({"prompt_ids", "text"}) if ask == "encode" else frozenset()


def show(link, probe, _chain):
    """Encode, or decode what was encoded, special tokens included."""
    tokenizer, request = RUNNING["tokenizer"], probe["request"]
    if link == "prompt_ids":
        return tokenizer.encode(text_of(request["text"]), add_special_tokens=False).ids
    ids = request.get("ids")
    if ids is None:
        ids = tokenizer.encode(text_of(request["text"]), add_special_tokens=False).ids
    return tokenizer.decode(ids, skip_special_tokens=False)
