"""The template families use every construct that chat templates use, and mean what they say.

The lists are read off Jinja's own syntax tree. What is expected below was written by hand, so
that a fault of the reference does not become a golden.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jinja2 import nodes

from bot.suite.recipe.environment import environment
from bot.suite.recipe.rendered import rendered, source

SUITE = Path(str(files("bot"))) / "suite"
Case = dict[str, Any]

NODES = """Add And Assign AssignBlock Block Break Call CallBlock Compare Concat CondExpr Const
Continue Dict Div ExprStmt ExtensionAttribute Filter FilterBlock FloorDiv For Getattr Getitem If
Keyword List Macro Mod Mul NSRef Name Neg Not Operand Or Output Pair Pos Pow Scope
ScopedEvalContextModifier Slice Sub Template TemplateData Test Tuple With"""
FILTERS = """abs attr batch capitalize center count d default dictsort e escape filesizeformat first
float forceescape format groupby indent int items join last length list lower map max min pprint
reject rejectattr replace reverse round safe select selectattr slice sort string striptags sum
title tojson trim truncate unique upper urlencode urlize wordcount wordwrap xmlattr"""
TESTS = """boolean callable defined divisibleby eq equalto escaped even false filter float ge
greaterthan gt in integer iterable le lessthan lower lt mapping ne none number odd sameas sequence
string test true undefined upper"""
LOOP = """changed cycle depth depth0 first index index0 last length nextitem previtem revindex
revindex0"""
METHODS = """capitalize casefold center copy count encode endswith expandtabs find format get index
isalnum isalpha isdecimal isdigit islower isnumeric isspace isupper items join keys ljust lower
lstrip partition removeprefix removesuffix replace rfind rjust rpartition rsplit rstrip split
splitlines startswith strip swapcase title translate upper values zfill"""
GLOBALS = "cycler dict joiner namespace raise_exception range strftime_now"
MARKS = {  # what the tree does not hold any more: white space, comments and spelling
    "strip left": "{%-",
    "strip right": "-%}",
    "strip print": "{{-",
    "strip comment": "{#-",
    "keep indent": "{%+",
    "keep line": "+%}",
    "raw": "{% raw %}",
    "raw stripped": "{%- raw -%}",
    "comment": "{# ",
    "generation": "{% generation %}",
    "recursive": " recursive %}",
    "loop filter": " in messages if message",
    "loop else": "{% else %}",
    "call with arguments": "{% call(",
    "spread list": "(*[",
    "spread table": "**{",
    "negative slice": "[::-1]",
    "slice step": "[::2]",
    "item by number": "l.0",
    "is not": " is not ",
    "not in": " not in ",
    "carriage return": "\r\n",
    "unicode name": "größe",
    "elif": "{% elif ",
}
BY_HAND = {
    "arithmetic-floor": "3 -4 -4 3.0",
    "arithmetic-modulo": "1 2 -2 1.5",
    "arithmetic-precedence": "7 9 3 2 141",
    "compare-chain": "True False True True",
    "concat-kinds": "1a1.5NoneTrue[1]{'a': 1}",
    "filter-dictsort": "[('A', 2), ('b', 1), ('c', 0)] [('A', 2), ('b', 1)] "
    "[('b', 1), ('a', 2)] [('b', 1), ('a', 2)]",
    "filter-indent-text": "a\n> b",
    "filter-unique": "[1, 2, 'a'] ['b', 'B', 'a']",
    "generation-loop": "11--44",
    "globals-joiner": "a | b | c",
    "loop-break-else": "else|",
    "loop-continue": "01 23 45 ",
    "loop-index": "1/0/4/3/4;2/1/3/2/4;3/2/2/1/4;4/3/1/0/4;",
    "loop-recursive": "1(2(3)4)5",
    "loop-scope": "221",
    "macro-caller-arguments": "1a;2b;",
    "macro-defaults": "12None;13None;124;92None;",
    "macro-varargs": "1(2, 3){'x': 4}",
    "namespace-count": "6",
    "set-with-outer": "511",
    "slice-reverse": "[4, 3, 2, 1, 0] [3, 2, 1] cba [4, 2]",
    "space-both": "a\n    b\nc\nd\n1\ne",
    "space-none": "a\n  \n    b\n  \nc\n  \nd\n1\ne",
    "strftime-date": "2024-07-26 26 Jul 2024 July 26, 2024",
    "ternary-nested": "c",
    "text-think": "z a",
    "tojson-ascii": '{"b": [1, 1.0, 1.5, null, true, -0.0, 1e+16, 1e-07, 1e+22, '
    '12345678901234567890], "a": {"\\u00e9": "\\u65e5\\u672c \\ud83d\\udc4d\\ud83c\\udffd", '
    '"<b>": "&\'\\"\\\\/", "ctl": "\\u0000\\u001f\\u007f\\u2028\\n\\t\\r\\b\\f"}, "e": [], '
    '"o": {}, "10": 1, "9": 2}',
    "tojson-separators": '{"b":[1,1.0,1.5,null,true,-0.0,1e+16,1e-07,1e+22,'
    '12345678901234567890],"a":{"é":"日本 👍🏽","<b>":"&\'\\"\\\\/",'
    '"ctl":"\\u0000\\u001f\x7f\u2028\\n\\t\\r\\b\\f"},"e":[],"o":{},"10":1,"9":2}',
    "undefined-default": "[d] [e] [] [None] [d] [5]",
}


def cases(name: str) -> list[Case]:
    read: list[Case] = json.loads((SUITE / "templates" / name).read_text(encoding="utf-8"))
    return read


def goldens() -> dict[str, Case]:
    files = [SUITE / "goldens" / f"{name}.json" for name in ("template", "constructs")]
    return {
        name: golden
        for file in files
        for name, golden in json.loads(file.read_text(encoding="utf-8")).items()
    }


GOLDENS = goldens()
RENDERED = [*cases("cases.json"), *cases("constructs.json")]


def under(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from under(child)


@pytest.fixture(scope="module")
def trees() -> list[nodes.Node]:
    texts = {source(each): each for each in RENDERED}
    found = [environment(**each.get("options", {})).parse(text) for text, each in texts.items()]
    return [node for tree in found for node in under(tree)]


def test_every_node_filter_and_test_is_listed(trees: list[nodes.Node]) -> None:
    assert {type(node).__name__ for node in trees} == set(NODES.split())
    named = {node.name for node in trees if isinstance(node, nodes.Filter)}
    assert named == set(FILTERS.split())
    tested = {node.name for node in trees if isinstance(node, nodes.Test)}
    assert tested == set(TESTS.split())


def test_every_filter_and_test_of_the_reference_is_used() -> None:
    known = environment()
    unsteady = {"random"}
    spelled = {"!=", "<", "<=", "==", ">", ">="}  # other names, met in the arguments of filters
    assert set(known.filters) - unsteady <= set(FILTERS.split()) | {"count"}
    assert set(known.tests) - spelled <= set(TESTS.split())


def test_loop_methods_and_globals_are_used(trees: list[nodes.Node]) -> None:
    attributes = [node for node in trees if isinstance(node, nodes.Getattr)]
    of_loop = {
        node.attr
        for node in attributes
        if isinstance(node.node, nodes.Name) and node.node.name == "loop"
    }
    assert of_loop == set(LOOP.split())
    calls = [node.node for node in trees if isinstance(node, nodes.Call)]
    called = {node.attr for node in calls if isinstance(node, nodes.Getattr)}
    assert set(METHODS.split()) <= called
    assert set(GLOBALS.split()) <= {node.name for node in calls if isinstance(node, nodes.Name)}


def test_every_spelling_is_used() -> None:
    texts = {source(each) for each in RENDERED}
    unused = [name for name, mark in MARKS.items() if not any(mark in text for text in texts)]
    assert not unused


@pytest.mark.parametrize("name", BY_HAND)
def test_a_golden_is_what_a_person_expects(name: str) -> None:
    assert GOLDENS[f"constructs/{name}"] == {"prompt": BY_HAND[name]}


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    every = [*RENDERED, *cases("errors.json")]
    for name in ("cases.json", "constructs.json", "errors.json"):
        ids = [each["id"] for each in cases(name)]
        assert len(ids) == len(set(ids))
    assert len({each["template"] for each in cases("cases.json")}) >= 25
    assert len(every) >= 800


def test_a_golden_is_a_rendering_or_what_the_template_itself_refuses() -> None:
    sources = {each["id"]: source(each) for each in RENDERED}
    assert sources.keys() == {name.partition("/")[2] for name in GOLDENS}
    for name, golden in GOLDENS.items():
        if isinstance(golden["prompt"], dict):
            assert "raise_exception" in sources[name.partition("/")[2]], name


def test_the_recipe_renders_a_case_of_each_family_as_its_golden_says() -> None:
    for each, family in ((RENDERED[0], "template"), (RENDERED[-1], "constructs")):
        assert GOLDENS[f"{family}/{each['id']}"] == {"prompt": rendered(each)}


def test_what_may_be_asked_of_a_chat_is_a_chat() -> None:
    chats = [each for each in cases("cases.json") if each.get("chat")]
    assert len(chats) >= 60
    for each in chats:
        assert each["options"] == {"trim_blocks": True, "lstrip_blocks": True}
        assert each["context"]["messages"]
        for message in each["context"]["messages"]:
            assert isinstance(message["content"], str) or message["tool_calls"]
