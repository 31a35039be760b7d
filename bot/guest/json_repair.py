"""`json-repair`: what it makes of texts that are no JSON, as a model's answers often are."""

import importlib

import json_repair
from guest import parse


def start(_setup, _chain):
    """Return which release this is."""
    return {"json-repair": importlib.import_module("importlib.metadata").version("json-repair")}


def stop():
    """Nothing to stop."""


def _read(text):
    """Return the value, and the JSON that the text is repaired to."""
    return {
        "value": json_repair.loads(text),
        "text": json_repair.repair_json(text),
        "letters": json_repair.repair_json(text, ensure_ascii=False),
    }


def _in_pieces(text):
    """Return the value of each beginning of the text, as a stream brings it."""
    return [json_repair.loads(part) for part in parse.beginnings(text)]


PARSE = parse.Parse(_read, _in_pieces)
answers, show = PARSE.answers, PARSE.show
