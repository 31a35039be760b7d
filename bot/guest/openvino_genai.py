"""OpenVINO GenAI called in its own process, on the device of its backend, in float32.

The model's IR is the same for every release; the tokenizer's is not, so it is made inside the
cell, of `tokenizer.json`, by the release of openvino-tokenizers that will read it. What is made
is kept in the environment, which it belongs to. Chats with one turn are streamed through the
pipeline's own chat session, so that its state is seen; everything else is asked with the prompt.
An option that a release does not have shows nothing.
"""

import hashlib
import importlib.metadata
import json
import os
import shutil
import sys
import tempfile

import numpy as np
import openvino
import openvino_genai as genai
from guest import chat
from guest.inside import LIMIT, Inside
from guest.openvino_genai_settings import (
    Unsayable,
    batched,
    device_of,
    loaded,
    named,
    refined,
    said,
    settings,
)
from guest.wire import NOT_EXPOSED, text_of

DISTRIBUTIONS = ("openvino", "openvino-genai", "openvino-tokenizers", "transformers", "tokenizers")
BLOCKS = 128  # of a cache, 32 ids each: all that the suite needs at once
ANSWER = frozenset({"stream", "message", "usage"})
RUNNING = {}


def start(setup, _chain):
    """Convert the tokenizer where that was not done yet, and load the model."""
    RUNNING["folder"], RUNNING["device"] = _prepared(setup), device_of(setup)
    RUNNING["pipe"] = loaded(RUNNING)
    RUNNING["tokenizer"] = RUNNING["pipe"].get_tokenizer()
    return dict(_versions(), device=named(openvino, RUNNING["device"]))


def _versions():
    return {name: importlib.metadata.version(name) for name in DISTRIBUTIONS}


def _prepared(setup):
    """Return a folder with the model, its settings and its tokenizer's IR."""
    names = ("model", "weights", "config", "tokenizer", "tokenizer_config", "generation_config")
    files = [setup[name] for name in names]
    told = hashlib.sha256(json.dumps(_versions(), sort_keys=True).encode("utf-8"))
    for file in files:
        with open(file, "rb") as content:
            told.update(content.read())
    root = sys.prefix if os.access(sys.prefix, os.W_OK) else tempfile.gettempdir()
    folder = os.path.join(root, "model-" + told.hexdigest()[:16])
    if not os.path.isdir(folder):
        made = tempfile.mkdtemp(dir=root)
        for file in files:
            shutil.copy(file, made)
        convert(made)
        try:
            os.rename(made, folder)
        except OSError:  # another process was first
            shutil.rmtree(made)
    return folder


def convert(folder):
    """Write the IR of the tokenizer in `folder`, and of what decodes."""
    import openvino_tokenizers  # noqa: PLC0415 - only here: it takes a second
    import transformers  # noqa: PLC0415

    read = transformers.PreTrainedTokenizerFast.from_pretrained(folder)
    encoder, decoder = openvino_tokenizers.convert_tokenizer(read, with_detokenizer=True)
    openvino.save_model(encoder, os.path.join(folder, "openvino_tokenizer.xml"))
    openvino.save_model(decoder, os.path.join(folder, "openvino_detokenizer.xml"))


def stop():
    """Let the model go."""
    RUNNING.clear()


def batching():
    """Return a pipeline for many requests at once, made when it is first asked for."""
    if "batching" not in RUNNING:
        plan = genai.SchedulerConfig()
        plan.num_kv_blocks = BLOCKS
        RUNNING["batching"] = batched(RUNNING, plan)
    return RUNNING["batching"]


def config(**words):
    """Return the model's own generation settings with `words` on top."""
    return refined(RUNNING["pipe"].get_generation_config(), words)


def pipeline(words):
    """Return the pipeline, or one of its own for what is sampled: dice go on from answer to answer.

    The seed counts for the first answer alone in some releases; what that comes to is asked once,
    of two answers of one pipeline, and disturbs no other question.
    """
    if not words.get("do_sample"):
        return RUNNING["pipe"]
    return loaded(RUNNING)


def tensor(ids):
    """Return one row of ids."""
    return openvino.Tensor(np.array([ids], dtype=np.int64))


def offers(method, word):
    """Whether the signature of a bound method has this word."""
    return word in (method.__doc__ or "")


def render(messages, tools, extra=None):
    """Return the prompt by the tokenizer's own chat template."""
    tokenizer = RUNNING["tokenizer"]
    words = {"tools": tools, "extra_context": extra}
    words = {name: each for name, each in words.items() if each is not None}
    if any(not offers(tokenizer.apply_chat_template, name) for name in words):
        return NOT_EXPOSED
    return tokenizer.apply_chat_template(messages, add_generation_prompt=True, **words)


def encode(text):
    """Return the ids of `text` as it stands."""
    told = RUNNING["tokenizer"].encode(text, add_special_tokens=False)
    return [int(each) for each in told.input_ids.data.reshape(-1)]


def generate(ids, limit):
    """Return the ids of a greedy answer, the end of the turn included."""
    told = RUNNING["pipe"].generate(tensor(ids), config(max_new_tokens=limit))
    return [int(each) for each in told.tokens[0]]


def decode(ids):
    """Return the text of generated ids, special ones left out."""
    return RUNNING["tokenizer"].decode(ids)


def decode_whole(ids, tokenizer):
    """Return the text of ids, special ones included, where a release can be asked for them."""
    if not offers(tokenizer.decode, "skip_special_tokens"):
        return NOT_EXPOSED
    return tokenizer.decode(ids, skip_special_tokens=False)


def encoding(link, request):
    """Encode and decode, by the model's own tokenizer or by one that the request brings."""
    if not request.keys() <= {"text", "ids", "source"}:
        return NOT_EXPOSED
    tokenizer = brought(request["source"]) if "source" in request else RUNNING["tokenizer"]
    if link == "text" and "ids" in request:
        return decode_whole(request["ids"], tokenizer)
    told = tokenizer.encode(text_of(request["text"]), add_special_tokens=False)
    ids = [int(each) for each in told.input_ids.data.reshape(-1)]
    return decode_whole(ids, tokenizer) if link == "text" else ids


def brought(source):
    """Return the tokenizer that a `tokenizer.json` is converted to; the last one is kept."""
    if RUNNING.get("source") != source:
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "tokenizer.json"), "w", encoding="utf-8") as file:
                file.write(source)
            convert(folder)
            RUNNING["brought"] = genai.Tokenizer(folder)
        RUNNING["source"] = source
    return RUNNING["brought"]


def scored(ids, told):
    """Return ids, log-probabilities and how it ended, as the batching pipeline tells them."""
    pipe = batching()
    handle = pipe.add_request(0, tensor(ids), told)
    while pipe.has_non_finished_requests():
        pipe.step()
    return handle.read_all()[0]


def logprobs(ids, limit):
    """Return the log-probability of each generated id; the runners-up are not exposed."""
    return entries(scored(ids, config(max_new_tokens=limit, logprobs=1)))


def entries(told):
    """Return the entries of one answer of the batching pipeline."""
    values = list(told.generated_log_probs)
    return [
        {"id": int(each), "logprob": float(values[at]), "top": []}
        for at, each in enumerate(told.generated_ids)
    ]


def message(probe, chain, events):
    """Ask for a chat; pieces of text become events as they come."""
    request = probe["request"]
    words, extra = settings(request)
    messages, tools = request["messages"], request.get("tools")
    streamed = {"streamer": lambda piece: _piece(piece, events)} if request.get("stream") else {}
    if streamed and not tools and not extra and _one_turn(messages):
        return _session(messages, words, streamed)
    prompt = chain.value("prompt", probe)
    if prompt == NOT_EXPOSED:
        raise Unsayable("prompt")
    words.setdefault("apply_chat_template", None)  # the prompt is one already
    told = pipeline(words).generate([prompt], config(**words), **streamed)
    return answer(told, words, prompt)


def _piece(piece, events):
    events.append({"choices": [{"index": 0, "delta": {"content": piece}}]})
    return False


def _one_turn(messages):
    roles = [each.get("role") for each in messages]
    plain = all(isinstance(each.get("content"), str) for each in messages)
    return plain and roles in (["user"], ["system", "user"])


def _session(messages, words, streamed):
    """Ask in a chat session of the pipeline; it tells the text and nothing else."""
    pipe, told = pipeline(words), config(**words)
    pipe.start_chat(*(each["content"] for each in messages[:-1]))
    try:
        text = pipe.generate(messages[-1]["content"], told, **streamed)
    finally:
        pipe.finish_chat()
    said = {"role": "assistant", "content": str(text)}
    made = len(encode(str(text)))
    if words.get("ignore_eos"):  # ends are no text
        made = words["max_new_tokens"]
    reason = ending(text, made, words, render(messages, None))
    return {"choices": [{"message": said, "finish_reason": reason}]}


def answer(told, words, prompt):
    """Return decoded results as a chat completion."""
    counts = told.perf_metrics
    made = int(counts.get_num_generated_tokens())
    said = {"role": "assistant", "content": told.texts[0]}
    parsed = told.parsed[0] if words.get("parsers") else {}
    said.update((name, parsed[name]) for name in parsed if name != "role")
    usage = {"prompt_tokens": int(counts.get_num_input_tokens()), "completion_tokens": made}
    reason = ending(told, made, words, prompt)
    return {"choices": [{"message": said, "finish_reason": reason}], "usage": usage}


def ending(told, made, words, prompt):
    """Return how an answer ended; where a release does not say, its last id does."""
    if hasattr(told, "finish_reasons"):
        return told.finish_reasons[0].name.lower()
    if made < words.get("max_new_tokens", LIMIT):
        return "stop"
    again = pipeline(words).generate(tensor(encode(prompt)), config(**words)).tokens[0]
    return "stop" if int(again[-1]) == RUNNING["tokenizer"].get_eos_token_id() else "length"


INSIDE = Inside(
    render=render,
    encode=encode,
    generate=generate,
    decode=decode,
    logprobs=logprobs,
)


def _more():
    from guest import openvino_genai_operations as more  # noqa: PLC0415 - it imports this one

    return more


def answers(ask):
    """Name the links that the engine shows."""
    if ask == "engine":
        return _more().INSIDE.answers(ask)
    named = {"neighbours": {"message"}, "scored": {"logprobs"}}
    links = INSIDE.answers(ask) | (ANSWER if ask == "chat" else frozenset())
    return frozenset(named[ask]) if ask in named else links


def show(link, probe, chain):
    """Return the value at `link`."""
    try:
        return _show(link, probe, chain)
    except Unsayable:
        return NOT_EXPOSED
    except (RuntimeError, TypeError) as error:
        error.message_of_failure = "{}: {}".format(
            type(error).__name__, said(error, RUNNING.get("folder"))
        )
        raise


def _answer(link, probe, chain):
    """Ask once for the links that show the whole answer."""
    if "answer" not in chain.turn:
        events = []
        chain.turn["answer"] = message(probe, chain, events), events
    told, events = chain.turn["answer"]
    if link == "stream":
        return events if probe["request"].get("stream") else NOT_EXPOSED
    if link == "message":
        return chat.message(told)
    return chat.usage(told) if "usage" in told else NOT_EXPOSED


def _show(link, probe, chain):
    request = probe["request"]
    if probe["ask"] == "engine":
        return _more().INSIDE.show(link, probe, chain)
    if probe["ask"] in OTHERS:
        return OTHERS[probe["ask"]](link, request)
    if link == "prompt":
        return render(
            request["messages"], request.get("tools"), request.get("chat_template_kwargs")
        )
    shown = _answer if link in ANSWER else INSIDE.show
    return shown(link, probe, chain)


def _entries(_link, request):
    words, extra = settings(request)
    prompt = render(request["messages"], request.get("tools"), extra)
    if prompt == NOT_EXPOSED:
        raise Unsayable("tools")
    return entries(scored(encode(prompt), config(**dict(words, logprobs=1))))


OTHERS = {
    "encode": encoding,
    "neighbours": lambda _link, request: _more().neighbours(request),
    "scored": _entries,
}
