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
os.environ.setdefault("VLLM_CPU_OMP_THREADS_BIND", "nobind")  # cells that share a machine
os.environ.setdefault("OMP_NUM_THREADS", "1")  # would fight for its first core
os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")

from guest.inside import LIMIT, Inside

vllm = import_module("vllm")  # the package is named otherwise
TOP = 5  # candidates told at each generated token
RUNNING = {}


def start(setup, chain):
    """Load the folder of `setup["config"]`, in float32 and without compiling.

    The model's class is named here, or the engine imports all of itself in one more process only
    to look at it, and doubles what a start costs.
    """
    llama = import_module("vllm.model_executor.models.llama").LlamaForCausalLM
    vllm.ModelRegistry.register_model("LlamaForCausalLM", llama)
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
    """Ask by `LLM.chat`, and take thoughts and calls out of its text as its server does."""
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
    said = _parsed(made.text, request)
    finish = "tool_calls" if said.get("tool_calls") else made.finish_reason
    return {
        "choices": [{"message": said, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": len(told.prompt_token_ids),
            "completion_tokens": len(made.token_ids),
        },
    }


def _parsed(text, request):
    """Ask the engine's parsers for the tags that the model writes; their names have changed."""
    said, tokenizer = {"role": "assistant", "content": text}, RUNNING["tokenizer"]
    if "<think>" in text:  # this parser takes a text without tags for one long thought
        manager = import_module("vllm.reasoning").ReasoningParserManager
        parser = manager.get_reasoning_parser("deepseek_r1")(tokenizer)
        extract = getattr(parser, "extract_reasoning", None) or parser.extract_reasoning_content
        said["reasoning"], said["content"] = extract(text, request)
    if request.get("tools"):
        parser = _tool_parsers().get_tool_parser("hermes")(tokenizer)
        told = parser.extract_tool_calls(said["content"] or "", request)
        calls = [each.function for each in told.tool_calls]
        said["content"] = told.content
        said["tool_calls"] = [
            {"function": {"name": each.name, "arguments": each.arguments}} for each in calls
        ]
    return said


def _tool_parsers():
    try:
        return import_module("vllm.tool_parsers").ToolParserManager
    except ImportError:
        return import_module("vllm.entrypoints.openai.tool_parsers").ToolParserManager


def _sampled(request):
    options = dict(request.get("options", {}))
    if "logit_bias" in options:  # JSON has no other keys than texts
        options["logit_bias"] = {int(at): bias for at, bias in options["logit_bias"].items()}
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
