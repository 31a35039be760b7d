"""Make the cases of grammars: a schema or a pattern, and texts that it should let through or not.

    python -m bot.suite.recipe.grammars     # streams/grammars.json

The first text of each case is walked token by token; those after it are judged whole.
"""

from __future__ import annotations

import json
from typing import Any

from bot.suite.recipe.wires import STREAMS

INTEGER, STRING = {"type": "integer"}, {"type": "string"}
DECIMAL = r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$"


def one(schema: object, *required: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the schema of an object with the one property `a`, and others by name."""
    told = {"type": "object", "properties": {"a": schema, **more.pop("and_", {})}, **more}
    return {**told, "required": list(required or ("a",))}


SCHEMAS: dict[str, tuple[object, tuple[str, ...]]] = {
    "integer": (INTEGER, ("12", "-3", "0", "01", "1.0", "1e2", "+1")),
    "number": ({"type": "number"}, ("-1.5e+3", "0.5", ".5", "1.", "1E5", "NaN")),
    "string": (STRING, ('"é 東"', '"a\\n\\u00e9"', '"a\nb"', '"\\x"', '"a\\"b"', "'a'")),
    "boolean": ({"type": "boolean"}, ("true", "false", "True", "1")),
    "null": ({"type": "null"}, ("null", "None")),
    "any": ({}, ('{"a": [1, "x", null]}', "1", "true", "x")),
    "always": (True, ("1", "[]")),
    "never": (False, ("1",)),
    "object": (one(INTEGER), ('{"a": 1}', '{"a":1}', '{ "a" : 1 }', '{"a": 1, "b": 2}', "{}",
                              '{\n  "a": 1\n}', '{"a": "1"}')),
    "closed": (one(INTEGER, additionalProperties=False), ('{"a": 1}', '{"a": 1, "b": 2}')),
    "open": (one(INTEGER, additionalProperties=STRING), ('{"a": 1, "b": "x"}',
                                                         '{"a": 1, "b": 2}')),
    "optional": ({"type": "object", "properties": {"a": INTEGER, "b": STRING, "c": INTEGER},
                  "required": ["b"], "additionalProperties": False},
                 ('{"a": 1, "b": "x"}', '{"b": "x"}', '{"b": "x", "a": 1}', '{"a": 1}')),
    "none-required": ({"type": "object", "properties": {"a": INTEGER, "b": INTEGER},
                       "additionalProperties": False}, ("{}", '{"b": 1}', '{"b": 1, "a": 2}')),
    "no-properties": ({"type": "object"}, ('{"x": [1]}', "{}", "[]")),
    "required-only": ({"type": "object", "required": ["z"]}, ('{"z": 1}', "{}")),
    "array": ({"type": "array", "items": INTEGER}, ("[1, 2]", "[]", "[1,2]", '["x"]', "[1,]")),
    "array-bounds": ({"type": "array", "items": INTEGER, "minItems": 1, "maxItems": 2},
                     ("[1, 2]", "[]", "[1]", "[1, 2, 3]")),
    "array-any": ({"type": "array"}, ('[1, "x", {}]', "[]")),
    "unique": ({"type": "array", "items": INTEGER, "uniqueItems": True}, ("[1, 2]", "[1, 1]")),
    "prefix": ({"type": "array", "prefixItems": [INTEGER, STRING], "items": False},
               ('[1, "a"]', "[1]", '[1, "a", 2]', '["a", 1]')),
    "contains": ({"type": "array", "contains": INTEGER}, ("[1]", '["a"]')),
    "enum": ({"enum": ["a", "é", 3, None, True, {"b": 1}]}, ('"é"', "3", "null", '{"b": 1}',
                                                             '"b"')),
    "const": ({"const": "a b"}, ('"a b"', '"a"')),
    "const-object": ({"const": {"a": [1, 2]}}, ('{"a": [1, 2]}', '{"a":[1,2]}')),
    "types": ({"type": ["integer", "null", "string"]}, ("1", "null", '"x"', "true")),
    "any-of": ({"anyOf": [INTEGER, {"type": "array", "items": STRING}]}, ('["a"]', "1", "true")),
    "one-of": ({"oneOf": [{"const": "a"}, {"const": "b"}]}, ('"a"', '"c"')),
    "one-of-overlap": ({"oneOf": [INTEGER, {"type": "number"}]}, ("1", "1.5")),
    "all-of": ({"allOf": [one(INTEGER), one(INTEGER, and_={"b": STRING})]},
               ('{"a": 1, "b": "x"}', '{"a": 1}')),
    "all-of-one": ({"allOf": [{"$ref": "#/$defs/A"}], "$defs": {"A": INTEGER}}, ("1", '"x"')),
    "not": ({"not": INTEGER}, ('"x"', "1")),
    "if": ({"if": one({"const": 1}), "then": {"required": ["b"]}, "type": "object"},
           ('{"a": 1, "b": 2}', '{"a": 1}')),
    "ref": (one({"$ref": "#/$defs/A"}, **{"$defs": {"A": INTEGER}}), ('{"a": 1}', '{"a": "x"}')),
    "ref-beside": (one({"$ref": "#/$defs/A", "description": "d"}, **{"$defs": {"A": INTEGER}}),
                   ('{"a": 1}', '{"a": "x"}')),
    "ref-definitions": (one({"$ref": "#/definitions/A"}, definitions={"A": INTEGER}),
                        ('{"a": 1}',)),
    "ref-missing": ({"$ref": "#/$defs/B"}, ("1",)),
    "ref-outside": ({"$ref": "https://example.org/s.json"}, ("1",)),
    "tree": ({"$ref": "#/$defs/T", "$defs": {"T": {
        "type": "object", "additionalProperties": False, "required": ["v"],
        "properties": {"v": INTEGER, "c": {"type": "array", "items": {"$ref": "#/$defs/T"}}}}}},
             ('{"v": 1, "c": [{"v": 2}]}', '{"c": []}')),
    "minimum": ({"type": "integer", "minimum": 3, "maximum": 12}, ("7", "12", "2", "13", "-5")),
    "exclusive": ({"type": "integer", "exclusiveMinimum": 0}, ("1", "0")),
    "number-bounds": ({"type": "number", "minimum": 0, "maximum": 1}, ("0.5", "1", "1.5", "-0.1")),
    "multiple": ({"type": "integer", "multipleOf": 5}, ("10", "7")),
    "lengths": ({"type": "string", "minLength": 2, "maxLength": 3}, ('"ab"', '"東京"', '"a"',
                                                                     '"abcd"')),
    "pattern": ({"type": "string", "pattern": "^[a-c]+$"}, ('"abc"', '"abd"', '""')),
    "pattern-loose": ({"type": "string", "pattern": "b"}, ('"abc"', '"b"', '"a"')),
    "pattern-class": ({"type": "string", "pattern": r"^\d{2}\s\w$"}, ('"12 x"', '"1 x"')),
    "pattern-unicode": ({"type": "string", "pattern": "^é+$"}, ('"éé"', '"e"')),
    "pattern-escape": ({"type": "string", "pattern": '^"\\\\$'}, ('"\\"\\\\"', '"x"')),
    "pattern-look": ({"type": "string", "pattern": DECIMAL}, ('"1.5"', '"."')),
    "decimal": ({"anyOf": [{"type": "number"}, {"type": "string", "pattern": DECIMAL}]},
                ("1.5", '"1.5"')),
    "pattern-and-length": ({"type": "string", "pattern": "^a+$", "maxLength": 2}, ('"aa"',
                                                                                   '"aaa"')),
    "date": ({"type": "string", "format": "date"}, ('"2026-11-01"', '"2026-13-99"', '"x"')),
    "date-time": ({"type": "string", "format": "date-time"},
                  ('"2026-11-01T12:00:00Z"', '"2026-11-01"')),
    "time": ({"type": "string", "format": "time"}, ('"12:30:00Z"', '"12:30:00"', '"x"')),
    "duration": ({"type": "string", "format": "duration"}, ('"PT1H"', '"1h"')),
    "uuid": ({"type": "string", "format": "uuid"}, ('"01234567-89ab-cdef-0123-456789abcdef"',
                                                    '"x"')),
    "email": ({"type": "string", "format": "email"}, ('"a@b.org"', '"x"')),
    "uri": ({"type": "string", "format": "uri"}, ('"https://a.org/b"', '"x y"')),
    "ipv4": ({"type": "string", "format": "ipv4"}, ('"127.0.0.1"', '"999.0.0.1"')),
    "format-odd": ({"type": "string", "format": "odd"}, ('"x"',)),
    "property-counts": ({"type": "object", "minProperties": 1, "maxProperties": 1},
                        ('{"a": 1}', "{}", '{"a": 1, "b": 2}')),
    "pattern-properties": ({"type": "object", "patternProperties": {"^x": INTEGER},
                            "additionalProperties": False}, ('{"x1": 1}', '{"y": 1}')),
    "property-names": ({"type": "object", "propertyNames": {"pattern": "^a"}},
                       ('{"ab": 1}', '{"b": 1}')),
    "dependent": ({"type": "object", "dependentRequired": {"a": ["b"]}}, ('{"a": 1, "b": 2}',
                                                                         '{"a": 1}')),
    "key-odd": ({"type": "object", "properties": {'é "q"\n': INTEGER}, "required": ['é "q"\n'],
                 "additionalProperties": False}, ('{"é \\"q\\"\\n": 1}', "{}")),
    "titles": (one({**INTEGER, "title": "A", "default": 1, "examples": [2], "deprecated": True}),
               ('{"a": 1}',)),
    "unknown-word": (one({**INTEGER, "x-odd": 1}), ('{"a": 1}',)),
    "unknown-type": ({"type": "odd"}, ("1",)),
    "enum-empty": ({"enum": []}, ("1",)),
    "no-type": ({"properties": {"a": INTEGER}}, ('{"a": 1}', "5", '{"a": "x"}')),
    "nullable": (one({"anyOf": [STRING, {"type": "null"}], "default": None}),
                 ('{"a": null}', '{"a": "x"}')),
    "tool": ({"type": "object", "properties": {"name": {"const": "f"}, "arguments": one(STRING)},
              "required": ["name", "arguments"]}, ('{"name": "f", "arguments": {"a": "x"}}',)),
    "deep": (one(one(one(one(one(INTEGER))))), ('{"a": {"a": {"a": {"a": {"a": 1}}}}}',)),
    "wide": ({"type": "object", "properties": {f"p{n}": INTEGER for n in range(12)},
              "required": [], "additionalProperties": False}, ('{"p0": 1, "p11": 2}', "{}")),
}  # fmt: skip
REGEXES: dict[str, tuple[str, tuple[str, ...]]] = {
    "alternatives": ("(yes|no)", ("yes", "no", "maybe")),
    "repeats": ("a{2,3}b*", ("aab", "a", "aaaa")),
    "dot": ("a.c", ("abc", "aéc", "a\nc")),
    "classes": (r"[^a-c\d]+\s?", ("xyz ", "a", "1")),
    "unicode": ("東.", ("東京", "東")),
    "any-case": ("(?i)abc", ("aBc", "abd")),
    "anchors": ("^ab$", ("ab", "abc")),
    "look-ahead": ("a(?!b).", ("ac", "ab")),
    "back": (r"(a|b)\1", ("aa", "ab")),
    "words": (r"\bab\b", ("ab",)),
    "broken": ("a(b", ("ab",)),
    "empty": ("", ("", "a")),
    "property": (r"\p{Lu}+", ("ÉA", "a")),
}
LARKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "list": ('start: "[" NUM ("," NUM)* "]"\nNUM: /[0-9]+/', ("[1,22]", "[]", "[1,]")),
    "recursive": ('start: "(" start ")" | "x"', ("((x))", "x", "(x")),
    "ignore": ("start: A B\nA: /a+/\nB: /b+/\n%ignore / +/", ("aa bb", "aabb", "bb")),
    "json": ('start: "<tool>" j "</tool>"\nj: %json {"type": "integer"}', ("<tool>1</tool>",)),
    "broken": ("start: missing", ("x",)),
}


def main() -> None:
    """Write the cases."""
    cases: list[dict[str, object]] = []
    for key, table in (("schema", SCHEMAS), ("regex", REGEXES), ("lark", LARKS)):
        cases += [
            {"id": f"{key}-{name}", key: asked, "texts": list(texts)}
            for name, (asked, texts) in table.items()
        ]
    text = json.dumps(cases, ensure_ascii=True, indent=1) + "\n"
    (STREAMS / "grammars.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
