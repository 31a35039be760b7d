"""What is asked of onnxruntime-genai beside chats: batches, searches, guidance, state.

Each function takes a request and returns values by link; a value that is itself a function is
called when its link is asked, so that a failure in one link is told there.
"""

import numpy as np
import onnxruntime_genai as og
from guest import onnxruntime_genai_loop as engine

OURS = "onnxruntime_genai"  # whose options are meant, in requests that hold those of several
END = 2  # the id that ends a turn
VOLATILE = ("<state>", "The following argument types")  # timings of a parser, and signatures
TURNS = 400  # of a scheduler, before it is called stuck


def options(request):
    """Return the search options that a request has for this engine, or None."""
    return request.get("options", {}).get(OURS)


def texts(rows):
    """Return a function that decodes each row; what comes of none is asked by itself."""
    return lambda: [engine.decode(row) if row else "" for row in rows]


def until_end(row):
    """Return `row` up to and with its first end of a turn."""
    return row[: row.index(END) + 1] if END in row else row


def batch(request):
    """Several prompts at once, padded by the tokenizer; each row must be what it is alone.

    `message` holds the rows as the engine tells them, the padding after their ends included.
    """
    made = tokenized(request["texts"])
    longest = len(made[0])
    generator = engine.opened(made, request["limit"])
    engine.finish(generator)
    rows = [[int(each) for each in generator.get_sequence(at)][longest:] for at in range(len(made))]
    ended = [until_end(row) for row in rows]
    return {
        "prompt_ids": made,
        "output_ids": ended,
        "text": texts(ended),
        "message": {"rows": rows},
    }


def tokenized(prompts):
    """Return the padded rows that the tokenizer makes of several texts."""
    told = engine.RUNNING["tokenizer"].encode_batch(prompts)
    rows = told.as_numpy() if hasattr(told, "as_numpy") else np.asarray(told)
    return [[int(each) for each in row] for row in rows.reshape(len(prompts), -1)]


def search(request):
    """One prompt, searched or sampled with `options`; every returned sequence."""
    chosen = options(request)
    if chosen is None:
        return {}
    ids = engine.encode(request["texts"][0])
    generator = engine.opened([ids], request["limit"], **chosen)
    told = engine.finish(generator)
    count = max(1, chosen.get("num_return_sequences", 1))
    rows = [[int(each) for each in generator.get_sequence(at)][len(ids) :] for at in range(count)]
    return {"output_ids": rows, "text": texts(rows), "message": {"steps": len(told)}}


def constrain(request):
    """One prompt under a grammar, where the release knows grammars."""
    if not hasattr(og.GeneratorParams, "set_guidance"):
        return {}
    ids = engine.encode(request["texts"][0])
    try:
        generator = engine.opened([ids], request["limit"], tuple(request["guidance"]))
        row = [told[0] for told in engine.finish(generator)]
    except RuntimeError as error:
        error.message_of_failure = worded(error)
        raise
    return {"output_ids": [row], "text": texts([row])}


def rewind(request):
    """Answer, go back to just after the prompt, and answer again: twice the same.

    With `more` that text is put in after going back, as the next turn of a chat is.
    """
    if not hasattr(og.Generator, "rewind_to"):
        return {}
    ids = engine.encode(request["texts"][0])
    generator = engine.opened([ids], 600)
    rows = [[told[0] for told in engine.finish(generator)]]
    kept = request.get("to", len(ids))
    generator.rewind_to(kept)
    again = engine.encode(request["more"]) if "more" in request else ids[kept:]
    if again:
        generator.append_tokens(np.array(again, dtype=np.int32))
    elif kept == len(ids):
        # the last id of the prompt has no logits left; it is put in again
        generator.rewind_to(kept - 1)
        generator.append_tokens(np.array(ids[-1:], dtype=np.int32))
    rows.append([told[0] for told in engine.finish(generator)])
    return {"output_ids": rows, "text": texts(rows)}


def proceed(request):
    """Answer, put in a second turn behind the answer, and answer that: a chat in one generator."""
    if not hasattr(og.Generator, "append_tokens"):
        return {}
    ids = engine.encode(request["texts"][0])
    generator = engine.opened([ids], 600)
    rows = [[told[0] for told in engine.finish(generator)]]
    more = np.array(engine.encode(request["more"]), dtype=np.int32)
    generator.append_tokens(more)
    rows.append([told[0] for told in engine.finish(generator)])
    return {
        "output_ids": rows,
        "text": texts(rows),
        "message": {"length": len(generator.get_sequence(0))},
    }


def in_turn(request):
    """Several prompts one after another through one stream, each cut at its limit.

    What a cut leaves in the stream shows in the next text.
    """
    stream, rows, told = engine.RUNNING["tokenizer"].create_stream(), [], []
    for at, text in enumerate(request["texts"]):
        rows.append(engine.generate(engine.encode(text), request["limits"][at]))
        told.append("".join([stream.decode(each) for each in rows[-1]]))
    return {"output_ids": rows, "text": told}


def pieces(request):
    """The text of each id as one stream tells them, and the whole."""
    stream = engine.RUNNING["tokenizer"].create_stream()
    told = [stream.decode(each) for each in request["ids"]]
    return {"stream": told, "text": "".join(told)}


def decode_rows(request):
    """Several lists of ids of one length decoded at once."""
    rows = np.array(request["rows"], dtype=np.int32)
    return {"text": lambda: _decoded(rows)}


def _decoded(rows):
    tokenizer = engine.RUNNING["tokenizer"]
    if hasattr(og, "Tensor") and hasattr(og.Tensor, "as_numpy"):
        return list(tokenizer.decode_batch(og.Tensor(rows)))
    return list(tokenizer.decode_batch(rows))


def shapes(request):
    """The shapes of the logits after the prompt and after each of the first ids."""
    ids = engine.encode(request["texts"][0])
    generator, told = engine.opened([ids], request["limit"]), []
    for logits, _ in engine.watched(generator):
        told.append([list(np.shape(logits)), str(logits.dtype)])
    return {"message": {"logits": told, "sequence": len(generator.get_sequence(0))}}


def describe(_request):
    """What model and tokenizer say of themselves."""
    model, tokenizer = engine.RUNNING["model"], engine.RUNNING["tokenizer"]
    told = {"device": str(model.device_type), "type": str(getattr(model, "type", ""))}
    for name in ("bos_token_id", "eos_token_ids", "pad_token_id"):
        if hasattr(tokenizer, name):
            value = getattr(tokenizer, name)
            told[name] = int(value) if name != "eos_token_ids" else [int(each) for each in value]
    for text in ("<|im_end|>", "<tool_call>", "hello", "no such token"):
        told["id of " + text] = attempt(lambda text=text: tokenizer.to_token_id(text))
    chosen = engine.parameters(1, 1)
    if hasattr(chosen, "get_search_options"):
        told["options"] = {key: _plain(each) for key, each in chosen.get_search_options().items()}
    return {"message": told}


def _plain(value):
    return value if isinstance(value, (bool, str)) else float(value)


def attempt(function):
    """Return what `function` returns, or the error that it raises."""
    try:
        return function()
    except Exception as error:  # noqa: BLE001 - any refusal is an answer here
        return {"error": worded(error)}


def worded(error):
    """Return what an error says, without the model's path and what a mark of `VOLATILE` begins."""
    words = "{}: {}".format(type(error).__name__, error)
    for end in VOLATILE:
        words = words.partition(end)[0]
    return words.replace(engine.RUNNING["folder"], "MODEL")


def refuse(request):
    """Something that cannot be done; how that is told, or what comes of it all the same."""
    return {"message": attempt(lambda: REFUSALS[request["case"]](request))}


def _too_long(request):
    """More ids than the model has room for."""
    generator = engine.opened([[3] * request["length"]], 8)
    return [row[0] for row in engine.finish(generator)]


def _option(request):
    """Options that make no sense; only the first sequence is read."""
    chosen = options(request)
    if chosen is None:
        return None
    ids = engine.encode(request["texts"][0])
    return [row[0] for row in engine.finish(engine.opened([ids], request["limit"], **chosen))]


def _folder(_request):
    og.Model("no-such-folder")
    return "loaded"


def _after_end(request):
    """One step more than the search allows."""
    generator = engine.opened([engine.encode(request["texts"][0])], request["limit"])
    engine.finish(generator)
    return engine.step(generator)


REFUSALS = {
    "too-long": _too_long,
    "folder": _folder,
    "after-end": _after_end,
    "rewind": lambda request: rewind(request).get("output_ids"),
    "option": _option,
    "guidance": lambda request: constrain(request).get("output_ids"),
    "id": lambda request: engine.generate(request["ids"], 4),
    "template": lambda request: engine.RUNNING["tokenizer"].apply_chat_template(
        messages=request["messages"], add_generation_prompt=True
    ),
}


def serve(request):
    """Several prompts through the engine's own scheduler, which came with 0.9.2.

    `usage` are its counts, where it counts; `message` is how each request ended, and what the
    loop that its examples show ran into.
    """
    if not hasattr(og, "Engine"):
        return {}
    prompts = [engine.encode(text) for text in request["texts"]]
    served = _by_turns if hasattr(og.Engine, "run") else _by_steps
    return served(og.Engine(engine.RUNNING["model"]), prompts, request["limit"])


def _by_steps(server, prompts, limit):
    asked = [og.Request(engine.parameters(len(ids), limit)) for ids in prompts]
    rows = [[] for _ in asked]
    for at, one in enumerate(asked):
        one.add_tokens(np.array(prompts[at], dtype=np.int32))
        server.add_request(one)

    def turn():
        server.step()
        for at, one in enumerate(asked):
            while one.has_unseen_tokens():
                rows[at].append(int(one.get_unseen_token()))

    ended = _loop(server, turn)
    return {"output_ids": rows, "text": texts(rows), "message": {"ended": ended}}


def _by_turns(server, prompts, limit):
    buffer, asked, rows, ends = server.create_event_buffer(64), [], [], []
    for ids in prompts:
        one = server.create_request()
        chosen = og.TurnOptions(one)
        chosen.set_max_generated_tokens(limit)
        one.begin_turn(np.array(ids, dtype=np.int32), chosen)
        asked.append(one)
        rows.append([])
        ends.append({})

    def turn():
        for event in server.run(buffer):
            at = next(at for at, one in enumerate(asked) if one is event.request)
            if event.token is not None:
                rows[at].append(int(event.token))
            if event.finish_reason != og.FinishReason.NONE:
                ends[at] = _ending(event)

    ended = _loop(server, turn)
    return {
        "output_ids": rows,
        "text": texts(rows),
        "message": {"ended": ended, "reasons": [end.get("reason") for end in ends]},
        "usage": [end.get("usage") for end in ends],
    }


def _ending(event):
    names = ("prompt_tokens", "generated_tokens", "cached_prompt_tokens")
    counts = {name: int(getattr(event.usage, name)) for name in names if event.usage}
    return {"reason": str(event.finish_reason).rpartition(".")[2], "usage": counts}


def _loop(server, turn):
    """Turn until nothing is pending; returns `pending` where that never comes, or the error."""
    for _ in range(TURNS):
        if not server.has_pending_requests():
            return "done"
        told = attempt(turn)
        if told is not None:
            return told
    return "pending"


OPERATIONS = {
    "batch": batch,
    "search": search,
    "constrain": constrain,
    "rewind": rewind,
    "proceed": proceed,
    "in-turn": in_turn,
    "pieces": pieces,
    "decode-rows": decode_rows,
    "shapes": shapes,
    "describe": describe,
    "refuse": refuse,
    "serve": serve,
}
