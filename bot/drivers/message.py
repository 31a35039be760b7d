"""What reads the message that a proof expects: its fields, and no more.

A stranger should see what is compared. Where nothing is known of the message, the fields that all
engines tell are read, and what is not there is left out as `guest/chat.py` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import indent

from bot.core.model import Json, Link, Probe
from bot.drivers.answers import USAGE

_USUAL = ("role", "content", "reasoning", "tool_calls", "finish_reason")
MORE = ("refusal", "function_call", "annotations", "audio")
_THERE = frozenset({"role", "content", "finish_reason"})  # told even where nobody says them
_WHOLE = {
    "role": 'said.get("role")',
    "content": 'said.get("content")',
    "reasoning": 'said.get("reasoning_content") or said.get("reasoning")',
    "finish_reason": 'choice.get("finish_reason")',
    **{name: f'said.get("{name}")' for name in MORE},
}
_SAID = """said = choice.get("message") or {}
"""
_CALLS = """calls = [call.get("function") or {} for call in said.get("tool_calls") or []]
"""
_THOUGHTS = (  # the same of what is unknown, in fewer lines
    'thoughts = [each.get("reasoning_content") or each.get("reasoning") for each in deltas]\n',
    '"".join(filter(None, thoughts)) or None',
)
_JOINED = {
    "role": 'next((each["role"] for each in deltas[::-1] if each.get("role")), None)',
    "content": '"".join(each.get("content") or "" for each in deltas)',
    "finish_reason": '[each["finish_reason"] for each in choices if each.get("finish_reason")][-1]',
}
_SILENT = {  # the same where nobody may say it: what comes before, and the field
    "role": ("", _JOINED["role"]),
    "content": (
        'texts = [each["content"] for each in deltas if each.get("content") is not None]\n',
        '"".join(texts) if texts else None',
    ),
    "reasoning": (
        """thoughts = [each.get("reasoning_content", each.get("reasoning")) for each in deltas]
thoughts = [each for each in thoughts if each is not None]
""",
        '"".join(thoughts) if thoughts else None',
    ),
    "finish_reason": (
        'ends = [each["finish_reason"] for each in choices if each.get("finish_reason")]\n',
        "ends[-1] if ends else None",
    ),
}
DELTAS = """choices = [choice for event in events for choice in event.get("choices") or []]
"""
_OF_ONE = """choices = [choice for choice in every if (choice.get("index") or 0) == index]
"""
_DELTA = """deltas = [choice.get("delta") or {} for choice in choices]
"""
_PARTS = """calls = {}
for call in [call for delta in deltas for call in delta.get("tool_calls") or []]:
    whole = calls.setdefault(call.get("index", len(calls)), {})
    for name, part in (call.get("function") or {}).items():
        whole[name] = whole.get(name, "") + (part or "")
"""
_NULLS = (
    '        whole[name] = whole.get(name, "") + (part or "")\n',
    """        if part is not None:
            whole[name] = whole.get(name, "") + part
""",
)
_LAST = """answer = {"usage": [event["usage"] for event in events if event.get("usage")][-1]}
"""
_PARSED = """calls = [(call.get("name"), json.loads(call["arguments"])) for call in calls]
"""
_SORTED = """calls = [calls[index] for index in sorted(calls)]
"""
_BOTH = (
    'calls = [(calls[at].get("name"), json.loads(calls[at]["arguments"])) '
    "for at in sorted(calls)]\n"
)
_LIST = '[{"name": name, "arguments": told} for name, told in calls]'
_NAMED = '[{name: call.get(name) for name in ("name", "arguments")} for call in calls]'
_READ = """for call in calls:
    with contextlib.suppress(KeyError, TypeError, ValueError):
        call["arguments"] = json.loads(call["arguments"])
"""


def message(probe: Probe, *, streamed: bool) -> str:
    """Return what reads the message of an `answer`, or of the `events` of a stream.

    It reads the fields of the one that `probe` expects, or the usual ones where none is known.
    """
    look = probe.look(Link.MESSAGE)
    golden = look.golden if look else None
    if golden == {}:
        return 'seen = answer.get("choices") or {}\n'
    every = _every(golden)
    request = probe.request if isinstance(probe.request, dict) else {}
    several = len(every) > 1 or (not every and request.get("n") not in (None, 1))
    names = [name for name in (*_USUAL, *MORE) if any(name in each for each in every)]
    usual = [name for name in _USUAL if name != "tool_calls" or request.get("tools")]
    names = [name for name in names or usual if not streamed or name in _USUAL]
    absent = [name for name in names if name not in _THERE and not _said_by_all(every, name)]
    read = _streamed(every, names, several) if streamed else _answered(names, several)
    fields = {**_WHOLE, **(_joined(every) if streamed else _heard(every))}
    arguments = _arguments(every) if every else {True}
    if "tool_calls" in names:
        plain = _READ * (arguments != {False})
        ordered = _SORTED * streamed
        read += (_BOTH if streamed else _PARSED) if arguments == {True} else ordered + plain
    fields["tool_calls"] = _LIST if arguments == {True} else _NAMED
    if not all(_values(every, "tool_calls")):
        fields["tool_calls"] += " or None"
    told = "{\n" + "".join(f'    "{name}": {fields[name]},\n' for name in names) + "}"
    reads = "import contextlib\n" * (_READ in read)
    if not several:
        return f"{reads}{read}seen = {told}\n{_left_out('seen = ', 'seen', absent)}"
    one = f"told.append({told})\n{_left_out('told[-1] = ', 'told[-1]', absent)}"
    count = len(every) or 'len({choice.get("index") for choice in every})'
    loop = f"for index in range({count}):" if streamed else 'for choice in answer["choices"]:'
    before = DELTAS.replace("choices =", "every =", 1) * streamed
    inside = indent(read + one, "    ")
    return f'{reads}{before}told = []\n{loop}\n{inside}seen = {{**told[0], "more": told[1:]}}\n'


def counted(*, streamed: bool) -> str:
    """Return what reads the tokens counted in an `answer`, or in the `events` of a stream."""
    return _LAST * streamed + USAGE


def _left_out(start: str, place: str, names: Sequence[str]) -> str:
    """Leave out what is not there."""
    if not names:
        return ""
    which = f'name != "{names[0]}"' if len(names) == 1 else f"name not in {tuple(names)!r}"
    which = which.replace("'", '"')
    kept = f"{{name: each for name, each in {place}.items() if each is not None or {which}}}"
    return f"{start}{kept}\n"


def _every(golden: Json) -> list[Mapping[str, Json]]:
    """Return the choices of an expected message; none where it is no message."""
    if not isinstance(golden, dict):
        return []
    more = golden.get("more", [])
    first = {name: each for name, each in golden.items() if name != "more"}
    every: list[Mapping[str, Json]] = [first]
    every += [each for each in more if isinstance(each, dict)] if isinstance(more, list) else []
    return every if all(each.keys() <= {*_USUAL, *MORE} for each in every) else []


def _said_by_all(every: Sequence[Mapping[str, Json]], name: str) -> bool:
    return bool(every) and all(name in each for each in every)


def _values(every: Sequence[Mapping[str, Json]], name: str) -> list[Json]:
    """Return what is expected of a field, choice by choice; nothing known is None."""
    return [each.get(name) for each in every] or [None]


def _answered(names: Sequence[str], several: bool) -> str:
    first = "" if several else 'choice = answer["choices"][0]\n'
    said = _SAID * bool({*names} - {"finish_reason"})
    return first + said + _CALLS * ("tool_calls" in names)


def _streamed(
    every: Sequence[Mapping[str, Json]],
    names: Sequence[str],
    several: bool,
) -> str:
    before = "".join(_silent(every)[name][0] for name in _silent(every) if name in names)
    deltas = _DELTA * bool({*names} - {"finish_reason"})
    parts = _PARTS * ("tool_calls" in names)
    if any(call.get("arguments") is None for call in _calls(every)):
        parts = parts.replace(*_NULLS)
    return (_OF_ONE if several else DELTAS) + deltas + before + parts


def _silent(every: Sequence[Mapping[str, Json]]) -> dict[str, tuple[str, str]]:
    """Return how the fields are read that a choice may be without; of the unknown, the shortest."""
    names = [name for name in _SILENT if name == "reasoning" or not all(_values(every, name))]
    found = {name: _SILENT[name] for name in names if every or name != "finish_reason"}
    return found if every else {**found, "reasoning": _THOUGHTS}


def _heard(every: Sequence[Mapping[str, Json]]) -> dict[str, str]:
    """Return how thoughts are read that may be an empty text."""
    silent = not all(_values(every, "reasoning"))
    return {"reasoning": 'said.get("reasoning_content", said.get("reasoning"))'} if silent else {}


def _joined(every: Sequence[Mapping[str, Json]]) -> dict[str, str]:
    """Return how the fields are put together; what nobody says is none, and no empty text."""
    return {**_JOINED, **{name: field for name, (_, field) in _silent(every).items()}}


def _calls(every: Sequence[Mapping[str, Json]]) -> list[dict[str, Json]]:
    """Return the calls that are expected, of all choices."""
    calls = [each if isinstance(each, list) else [] for each in _values(every, "tool_calls")]
    return [call for each in calls for call in each if isinstance(call, dict)]


def _arguments(every: Sequence[Mapping[str, Json]]) -> set[bool]:
    """Return whether the arguments of calls are JSON: of some of them, of all, or of none."""
    return {not isinstance(call.get("arguments"), str | None) for call in _calls(every)}
