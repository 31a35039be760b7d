"""One file that proves a finding: it fails with one set of versions and passes with another.

The file knows nothing of stackmatrix and reads no version: it asks the smallest question and
compares what it sees with what it must be. What both sides share is pinned inside (PEP 723),
what differs is given on the two command lines in its docstring.

>>> text = write(Proof(title="greets", shared=(), wrong=("greet==2",), right=("greet==1",),
...     interpreter="3.11", request={}, expected="hello", body="seen = 'hello'"))
>>> exec(compile(text, "repro.py", "exec"), {})
as expected
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.model import Json

NAME = "repro.py"
WIDE = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What goes into the file: pins of each side, the question, the value, and how to see it."""

    title: str
    shared: tuple[str, ...]
    wrong: tuple[str, ...]
    right: tuple[str, ...]
    interpreter: str
    request: Json
    expected: Json
    body: str
    tolerant: bool = False
    memory_bytes: int = 0
    seconds: float = 0.0
    files: tuple[tuple[str, str], ...] = ()  # name, sha256


def commands(proof: Proof) -> tuple[str, str]:
    """Return the two command lines, the one that fails and the one that passes."""
    return _command(proof, proof.wrong), _command(proof, proof.right)


def _command(proof: Proof, pins: Sequence[str]) -> str:
    chosen = [part for pin in pins for part in ("--with", pin)]
    return shlex.join(["uv", "run", "--python", proof.interpreter, *chosen, NAME])


def write(proof: Proof) -> str:
    """Return the text of the file."""
    fails, passes = commands(proof)
    parts = [
        _header(proof),
        f'"""{proof.title}\n\nfails:   {fails}\npasses:  {passes}\n"""\n',
        "import hashlib\n" * bool(proof.files)
        + "import json\n"
        + "import pathlib\n" * ("HERE" in proof.body)
        + "import sys\n",
        _guards(proof),
        "HERE = pathlib.Path(__file__).parent" * ("HERE" in proof.body),
        *(_file(name, digest) for name, digest in proof.files),
        _literal("REQUEST", proof.request) * ("REQUEST" in proof.body),
        _literal("EXPECTED", proof.expected) + "\n",
        proof.body.strip() + "\n",
        _verdict(proof),
    ]
    return "\n".join(part for part in parts if part)


def _header(proof: Proof) -> str:
    pins = "".join(f'#     "{pin}",\n' for pin in proof.shared)
    inside = f"[\n{pins}# ]" if pins else "[]"
    return (
        "# /// script\n"
        f'# requires-python = "=={proof.interpreter}.*"\n'
        f"# dependencies = {inside}\n"
        "# ///"
    )


def _guards(proof: Proof) -> str:
    """What makes eating memory, or never answering, an ordinary failure of the file."""
    lines = []
    if proof.memory_bytes:
        limit = f"({proof.memory_bytes}, {proof.memory_bytes})"
        lines += ["import resource\n", f"resource.setrlimit(resource.RLIMIT_DATA, {limit})"]
    if proof.seconds:
        lines += [
            "import faulthandler\n",
            f"faulthandler.dump_traceback_later({proof.seconds:g}, exit=True)",
        ]
    return "\n".join(lines) + "\n" if lines else ""


def _literal(name: str, value: Json) -> str:
    """Write a JSON value as Python, broken into lines where it is long."""
    text = f"{name} = {python(value)}"
    if len(text) <= WIDE:
        return text
    packed = json.dumps(value, ensure_ascii=False)
    if "'''" in packed or packed.endswith("'"):
        return f"{name} = json.loads({packed!r})"
    return f"{name} = json.loads(r'''{packed}''')"


def python(value: Json) -> str:
    """Return `value` as a Python expression."""
    return repr(value)


def _file(name: str, digest: str) -> str:
    """Refuse another file of the same name: the proof speaks of these bytes."""
    return (
        f'if hashlib.sha256((HERE / "{name}").read_bytes()).hexdigest() != (\n'
        f'    "{digest}"\n):\n    sys.exit("another {name}")'
    )


def _verdict(proof: Proof) -> str:
    """Compare, and say it by the exit code: 1 is the failure, 0 is as it should be."""
    same = "close(seen, EXPECTED)" if proof.tolerant else "seen == EXPECTED"
    return (
        (_CLOSE if proof.tolerant else "")
        + f"if not {same}:\n"
        + '    print(f"seen:     {json.dumps(seen)}\\nexpected: {json.dumps(EXPECTED)}")\n'
        + "    sys.exit(1)\n"
        + 'print("as expected")\n'
    )


_CLOSE = """def close(one, other):
    if isinstance(one, float) and isinstance(other, (int, float)):
        return abs(one - other) < 1e-2
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(close, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(close(one[k], other[k]) for k in one)
    return one == other


"""
