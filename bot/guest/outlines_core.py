"""`outlines-core`: the regular expression of a JSON schema, and the tokens that it allows."""

import importlib
import json
import zlib

import outlines_core
from guest import grammar

RUNNING = {}
LONGEST = 2500  # letters of an expression that is walked; of longer ones only the text is told


def start(setup, _chain):
    """Make the library's own vocabulary; return which release this is."""
    says, own = grammar.start(setup), grammar.MODEL["vocabulary"]
    if hasattr(outlines_core, "Index"):
        RUNNING["rust"], schema = outlines_core, "outlines_core.json_schema"
    else:
        RUNNING["rust"] = importlib.import_module("outlines_core.fsm.outlines_core_rs")
        schema = "outlines_core.fsm.json_schema"
    RUNNING["schema"] = importlib.import_module(schema)
    tokens = {token: [at] for at, token in own.tokens.items()}
    try:
        RUNNING["vocabulary"] = RUNNING["rust"].Vocabulary(own.end, tokens)
    except TypeError:  # releases before 0.2 take no bytes: only their expressions are told
        RUNNING["vocabulary"] = None
    version = importlib.import_module("importlib.metadata").version("outlines-core")
    return dict(says, **{"outlines-core": version})


def stop():
    """Let go."""
    RUNNING.clear()
    grammar.stop()


class _Made:
    """A compiled grammar; `text` is the regular expression."""

    def __init__(self, text):
        self.whole, self.index = text, None
        is_long = len(text) > LONGEST
        self.text = {"letters": len(text), "sum": zlib.crc32(text.encode())} if is_long else text

    def start(self):
        if (
            RUNNING["vocabulary"] is None or len(self.whole) > LONGEST
        ):  # an automaton of all JSON takes minutes
            return None
        if self.index is None:
            self.index = RUNNING["rust"].Index(self.whole, RUNNING["vocabulary"])
        return _Walk(self.index)


class _Walk:
    def __init__(self, index):
        self.index, self.state = index, index.get_initial_state()

    def allowed(self):
        return set(self.index.get_allowed_tokens(self.state) or ())

    def take(self, at):
        self.state = self.index.get_next_state(self.state, at)

    def ended(self):
        return self.index.is_final_state(self.state)


def _compile(asked, _vocabulary):
    if "lark" in asked:
        return None
    if "regex" in asked:
        return _Made(asked["regex"])
    return _Made(RUNNING["schema"].build_regex_from_schema(json.dumps(asked["schema"])))


GRAMMAR = grammar.Grammar(_compile)
answers, show = GRAMMAR.answers, GRAMMAR.show
