"""The `transformers` library with torch: the reference for what a model answers.

The tokenizer half is that of `guest/transformers.py`. A message is what decoding gives: the
library takes no tool calls or thoughts out of it. The operation `generate` of `engine` questions:

    prompts     texts, each continued; several are one batch, padded on the left
    options     arguments of `generate`, as they stand
    helper      true: the model itself helps as `assistant_model`
    seed        of the random numbers (default 0)
    repeat      how often it is asked in a row (default 1); the last answer is told
    scores      true: sums of scores are told at `logprobs`, rounded to 4 places

and `cache`: a prompt whose state is kept and then continued by `more`.
"""

from importlib import import_module

from guest import transformers as light
from guest.inside import LIMIT, Inside

torch = import_module("torch")  # what is named after the library alone imports it
library = light.transformers
TOP = 5  # candidates told at each generated token
RUNNING = {}
DEVICES = {"cuda": "cuda", "rocm": "cuda", "metal": "mps"}  # torch's words for our backends


def start(setup, chain):
    """Load tokenizer and weights from the folder; one thread, float32, on the backend's device."""
    says = light.start(setup, chain)
    light.RUNNING["tokenizer"].padding_side = "left"
    torch.set_num_threads(setup.get("threads", 1))
    RUNNING["model"] = library.AutoModelForCausalLM.from_pretrained(light.RUNNING["folder"]).eval()
    RUNNING["model"].to(DEVICES.get(setup.get("backend"), "cpu"))
    chain.model = "tiny-chat"
    dtype = str(RUNNING["model"].dtype)
    told = {"torch": torch.__version__, "threads": torch.get_num_threads()}
    return dict(says, dtype=dtype, device=_device(), **told)


def _device():
    """Say where the weights are, in our words for it, and what torch calls that device."""
    where = next(RUNNING["model"].parameters()).device
    if where.type == "cuda":
        name = "rocm" if torch.version.hip else "cuda"
        return "{}: {}".format(name, torch.cuda.get_device_name(where))
    return "metal: {}".format(where) if where.type == "mps" else where.type


def stop():
    """Let the model go."""
    RUNNING.clear()
    light.stop()


def answers(ask):
    """Name the links of a chat, an encoding, and of the operations."""
    return INSIDE.answers(ask)


def show(link, probe, chain):
    """Return the value at `link`; the prompt is rendered as the light half does."""
    if probe["ask"] == "chat" and link == "prompt":
        return light.render(probe["request"])
    return INSIDE.show(link, probe, chain)


def _asked(ids, limit, **options):
    given = _there(ids)
    with torch.no_grad():
        return RUNNING["model"].generate(
            given,
            attention_mask=torch.ones_like(given),
            do_sample=False,
            max_new_tokens=limit,
            **options,
        )


def _there(ids):
    """Return a batch of one row of ids, where the model is."""
    return torch.tensor([ids]).to(RUNNING["model"].device)


def generate(ids, limit):
    """Return the generated ids, the end of the turn included."""
    return _asked(ids, limit)[0][len(ids) :].tolist()


def logprobs(ids, limit):
    """Return `[{"id", "logprob", "top": [[id, logprob], ...]}]` of the raw scores, in nats."""
    told = _asked(ids, limit, output_logits=True, return_dict_in_generate=True)
    chosen = told.sequences[0][len(ids) :].tolist()
    return [_scored(token, row[0]) for token, row in _together(chosen, told.logits)]


def _together(ones, others):
    return zip(ones, others)  # noqa: B905 - Python 3.8 has no other


def _scored(token, row):
    sure = torch.log_softmax(row.float(), dim=-1)
    top = torch.topk(sure, TOP)
    pairs = [
        [index, value] for index, value in _together(top.indices.tolist(), top.values.tolist())
    ]
    return {"id": token, "logprob": sure[token].item(), "top": pairs}


def decode(ids):
    """Return the text of an answer, without special tokens."""
    return light.RUNNING["tokenizer"].decode(ids, skip_special_tokens=True)


class Pieces(library.TextStreamer):
    """Keeps what a streamer would print."""

    def __init__(self, tokenizer):
        """Leave out the prompt and special tokens, as an application does."""
        super().__init__(tokenizer, skip_prompt=True, skip_special_tokens=True)
        self.told = []

    def on_finalized_text(self, text, stream_end=False):  # noqa: FBT002 - as the library has it
        """Take a piece."""
        self.told.append({"text": text, "end": stream_end})


def message(request, events):
    """Generate, stream where that is asked for, and tell it as a chat completion."""
    ids = light.encode(light.render(request))
    limit = request.get("max_tokens", request.get("max_completion_tokens", LIMIT))
    if request.get("stream"):
        streamer = Pieces(light.RUNNING["tokenizer"])
        made = _asked(ids, limit, streamer=streamer)[0][len(ids) :].tolist()
        events.extend(_event(each) for each in streamer.told)
        text = "".join(each["text"] for each in streamer.told)
    else:
        made = generate(ids, limit)
        text = decode(made)
    ends = RUNNING["model"].generation_config.eos_token_id
    ended = made[-1:] == [ends] or (isinstance(ends, list) and made[-1:] and made[-1] in ends)
    said = {"role": "assistant", "content": text}
    return {
        "choices": [{"message": said, "finish_reason": "stop" if ended else "length"}],
        "usage": {"prompt_tokens": len(ids), "completion_tokens": len(made)},
    }


def _event(piece):
    choice = {"delta": {"content": piece["text"]}, "end": piece["end"]}
    return {"choices": [choice]}


# --- operations ----------------------------------------------------------------------------------


def _generated(request):
    tokenizer = light.RUNNING["tokenizer"]
    asked = tokenizer(request["prompts"], return_tensors="pt", padding=True)
    asked = asked.to(RUNNING["model"].device)
    asked.pop("token_type_ids", None)
    options = dict(request.get("options", {}))
    if request.get("helper"):
        options["assistant_model"] = RUNNING["model"]
    if "stop_strings" in options or "token_healing" in options:
        options["tokenizer"] = tokenizer
    if request.get("scores"):
        options.update(output_scores=True, return_dict_in_generate=True)
    for _ in range(request.get("repeat", 1)):
        torch.manual_seed(request.get("seed", 0))
        with torch.no_grad():
            told = RUNNING["model"].generate(**asked, **options)
    rows = told.sequences if request.get("scores") else told
    made = [row[asked["input_ids"].shape[1] :].tolist() for row in rows]
    return {
        "output_ids": made,
        "text": lambda: [tokenizer.decode(row) for row in made],
        "logprobs": lambda: _sums(told) if request.get("scores") else None,
    }


def _sums(told):
    scores = getattr(told, "sequences_scores", None)
    return {
        "fields": sorted(told.keys()),
        "sequences": None if scores is None else [round(each, 4) for each in scores.tolist()],
        "best": [[round(value, 4) for value in row.max(-1).values.tolist()] for row in told.scores],
    }


def _kept(request):
    """Continue a prompt from the state that its first reading left."""
    first = _there(light.encode(request["prompt"]))
    more = _there(light.encode(request["more"]))
    whole = torch.cat([first, more], dim=1)
    with torch.no_grad():
        state = RUNNING["model"](first, use_cache=True).past_key_values
        made = RUNNING["model"].generate(
            whole,
            attention_mask=torch.ones_like(whole),
            past_key_values=state,
            **request.get("options", {}),
        )
    return {
        "output_ids": made[0][whole.shape[1] :].tolist(),
        "text": type(state).__name__,
    }


def _forward(request):
    """Read a prompt once: the shapes and the likeliest next token."""
    ids = _there(light.encode(request["prompt"]))
    with torch.no_grad():
        told = RUNNING["model"](ids, **request.get("options", {}))
    if isinstance(told, tuple):
        return {"logprobs": {"parts": len(told), "shape": list(told[0].shape)}}
    return {
        "logprobs": {
            "fields": sorted(told.keys()),
            "shape": list(told.logits.shape),
            "type": str(told.logits.dtype),
            "best": _scored(told.logits[0, -1].argmax().item(), told.logits[0, -1]),
        }
    }


def _piped(request):
    """Ask through `pipeline`, as most first programs do."""
    pipe = library.pipeline(
        request.get("task", "text-generation"),
        model=RUNNING["model"],
        tokenizer=light.RUNNING["tokenizer"],
    )
    torch.manual_seed(0)  # a pipeline may sample where nobody said so
    return {"message": light.steps.told(pipe(request["input"], **request.get("options", {})))}


INSIDE = Inside(
    render=light.render,
    encode=light.encode,
    generate=generate,
    logprobs=logprobs,
    decode=decode,
    message=message,
    operations={"generate": _generated, "cache": _kept, "forward": _forward, "pipeline": _piped},
)
