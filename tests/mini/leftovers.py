"""What the programs of `spread` are made of: what matters in them, and what does not."""

from __future__ import annotations

from typing import Final

DEAD: Final = (
    '''
def {a}(message, level="info"):
    """Write a line for people."""
    if level == "debug":
        return None
    for line in str(message).splitlines():
        text = "[" + level + "] " + line
        LOG.append(text)
    return len(LOG)
''',
    """
def {a}(rows):
    total = 0
    longest = ""
    for row in rows:
        total += len(str(row))
        if len(str(row)) > len(longest):
            longest = str(row)
        else:
            longest = longest
    return {{"total": total, "longest": longest}}
""",
    '''
class {b}:
    """Counts what was seen."""

    def __init__(self, limit=10):
        self.limit = limit
        self.seen = OrderedDict()

    def add(self, word):
        count = self.seen.get(word, 0)
        self.seen[word] = count + 1
        if len(self.seen) > self.limit:
            self.seen.popitem(last=False)
        return count

    def __len__(self):
        return len(self.seen)
''',
    """
def {a}(text, width=40):
    parts = []
    while text:
        parts.append(text[:width])
        text = text[width:]
    try:
        first = parts[0]
    except IndexError:
        first = ""
    return [first] + parts[1:]
""",
    """
{c} = {{
    "name": "{a}",
    "size": {n},
    "colors": ["red", "green", "blue"],
    "nested": {{"deep": [1, 2, 3], "flat": None}},
    "comment": "left over from an older report, not read by anybody",
}}
""",
    """
@contextlib.contextmanager
def {a}(name):
    began = len(LOG)
    try:
        yield name
    finally:
        LOG.append(name + ":" + str(len(LOG) - began))
""",
)

HEAD: Final = '''"""A probe: does {a} still do what it did?

Found while {b} was upgraded; see the notes of {c}.
"""

import contextlib
import json
import os
import re
import string
from collections import OrderedDict

import lib

LOG = []
DEBUG = os.environ.get("PROBE_DEBUG", "") == "1"
SPACES = re.compile(r"\\s+")
LETTERS = set(string.ascii_lowercase)

'''

SPECIAL: Final = """
SPECIAL = ["<s>", "</s>", "<unk>", "<pad>"]


VOCAB = {"a": 0, "b": 1, "c": 2, "ab": 3, "abc": 4}


def build(vocab, special):
    tokenizer = lib.Tokenizer(vocab=vocab)
    for name in special:
        tokenizer.add_special(name)
    return tokenizer


tokenizer = build(VOCAB, SPECIAL)
rows = []
for text in ["hello world", "a b c", "abc ab", "  x  ", "</s> abc"]:
    text = SPACES.sub(" ", text)
    try:
        ids = tokenizer.encode(text)
    except ValueError as error:
        LOG.append(str(error))
        ids = []
    rows.append(ids)
if DEBUG:
    LOG.append("done")
print(json.dumps(rows))
"""

RENDERS: Final = """
CASES = {
    "name": ("upper", "some name"),
    "plain": ("tojson", {"a": 1}),
    "empty": ("tojson", {}),
    "pair": ("tojson", [1, 2]),
    "text": ("tojson", "words, and more"),
}


def render(name, value, **options):
    chosen = lib.FILTERS[name]
    return chosen(value, **options)


def collect(cases):
    found = OrderedDict()
    for key, (name, value) in sorted(cases.items()):
        found[key] = render(name, value)
        LOG.append(key)
    return found


shown = {"count": len(CASES), "letters": len(LETTERS)}
shown["cases"] = collect(CASES)
shown["upper"] = render("upper", "x")
print(json.dumps(shown))
"""

SCHEMA: Final = '''
class Base(lib.Model):
    """What all have."""

    key = lib.field("integer", minimum=0)


class Order(lib.Model):
    """An order of somebody."""

    number = lib.field("integer", minimum=1, maximum=99)
    name = lib.field("string", max_length=40)
    zip_code = lib.field("string", pattern="[0-9]{5}")
    price = lib.field("number", minimum=0)


def schemas(*models):
    told = {}
    for model in models:
        told[model.__name__] = model.schema()
    return told


answer = schemas(Base, Order)
answer["names"] = sorted(answer)
if not answer:
    raise SystemExit(1)
print(json.dumps(answer, sort_keys=True))
'''

KEYWORD: Final = """
DEFAULTS = {"base": "http://nowhere", "proxies": None, "retries": 3}


def options_of(defaults, **more):
    merged = dict(defaults)
    merged.update(more)
    if DEBUG:
        LOG.append(sorted(merged))
    return merged


def client_of(**more):
    options = options_of(DEFAULTS, **more)
    with contextlib.suppress(KeyError):
        del options["retries"]
    return lib.Client(**options)


def main():
    client = client_of(headers={"x": "y", "z": "w"}, verify=True)
    answers = []
    for path in ["/one", "/two", "/three"]:
        answers.append(client.get(path, timeout=2.5))
    return answers


if __name__ == "__main__":
    print(json.dumps(main()))
"""

STREAM: Final = """
CHUNKS = [
    "data: {\\"c\\": \\"one\\"}",
    "\\n\\n",
    "data: {\\"c\\": \\"a\\u2028b\\"}",
    "\\n\\n",
    "data: {\\"c\\": \\"three\\"}",
    "\\n\\n",
    "data: [DONE]",
]


def events(chunks):
    found = []
    for line in lib.lines(chunks):
        if not line.startswith("data: "):
            continue
        rest = line[len("data: "):]
        if rest == "[DONE]":
            break
        found.append(json.loads(rest)["c"])
    return found


out = {"first": [], "count": 0}
for content in events(CHUNKS):
    out["first"].append(content)
    out["count"] += 1
print(json.dumps(out))
"""

POOLED: Final = """
def run(checks, text):
    results = {}
    for name, check in checks.items():
        try:
            results[name] = check(text)
        except ValueError:
            results[name] = None
    return results


CHECKS = {
    "amber": lambda text: lib.check_amber(text),
    "birch": lambda text: lib.check_birch(text),
    "cedar": lambda text: lib.check_cedar(text.strip()),
    "grove": lambda text: lib.check_grove(text.lower()),
    "jetty": lambda text: lib.check_jetty(text),
    "larch": lambda text: lib.check_larch(text) + 1,
}


text = "some words to look at, " * 3
results = run(CHECKS, text)
LOG.append(len(results))
print(json.dumps({"results": results, "text": text}))
"""
