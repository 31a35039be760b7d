"""What a request of OpenAI's dialect is in the keywords of mistral.rs's request classes."""

import json

SAME = (
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "max_tokens",
    "frequency_penalty",
    "presence_penalty",
    "repetition_penalty",
    "logprobs",
    "top_logprobs",
    "reasoning_effort",
    "dry_multiplier",
    "dry_base",
    "dry_allowed_length",
    "ignore_eos",
)
RENAMED = {
    "max_completion_tokens": "max_tokens",
    "n": "n_choices",
    "repeat_penalty": "repetition_penalty",
}
UNHEARD = frozenset(
    {
        "messages",
        "model",
        "seed",
        "stream_options",
        "parallel_tool_calls",
        "user",
        "cache_prompt",
        "id_slot",
    }
)


class Unsayable(Exception):  # noqa: N818 - reads as what it is
    """The classes have no word for a part of the request."""


def keywords(request):
    """Return `request` in the keywords of the class. Raises `Unsayable`."""
    request = {name: value for name, value in request.items() if value is not None}
    words = {name: request[name] for name in SAME if name in request}
    words.update((word, request[name]) for name, word in RENAMED.items() if name in request)
    if request.get("stream"):
        words["stream"] = True
    if "stop" in request:
        stops = request["stop"]
        words["stop_seqs"] = [stops] if isinstance(stops, str) else stops
    for name, say in SAID.items():
        if name in request:
            words.update(say(request[name]))
    known = {*SAME, *RENAMED, *SAID, *UNHEARD, "stream", "stop"}
    if request.keys() - known or _samples(words):
        raise Unsayable(sorted(request.keys() - known))
    return words


def _samples(words):
    return words.get("temperature") and words.get("top_k") != 1


def _tools(tools):
    return {"tool_schemas": [json.dumps(tool, ensure_ascii=False) for tool in tools]}


def _choice(choice):
    if choice not in ("auto", "none"):
        raise Unsayable(choice)
    return {"tool_choice": "Auto" if choice == "auto" else "NoTools"}


def _format(told):
    if told["type"] == "text":
        return {}
    schema = told["json_schema"]["schema"] if "json_schema" in told else {"type": "object"}
    return {"grammar_type": "json_schema", "grammar": json.dumps(schema)}


def _bias(told):
    if not isinstance(told, dict):
        raise Unsayable(told)
    return {"logit_bias": {int(key): bias for key, bias in told.items()}}


def _thinking(told):
    if told.keys() - {"enable_thinking"}:
        raise Unsayable(sorted(told))
    return told


SAID = {
    "tools": _tools,
    "tool_choice": _choice,
    "response_format": _format,
    "chat_template_kwargs": _thinking,
    "logit_bias": _bias,
}
