"""Text to ids and back through `sentencepiece`, from its own `.model` files.

`request` is `{"text"}`, and `"ids"` where the ids to decode are not those of the text; `model`
names which of the two is asked, `unigram` or `bpe`. With `calls` the library is asked in its own
words (see `guest/calls.py`).
"""

import sentencepiece
from guest import calls
from guest.wire import NOT_EXPOSED, text_of

RUNNING = {}


def start(setup, _chain):
    """Load the models at `setup["unigram"]` and `setup["bpe"]`."""
    RUNNING["files"] = {name: setup[name] for name in ("unigram", "bpe")}
    for name, file in RUNNING["files"].items():
        RUNNING[name] = sentencepiece.SentencePieceProcessor(model_file=file)
    return {"sentencepiece": sentencepiece.__version__}


def stop():
    """Let the models go."""
    RUNNING.clear()


def answers(ask):
    """Name the links of an encoding: the text as it is normalised, the ids, the text again."""
    return frozenset({"prompt", "prompt_ids", "text"}) if ask == "encode" else frozenset()


def show(link, probe, _chain):
    """Encode, or decode what was encoded."""
    request = probe["request"]
    name = request.get("model", "unigram")
    if "calls" in request:
        files = RUNNING["files"]
        with open(files[name], "rb") as file:
            content = file.read()
        fresh = sentencepiece.SentencePieceProcessor(model_file=files[name])
        things = {"file": files[name], "content": content}
        return calls.answers(request, fresh, sentencepiece, _told, **things)
    processor = RUNNING[name]
    if link == "prompt":
        can = hasattr(processor, "normalize")
        return processor.normalize(text_of(request["text"])) if can else NOT_EXPOSED
    if link == "text" and "ids" in request:
        return processor.decode(request["ids"])
    ids = processor.encode(text_of(request["text"]))
    return ids if link == "prompt_ids" else processor.decode(ids)


def _told(value):
    """Put what the library returns into JSON: a processor is known by its size, a text by parts."""
    if isinstance(value, sentencepiece.SentencePieceProcessor):
        return {"pieces": value.get_piece_size()}
    if hasattr(value, "pieces"):
        return {"text": value.text, "score": value.score, "pieces": _parts(value)}
    if hasattr(value, "nbests"):
        return [_told(each) for each in value.nbests]
    return value.tolist() if hasattr(value, "tolist") else None


def _parts(value):
    return [[each.piece, each.id, each.surface, each.begin, each.end] for each in value.pieces]
