"""The cases of Python types, of which clients make the schemas of tools and of answers."""

from __future__ import annotations

from bot.suite.recipe.wires import Fields
from bot.suite.recipe.wires_other import chat, plain

TYPED: dict[str, str] = {
    "Plain": '{"name": "a", "count": 1, "share": 0.5, "ready": true}',
    "Optionals": '{"first": null, "third": "x"}',
    "Literals": '{"one": "search", "many": 3, "colour": "bleu é"}',
    "Nested": '{"city": {"name": "東京"}, "others": [{"name": "a", "people": 5}], "named": {}}',
    "Tree": '{"value": 1, "children": [{"value": 2}]}',
    "Bounds": '{"small": 1, "short": "abc", "few": [1], "pair": [1, "a"]}',
    "Money": '{"price": "1.50", "day": "2026-11-01", "at": "2026-11-01T12:00:00Z", '
    '"length": "PT1H"}',
    "Either": '{"pet": {"kind": "cat", "lives": 9}, "any_pet": {"kind": "dog", "good": true}}',
    "Named": '{"from": 1}',
    "Closed": '{"inner": {"name": "a"}}',
}
FUNCTIONS: dict[str, str] = {
    "get_weather": '{"city": "Paris", "days": 2}',
    "no_arguments": "{}",
    "undocumented": '{"a": "x"}',
    "every_type": '{"flag": true, "ratio": 0.5, "names": ["a"], "table": {"a": 1}, "choice": "b"}',
}


def schemas() -> list[Fields]:
    """Return Python types to make schemas of, as tools and as answers, and answers to them."""
    found: list[Fields] = []
    for name, arguments in {**TYPED, **FUNCTIONS}.items():
        kind = "function" if name in FUNCTIONS else "tool"
        found.append(typed(f"{kind}-{name}", name, kind, _called(name, arguments), chat()))
    for name, content in TYPED.items():
        found.append(typed(f"answer-{name}", name, "answer", chat(content)))
    fenced = {"fenced": "```json\n%s\n```", "chatty": "Sure! %s Done.", "cut": "%s"}
    for way, form in fenced.items():
        told = form % TYPED["Plain"]
        told = told[:-9] if way == "cut" else told
        found.append(typed(f"answer-{way}", "Plain", "answer", chat(told)))
    wrong = '{"name": 5, "count": "many", "share": "0.5"}'
    found.append(typed("answer-wrong", "Plain", "answer", chat(wrong), chat(TYPED["Plain"])))
    again = (_called("Plain", wrong), _called("Plain", TYPED["Plain"]))
    found.append(typed("tool-wrong", "Plain", "tool", *again))
    found.append(typed("tool-not-called", "Plain", "tool", chat("no"), again[1]))
    found.append(typed("tool-unknown", "Plain", "tool", _called("Plan", "{}"), again[1]))
    return found


def _called(name: str, arguments: str) -> Fields:
    call = {"id": "c1", "type": "function", "function": {"name": name, "arguments": arguments}}
    told = chat()
    told["choices"][0].update(finish_reason="tool_calls")
    told["choices"][0]["message"].update(content=None, tool_calls=[call])
    return told


def typed(name: str, made: str, kind: str, *answers: Fields) -> Fields:
    """Return the case of one type: a tool, a function or the whole answer."""
    ask = {"messages": [{"role": "user", "content": "é"}]}
    told = [plain(each) for each in answers]
    return {"id": name, "source": "types.txt", "name": made, "kind": kind, "request": ask,
            "answer": told, "raises": True}  # fmt: skip
