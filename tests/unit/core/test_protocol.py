"""What a guest says, and what its silence or death means, line by line."""

from __future__ import annotations

import signal

import pytest

from bot.core.model import Failure, Json, Link, Phase, Reason
from bot.core.protocol import FAREWELL, GRACE, Heard, Hearing

BEGIN: Json = {"event": "begin", "probe": "a", "seconds": 20}


def heard(*lines: Json, returncode: int | None = 0, stopped_by: str = "") -> Heard:
    """Hear `lines` of a guest that was given two probes, and its end."""
    hearing = Hearing(["a", "b"], start_seconds=90)
    for line in lines:
        hearing.hear(line)
    return hearing.finish(returncode=returncode, stopped_by=stopped_by, log="blob")


def end(probe: str, failure: Json = None, **seen: Json) -> Json:
    return {"event": "end", "probe": probe, "seen": seen, "failure": failure, "seconds": 0.5}


def test_a_whole_conversation() -> None:
    told = heard(
        {"event": "hello", "protocol": 1},
        {"event": "starting", "module": "greet"},
        {"event": "ready", "module": "greet", "says": {"greet": "1.0"}},
        BEGIN,
        {"event": "asking", "probe": "a", "link": "prompt", "left": 20},
        {"event": "saw", "probe": "a", "link": "text", "value": "x"},
        end("a", text="hi", prompt="p", request=None),
        {"event": "begin", "probe": "b", "seconds": 20},
        end("b", {"reason": "exception", "message": "ValueError: no", "link": "text"}, prompt="p"),
        {"event": "bye"},
    )
    first, second = told.observations
    assert first.seen == ((Link.REQUEST, None), (Link.PROMPT, "p"), (Link.TEXT, "hi"))
    assert (first.failure, first.log, first.seconds) == (None, "blob", 0.5)
    assert second.failure == Failure(
        phase=Phase.PROBE, reason=Reason.EXCEPTION, message="ValueError: no", link=Link.TEXT
    )
    assert second.at(Link.PROMPT) == "p"
    assert (told.remains, told.stopped) == ((), None)
    assert told.says == {"greet": {"greet": "1.0"}}


def test_patience_is_the_probes_own_and_a_little_more() -> None:
    hearing = Hearing(["a"], start_seconds=90)
    assert hearing.hear({"event": "hello"}) == 90
    assert hearing.hear(BEGIN) == 20 + GRACE
    assert hearing.hear({"event": "asking", "link": "text", "left": 3.5}) == 3.5 + GRACE
    assert hearing.hear({"event": "asking", "link": "text", "left": 99}) == 3.5 + GRACE
    assert hearing.hear(end("a")) == 90
    assert hearing.hear({"event": "bye"}) == FAREWELL


@pytest.mark.parametrize(
    "odd", [None, 1, "text", ["begin"], {}, {"event": 7}, {"event": ["begin"]}, {"event": "dance"}]
)
def test_odd_lines_change_nothing(odd: Json) -> None:
    hearing = Hearing(["a"], start_seconds=90)
    assert hearing.hear(BEGIN) == hearing.hear(odd)
    hearing.hear(end("a", text="x"))
    told = hearing.finish(returncode=0, stopped_by="", log="")
    assert told.observations[0].seen == ((Link.TEXT, "x"),)


@pytest.mark.parametrize(
    "line",
    [
        {"event": "end"},
        {"event": "end", "probe": "b", "seen": {"text": "x"}},
        {"event": "end", "probe": "z", "failure": None},
    ],
)
def test_an_end_of_another_probe_answers_nothing(line: Json) -> None:
    told = heard(BEGIN, line)
    assert told.observations == ()
    assert told.remains == ("a", "b")


def test_a_probe_that_ends_twice_answers_once() -> None:
    told = heard(BEGIN, end("a", text="one"), BEGIN, end("a", text="two"))
    assert [each.seen for each in told.observations] == [((Link.TEXT, "one"),)]
    assert told.remains == ("b",)


def test_links_that_nobody_knows_are_left_out() -> None:
    told = heard(BEGIN, {"event": "saw", "link": "mood", "value": 1}, end("a", mood=1, text="x"))
    assert told.observations[0].seen == ((Link.TEXT, "x"),)


def test_seen_may_be_odd_and_a_time_too() -> None:
    line: Json = {"event": "end", "probe": "a", "seen": None, "seconds": {"$": "nan"}}
    (told,) = heard(BEGIN, line).observations
    assert (told.seen, told.failure, told.seconds) == ((), None, 0.0)


def test_what_stops_the_cell_stops_all_of_it() -> None:
    told = heard(
        {"event": "starting", "module": "greet"},
        {"event": "stopped", "failure": {"reason": "out of memory", "message": "MemoryError: "}},
        returncode=0,
    )
    assert told.stopped == Failure(
        phase=Phase.START, reason=Reason.OUT_OF_MEMORY, message="MemoryError: "
    )
    assert (told.observations, told.remains) == ((), ("a", "b"))


@pytest.mark.parametrize(
    ("failure", "reason", "message"),
    [
        ({"reason": "crash", "message": "x"}, Reason.CRASH, "x"),
        ({"reason": "boredom", "message": "x"}, Reason.EXCEPTION, "x"),
        ({"reason": "crash", "message": {"base64": "/w=="}}, Reason.CRASH, "{'base64': '/w=='}"),
        ("odd", Reason.EXCEPTION, "None"),
    ],
)
def test_a_failure_is_read_as_far_as_it_can_be(failure: Json, reason: Reason, message: str) -> None:
    (told,) = heard(BEGIN, end("a", failure)).observations
    assert told.failure is not None
    assert (told.failure.phase, told.failure.reason) == (Phase.PROBE, reason)
    assert told.failure.message == message


@pytest.mark.parametrize(
    ("returncode", "stopped_by", "reason", "message"),
    [
        (-int(signal.SIGSEGV), "", Reason.CRASH, "died of SIGSEGV"),
        (128 + int(signal.SIGABRT), "", Reason.CRASH, "died of SIGABRT"),
        (-int(signal.SIGKILL), "", Reason.KILLED, "died of SIGKILL"),
        (128 + int(signal.SIGTERM), "", Reason.KILLED, "died of SIGTERM"),
        (3, "", Reason.CRASH, "ended with exit code 3 before it had answered"),
        (0, "", Reason.CRASH, "ended with exit code 0 before it had answered"),
        (None, "", Reason.CRASH, "ended with exit code 0 before it had answered"),
        (-int(signal.SIGKILL), "timeout", Reason.TIMEOUT, "timeout"),
        (None, "out of memory", Reason.OUT_OF_MEMORY, "out of memory"),
        (None, "a person", Reason.KILLED, "a person"),
    ],
)
def test_a_death_is_charged_to_the_probe_that_was_asked(
    returncode: int | None, stopped_by: str, reason: Reason, message: str
) -> None:
    asking: Json = {"event": "asking", "link": "text", "left": 20}
    saw: Json = {"event": "saw", "link": "prompt", "value": "p"}
    told = heard(BEGIN, saw, asking, returncode=returncode, stopped_by=stopped_by)
    (dead,) = told.observations
    assert dead.failure == Failure(
        phase=Phase.PROBE, reason=reason, message=message, link=Link.TEXT
    )
    assert dead.seen == ((Link.PROMPT, "p"),)
    assert dead.log == "blob"
    assert (told.remains, told.stopped) == (("b",), None)


def test_a_death_before_the_first_question_is_the_cells() -> None:
    told = heard({"event": "starting", "module": "greet"}, returncode=-int(signal.SIGILL))
    assert told.stopped == Failure(phase=Phase.START, reason=Reason.CRASH, message="died of SIGILL")
    assert told.remains == ("a", "b")


def test_a_death_between_two_probes_is_charged_to_neither() -> None:
    told = heard(BEGIN, end("a", text="x"), returncode=-int(signal.SIGSEGV))
    assert (told.remains, told.stopped) == (("b",), None)
    assert told.observations[0].failure is None


def test_nothing_to_ask_is_nothing_to_miss() -> None:
    hearing = Hearing([])
    told = hearing.finish(returncode=-11, stopped_by="", log="")
    assert (told.observations, told.remains, told.stopped) == ((), (), None)
