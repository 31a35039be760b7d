"""What is asked of OpenVINO GenAI beside chats: batches, neighbours, searches, sessions, refusals.

Each function takes a request and returns values by link; a value that is itself a function is
called when its link is asked, so that a failure in one link is told there.
"""

import json

import openvino_genai as genai
from guest import openvino_genai as engine
from guest.inside import Inside
from guest.neighbours import foreign
from guest.openvino_genai_parsers import OPERATIONS as PARSING
from guest.openvino_genai_settings import Unsayable, guided, said, settings
from guest.wire import NOT_EXPOSED

OURS = "openvino_genai"  # whose options are meant, in requests that hold those of several
ALIKE = "onnxruntime_genai"  # whose words for options are nearly ours
RENAMED = {"random_seed": "rng_seed", "min_length": "min_new_tokens"}
KINDS = {"json_schema": "json_schema", "regex": "regex", "lark_grammar": None, "ebnf": "grammar"}
DESCRIBED = (
    "max_length",
    "min_new_tokens",
    "ignore_eos",
    "eos_token_id",
    "echo",
    "logprobs",
    "apply_chat_template",
    "include_stop_str_in_output",
    "repetition_penalty",
    "presence_penalty",
    "frequency_penalty",
    "num_beams",
    "num_beam_groups",
    "diversity_penalty",
    "length_penalty",
    "num_return_sequences",
    "no_repeat_ngram_size",
    "do_sample",
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "rng_seed",
    "num_assistant_tokens",
    "assistant_confidence_threshold",
    "max_ngram_size",
)


def rows(request, words):
    """Generate from the ids of each text, and return every returned sequence."""
    return _rows(request, words, engine.pipeline(words))


def _rows(request, words, pipe):
    ids = engine.encode(request["texts"][0])
    told = engine.config(max_new_tokens=request["limit"], **words)
    made = pipe.generate(engine.tensor(ids), told)
    return [[int(each) for each in row] for row in made.tokens], [float(one) for one in made.scores]


def options(request):
    """Return the search options that a request has in our words, or in those that are nearly so."""
    told = request.get("options", {})
    chosen = told.get(OURS, told.get(ALIKE))
    if chosen is None:
        raise Unsayable("options")
    return {RENAMED.get(name, name): value for name, value in chosen.items()}


def batch(request):
    """Several prompts at once; each must be answered as it is alone."""
    made = engine.RUNNING["tokenizer"].encode(request["texts"], add_special_tokens=False)
    found = []

    def generated():
        if not found:
            told = engine.config(max_new_tokens=request["limit"])
            answer = engine.RUNNING["pipe"].generate(made, told)
            found.extend([int(each) for each in row] for row in answer.tokens)
        return found

    def counted():
        told = engine.config(max_new_tokens=request["limit"], apply_chat_template=None)
        answer = engine.RUNNING["pipe"].generate(request["texts"], told)
        counts = answer.perf_metrics
        return {
            "texts": list(answer.texts),
            "prompt_tokens": int(counts.get_num_input_tokens()),
            "completion_tokens": int(counts.get_num_generated_tokens()),
        }

    return {
        "prompt_ids": made.input_ids.data.tolist(),
        "output_ids": generated,
        "text": lambda: [engine.decode(row) for row in generated()],
        "message": counted,
    }


def search(request):
    """One prompt, searched or sampled; every returned sequence, with its score."""
    found, scores = rows(request, options(request))
    return {
        "output_ids": found,
        "text": lambda: [engine.decode(row) for row in found],
        "message": {"scores": [round(score, 4) for score in scores]},
    }


def again(request):
    """One prompt, sampled twice with one seed."""
    words = options(request)
    pipe = engine.pipeline(words)
    return {"output_ids": [_rows(request, words, pipe)[0] for _ in range(2)]}


def constrain(request):
    """One prompt under a schema, an expression or a grammar."""
    kind, text = request["guidance"]
    if KINDS.get(kind, kind) is None:
        raise Unsayable(kind)
    found, _ = rows(request, guided(KINDS.get(kind, kind), text))
    return {"output_ids": found, "text": lambda: [engine.decode(row) for row in found]}


def proceed(request):
    """Answer, put in a second turn behind the answer, and answer that, in one session."""
    pipe = engine.RUNNING["pipe"]
    told = engine.config(max_new_tokens=200)
    pipe.start_chat()
    try:
        told = [str(pipe.generate(turn, told)) for turn in turns(request)]
    finally:
        pipe.finish_chat()
    return {"text": told}


def turns(request):
    """Return what users said in the prompts of a request."""
    whole = request["texts"][0] + request["more"]
    parts = whole.split("<|im_start|>user\n")[1:]
    return [part.split("<|im_end|>")[0] for part in parts]


def serve(request):
    """Several prompts through the batching pipeline, each a request of its own, step by step."""
    pipe, told = engine.batching(), engine.config(max_new_tokens=request["limit"])
    asked = [
        pipe.add_request(at, engine.tensor(engine.encode(text)), told)
        for at, text in enumerate(request["texts"])
    ]
    while pipe.has_non_finished_requests():
        pipe.step()
    found = [handle.read_all()[0] for handle in asked]
    made = [[int(each) for each in one.generated_ids] for one in found]
    return {
        "output_ids": made,
        "text": lambda: [engine.decode(row) for row in made],
        "message": {"reasons": [one.finish_reason.name for one in found]},
    }


def pieces(request):
    """The text of each id as a streamer tells them: pieces, and the whole."""
    if not hasattr(genai, "TextStreamer"):
        return {}
    told = []
    streamer = genai.TextStreamer(engine.RUNNING["tokenizer"], lambda text: bool(told.append(text)))
    for each in request["ids"]:
        streamer.write(each)
    streamer.end()
    return {"stream": told, "text": "".join(told)}


def neighbours(request):
    """Ask all chats of a round at once of the batching pipeline, round by round."""
    pipe, told = engine.batching(), []
    for bodies in request["rounds"]:
        words = [settings(each)[0] for each in bodies]
        prompts = [engine.render(each["messages"], each.get("tools")) for each in bodies]
        if NOT_EXPOSED in prompts:
            raise Unsayable("tools")
        said = pipe.generate(
            prompts, [engine.config(apply_chat_template=None, **each) for each in words]
        )
        told.append([each.m_generation_ids[0] for each in said])
    heard = foreign(told, request.get("canaries") or [])
    return {"foreign canary": heard, "answers": told}


def describe(_request):
    """What tokenizer and settings say of themselves."""
    tokenizer, told = engine.RUNNING["tokenizer"], engine.config()
    says = {}
    for name in ("bos", "eos", "pad"):
        says[name] = getattr(tokenizer, "get_{}_token".format(name))()
        says[name + " id"] = getattr(tokenizer, "get_{}_token_id".format(name))()
    bare = genai.GenerationConfig()
    for name in DESCRIBED:
        if hasattr(bare, name):
            says[name], says["default " + name] = getattr(told, name), getattr(bare, name)
    return {"message": says}


def refuse(request):
    """Something that cannot be done; how that is told, or what comes of it all the same."""
    return {"message": lambda: attempt(lambda: REFUSALS[request["case"]](request))}


def attempt(function):
    """Return what `function` returns, or the error that it raises."""
    try:
        return function()
    except Unsayable as error:
        return {"no such setting": str(error)}
    except Exception as error:  # noqa: BLE001 - any refusal is an answer here
        words = said(error, engine.RUNNING["folder"]).split("\n\n")[0]
        return {"error": "{}: {}".format(type(error).__name__, words)}


def _template(request):
    messages = json.loads(request["messages"])
    return engine.render(messages, None)


def _folder(_request):
    genai.LLMPipeline("no-such-folder", "CPU")
    return "loaded"


REFUSALS = {
    "too-long": lambda request: engine.generate([3] * request["length"], 8),
    "folder": _folder,
    "after-end": lambda request: rows(request, {})[0],
    "option": lambda request: rows(request, options(request))[0],
    "guidance": lambda request: constrain(request)["output_ids"],
    "id": lambda request: engine.generate(request["ids"], 4),
    "template": _template,
}

OPERATIONS = {
    "batch": batch,
    "search": search,
    "again": again,
    "constrain": constrain,
    "proceed": proceed,
    "serve": serve,
    "pieces": pieces,
    "describe": describe,
    "refuse": refuse,
    **PARSING,
}
INSIDE = Inside(operations=OPERATIONS)
