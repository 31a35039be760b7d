"""Proofs for real: the one file, run by its own command, sees what the cell saw, and says so."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest

from bot.app import DRIVERS, SUITE
from bot.core.model import NOT_EXPOSED, Closure, Json, Link, Probe
from bot.core.proof import NAME, Proof, commands, expecting, write
from bot.drivers.suite import read_suite
from bot.envs.shell import UvShell
from tests.real.stacks import MODEL, PYTHON, ask, closed

pytestmark = [pytest.mark.real, pytest.mark.network]

RETRIED = "replay-errors/again-500"
AT_MOST = 60  # lines
ASKED = [
    ("mistralrs", "chat/capital-france", (Link.MESSAGE,)),
    ("mistralrs", "untrained/untrained-capital-spain", (Link.LOGPROBS,)),
    ("mistralrs-gguf", "stream/capital-france", (Link.STREAM,)),
    ("onnxruntime-genai", "chat/capital-france", (Link.TEXT,)),
    ("onnxruntime-genai", "untrained/untrained-capital-spain", (Link.LOGPROBS,)),
    ("ctranslate2", "chat/capital-france", (Link.OUTPUT_IDS,)),
    ("ctranslate2", "untrained/untrained-capital-spain", (Link.LOGPROBS,)),
    ("xllamacpp", "stream/capital-france", (Link.STREAM,)),
    ("xllamacpp", "errors/broken-json", (Link.MESSAGE,)),
    ("xllamacpp", "render/chatml-default", (Link.PROMPT,)),
    ("openai", "replay/capital-france-streamed", (Link.MESSAGE,)),
    ("httpx", "replay-odd/error-event", (Link.STREAM,)),
    *(
        (client, name, links)
        for client in ("openai", "httpx")
        for name, links in (
            ("replay/weather-paris-streamed", (Link.REQUEST, Link.STREAM, Link.USAGE)),
            ("replay/gzip", (Link.MESSAGE,)),
            ("replay-odd/plain-moved", (Link.MESSAGE, Link.REQUEST)),
            ("replay-odd/short", (Link.MESSAGE, Link.STREAM)),
            ("replay-odd/no-index", (Link.MESSAGE,)),
            ("replay-errors/status-400", (Link.MESSAGE, Link.REQUEST)),
            ("replay-requests/query", (Link.REQUEST,)),
        )
    ),
    ("openai", "replay-errors/timeout", (Link.MESSAGE,)),
    ("openai", RETRIED, (Link.MESSAGE, Link.REQUEST)),
    ("xllamacpp", "endpoints/whole", (Link.MESSAGE, Link.TEXT)),
    ("xllamacpp", "envelope/plain", (Link.MESSAGE,)),
    ("json-repair", "parse/cut-in-key", (Link.STREAM,)),
    ("partial-json-parser", "parse/cut-in-key", (Link.MESSAGE,)),
]
WRONG = {"mistralrs-gguf", "httpx", "json-repair"}  # one called, one before a server, one reading


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rooms")


def run(closure: Closure, driver: str, probe: Probe, link: Link, expected: Json) -> int | None:
    """Write the proof that `link` is `expected`, and return how its command ends."""
    chosen = DRIVERS[driver]
    shown = chosen.show(expecting(probe, link, expected), link)
    proof = Proof(
        title=f"{driver} at {link}",
        shared=(),
        wrong=(),
        right=tuple(str(pin) for pin in closure.pins),
        interpreter=PYTHON,
        request=probe.request,
        expected=expected,
        body=f"{chosen.serve()}\n\n{shown}" if "base_url" in shown else shown,
        tolerant=link is Link.LOGPROBS,
    )
    files = {name: path.read_bytes() for name, path in chosen.files(MODEL).items()}
    text = write(proof)
    assert len(text.splitlines()) <= AT_MOST, text
    files[NAME] = text.encode()
    return UvShell().run(shlex.split(commands(proof)[1]), files=files, seconds=60).returncode


@pytest.mark.parametrize(("driver", "name", "links"), ASKED)
def test_a_proof_sees_what_the_cell_saw(
    rooms: Path, driver: str, name: str, links: tuple[Link, ...]
) -> None:
    (probe,) = read_suite((SUITE,), (name,))
    closure = closed(DRIVERS[driver].package or driver)
    (observation,) = ask(rooms, closure, (driver,), (probe,)).observations
    for link in links:
        seen = observation.at(link)
        assert seen != NOT_EXPOSED, link
        assert run(closure, driver, probe, link, seen) == 0, link
        if driver in WRONG:
            assert run(closure, driver, probe, link, {"another": seen}) == 1, link


def asking_by_hand(text: str, read: str) -> str:
    """Return a proof that, once its server is up, asks it by the line of its own docstring too."""
    return f"""{text}
import os, subprocess
line = next(x for x in __doc__.splitlines() if x.startswith("a server alone: "))[16:]
where = {{**os.environ, "BASE_URL": base_url}}
told = subprocess.run(line, shell=True, env=where, capture_output=True, text=True, check=True)
by_hand = {read}
if by_hand != EXPECTED:
    raise SystemExit(f"by hand: {{by_hand!r}}")
print("by hand as expected")
"""


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize(
    ("name", "link", "read"),
    [
        (
            "chat/capital-france",
            Link.USAGE,
            '{k: v for k, v in json.loads(told.stdout)["usage"].items() if k in EXPECTED}',
        ),
        (
            "stream/capital-france",
            Link.MESSAGE,
            (
                '{"content": "".join(json.loads(x[5:])["choices"][0]["delta"].get("content") or ""'
                ' for x in told.stdout.splitlines() if x.startswith("data: {") and "delta" in x)}'
            ),
        ),
    ],
)
def test_the_line_for_a_server_alone_asks_the_same(
    rooms: Path, name: str, link: Link, read: str
) -> None:
    (probe,) = read_suite((SUITE,), (name,))
    closure = closed("xllamacpp")
    (observation,) = ask(rooms, closure, ("xllamacpp",), (probe,)).observations
    seen = observation.at(link)
    assert isinstance(seen, dict)
    words = ("prompt_tokens", "completion_tokens", "total_tokens", "content")
    expected: Json = {word: seen[word] for word in words if word in seen}
    chosen = DRIVERS["xllamacpp"]
    shown = chosen.show(expecting(probe, link, expected), link)
    proof = Proof(
        title="by hand",
        shared=(),
        wrong=(),
        right=tuple(str(pin) for pin in closure.pins),
        interpreter=PYTHON,
        request=probe.request,
        expected=expected,
        body=f"{chosen.serve()}\n\n{shown}",
    )
    files = {each: path.read_bytes() for each, path in chosen.files(MODEL).items()}
    files[NAME] = asking_by_hand(write(proof), read).encode()
    ran = UvShell().run(shlex.split(commands(proof)[1]), files=files, seconds=60)
    assert ran.returncode == 0, ran.output
    assert "by hand as expected" in ran.output
