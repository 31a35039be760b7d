"""What is asked of CTranslate2: answers and scores, batches, searches, cached prompts, refusals.

Each function of `OPERATIONS` takes a request, with prompts as ids, and returns values by link.
"""

import json
import os
import re

import ctranslate2
import numpy as np

OURS = "ctranslate2"  # whose options are meant, in requests that hold those of several
END = 2  # the id that ends a turn
TOP = 5  # candidates told at each generated token
DIGITS = 3  # of a score: kernels move the rest
SIGNATURES = "The following argument types"  # from there on an error lists what `describe` tells
RUNNING = {}


def load(folder):
    """Load the model and the names of its tokens from `folder`."""
    with open(os.path.join(folder, "vocabulary.json"), encoding="utf-8") as file:
        RUNNING["vocabulary"] = json.load(file)
    RUNNING["folder"] = folder
    RUNNING["generator"] = opened(folder)


def opened(folder):
    """Return a generator that computes on one thread, in float32."""
    return ctranslate2.Generator(
        folder, device="cpu", compute_type="float32", inter_threads=1, intra_threads=1
    )


def tokens(ids):
    """Return the names of `ids`."""
    return [RUNNING["vocabulary"][each] for each in ids]


def answer(prompts, limit, **options):
    """Return the results of `generate_batch`: greedy, without the prompt, with the end."""
    chosen = {
        "max_length": limit,
        "include_prompt_in_result": False,
        "end_token": [END],
        "return_end_token": True,
        "sampling_topk": 1,
    }
    chosen.update(options)
    rows = [tokens(ids) for ids in prompts]
    return RUNNING["generator"].generate_batch(rows, **chosen)


def generate(ids, limit):
    """Return the ids of a greedy answer, its end included."""
    return list(answer([ids], limit)[0].sequences_ids[0])


def logprobs(ids, limit):
    """Return `[{"id", "logprob", "top": [[id, logprob], ...]}]` of what `generate` returns.

    The whole is put in once more: a generation tells its own candidates since 4.4 only.
    """
    made = generate(ids, limit)
    told = RUNNING["generator"].forward_batch([tokens(ids + made)], return_log_probs=True)
    rows = np.array(told, dtype=np.float64)[0]
    return [_candidates(rows[len(ids) + at - 1], each) for at, each in enumerate(made)]


def _candidates(row, chosen):
    best = [int(each) for each in np.argsort(-row, kind="stable")[:TOP]]
    return {
        "id": chosen,
        "logprob": float(row[chosen]),
        "top": [[each, float(row[each])] for each in best],
    }


def pieces(ids, limit):
    """Return the tokens that a stream of the engine tells one by one."""
    steps = RUNNING["generator"].generate_tokens(
        tokens(ids), max_length=limit, sampling_topk=1, end_token=[END]
    )
    return [step.token for step in steps]


def batch(request):
    """Several prompts at once; each row must be what it is alone."""
    told = answer(request["prompts"], request["limit"], **(options(request) or {}))
    return {"output_ids": [list(each.sequences_ids[0]) for each in told]}


def options(request):
    """Return the options that a request has for this engine, or None."""
    return request.get("options", {}).get(OURS)


def rounded(score):
    """Return `score` to as many digits as kernels leave alone; nought has no sign."""
    return round(score, DIGITS) + 0.0


def search(request):
    """One prompt, searched or sampled with `options`; every hypothesis, and its score."""
    chosen = options(request)
    if chosen is None:
        return {}
    (told,) = answer(request["prompts"], request["limit"], return_scores=True, **chosen)
    return {
        "output_ids": [list(each) for each in told.sequences_ids],
        "message": {
            "scores": [rounded(each) for each in told.scores],
            "tokens": [list(each) for each in told.sequences],
        },
    }


def seeded(request):
    """One prompt sampled twice after the same seed, by a fresh worker each, which reads it once."""
    rows, kept = [], RUNNING["generator"]
    for _ in range(2):
        ctranslate2.set_random_seed(request["seed"])
        RUNNING["generator"] = opened(RUNNING["folder"])
        (told,) = answer(request["prompts"], request["limit"], **(options(request) or {}))
        rows.append(list(told.sequences_ids[0]))
    RUNNING["generator"] = kept
    return {"output_ids": rows, "message": {"repeats": rows[0] == rows[1]}}


def static(request):
    """Prompts whose first `keep` ids are the same and are cached, each asked `times` times."""
    rows = []
    for ids in request["prompts"]:
        for _ in range(request["times"]):
            kept = tokens(ids[: request["keep"]])
            told = answer([ids[request["keep"] :]], 400, static_prompt=kept)
            rows.append(list(told[0].sequences_ids[0]))
    return {"output_ids": rows}


def in_turn(request):
    """Several prompts one after another, each cut at its limit."""
    limits = request["limits"]
    return {"output_ids": [generate(ids, limits[at]) for at, ids in enumerate(request["prompts"])]}


def halted(request):
    """A generation that its callback ends after some ids, and the one after it."""
    heard = []

    def hear(step):
        heard.append(step.token_id)
        return len(heard) >= request["limit"]

    rows = [
        list(answer([ids], 60, callback=function)[0].sequences_ids[0])
        for ids, function in zip(request["prompts"], (hear, None))  # noqa: B905 - since 3.10
    ]
    return {"output_ids": rows, "stream": heard}


def quantized(request):
    """Answers of the weights in another kind of number, converted while loading."""
    kind = request["kind"]
    made = ctranslate2.Generator(
        RUNNING["folder"], device="cpu", compute_type=kind, inter_threads=1, intra_threads=1
    )
    kept, RUNNING["generator"] = RUNNING["generator"], made
    try:
        rows = [generate(ids, request["limit"]) for ids in request["prompts"]]
    finally:
        RUNNING["generator"] = kept
    return {"output_ids": rows, "message": {"kind": made.compute_type}}


def unfold(request):
    """Logits of each step, where a release returns them: their number and the best of each."""
    if "return_logits_vocab" not in ctranslate2.Generator.generate_batch.__doc__:
        return {}
    (told,) = answer(request["prompts"], request["limit"], return_logits_vocab=True)
    rows = [np.array(each, dtype=np.float64).reshape(-1) for each in told.logits[0]]
    best = [int(each.argmax()) for each in rows]
    top = [rounded(float(each.max())) for each in rows]
    return {"output_ids": [best], "message": {"sizes": [len(each) for each in rows], "top": top}}


def reload(request):
    """Answer, let the weights go, load them again, and answer the same."""
    generator, (ids,) = RUNNING["generator"], request["prompts"]
    if not hasattr(generator, "unload_model"):
        return {}
    rows = [generate(ids, 400)]
    generator.unload_model()
    loaded = [bool(getattr(generator, "model_is_loaded", False))]
    generator.load_model()
    rows.append(generate(ids, 400))
    return {"output_ids": rows, "message": {"loaded": loaded}}


def steps(request):
    """One prompt streamed: every step as the engine tells it, with its log-probability."""
    (ids,) = request["prompts"]
    told = RUNNING["generator"].generate_tokens(
        tokens(ids), max_length=request["limit"], sampling_topk=1, return_log_prob=True
    )
    rows = [
        {
            "step": each.step,
            "token": each.token,
            "id": each.token_id,
            "last": each.is_last,
            "batch": getattr(each, "batch_id", None),
            "logprob": None if each.log_prob is None else rounded(each.log_prob),
        }
        for each in told
    ]
    return {"stream": rows, "output_ids": [each["id"] for each in rows]}


def score(request):
    """Texts that are not generated but scored, several at once."""
    rows = [tokens(ids) for ids in request["prompts"]]
    told = RUNNING["generator"].score_batch(rows, **(options(request) or {}))
    return {
        "logprobs": [
            {
                "tokens": list(each.tokens),
                "logprobs": [round(one, DIGITS) for one in each.log_probs],
            }
            for each in told
        ]
    }


def shapes(request):
    """The shape of what a forward pass returns, for each of the prompts and for all at once."""
    generator = RUNNING["generator"]
    rows = [tokens(ids) for ids in request["prompts"]]
    told = [list(generator.forward_batch([row]).shape) for row in rows]
    whole = generator.forward_batch(rows)
    return {"message": {"alone": told, "together": list(whole.shape), "kind": str(whole.dtype)}}


def describe(_request):
    """What the engine says of itself."""
    generator = RUNNING["generator"]
    names = ("device", "device_index", "compute_type", "num_generators", "num_queued_batches")
    told = {name: getattr(generator, name) for name in names}
    told["parameters"] = re.findall(r"(\w+): ", generator.generate_batch.__doc__.partition("\n")[0])
    told["kinds"] = sorted(ctranslate2.get_supported_compute_types("cpu"))
    return {"message": told}


def refuse(request):
    """Something that cannot be done; how that is told, or what comes of it all the same."""
    case = request["case"]
    return {"message": _attempt(REFUSALS[case], request)} if case in REFUSALS else {}


def _attempt(function, request):
    try:
        return function(request)
    except Exception as error:  # noqa: BLE001 - any refusal is an answer here
        words = "{}: {}".format(type(error).__name__, error)
        return {"error": words.replace(RUNNING["folder"], "MODEL").partition(SIGNATURES)[0]}


def _option(request):
    chosen = options(request)
    if chosen is None:
        return None
    return [list(each) for each in answer(request["prompts"], 8, **chosen)[0].sequences_ids]


def _unknown(_request):
    """A token that is not in the vocabulary."""
    told = RUNNING["generator"].generate_batch([["no such token"]], max_length=4)
    return [list(each) for each in told[0].sequences_ids]


def _folder(_request):
    opened("no-such-folder")
    return "loaded"


REFUSALS = {
    "option": _option,
    "folder": _folder,
    "token": _unknown,
    "too-long": lambda request: generate([3] * request["length"], 8),
    "nothing": lambda _request: [list(each.sequences_ids[0]) for each in answer([[]], 8)],
    "no-prompts": lambda _request: len(answer([], 8)),
}
OPERATIONS = {
    "batch": batch,
    "search": search,
    "seeded": seeded,
    "static": static,
    "in-turn": in_turn,
    "halted": halted,
    "quantized": quantized,
    "unfold": unfold,
    "reload": reload,
    "steps": steps,
    "score": score,
    "shapes": shapes,
    "describe": describe,
    "refuse": refuse,
}
