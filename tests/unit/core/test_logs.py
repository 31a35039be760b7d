"""Real failure logs: the first line of each says the phase and the reason that must be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.logs import classify, readable
from bot.core.model import Phase, Reason

CORPUS = sorted((Path(__file__).parents[2] / "corpus").glob("*.log"))


def test_corpus_is_there() -> None:
    assert len(CORPUS) >= 20


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_corpus(path: Path) -> None:
    first, _, log = path.read_text().partition("\n")
    phase, _, reason = first.removeprefix("expected: ").partition(" ")
    assert classify(log, Phase(phase)) is Reason(reason)


def test_the_same_words_are_somebody_elses_fault_once_the_code_runs() -> None:
    log = "Traceback (most recent call last):\nOSError: Connection refused\n"
    assert classify(log, Phase.INSTALL) is Reason.NETWORK
    assert classify(log, Phase.PROBE) is Reason.EXCEPTION


def test_nothing_said_is_a_crash() -> None:
    assert classify("", Phase.PROBE) is Reason.CRASH
    assert classify("", Phase.INSTALL) is Reason.NOT_INSTALLABLE


def test_readable_hides_the_rooms_paths_and_keeps_the_cause() -> None:
    log = (
        "Using Python 3.11 at: x\nwarning: y\n\nerror: Failed in /tmp/a1/b\n  cause: Hash mismatch"
    )
    assert readable(log, hide=["/tmp/a1"]) == "Failed in <room>/b\nHash mismatch"
