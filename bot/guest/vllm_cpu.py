"""vLLM on the processor, called in this process and not served.

The operation `sample` of `engine` questions: `prompts`, `options` (arguments of `SamplingParams`),
and `schema`, which the answer must keep; its name has changed between releases.
"""

import os
from importlib import import_module

os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
os.environ["VLLM_NO_USAGE_STATS"] = "1"
os.environ["VLLM_ENABLE_V1_MULTIPROCESSING"] = "0"  # the engine dies with this process
os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")  # GiB
os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")

from guest.inside import LIMIT, Inside

vllm = import_module("vllm")  # the package is named otherwise
TOP = 5  # candidates told at each generated token
RUNNING = {}


def start(setup, chain):
    """Load the folder of `setup["config"]`, in float32 and without compiling."""
    RUNNING["engine"] = vllm.LLM(
        model=os.path.dirname(setup["config"]),
        dtype="float32",
        enforce_eager=True,
        max_model_len=setup.get("context", 1024),
        max_num_seqs=setup.get("slots", 4),
        seed=0,
    )
    RUNNING["tokenizer"] = RUNNING["engine"].get_tokenizer()
    chain.model = "tiny-chat"
    return {"vllm": vllm.__version__, "tokenizer": type(RUNNING["tokenizer"]).__name__}


def stop():
    """Let the engine go."""
    RUNNING.clear()


def answers(ask):
    """Name the links of a chat, an encoding, and of the operation."""
    return INSIDE.answers(ask)


def show(link, probe, chain):
    """Return the value at `link`."""
    return INSIDE.show(link, probe, chain)


def render(messages, tools):
    """Render by the template of the model's tokenizer, as the engine loaded it."""
    named = {"tools": tools} if tools else {}
    return RUNNING["tokenizer"].apply_chat_template(
        messages, tokenize=False, add_generation_prompt=True, **named
    )


def encode(text):
    """Return the ids of a text that already holds its special tokens."""
    return list(RUNNING["tokenizer"].encode(text, add_special_tokens=False))


def decode(ids):
    """Return the text of an answer, without special tokens."""
    return RUNNING["tokenizer"].decode(ids, skip_special_tokens=True)


def _asked(prompts, **options):
    told = vllm.SamplingParams(**options)
    return RUNNING["engine"].generate(prompts, told, use_tqdm=False)


def _greedy(ids, limit, **options):
    told = _asked([{"prompt_token_ids": ids}], temperature=0, max_tokens=limit, **options)
    return told[0].outputs[0]


def generate(ids, limit):
    """Return the generated ids, the end of the turn included."""
    return list(_greedy(ids, limit).token_ids)


def logprobs(ids, limit):
    """Return `[{"id", "logprob", "top": [[id, logprob], ...]}]`, in nats."""
    made = _greedy(ids, limit, logprobs=TOP)
    return [_scored(token, made.logprobs[at]) for at, token in enumerate(made.token_ids)]


def _scored(token, candidates):
    pairs = sorted(
        ([index, each.logprob] for index, each in candidates.items()), key=lambda pair: -pair[1]
    )
    return {"id": token, "logprob": candidates[token].logprob, "top": pairs[:TOP]}


def message(request, _events):
    """Ask by `LLM.chat`, which takes no tool calls or thoughts out of the text."""
    options = {"temperature": request.get("temperature", 0), "seed": request.get("seed")}
    options["max_tokens"] = request.get("max_tokens", request.get("max_completion_tokens", LIMIT))
    if request.get("stop"):
        options["stop"] = request["stop"]
    told = RUNNING["engine"].chat(
        request["messages"],
        vllm.SamplingParams(**options),
        tools=request.get("tools"),
        use_tqdm=False,
    )[0]
    made = told.outputs[0]
    said = {"role": "assistant", "content": made.text}
    return {
        "choices": [{"message": said, "finish_reason": made.finish_reason}],
        "usage": {
            "prompt_tokens": len(told.prompt_token_ids),
            "completion_tokens": len(made.token_ids),
        },
    }


def _sampled(request):
    options = dict(request.get("options", {}))
    if "schema" in request:
        options.update(_constraint(request["schema"]))
    told = _asked(request["prompts"], **options)
    made = [list(one.outputs) for one in told]
    return {
        "prompt_ids": [list(one.prompt_token_ids) for one in told],
        "output_ids": [[list(each.token_ids) for each in one] for one in made],
        "text": [[each.text for each in one] for one in made],
        "message": [[[each.finish_reason, each.stop_reason] for each in one] for one in made],
    }


def _constraint(schema):
    """Name the schema as this release does."""
    place = import_module("vllm.sampling_params")
    if hasattr(place, "StructuredOutputsParams"):
        return {"structured_outputs": place.StructuredOutputsParams(json=schema)}
    return {"guided_decoding": place.GuidedDecodingParams(json=schema)}


INSIDE = Inside(
    render=render,
    encode=encode,
    generate=generate,
    logprobs=logprobs,
    decode=decode,
    message=message,
    operations={"sample": _sampled},
)
