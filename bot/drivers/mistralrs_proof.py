"""What shows a link of mistral.rs in a proof: a request in its own words, and a plain reading."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.core.model import Json, Link, Probe
from bot.core.proof import python
from bot.drivers.encoding import TEXT
from bot.drivers.folder import known
from bot.drivers.message import DELTAS, message

_LOAD = """import os
os.environ.setdefault("RAYON_NUM_THREADS", "1")
import mistralrs

dtype = mistralrs.ModelDType.F32
runner = mistralrs.Runner({which})
"""
_PLAIN = "mistralrs.Which.Plain(str(HERE), mistralrs.Architecture.Llama, dtype=dtype)"
_GGUF = 'mistralrs.Which.GGUF(str(HERE), min(HERE.glob("*.gguf")).name, dtype=dtype)'
_SAME = (
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
    "stream",
)
_WORDS = {  # by the name in OpenAI's dialect: the name in this engine's, and the value
    **{name: (name, f'REQUEST["{name}"]') for name in _SAME},
    "max_completion_tokens": ("max_tokens", 'REQUEST["max_completion_tokens"]'),
    "n": ("n_choices", 'REQUEST["n"]'),
    "repeat_penalty": ("repetition_penalty", 'REQUEST["repeat_penalty"]'),
    "stop": ("stop_seqs", 'REQUEST["stop"]'),
    "tools": (
        "tool_schemas",
        '[json.dumps(tool, ensure_ascii=False) for tool in REQUEST["tools"]]',
    ),
    "tool_choice": (
        "tool_choice",
        (
            '{"auto": mistralrs.ToolChoice.Auto, "none": mistralrs.ToolChoice.NoTools}'
            '[REQUEST["tool_choice"]]'
        ),
    ),
    "logit_bias": (
        "logit_bias",
        '{int(each): bias for each, bias in REQUEST["logit_bias"].items()}',
    ),
}
_UNHEARD = frozenset(
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
_WIDE = 96
_NOT_COMPLETED = frozenset({"tools", "tool_choice", "logprobs", "top_logprobs", "stream"})
_GRAMMARS = {"json_schema": "json_schema", "regex": "regex", "lark_grammar": "lark"}

_CHAT = """words = {words}
asked = mistralrs.ChatCompletionRequest(model="default", messages=REQUEST["messages"], **words)
answer = runner.send_chat_completion_request(asked)
"""
_COMPLETE = """words = {words}
asked = mistralrs.CompletionRequest(model="default", prompt={prompt}, **words)
seen = {seen}
"""
_ANSWER = "runner.send_completion_request(asked).choices[0].text"
_SAID = """def plain(said):
    names = ("role", "content", "reasoning_content")
    return {name: getattr(said, name) for name in names if hasattr(said, name)}


"""
_SAID_OR_CALLED = """def plain(said):
    names = ("role", "content", "reasoning_content")
    found = {name: getattr(said, name) for name in names if hasattr(said, name)}
    for at, call in enumerate(getattr(said, "tool_calls", None) or []):
        function = {"name": call.function.name, "arguments": call.function.arguments}
        call = {"index": getattr(call, "index", at), "function": function}
        found.setdefault("tool_calls", []).append(call)
    return found


"""
_EVENTS = """events = []
for chunk in answer:
    choices = [
        {"index": each.index, "delta": plain(each.delta), "finish_reason": each.finish_reason}
        for each in chunk.choices
    ]
    events.append({"choices": choices})
    if getattr(chunk, "usage", None):
        names = ("prompt_tokens", "completion_tokens", "total_tokens")
        events[-1]["usage"] = {name: getattr(chunk.usage, name) for name in names}
seen = events
"""
_CHOICES = """choices = []
for each in {choices}:
    said = {{name: getattr(each.{said}, name, None) for name in {names}}}
{calls}    choices.append({choice})
{whole}"""
_CHOICE = '{"index": each.index, "%s": said, "finish_reason": each.finish_reason}'
_CALLED = """    for at, call in enumerate(getattr(each.{said}, "tool_calls", None) or []):
        told = {{"name": call.function.name, "arguments": call.function.arguments}}
        told = {{"index": getattr(call, "index", at), "function": told}}
        said.setdefault("tool_calls", []).append(told)
"""
_COUNTED = """counts = getattr(answer, "usage", None)
"""
_LAST = """counts = [None, *filter(None, [getattr(chunk, "usage", None) for chunk in answer])][-1]
"""
_USAGE = """names = ("prompt_tokens", "completion_tokens", "total_tokens")
seen = {name: getattr(counts, name, None) for name in names}
"""
_ENTRIES = """told = answer.choices[0].logprobs
entries = list(told.content or []) if told else []
"""
_SCORES = """told = json.loads((HERE / "tokenizer.json").read_text(encoding="utf-8"))
ids = {added["content"]: added["id"] for added in told["added_tokens"]}
seen = []
for each in entries:
    alike = [top.token for top in each.top_logprobs if top.bytes == each.token]
    place = alike[0] if alike else ids.get(each.token, -1)
    top = [[one.token, one.logprob] for one in each.top_logprobs]
    seen.append({"id": place, "logprob": each.logprob, "top": top})
"""
_NUMBERS = """told = json.dumps(seen)
seen = json.loads(told, parse_constant=lambda each: {"$": str(float(each))})
"""
_TOKENS = """seen = [
    {"token": each.token, "bytes": list(each.bytes or []), "top": len(each.top_logprobs)}
    for each in entries
]
"""
_REQUEST = """import re

words = {words}
seen = dict(words, messages=REQUEST["messages"])
if "tool_choice" in words:
    seen["tool_choice"] = {{"auto": "Auto", "none": "NoTools"}}[REQUEST["tool_choice"]]
try:
    mistralrs.ChatCompletionRequest(model="default", messages=REQUEST["messages"], **words)
except TypeError as error:
    said = re.split(r"\\n\\s*0: | to '(?=Union|Either)", str(error))[0].rstrip()
    seen["refused"] = f"TypeError: {{said}}"
"""
_TOKENIZE = """takes = "enable_thinking" in (runner.tokenize_text.__text_signature__ or "")
thinking = {{"enable_thinking": None}} if takes else {{}}
ids = list(runner.tokenize_text({text}, add_special_tokens=False, **thinking))
"""
_DETOKENIZE = "seen = runner.detokenize_text({ids}, skip_special_tokens=False)\n"


def from_safetensors(probe: Probe, link: Link) -> str:
    """Show `link` of an engine that read the folder of the proof."""
    return _show(probe, link, _LOAD.format(which=_PLAIN))


def from_gguf(probe: Probe, link: Link) -> str:
    """Show `link` of an engine that read the one GGUF file beside the proof."""
    return _show(probe, link, _LOAD.format(which=_GGUF))


def _show(probe: Probe, link: Link, load: str) -> str:
    request = probe.request if isinstance(probe.request, dict) else {}
    if probe.ask == "encode":
        return _encode(request, link, load)
    if probe.ask == "engine" and link is Link.TEXT:
        return _constrain(request, load)
    if probe.ask not in {"chat", "scored"} or _words(request) is None:
        return ""
    if link is Link.PROMPT_IDS or (probe.ask, link) == ("chat", Link.TEXT):
        return _known(probe, request, link, load)
    return _chat(probe, request, link, load)


def _words(request: Mapping[str, Json]) -> dict[str, str] | None:
    """Return the request's own fields as keywords of the engine; None where it has no word."""
    asked = {name: each for name, each in request.items() if each is not None}
    told = {name: _WORDS[name] for name in asked if name in _WORDS}
    words = dict(told.values())
    if isinstance(asked.get("stop"), str):
        words["stop_seqs"] = '[REQUEST["stop"]]'
    more = {"response_format": _format, "chat_template_kwargs": _thinking}
    for name in more.keys() & asked.keys():
        words |= more[name](asked[name])
    if asked.get("stream") is False:
        del words["stream"]
    sampled = asked.get("temperature") and asked.get("top_k") != 1
    odd = asked.keys() - _WORDS.keys() - _UNHEARD - more.keys()
    choice = asked.get("tool_choice", "auto") not in ("auto", "none")
    thinks = asked.get("chat_template_kwargs") or {}
    other = not isinstance(thinks, dict) or thinks.keys() - {"enable_thinking"}
    return None if sampled or odd or choice or other else words


def _format(told: Json) -> dict[str, str]:
    if not isinstance(told, dict) or told.get("type") == "text":
        return {}
    place = 'REQUEST["response_format"]["json_schema"]["schema"]'
    schema = place if "json_schema" in told else '{"type": "object"}'
    return {"grammar_type": '"json_schema"', "grammar": f"json.dumps({schema})"}


def _thinking(told: Json) -> dict[str, str]:
    asked = told if isinstance(told, dict) else {}
    return {name: repr(each) for name, each in asked.items() if name == "enable_thinking"}


def _written(words: Mapping[str, str]) -> str:
    """Write keywords as the table that a request is made of."""
    line = "{" + ", ".join(f'"{name}": {value}' for name, value in words.items()) + "}"
    if len(line) <= _WIDE:
        return line
    lines = [""]
    for name, value in words.items():
        pair = f'"{name}": {value},'
        if len(lines[-1]) + len(pair) > _WIDE:
            lines.append("")
        lines[-1] += f" {pair}" if lines[-1] else f"    {pair}"
    return "\n".join(("{", *lines, "}"))


def _chat(probe: Probe, request: Mapping[str, Json], link: Link, load: str) -> str:
    words, streamed = _words(request) or {}, bool(request.get("stream"))
    if link is Link.LOGPROBS or (probe.ask, link) == ("scored", Link.TEXT):
        scored = {**words, "logprobs": "True"}
        scored["top_logprobs"] = str(request.get("top_logprobs") or 5)
        scored.pop("stream", None)
        seen = _ENTRIES + (_scores(probe) if link is Link.LOGPROBS else _TOKENS)
        return load + _CHAT.format(words=_written(scored)) + seen
    sent = _CHAT.format(words=_written(words))
    if link is Link.REQUEST:
        return load + _REQUEST.format(words=_written(words))
    if link is Link.USAGE:
        return load + sent + (_LAST if streamed else _COUNTED) + _USAGE
    if link is Link.STREAM:
        return load + _plain(probe, link) + sent + _EVENTS if streamed else ""
    if link is not Link.MESSAGE:
        return ""
    return load + sent + _message(probe, streamed=streamed)


def _message(probe: Probe, *, streamed: bool) -> str:
    """Turn what the engine returns into plain fields, and read what is expected of them."""
    read = message(probe, streamed=streamed)
    calls = _CALLED if "tool_calls" in read else ""
    if streamed:
        pieces, said = "[each for chunk in answer for each in chunk.choices]", "delta"
        whole = "" if read.startswith(DELTAS) else 'events = [{"choices": choices}]\n'
        read = read.removeprefix(DELTAS)
    else:
        pieces, said = "answer.choices", "message"
        whole = 'answer = {"choices": choices}\n'
    names = ("role", "content", "reasoning_content") if "reasoning" in read else ("role", "content")
    calls = calls.format(said=said)
    told = _CHOICES.format(
        choices=pieces,
        said=said,
        names=python(list(names)),
        calls=calls,
        choice=_CHOICE % said,
        whole=whole,
    )
    return told + read


def _plain(probe: Probe, link: Link) -> str:
    """Return what reads a message or a part of one; calls where they may be expected."""
    look = probe.look(link)
    golden = look.golden if look else None
    called = golden is None or "tool_calls" in json.dumps(golden)
    return _SAID_OR_CALLED if called else _SAID


def _scores(probe: Probe) -> str:
    """Return what reads the scores, with numbers that are none where they may be expected."""
    look = probe.look(Link.LOGPROBS)
    golden = look.golden if look else None
    return _SCORES + _NUMBERS * (golden is None or '"$"' in json.dumps(golden))


def _known(probe: Probe, request: Mapping[str, Json], link: Link, load: str) -> str:
    """Tokenize or complete the prompt that stands in the proof: the engine tells none."""
    prompt = known(probe, Link.PROMPT)
    if prompt is None:
        return ""
    if link is Link.PROMPT_IDS:
        return load + _TOKENIZE.format(text=repr(prompt)) + "seen = ids\n"
    plain = {name: each for name, each in request.items() if name not in _NOT_COMPLETED}
    words = _written(_words(plain) or {})
    return load + _COMPLETE.format(words=words, prompt=repr(prompt), seen=_ANSWER)


def _encode(request: Mapping[str, Json], link: Link, load: str) -> str:
    """Tokenize a text, or tell what ids are read as."""
    if link not in {Link.PROMPT_IDS, Link.TEXT} or not request.keys() <= {"text", "ids"}:
        return ""
    if link is Link.TEXT and "ids" in request:
        return load + _DETOKENIZE.format(ids='REQUEST["ids"]')
    text = TEXT + _TOKENIZE.format(text="text")
    seen = "seen = ids\n" if link is Link.PROMPT_IDS else _DETOKENIZE.format(ids="ids")
    return "import base64\n" + load + text + seen


def _constrain(request: Mapping[str, Json], load: str) -> str:
    """Complete a prompt under a schema, an expression or a grammar."""
    guidance = request.get("guidance")
    if request.get("operation") != "constrain" or not isinstance(guidance, list):
        return ""
    words = {
        "grammar_type": repr(_GRAMMARS[str(guidance[0])]),
        "grammar": 'REQUEST["guidance"][1]',
        "temperature": "0",
        "max_tokens": 'REQUEST["limit"]',
    }
    prompt, seen = 'REQUEST["texts"][0]', f"[{_ANSWER}]"
    return load + _COMPLETE.format(words=_written(words), prompt=prompt, seen=seen)
