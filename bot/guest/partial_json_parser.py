"""`partial-json-parser`: the value of JSON that has not ended yet, for each kind it may allow."""

import importlib

import partial_json_parser
from guest import parse

KINDS = ("ALL", "COLLECTION", "STR", "NUM", "ATOM", "OBJ", "ARR")


def start(_setup, _chain):
    """Return which release this is."""
    metadata = importlib.import_module("importlib.metadata")
    return {"partial-json-parser": metadata.version("partial-json-parser")}


def stop():
    """Nothing to stop."""


def _read(text):
    """Return the value for each kind of thing that is allowed to be incomplete."""
    allow = partial_json_parser.Allow
    kinds = {name: getattr(allow, name) for name in KINDS if hasattr(allow, name)}
    found = {name: parse.tried(partial_json_parser.loads, text, kinds[name]) for name in kinds}
    found["default"] = partial_json_parser.loads(text)
    ensured = getattr(partial_json_parser, "ensure_json", None)
    if ensured is not None:
        found["text"] = parse.tried(ensured, text)
    return found


def _in_pieces(text):
    """Return the value of each beginning of the text, as a stream brings it."""
    return [parse.tried(partial_json_parser.loads, part) for part in parse.beginnings(text)]


PARSE = parse.Parse(_read, _in_pieces)
answers, show = PARSE.answers, PARSE.show
