"""`pydantic` alone: the schemas that clients and harnesses hand on, and how answers are read.

The schema is what goes into a request, so it is told at that link; the value of the last answer is
the message. A refusal is told by its kinds and places.
"""

import importlib

import pydantic
from guest import typed
from guest.wire import NOT_EXPOSED


def start(_setup, _chain):
    """Return which release this is."""
    core = importlib.import_module("importlib.metadata").version
    return {"pydantic": pydantic.VERSION, "core": core("pydantic-core")}


def stop():
    """Nothing to stop."""


def answers(ask):
    """Name the links of a type: its schema, and a value of it."""
    return frozenset({"request", "message"}) if ask == "schema" else frozenset()


def show(link, probe, _chain):
    """Make the type, and its schema or its value."""
    asked = probe["request"]
    if asked["kind"] == "function":
        return NOT_EXPOSED
    made = typed.made(asked["source"], asked["name"])
    return _schema(made) if link == "request" else [_read(made, each) for each in asked["answer"]]


def _schema(made):
    """Return both schemas of a model: of what it reads and of what it writes."""
    make = getattr(made, "model_json_schema", None) or made.schema
    told = {"validation": make()}
    if hasattr(made, "model_json_schema"):
        told["serialization"] = made.model_json_schema(mode="serialization")
    return told


def _read(made, answer):
    """Return the value of an answer's text, how it is written again, or what is wrong with it."""
    text = _text(answer)
    read = getattr(made, "model_validate_json", None) or made.parse_raw
    write = "model_dump_json" if hasattr(made, "model_dump_json") else "json"
    try:
        value = read(text)
    except ValueError as error:
        return {"error": [_wrong(each) for each in error.errors()]}
    return {"value": typed.told(value), "text": getattr(value, write)()}


def _wrong(each):
    return {name: each[name] for name in ("type", "loc", "msg")}


def _text(answer):
    json = importlib.import_module("json")
    said = json.loads(answer["body"])["choices"][0]["message"]
    calls = said.get("tool_calls") or []
    return calls[0]["function"]["arguments"] if calls else said["content"]
