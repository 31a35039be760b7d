"""Chats to ids through `mistral-common`, which is template and tokenizer in one.

A request is a chat (`{"messages", "tools", ...}`, the fields of its `ChatCompletionRequest`), a
text to fill in (`{"prompt", "suffix"}`), or `{"text"}` to encode as it is. `tokenizer` names who
encodes: `tekken` or `sentencepiece` with the tiny vocabularies of `setup`, or a maker of the
library's own (`v1`, `v2`, `v3`, `v7`) that reads what is in its wheel. `version` is that of the
format: the rules of a prompt go with it. `openai` says that the chat is in that dialect. With
`calls` the tokenizer is asked in its own words (see `guest/calls.py`). That a release refuses a
chat is its answer; a format that it does not know yet is not exposed.
"""

import contextlib
import importlib
import importlib.metadata
import json
import os
import shutil
import tempfile

import mistral_common
from guest import calls
from guest.wire import NOT_EXPOSED, text_of

OURS = ("tokenizer", "version", "openai", "mode")
RUNNING = {}


def start(setup, _chain):
    """Remember where the vocabularies lie; each format is made when it is first asked."""
    importlib.import_module("mistral_common.tokens.tokenizers.mistral")
    RUNNING.update(setup=setup, made={})
    return {"mistral-common": importlib.metadata.version("mistral-common")}


def stop():
    """Let the tokenizers go."""
    RUNNING.clear()


def answers(ask):
    """Name the links: the prompt, its ids, and what they decode to."""
    return frozenset({"prompt", "prompt_ids", "text"}) if ask in ("chat", "encode") else frozenset()


def show(link, probe, chain):
    """Return the prompt, the ids, or their text; that a request is refused is its prompt."""
    request = probe["request"]
    if "calls" in request:
        return _called(request)
    encoded = _encoded(request, chain)
    if encoded == NOT_EXPOSED:
        return NOT_EXPOSED
    if "error" in encoded:
        shown = "prompt" if "text" not in request else "prompt_ids"
        return encoded if link == shown else NOT_EXPOSED
    if link == "text":
        return _decoded(request, encoded["prompt_ids"])
    return encoded[link]


def _decoded(request, ids):
    """Decode; the releases that refuse ids of special tokens say so."""
    try:
        return _tokenizer(request).instruct_tokenizer.tokenizer.decode(ids)
    except Exception as error:  # noqa: BLE001 - to refuse is an answer
        return calls.refused(error)


def _called(request):
    try:
        inner = _tokenizer(request).instruct_tokenizer.tokenizer
    except calls.Lacking:
        return NOT_EXPOSED
    except Exception as error:  # noqa: BLE001 - to refuse is an answer
        return calls.refused(error)
    return calls.answers(request, inner, mistral_common, _told)


def _encoded(request, chain):
    """Encode a text, a chat, or a text to fill in, once for all links."""
    if "encoded" not in chain.turn:
        try:
            chain.turn["encoded"] = _text(request) if "text" in request else _chat(request)
        except calls.Lacking:
            chain.turn["encoded"] = NOT_EXPOSED
        except Exception as error:  # noqa: BLE001 - to refuse a chat is an answer
            chain.turn["encoded"] = calls.refused(error)
    return chain.turn["encoded"]


def _text(request):
    inner = _tokenizer(request).instruct_tokenizer.tokenizer
    ends = {name: request.get(name, False) for name in ("bos", "eos")}
    return {"prompt": NOT_EXPOSED, "prompt_ids": inner.encode(text_of(request["text"]), **ends)}


def _chat(request):
    made = _encode(request)
    return {"prompt": made.text, "prompt_ids": list(made.tokens)}


def _encode(request):
    tokenizer = _tokenizer(request)
    fields = {name: value for name, value in request.items() if name not in OURS}
    if "prompt" in fields:
        fim = _named(
            "mistral_common.protocol.fim.request", "mistral_common.tokens.instruct.request"
        )
        return tokenizer.encode_fim(fim.FIMRequest(**fields))
    chat = importlib.import_module("mistral_common.protocol.instruct.request").ChatCompletionRequest
    if request.get("openai"):
        if not hasattr(chat, "from_openai"):
            raise calls.Lacking("from_openai")
        return tokenizer.encode_chat_completion(chat.from_openai(**fields))
    return tokenizer.encode_chat_completion(chat(**fields))


def _named(*names):
    """Import the first of these modules that the release has."""
    for name in names[:-1]:
        with contextlib.suppress(ImportError):
            return importlib.import_module(name)
    return importlib.import_module(names[-1])


def _tokenizer(request):
    """Return who encodes, made once for each format."""
    kind = request.get("tokenizer", "tekken")
    key = (kind, request.get("version", "v3"), request.get("mode"))
    if key not in RUNNING["made"]:
        mistral = importlib.import_module("mistral_common.tokens.tokenizers.mistral")
        maker = mistral.MistralTokenizer
        if kind in RUNNING["setup"]:
            RUNNING["made"][key] = _from_file(maker, *key)
        else:
            RUNNING["made"][key] = getattr(maker, kind)()
    return RUNNING["made"][key]


def _from_file(maker, kind, version, mode):
    """Read a vocabulary under the name, and with the version, that tell its format."""
    words = {}
    if mode:
        validator = importlib.import_module("mistral_common.protocol.instruct.validator")
        words["mode"] = validator.ValidationMode(mode)
    with tempfile.TemporaryDirectory() as folder:
        if kind == "sentencepiece":
            path = os.path.join(folder, "tiny.model." + version)
            shutil.copyfile(RUNNING["setup"][kind], path)
        else:
            base = importlib.import_module("mistral_common.tokens.tokenizers.base")
            known = getattr(base, "TokenizerVersion", None)
            if known is None or version not in known.__members__:
                raise calls.Lacking(version)
            path = os.path.join(folder, "tiny-tekken.json")
            _write(path, version)
        return maker.from_file(path, **words)


def _write(path, version):
    """Write the vocabulary as another version of its format: newer ones list special tokens."""
    with open(RUNNING["setup"]["tekken"], encoding="utf-8") as file:
        content = json.load(file)
    content["config"]["version"] = version
    if version in ("v1", "v2", "v3"):
        del content["special_tokens"]
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file)


def _told(value):
    """Put an enumeration into JSON by its value."""
    return getattr(value, "value", None)
