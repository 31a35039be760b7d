"""`xgrammar`: JSON schemas, regular expressions and grammars over the model's tokens."""

import importlib
import json
import re

import xgrammar
from guest import grammar

RUNNING = {}
PLACE = re.compile(r"\[\d\d:\d\d:\d\d\] \S+:\d+: ")  # the time of day, and a line of its source


def start(setup, _chain):
    """Tell the library the model's tokens; return which release this is."""
    says, own = grammar.start(setup), grammar.MODEL["vocabulary"]
    words = [own.tokens.get(at, own.special.get(at, "").encode()) for at in range(own.size)]
    info = xgrammar.TokenizerInfo(words, xgrammar.VocabType.RAW, stop_token_ids=[own.end])
    RUNNING["compiler"] = xgrammar.GrammarCompiler(info, max_threads=1)
    version = importlib.import_module("importlib.metadata").version("xgrammar")
    return dict(says, xgrammar=version)


def stop():
    """Let go."""
    RUNNING.clear()
    grammar.stop()


class _Made:
    """A compiled grammar; `text` is how the library writes it."""

    def __init__(self, compiled, size):
        self.compiled, self.size = compiled, size
        own = getattr(compiled, "grammar", None)
        self.text = None if own is None else str(own)

    def start(self):
        return _Walk(self.compiled, self.size)


class _Walk:
    def __init__(self, compiled, size):
        self.matcher, self.size = xgrammar.GrammarMatcher(compiled), size
        self.mask = xgrammar.allocate_token_bitmask(1, size)

    def allowed(self):
        if self.matcher.is_terminated():
            return set()
        self.matcher.fill_next_token_bitmask(self.mask)
        words = [int(each) & 0xFFFFFFFF for each in self.mask[0]]
        return {at for at in range(self.size) if words[at // 32] >> (at % 32) & 1}

    def take(self, at):
        self.matcher.accept_token(at)

    def ended(self):
        return self.matcher.is_terminated() or grammar.MODEL["vocabulary"].end in self.allowed()


def _compile(asked, vocabulary):
    try:
        return _made(asked, vocabulary)
    except Exception as error:
        error.args = (PLACE.sub("", str(error)).strip(),)
        raise


def _made(asked, vocabulary):
    compiler = RUNNING["compiler"]
    if "schema" in asked:
        return _Made(compiler.compile_json_schema(json.dumps(asked["schema"])), vocabulary.size)
    if "regex" in asked:
        make = getattr(compiler, "compile_regex", None)
        return None if make is None else _Made(make(asked["regex"]), vocabulary.size)
    return None


GRAMMAR = grammar.Grammar(_compile)
answers, show = GRAMMAR.answers, GRAMMAR.show
