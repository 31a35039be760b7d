"""One job from hello to bye: order, failures charged to their link, and fallbacks."""

from __future__ import annotations

import platform
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from bot.core.protocol import PROTOCOL, Hearing
from tests.unit.guest.conftest import Guest

Event = dict[str, Any]


class Line:
    """Keeps what a guest says."""

    def __init__(self) -> None:
        self.said: list[Event] = []

    def say(self, event: str, **fields: object) -> None:
        self.said.append({"event": event, **fields})

    def of(self, event: str) -> list[Event]:
        return [each for each in self.said if each["event"] == event]


def module(
    links: dict[str, object], log: list[str], name: str = "greet", serves: str = ""
) -> SimpleNamespace:
    """A component that shows `links`, serving or not; an exception among them is raised."""

    def show(link: str, _probe: Event, chain: Any) -> object:  # noqa: ANN401
        chain.turn.setdefault("asked", []).append(link)
        value = links[link]
        if isinstance(value, BaseException):
            raise value
        return value

    def start(setup: Event, chain: Any) -> Event:  # noqa: ANN401
        if "raise" in setup:
            raise setup["raise"]
        log.append(f"start {name}")
        chain.base_url = serves or chain.base_url
        return {name: setup.get("version", "")}

    return SimpleNamespace(
        start=start,
        show=show,
        stop=lambda: log.append(f"stop {name}"),
        answers=lambda ask: frozenset(links) if ask == "chat" else frozenset(),
    )


def probe(*links: str, name: str = "a", ask: str = "chat") -> Event:
    return {"name": name, "ask": ask, "request": {}, "links": list(links), "seconds": 9.0}


@pytest.fixture
def session(guest: Guest) -> ModuleType:
    return guest("session")


def run(
    session: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    modules: dict[str, SimpleNamespace],
    *probes: Event,
    setup: Event | None = None,
) -> Line:
    line, real = Line(), session.importlib.import_module
    fake = SimpleNamespace(
        import_module=lambda name: modules.get(name.split(".")[-1]) or real(name)
    )
    monkeypatch.setattr(session, "importlib", fake)
    wanted = [{"name": name, "setup": setup or {}} for name in modules]
    session.run({"modules": wanted, "probes": list(probes)}, line)
    return line


def test_a_job_from_hello_to_bye(session: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[str] = []
    greet = module({"text": "hi", "prompt": "p"}, log)
    other = module({"prompt": "q", "usage": None}, log, "other")
    asked = probe("usage", "text", "prompt")
    line = run(
        session, monkeypatch, {"greet": greet, "other": other}, asked, setup={"version": "1"}
    )
    assert [each["event"] for each in line.said] == [
        "hello", *["starting", "ready"] * 2, "begin", *["asking", "saw"] * 3, "end", "bye",
    ]  # fmt: skip
    (hello,) = line.of("hello")
    assert (hello["protocol"], hello["python"]) == (PROTOCOL, platform.python_version())
    assert line.of("ready")[0]["says"] == {"greet": "1"}
    assert line.of("end")[0]["seen"] == {"prompt": "p", "text": "hi", "usage": None}
    assert [each["link"] for each in line.of("asking")] == ["prompt", "text", "usage"]
    assert log == ["start greet", "start other", "stop other", "stop greet"]


def test_a_failure_is_charged_to_its_link_and_ends_the_probe(
    session: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    greet = module({"prompt": "p", "text": ValueError("no"), "usage": 1}, [])
    both = (probe("prompt", "text", "usage"), probe("prompt", name="b"))
    line = run(session, monkeypatch, {"greet": greet}, *both)
    first, second = line.of("end")
    assert first["seen"] == {"prompt": "p"}
    assert (first["failure"]["link"], first["failure"]["message"]) == ("text", "ValueError: no")
    assert first["failure"]["reason"] == "exception"
    assert second["failure"] is None


@pytest.mark.parametrize(
    ("error", "reason", "message"),
    [
        (MemoryError(), "out of memory", "MemoryError: "),
        (SystemExit(3), "exception", "SystemExit: 3"),
        (BaseException("panic"), "exception", "BaseException: panic"),
    ],
)
def test_nothing_that_is_raised_ends_the_guest(
    session: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    reason: str,
    message: str,
) -> None:
    line = run(session, monkeypatch, {"greet": module({"text": error}, [])}, probe("text"))
    (end,) = line.of("end")
    assert (end["failure"]["reason"], end["failure"]["message"]) == (reason, message)
    assert line.of("bye")


def test_a_component_may_choose_its_words(
    session: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = ValueError("x")
    error.reason_of_failure = "crash"  # type: ignore[attr-defined]
    error.message_of_failure = "died of SIGFPE"  # type: ignore[attr-defined]
    line = run(session, monkeypatch, {"greet": module({"text": error}, [])}, probe("text"))
    failure = line.of("end")[0]["failure"]
    assert (failure["reason"], failure["message"]) == ("crash", "died of SIGFPE")


def test_ctrl_c_is_not_an_answer(session: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    greet = module({"text": KeyboardInterrupt()}, [])
    with pytest.raises(KeyboardInterrupt):
        run(session, monkeypatch, {"greet": greet}, probe("text"))
    stops = module({}, [])
    with pytest.raises(KeyboardInterrupt):
        run(session, monkeypatch, {"greet": stops}, setup={"raise": KeyboardInterrupt()})


def test_a_component_that_does_not_start_stops_the_cell(
    session: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = ImportError("libfoo.so.1: cannot open shared object file")
    line = run(session, monkeypatch, {"greet": module({}, [])}, probe("text"),
               setup={"raise": error})  # fmt: skip
    (stopped,) = line.of("stopped")
    assert stopped["failure"]["message"].startswith("ImportError: libfoo")
    assert not line.of("begin")
    assert not line.of("bye")


def test_what_nobody_shows_is_not_exposed_and_the_client_of_last_resort_sees_a_chat(
    session: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    greet = module({"prompt": "p"}, [], serves="http://127.0.0.1:1")
    render = probe("prompt", "text", ask="render")
    line = run(session, monkeypatch, {"greet": greet}, probe("request", "text"), render)
    first, second = line.of("end")
    assert first["seen"]["text"] == {"$": "not exposed"}
    assert first["seen"]["request"] == {"model": "tiny-chat"}
    assert second["seen"] == {"prompt": {"$": "not exposed"}, "text": {"$": "not exposed"}}


def test_findings_last_as_long_as_their_probe(
    session: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[dict[str, object]] = []
    greet = module({"prompt": "p", "text": "t"}, [])
    show = greet.show

    def watched(link: str, asked: Event, chain: Any) -> object:  # noqa: ANN401
        turns.append(chain.turn)
        return show(link, asked, chain)

    greet.show = watched
    both = (probe("prompt", "text"), probe("prompt", name="b"))
    run(session, monkeypatch, {"greet": greet}, *both)
    assert turns[0] is turns[1]
    assert turns[2] is not turns[0]
    assert turns[2] == {"asked": ["prompt"]}


def test_the_host_understands_every_line(
    session: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    greet = module({"prompt": "p", "text": ValueError("no")}, [])
    line = run(session, monkeypatch, {"greet": greet}, probe("prompt", "text"))
    hearing = Hearing(["a"])
    for said in line.said:
        hearing.hear(said)
    told = hearing.finish(returncode=0, stopped_by="", log="")
    (one,) = told.observations
    assert one.failure is not None
    assert (one.failure.message, one.failure.link) == ("ValueError: no", "text")
    assert set(told.says) == {"greet"}


def test_what_is_given_takes_the_place_of_what_is_shown_and_what_is_known_fills_a_gap(
    session: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[object] = []
    greet = module({"prompt": "p", "text": "t"}, [])

    def show(link: str, asked: Event, chain: Any) -> object:  # noqa: ANN401
        if link == "text":
            heard.append([chain.value(name, asked) for name in ("prompt", "prompt_ids", "usage")])
        return link

    greet.show = show
    known = {"prompt": "known", "prompt_ids": [1]}
    given = {"prompt": "given"}
    both = ({**probe("text"), "known": known}, {**probe("text", name="b"), "given": given})
    run(session, monkeypatch, {"greet": greet}, *both)
    no = {"$": "not exposed"}
    assert heard == [["prompt", [1], no], ["given", no, no]]


def test_what_is_not_made_of_the_last_given_value_is_not_shown_nor_its_failure_charged(
    session: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    greet = module({"text": "t", "message": ValueError("of its own prompt")}, [])
    show = greet.show

    def taking(link: str, asked: Event, chain: Any) -> object:  # noqa: ANN401
        chain.value("prompt", asked)
        return show(link, asked, chain)

    greet.show = taking
    first, last = {"prompt": "p"}, {"prompt": "p", "prompt_ids": [1]}
    line = run(
        session,
        monkeypatch,
        {"greet": greet},
        {**probe("text"), "given": first},
        {**probe("text", "message", name="b"), "given": last},
        {**probe("message", name="c"), "given": first},
    )
    no = {"$": "not exposed"}
    told = line.of("end")
    assert [each["seen"] for each in told] == [{"text": "t"}, {"text": no, "message": no}, {}]
    assert [each["failure"] and each["failure"]["link"] for each in told] == [None, None, "message"]
