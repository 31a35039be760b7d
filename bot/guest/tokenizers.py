"""Text to ids and back through the `tokenizers` library, from a `tokenizer.json`.

`request` is `{"text"}`, and `"ids"` where the ids to decode are not those of the text. No special
tokens are added: a chat template has already written them.
"""

import tokenizers
from guest.wire import NOT_EXPOSED, text_of

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
    return frozenset({"prompt_ids", "text"}) if ask in ("encode", "chat") else frozenset()


def show(link, probe, chain):
    """Encode, or decode what was encoded, special tokens included.

    In a chat it stands between a template and an engine that knows ids only.
    """
    tokenizer, request = RUNNING["tokenizer"], probe["request"]
    if probe["ask"] == "chat":
        before = chain.value("prompt" if link == "prompt_ids" else "output_ids", probe)
        if before == NOT_EXPOSED:
            return NOT_EXPOSED
        if link == "prompt_ids":
            return tokenizer.encode(before, add_special_tokens=False).ids
        return tokenizer.decode(before, skip_special_tokens=True)
    if link == "prompt_ids":
        return tokenizer.encode(text_of(request["text"]), add_special_tokens=False).ids
    ids = request.get("ids")
    if ids is None:
        ids = tokenizer.encode(text_of(request["text"]), add_special_tokens=False).ids
    return tokenizer.decode(ids, skip_special_tokens=False)
