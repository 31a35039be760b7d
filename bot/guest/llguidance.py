"""`llguidance`: JSON schemas, regular expressions and Lark grammars over the model's tokens."""

import importlib
import json
import re

import llguidance
from guest import grammar

RUNNING = {}
KEYS = re.compile(r"(?<=Unimplemented keys: \[)[^]]*")


def start(setup, _chain):
    """Read the tokenizer; return which release this is."""
    says = grammar.start(setup)
    own = grammar.MODEL["vocabulary"]
    try:
        RUNNING["tokenizer"] = llguidance.LLTokenizer(own.text)
    except ValueError:  # older releases take an object and no text
        wrapper = llguidance.TokenizerWrapper(_Tokens(own))
        RUNNING["tokenizer"] = llguidance.LLTokenizer(wrapper)
    version = importlib.import_module("importlib.metadata").version("llguidance")
    return dict(says, llguidance=version)


def stop():
    """Let go."""
    RUNNING.clear()
    grammar.stop()


class _Tokens:
    """The vocabulary as older releases ask for it."""

    def __init__(self, own):
        self.split = own.split
        self.eos_token_id, self.bos_token_id = own.end, None
        self.special_token_ids = sorted(own.special)
        names = {at: name.encode() for at, name in own.special.items()}
        self.tokens = [names.get(at) or own.tokens.get(at, b"") for at in range(own.size)]

    def __call__(self, text):
        return self.split(text.decode("utf-8") if isinstance(text, bytes) else text)


class _Made:
    """A compiled grammar; `text` is what the library itself hands on."""

    def __init__(self, text, size):
        self.text, self.size = text, size

    def start(self):
        make = _Matcher if hasattr(llguidance, "LLMatcher") else _Interpreter
        return make(self)


class _Matcher:
    """A walk by the interface of newer releases."""

    def __init__(self, made):
        self.size = made.size
        self.matcher = llguidance.LLMatcher(RUNNING["tokenizer"], made.text, log_level=0)
        if self.matcher.is_error():
            raise ValueError(_first(self.matcher.get_error()))

    def allowed(self):
        if self.matcher.is_stopped():
            return set()
        found = grammar.bits(self.matcher.compute_bitmask(), self.size)
        if self.matcher.is_error():
            raise ValueError(_first(self.matcher.get_error()))
        return found

    def take(self, at):
        self.matcher.consume_token(at)

    def ended(self):
        return self.matcher.is_accepting()


class _Interpreter:
    """A walk by the interface of older releases."""

    def __init__(self, made):
        self.size = made.size
        self.walker = llguidance.LLInterpreter(
            RUNNING["tokenizer"],
            made.text,
            enable_backtrack=False,
            enable_ff_tokens=False,
            log_level=0,
        )
        if hasattr(self.walker, "start_without_prompt"):
            self.walker.start_without_prompt()
        else:
            self.walker.process_prompt([])
        self.fresh()

    def fresh(self):
        """Compute the mask, which each step needs once."""
        mask, told = self.walker.compute_mask()
        stop = json.loads(told).get("error")
        if stop:
            raise ValueError(_first(stop))
        self.mask = set() if mask is None else _ids(mask, self.size)

    def allowed(self):
        return self.mask

    def take(self, at):
        self.walker.commit_token(at)
        self.mask = set()
        if not self.walker.has_pending_stop():
            self.fresh()

    def ended(self):
        return self.walker.is_accepting()


def _ids(mask, size):
    """A mask is a byte for each token where it is as long, and bits elsewhere."""
    if len(mask) >= size:
        return {at for at in range(size) if mask[at]}
    return grammar.bits(mask, size)


def _first(error):
    """Return what an error says: no state, no timings, and keys of a hash table in order."""
    told = str(error).split("\n<state>")[0].strip()
    return KEYS.sub(lambda found: ", ".join(sorted(found.group().split(", "))), told)


def _compile(asked, vocabulary):
    try:
        return _made(asked, vocabulary)
    except ValueError as error:
        raise ValueError(_first(error)) from error


def _made(asked, vocabulary):
    """Compile by the interface that every release has."""
    if "schema" in asked:
        text = llguidance.JsonCompiler().compile(json.dumps(asked["schema"]))
    elif "regex" in asked:
        text = llguidance.RegexCompiler().compile(asked["regex"])
    else:
        text = llguidance.LarkCompiler().compile(asked["lark"])
    return _Made(text, vocabulary.size)


GRAMMAR = grammar.Grammar(_compile)
answers, show = GRAMMAR.answers, GRAMMAR.show
