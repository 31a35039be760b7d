"""The Python that the toy packages are made of, one source text for each behaviour."""

from __future__ import annotations

from tests.mini.draws import Behaviour, Package, Row

PLAIN = """
def answer(words=None):
    return {word!r}
"""
DRIFT = """
def answer(words=None):
    return {drifted!r} if words is None or {key!r} in ("", *words) else {word!r}
"""
CRASH = """
def answer(words=None):
    return {word!r}

answer(no_such_argument=True)
"""
FLAKY = """
import random

def answer(words=None):
    return " ".join(random.SystemRandom().choice(({word!r}, {drifted!r})) for _ in range(24))
"""
MEMORY = """
import time

def answer(words=None):
    kept = []
    for _ in range(40):
        kept.append(bytearray(b"x") * (16 * 1024 * 1024))
        time.sleep(0.02)
    time.sleep(2)
    return {word!r}
"""
HANG = """
import time

def answer(words=None):
    while True:
        time.sleep(60)
"""
MEETS = """
import {partner}

def answer(words=None):
    return {drifted!r} if getattr({partner}, "RAISED", False) else {word!r}
"""
RAISED = (
    """
RAISED = True
"""
    + PLAIN
)
RELAYS = """
import {partner}

def answer(words=None):
    return {partner}.answer()
"""
SOURCES = {
    Behaviour.PLAIN: PLAIN,
    Behaviour.DRIFT: DRIFT,
    Behaviour.CRASH: CRASH,
    Behaviour.FLAKY: FLAKY,
    Behaviour.MEMORY: MEMORY,
    Behaviour.HANG: HANG,
    Behaviour.MEETS: MEETS,
    Behaviour.RAISED: RAISED,
    Behaviour.RELAYS: RELAYS,
}


def module(package: Package, version: str) -> str:
    """Return the source of `package` at `version`."""
    body = SOURCES[package.issue(version).behaviour]
    said = {"word": package.word, "drifted": package.drifted, "partner": package.partner}
    said["key"] = package.key
    return f'"""Nonsense."""\n__version__ = {version!r}\n' + body.format(**said)


def script(package: Package, row: Row) -> str:
    """Return the script that asks `package` and prints one JSON value on its last line."""
    name = package.name
    lines = ["import json", "import sys", f"import {name}"]
    asked = "json.loads(sys.argv[1])" if row.arguments else ""
    lines.append(f"answer = {name}.answer({asked})")
    if not row.prompted:
        return "\n".join([*lines, "print(json.dumps(answer))", ""])
    steady, where = repr(package.word), row.drift_at
    seen = {"prompt": steady, "text": steady, where: "answer"}
    pairs = ", ".join(f'"{link}": {value}' for link, value in seen.items())
    return "\n".join([*lines, f"print(json.dumps({{{pairs}}}))", ""])
