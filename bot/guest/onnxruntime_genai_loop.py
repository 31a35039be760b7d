"""The loop around `Generator` that a user of onnxruntime-genai writes.

Releases before 0.6 take the prompt in the parameters and compute logits by a call of their own;
later ones append it to the generator. Generated ids are told as they come, the end of the turn
included.
"""

import json

import numpy as np
import onnxruntime_genai as og
from guest.wire import NOT_EXPOSED

CONTEXT = 1024  # ids of prompt and answer together
TOP = 5  # candidates told at each generated token
WORDS = frozenset({"messages", "tools", "add_generation_prompt"})  # what a template may use
OPTIONS = {"trim_blocks": True, "lstrip_blocks": True}  # the only ones that its templates know
RUNNING = {}


def load(folder):
    """Load model and tokenizer from `folder`."""
    model = og.Model(folder)
    RUNNING.update(folder=folder, model=model, tokenizer=og.Tokenizer(model))
    return model


def render(messages, tools=None, *, prompts=True, **template):
    """Return the prompt; the order of the arguments changed in 0.8 and in 0.9.

    `template` may hold a `template_str`, which takes the place of the tokenizer's own.
    """
    tokenizer, said = RUNNING["tokenizer"], json.dumps(messages)
    if tools is not None:
        template["tools"] = json.dumps(tools)
    return tokenizer.apply_chat_template(messages=said, add_generation_prompt=prompts, **template)


def show_template(request):
    """Render a template of the request, or say how it stopped.

    `NOT_EXPOSED` where it needs words that only a user of Jinja itself can put in, or tells the
    time: the clock of this engine cannot be set.
    """
    context, source = request["context"], request["source"]
    fit = WORDS.issuperset(context) and "messages" in context and "strftime_now" not in source
    if not fit or (request.get("options") or {}) != OPTIONS:
        return NOT_EXPOSED
    try:
        return render(
            context["messages"],
            context.get("tools"),
            prompts=bool(context.get("add_generation_prompt")),
            template_str=source,
        )
    except RuntimeError as error:
        # what follows is where the template stood, in words of the engine
        return {"error": str(error).partition(" at row ")[0]}


def encode(text):
    """Return the ids of `text`."""
    return [int(each) for each in RUNNING["tokenizer"].encode(text)]


def decode(ids):
    """Return the text of `ids`."""
    return RUNNING["tokenizer"].decode(np.array(ids, dtype=np.int32))


def parameters(longest, limit, **options):
    """Return greedy parameters with `options` on top, for `limit` ids after `longest` of them."""
    told = og.GeneratorParams(RUNNING["model"])
    told.set_search_options(**dict({"max_length": min(CONTEXT, longest + limit)}, **options))
    return told


def opened(rows, limit, guidance=None, **options):
    """Return a generator that was given `rows`, lists of ids of one length."""
    if len(rows) > 1 and hasattr(og.Generator, "append_tokens"):
        options["batch_size"] = len(rows)
    told = parameters(len(rows[0]), limit, **options)
    if guidance:
        told.set_guidance(*guidance)
    ids = np.array(rows, dtype=np.int32)
    if not hasattr(og.Generator, "append_tokens"):
        told.input_ids = ids
        return og.Generator(RUNNING["model"], told)
    made = og.Generator(RUNNING["model"], told)
    made.append_tokens(ids if len(rows) > 1 else ids[0])
    return made


def step(generator):
    """Generate one id for each row, and return them."""
    if hasattr(generator, "compute_logits"):
        generator.compute_logits()
    generator.generate_next_token()
    return [int(each) for each in generator.get_next_tokens()]


def finish(generator):
    """Go on to the end; returns the ids of each step."""
    found = []
    while not generator.is_done():
        found.append(step(generator))
    return found


def watched(generator):
    """Go on to the end; yields the logits before each step, and the ids that it chose."""
    while not generator.is_done():
        if hasattr(generator, "compute_logits"):
            generator.compute_logits()
        logits = np.array(generator.get_logits())
        generator.generate_next_token()
        yield logits, [int(each) for each in generator.get_next_tokens()]


def generate(ids, limit):
    """Return the ids of a greedy answer, its end included."""
    return [told[0] for told in finish(opened([ids], limit))]


def logprobs(ids, limit):
    """Return `[{"id", "logprob", "top": [[id, logprob], ...]}]`, one for each generated token."""
    return [_candidates(logits, told[0]) for logits, told in watched(opened([ids], limit))]


def _candidates(logits, chosen):
    row = np.asarray(logits, dtype=np.float64).reshape(-1, np.shape(logits)[-1])[-1]
    chances = row - row.max()
    chances = chances - np.log(np.exp(chances).sum())
    best = [int(each) for each in np.argsort(-chances, kind="stable")[:TOP]]
    return {
        "id": chosen,
        "logprob": float(chances[chosen]),
        "top": [[each, float(chances[each])] for each in best],
    }


def pieces(ids, limit):
    """Return the text of each generated id as a stream of the tokenizer tells it."""
    stream = RUNNING["tokenizer"].create_stream()
    return [stream.decode(each) for each in generate(ids, limit)]
