"""The links of a grammar: which tokens of the model it lets through, and which texts.

`request` is `{"schema"}`, `{"regex"}` or `{"lark"}`, with `"texts"`: the first of them is walked
token by token. `request` tells what the grammar was compiled to, where that can be read; `logprobs`
at each step how many tokens are allowed, and their checksum; `message` how far each text gets. A
grammar that is refused fails at the link where it was.

A compiler's module makes a `Grammar` of `compile(asked, vocabulary)`, which returns a thing with
`start()`, a new walk or None where that would take too long, and `text`; or None. A walk has
`allowed()`, a set of ids, `take(id)` and `ended()`, whether the text could end here.
"""

import json
import zlib

from guest.wire import NOT_EXPOSED

MODEL = {}


class Vocabulary:
    """The tokens of a byte-level `tokenizer.json`, as bytes by their ids."""

    def __init__(self, path):
        """Read the file."""
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        told = json.loads(self.text)
        back = {letter: byte for byte, letter in enumerate(_letters())}
        self.tokens = {
            at: bytes(back[letter] for letter in token)
            for token, at in told["model"]["vocab"].items()
            if all(letter in back for letter in token)
        }
        self.special = {each["id"]: each["content"] for each in told["added_tokens"]}
        for at in self.special:
            self.tokens.pop(at, None)
        names = {content: at for at, content in self.special.items()}
        self.end = names["<|im_end|>"]
        self.size = 1 + max([*self.tokens, *self.special])
        self._ids = {token: at for at, token in sorted(self.tokens.items(), reverse=True)}
        self._longest = max(map(len, self._ids))

    def split(self, text):
        """Return ids of a text: the longest token that fits, again and again."""
        rest, ids = text.encode("utf-8", "surrogatepass"), []
        while rest:
            length = next(n for n in range(self._longest, 0, -1) if rest[:n] in self._ids)
            ids.append(self._ids[rest[:length]])
            rest = rest[length:]
        return ids


def _letters():
    """Return the letter that stands for each byte in a byte-level vocabulary."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    letters = {byte: chr(byte) for byte in shown}
    letters.update({byte: chr(256 + at) for at, byte in enumerate(hidden)})
    return [letters[byte] for byte in range(256)]


class Grammar:
    """One compiler of grammars; brings `answers` and `show` of a module."""

    def __init__(self, compile_one):
        """Take the function that compiles."""
        self._compile = compile_one

    def answers(self, ask):
        """Name the links that a grammar can show."""
        links = frozenset({"request", "logprobs", "message"})
        return links if ask == "grammar" else frozenset()

    def show(self, link, probe, chain):
        """Compile once, and walk."""
        asked = probe["request"]
        if "grammar" not in chain.turn:
            chain.turn["grammar"] = self._compile(asked, MODEL["vocabulary"])
        made = chain.turn["grammar"]
        if made is None:
            return NOT_EXPOSED
        if link == "request":
            return NOT_EXPOSED if made.text is None else made.text
        walk = made.start()
        if walk is None:
            return NOT_EXPOSED
        if link == "logprobs":
            return _steps(walk, MODEL["vocabulary"], asked["texts"][0])
        return {text: _walked(made.start(), MODEL["vocabulary"], text) for text in asked["texts"]}


def start(setup):
    """Read the vocabulary of the model."""
    MODEL["vocabulary"] = Vocabulary(setup["tokenizer"])
    return {"tokens": MODEL["vocabulary"].size}


def stop():
    """Let the vocabulary go."""
    MODEL.clear()


def _steps(walk, vocabulary, text):
    """Tell what is allowed before each token of a text, and after the last."""
    told = []
    for at in [*vocabulary.split(text), None]:
        allowed = sorted(walk.allowed())
        sum_of = zlib.crc32(json.dumps(allowed).encode())
        told.append({"allowed": len(allowed), "sum": sum_of, "ended": walk.ended()})
        if at is None or at not in allowed:
            break
        walk.take(at)
    return told


def _walked(walk, vocabulary, text):
    """Say whether a text is let through, or where it is stopped."""
    done = 0
    for at in vocabulary.split(text):
        if at not in walk.allowed():
            return {"stopped": text.encode("utf-8")[:done].decode("utf-8", "replace")}
        walk.take(at)
        done += len(vocabulary.tokens[at])
    return "accepted" if walk.ended() else "unfinished"


def bits(mask, size):
    """Return the ids whose bit is set in a mask of bytes, lowest bit first."""
    return {at for at in range(size) if mask[at // 8] >> (at % 8) & 1}
