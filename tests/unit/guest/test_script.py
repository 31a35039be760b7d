"""A program of a probe: what it prints is its answer, and how it ends is told in equal words."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace

import pytest

from tests.unit.guest.conftest import Guest


@pytest.fixture
def script(guest: Guest) -> ModuleType:
    return guest("script")


def test_it_answers_scripts_alone(script: ModuleType) -> None:
    assert "text" in script.answers("script")
    assert not script.answers("chat")
    assert script.start({}, None) is None
    assert script.stop() is None


def test_one_link_is_the_value_and_several_are_keyed(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[object] = []

    def run(request: object, _seconds: float) -> object:
        ran.append(request)
        return {"text": "t", "usage": 1}

    monkeypatch.setattr(script, "run", run)
    one, several = {"request": 1, "seconds": 1, "links": ["text"]}, ["text", "usage", "prompt"]
    assert script.show("text", one, SimpleNamespace(turn={})) == {"text": "t", "usage": 1}
    chain, asked = SimpleNamespace(turn={}), {**one, "links": several}
    told = [script.show(link, asked, chain) for link in several]
    assert told == ["t", 1, {"$": "not exposed"}]
    assert len(ran) == 2
    chain.turn["script"] = "no object"
    assert script.show("text", asked, chain) == {"$": "not exposed"}


@pytest.mark.parametrize(
    ("printed", "value"),
    [('"hi"\n', "hi"), ('noise\n{"a": [1]}\n\n  \n', {"a": [1]}), ("null", None)],
)
def test_the_last_line_is_the_answer(script: ModuleType, printed: str, value: object) -> None:
    assert script._value(printed) == value


@pytest.mark.parametrize(("printed", "words"), [("\n", "printed nothing"), ("hi", "not JSON")])
def test_no_answer_is_a_failure(script: ModuleType, printed: str, words: str) -> None:
    with pytest.raises(script.ProgramFailed, match=words) as caught:
        script._value(printed)
    assert caught.value.reason_of_failure == "exception"
    assert caught.value.message_of_failure.startswith("NoAnswer: ")


@pytest.mark.parametrize(
    ("code", "complaint", "reason", "message"),
    [
        (None, "", "timeout", "no answer after 2.5 seconds"),
        (-11, "", "crash", "died of SIGSEGV"),
        (-99, "", "crash", "died of signal 99"),
        (3, "", "exception", "exited with code 3"),
        (1, "Traceback\n  x\nValueError: no\n\n", "exception", "ValueError: no"),
        (1, "Traceback\nMemoryError\n", "out of memory", "MemoryError"),
    ],
)
def test_each_bad_end_has_its_words(
    script: ModuleType, code: int | None, complaint: str, reason: str, message: str
) -> None:
    with pytest.raises(script.ProgramFailed) as caught:
        script._raise_if_ended_badly(code, complaint, 2.5)
    assert caught.value.reason_of_failure == reason
    assert caught.value.message_of_failure == message


def test_a_good_end_is_none(script: ModuleType) -> None:
    assert script._raise_if_ended_badly(0, "a warning", 1) is None


def test_the_environment_is_quiet_and_the_request_has_the_last_word(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    told = script._environment({"environment": {"PYTHONHASHSEED": "7"}})
    assert (told["HF_HUB_OFFLINE"], told["PYTHONHASHSEED"]) == ("0", "7")
    assert told["PYTHONIOENCODING"] == "utf-8"
