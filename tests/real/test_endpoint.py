"""Servers that run already: which they are is found out, and every planted fault shows.

The server is a real llama.cpp; a proxy stands before it and plants one fault at a time. Asked
side by side with the server itself, each fault shows at its own links and at no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import COMPARATORS, DRIVERS, SUITE, Options
from bot.core.model import NOT_EXPOSED, Closure, Failure, Json, Link, Observation, Probe
from bot.core.parting import partings
from bot.core.protocol import PROTOCOL, Heard, Hearing, question
from bot.drivers.suite import read_suite
from bot.effects.proxy import Answer, Asked, Proxy
from bot.envs.existing import ExistingEnv
from bot.errors import UsageError
from bot.verbs.diff import Question, diff
from tests.real.mutant import FAULTS, HARMLESS, mutant
from tests.real.served import served
from tests.real.stacks import LIMITS, MODEL, PYTHON

pytestmark = [pytest.mark.real, pytest.mark.network]

KEY = "SOME_SERVERS_KEY"
CASES = ("capital-france", "emoji-family", "empty-answer", "think-sum", "weather-paris-and-rome")
PROBES = read_suite(
    (SUITE,),
    (
        "written",
        *(f"{family}/{case}" for family in ("chat", "stream") for case in CASES),
        "chat/tool-choice-of-two",
        "untrained/untrained-sum-5-6",
        "untrained/untrained-cyrillic",
    ),
)


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rooms")


@pytest.fixture(scope="module")
def server(rooms: Path) -> Iterator[str]:
    with served(rooms, "xllamacpp") as url:
        yield url


@pytest.fixture(scope="module")
def real(rooms: Path, server: str) -> tuple[Observation, ...]:
    return told(rooms, server)


def ask(rooms: Path, url: str, probes: Sequence[Probe] = PROBES, **options: Json) -> Heard:
    """Ask the server at `url` from a room of the interpreter that runs this test."""
    env = ExistingEnv(root=rooms, passes=(KEY,))
    setup = DRIVERS["endpoint"].setup(MODEL, {"url": url, **options})
    modules: list[Json] = [{"name": DRIVERS["endpoint"].guest, "setup": setup}]
    job: Json = {
        "protocol": PROTOCOL,
        "modules": modules,
        "probes": [question(probe) for probe in probes],
    }
    hearing = Hearing([probe.name for probe in probes], start_seconds=LIMITS.start_seconds)
    with env.open(Closure(pins=()), interpreter=PYTHON, limits=LIMITS, fresh=False) as room:
        assert not isinstance(room, Failure)
        done = room.talk(job, hearing.hear, seconds=30, memory_bytes=LIMITS.memory_bytes)
    return hearing.finish(returncode=done.returncode, stopped_by=done.stopped_by, log="")


def told(rooms: Path, url: str, **options: Json) -> tuple[Observation, ...]:
    heard = ask(rooms, url, PROBES, **options)
    assert heard.stopped is None, heard.stopped
    assert len(heard.observations) == len(PROBES)
    return heard.observations


def apart(one: Sequence[Observation], other: Sequence[Observation]) -> dict[Link | None, str]:
    """Where two servers part, each link with the first probe that shows it."""
    found: dict[Link | None, str] = {}
    for probe, before, after in zip(PROBES, one, other, strict=True):
        for parting in partings(probe, before, after, COMPARATORS):
            found.setdefault(parting.link, f"{probe.name}: {parting.signature}")
    return found


def test_the_server_says_which_it_is_and_answers_every_link(
    rooms: Path, server: str, real: Sequence[Observation]
) -> None:
    says = ask(rooms, server + "/v1/", PROBES[:1]).says["endpoint"]
    assert isinstance(says, dict)
    assert says["server"] == "llama.cpp"
    assert str(says["model"]).endswith(".gguf")
    shown = {link for seen in real for link, value in seen.seen if value != NOT_EXPOSED}
    assert shown == set(Link)


@pytest.mark.parametrize("name", HARMLESS)
def test_a_server_and_itself_do_not_part(
    rooms: Path, server: str, real: Sequence[Observation], name: str
) -> None:
    with mutant(server, HARMLESS[name]) as url:
        assert apart(real, told(rooms, url)) == {}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_shows_at_its_links_and_nowhere_else(
    rooms: Path, server: str, real: Sequence[Observation], name: str
) -> None:
    with mutant(server, FAULTS[name]) as url:
        found = apart(real, told(rooms, url))
    assert set(found) == FAULTS[name].links, found


def test_a_key_and_a_longer_path_reach_the_server(
    rooms: Path, server: str, real: Sequence[Observation], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "a-key-of-a-test")
    heard: list[Asked] = []

    def before(asked: Asked) -> Asked:
        heard.append(asked)
        return replace(asked, path=asked.path.removeprefix("/some/path"))

    with Proxy(upstream=server, before=before).listening() as url:
        seen = told(rooms, f"{url}/some/path/v1", api_key_variable=KEY)
    assert apart(real, seen) == {}
    assert {asked.headers.get("Authorization") for asked in heard} == {"Bearer a-key-of-a-test"}
    assert all(asked.path.startswith("/some/path/") for asked in heard)


@pytest.mark.parametrize("options", [{}, {"api_key_variable": KEY}], ids=["direct", "relay"])
def test_a_server_that_breaks_off_is_not_mended_on_the_way(
    rooms: Path, server: str, options: dict[str, Json], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "a-key-of-a-test")

    def change(asked: Asked, answer: Answer) -> Answer:
        ours = asked.path.endswith("/chat/completions")
        return replace(answer, whole=False) if ours else answer

    with Proxy(upstream=server, change=change).listening() as url:
        (seen,) = ask(rooms, url, PROBES[-1:], **options).observations
    assert seen.failure is not None
    assert seen.failure.link is Link.LOGPROBS
    assert seen.failure.message.startswith("IncompleteRead")


def test_where_nobody_listens_the_cell_does_not_start(rooms: Path) -> None:
    heard = ask(rooms, "http://127.0.0.1:9", PROBES[:1])
    assert heard.stopped is not None
    assert heard.stopped.message == "Unreachable: no server answers: ConnectionRefusedError"


def test_where_nobody_listens_the_verb_compares_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be asked: Unreachable"):
        listed(tmp_path, "http://127.0.0.1:9", "http://127.0.0.1:9")


class Silence:
    """Nobody watches."""

    def begin(self, step: str, total: int) -> None: ...
    def start(self, step: str, label: str) -> None: ...
    def advance(self, step: str, label: str) -> None: ...
    def note(self, line: str) -> None: ...


def listed(folder: Path, *urls: str) -> set[tuple[str, str]]:
    """What `stackmatrix diff endpoint URL URL` lists, as family and link."""
    options = Options(config=folder / "none.yaml", state=folder, reports=folder)
    suite = ("chat/tool-choice-of-two", "untrained/untrained-think", "written/text-streamed")
    question = Question(component="endpoint", versions=urls, suite=suite)
    (pair,) = diff(options, question, Silence()).pairs
    return {(each.probe.split("/")[0], str(each.parting.link)) for each in pair.divergences}


def test_the_verb_lists_what_is_planted_and_nothing_of_a_server_and_itself(
    server: str, tmp_path: Path
) -> None:
    names = ("candidates in another order", "keys of arguments in another order", "no [DONE]")
    assert listed(tmp_path, server, server + "/v1") == set()
    with ExitStack() as stack:
        url = server
        for name in names:
            url = stack.enter_context(mutant(url, FAULTS[name]))
        found = listed(tmp_path, server, url)
    assert found == {("untrained", "logprobs"), ("chat", "message"), ("written", "stream")}
