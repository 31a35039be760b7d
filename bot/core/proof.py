"""One file that proves a finding: it fails with one set of versions and passes with another.

The file knows nothing of stackmatrix and reads no version: it asks the smallest question and
compares what it sees with what it must be. What both sides share is pinned inside (PEP 723),
what differs is given on the two command lines in its docstring. It is read by strangers, so it
is short: nothing stands in it that its own body does not use.

>>> text = write(Proof(title="greets", shared=(), wrong=("greet==2",), right=("greet==1",),
...     interpreter="3.11", request={}, expected="hello", body="seen = 'hello'"))
>>> exec(compile(text, "repro.py", "exec"), {})
as expected
"""

from __future__ import annotations

import ast
import json
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.core.imports import imported, in_order, parted, without
from bot.core.model import Json, Link, Look, Probe

NAME = "repro.py"
PINS = "pins.txt"
AT_MOST = 60  # lines of a proof: more is not read
WIDE = 96
_TAKEN_APART = frozenset({"finish_reason", "arrived", "error"})  # a message, a request, an error
_PATH = "/v1/chat/completions"
_SENT = r"(?P<body>\{[^\n]*\*\*REQUEST\})"
_ASKED = (
    re.compile(rf'post\("(?P<path>{_PATH})", {_SENT}\)'),
    re.compile(rf'^body = {_SENT}\n.*\n(?P<path>)path = base_url \+ "{_PATH}"', re.MULTILINE),
)
LONGEST = 2000  # characters of a curl line that a person pastes
_NESTED = ("headers", "error")
_DIED = 2  # an exit code above it is a death by a signal; uv's own mistakes end with 1 or 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What goes into the file: pins of each side, the question, the value, and how to see it.

    `body` is Python that sets `seen`, and may use `REQUEST` and `HERE`, its folder. `index` holds
    flags of `uv run` that say where packages come from.
    """

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
    index: tuple[str, ...] = ()
    pinned: str = ""  # the file beside it that holds the shared pins, where they fill too much


def lines(proof: Proof) -> int:
    """Return how many lines the file has."""
    return len(write(proof).splitlines())


def short(proof: Proof) -> tuple[Proof, dict[str, bytes]]:
    """Return a proof of no more than `AT_MOST` lines if that can be, and what lies beside it then.

    Where the pins that both sides share fill too much of it, they go into a file of their own.
    """
    if lines(proof) <= AT_MOST or not proof.shared:
        return proof, {}
    text = "".join(f"{pin}\n" for pin in proof.shared)
    return replace(proof, shared=(), pinned=PINS), {PINS: text.encode()}


def expecting(probe: Probe, link: Link, value: Json) -> Probe:
    """Return `probe` looking at `link` for `value`: a driver may show no more than that takes."""
    look = probe.look(link) or Look(link=link, compare="json")
    others = tuple(each for each in probe.looks if each.link is not link)
    return replace(probe, looks=(*others, replace(look, golden=value)))


def parts(good: Json, bad: Json) -> tuple[Json, ...]:
    """Return what a proof may expect of a message or a request, the least first: what differs, all.

    What only the bad one says is expected to be none.

    >>> parts({"content": "a", "finish_reason": "stop"}, {"content": "b", "finish_reason": "stop"})
    ({'content': 'a'}, {'content': 'a', 'finish_reason': 'stop'})
    >>> parts({"path": "/", "arrived": 1}, {"path": "/", "arrived": 1, "later": []})[0]
    {'later': None}
    """
    if not isinstance(good, dict) or not isinstance(bad, dict):
        return (good,)
    if not good.keys() & bad.keys() & _TAKEN_APART:
        return (good,)
    least = _least(good, bad)
    for name in _NESTED:
        one, other = good.get(name), bad.get(name)
        if name in least and isinstance(one, dict) and isinstance(other, dict):
            least[name] = _least(one, other)
    return (least, good) if least and "more" not in {*good, *least} else (good,)


def _least(good: dict[str, Json], bad: dict[str, Json]) -> dict[str, Json]:
    return {name: good.get(name) for name in {**good, **bad} if good.get(name) != bad.get(name)}


def commands(proof: Proof) -> tuple[str, str]:
    """Return the two command lines, the one that fails and the one that passes."""
    return command(proof, proof.wrong), command(proof, proof.right)


def command(proof: Proof, pins: Sequence[str]) -> str:
    """Return the line that runs the file with `pins` beside what it pins itself."""
    chosen = [part for pin in pins for part in ("--with", pin)]
    shared = ["--with-requirements", proof.pinned] if proof.pinned else []
    start = ["uv", "run", "--python", proof.interpreter, *proof.index]
    return shlex.join([*start, *shared, *chosen, NAME])


def failed(returncode: int | None, output: str) -> bool:
    """Whether a run of the file failed as a proof does: by comparing, by raising or by dying.

    What `uv` cannot resolve or install ends with 1 as well, and proves nothing.
    """
    if returncode is None or returncode == 0:
        return False
    told = ("expected: ", "Traceback (most recent call last)", "Timeout (")
    return not 0 < returncode <= _DIED or any(words in output for words in told)


def write(proof: Proof) -> str:
    """Return the text of the file; the line for a server alone stands in it where there is room."""
    asks = curl(proof)
    text = _text(proof, asks)
    return text if not asks or len(text.splitlines()) <= AT_MOST else _text(proof, "")


def _text(proof: Proof, asks: str) -> str:
    future, body = parted(proof.body)
    known = imported(body)
    if proof.request is not None and "os.environ" not in body:
        body = without(body)
    question = _literal("REQUEST", proof.request) if "REQUEST" in body else ""
    expected = _literal("EXPECTED", proof.expected)
    asked = _imports(proof, f"{question}\n{body}\n{expected}")
    above = in_order({*asked, *known} - imported(body))
    blocks = [
        f"{_header(proof)}\n{_docstring(proof, asks)}",
        "\n".join((*future, *(f"import {name}" for name in above))),
        "\n".join((*_guards(proof), *_place(proof, body), *filter(None, [question]))),
        f"\n{_CLOSE}\n" if proof.tolerant else "",
        body if not body.startswith(("def ", "class ")) else f"\n{body}",
        f"{expected}\n{_verdict(proof)}",
    ]
    return "\n\n".join(block for block in blocks if block)


def curl(proof: Proof) -> str:
    """Return the line that asks a server at $BASE_URL what the body asks, where it asks by HTTP."""
    if not isinstance(proof.request, dict):
        return ""
    for pattern in _ASKED:
        if found := pattern.search(proof.body):
            body = _merged(found["body"], proof.request)
            path = found["path"] or _PATH
            data = shlex.quote(json.dumps(body, ensure_ascii=False)) if body else ""
            line = f'curl -s "$BASE_URL{path}" -H "Content-Type: application/json" -d {data}'
            return line if data and len(line) <= LONGEST and '"""' not in line else ""
    return ""


def _merged(text: str, request: dict[str, Json]) -> dict[str, Json]:
    """Return the dictionary that a body sends, with `**REQUEST` in it taken from `request`."""
    read = ast.parse(text, mode="eval").body
    sent: dict[str, Json] = {}
    for key, value in (
        zip(read.keys, read.values, strict=True) if isinstance(read, ast.Dict) else ()
    ):
        sent |= request if key is None else {ast.literal_eval(key): ast.literal_eval(value)}
    return sent


def _docstring(proof: Proof, asks: str) -> str:
    fails, passes = commands(proof)
    more = f"a server alone: {asks}\n" if asks else ""
    told = f"{proof.title}\nfails (exit 1):  {fails}\npasses (exit 0): {passes}\n{more}"
    raw = "r" if "\\" in more else ""
    return f'{raw}"""{told}"""'


def _imports(proof: Proof, uses: str) -> list[str]:
    """Return the modules that the frame of the file needs."""
    needed = {
        "faulthandler": proof.seconds,
        "hashlib": proof.files,
        "json": "json." in uses,
        "pathlib": "HERE" in uses or proof.files,
        "resource": proof.memory_bytes,
        "sys": "sys." in uses,
    }
    return [name for name, asked in needed.items() if asked]


def _header(proof: Proof) -> str:
    pins = ", ".join(f'"{pin}"' for pin in proof.shared)
    inside = f"[{pins}]"
    if len(inside) > WIDE:
        inside = "\n#     ".join(("[", *_filled(proof.shared))) + "\n# ]"
    return (
        "# /// script\n"
        f'# requires-python = "=={proof.interpreter}.*"\n'
        f"# dependencies = {inside}\n"
        "# ///"
    )


def _filled(pins: Sequence[str]) -> Iterator[str]:
    """Yield lines of quoted pins, as many in each as there is room for."""
    line = ""
    for pin in pins:
        word = f'"{pin}",'
        if line and len(line) + len(word) >= WIDE:
            yield line
            line = ""
        line += f" {word}" if line else word
    yield line


def _guards(proof: Proof) -> list[str]:
    """What makes eating memory, or never answering, an ordinary failure of the file."""
    lines = []
    if proof.memory_bytes:
        limit = f"({proof.memory_bytes}, {proof.memory_bytes})"
        lines.append(f"resource.setrlimit(resource.RLIMIT_DATA, {limit})")
    if proof.seconds:
        lines.append(f"faulthandler.dump_traceback_later({proof.seconds:g}, exit=True)")
    return lines


def _literal(name: str, value: Json) -> str:
    """Write a JSON value as Python, as JSON in one line where it is long."""
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


def _place(proof: Proof, body: str) -> Iterator[str]:
    """Refuse another file of the same name: the proof speaks of these bytes."""
    if "HERE" in body or proof.files:
        yield "HERE = pathlib.Path(__file__).parent"
    if len(proof.files) > 1:
        inside = "".join(f'    "{name}": "{digest}",\n' for name, digest in proof.files)
        yield f"FILES = {{\n{inside}}}"
        yield "for name, digest in FILES.items():"
        yield "    if hashlib.sha256((HERE / name).read_bytes()).hexdigest() != digest:"
        yield '        raise SystemExit(f"another {name}")'
    for name, digest in proof.files if len(proof.files) == 1 else ():
        yield f'digest = hashlib.sha256((HERE / "{name}").read_bytes()).hexdigest()'
        yield f'assert digest == "{digest}", "another {name}"'


def _verdict(proof: Proof) -> str:
    """Compare, and say it by the exit code: 1 is the failure, 0 is as it should be."""
    differs = "not close(seen, EXPECTED)" if proof.tolerant else "seen != EXPECTED"
    return (
        f"if {differs}:\n"
        '    raise SystemExit(f"seen:     {seen!r}\\nexpected: {EXPECTED!r}")\n'
        'print("as expected")\n'
    )


_CLOSE = """def close(one, other):
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(close(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(close, one, other))
    return one == other or type(one) is type(other) is float and abs(one - other) < 1e-2"""
