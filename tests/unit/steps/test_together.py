"""Both are done at once; what one of them raises does not keep the other from ending."""

from __future__ import annotations

import threading

import pytest

from bot.runners.local import LocalRunner
from bot.steps.together import together


def test_each_waits_for_the_other_and_both_are_told() -> None:
    meet = threading.Barrier(2, timeout=10)

    def one() -> str:
        meet.wait()
        return "one"

    def other() -> int:
        meet.wait()
        return 2

    assert together(LocalRunner(workers=2), one, other) == ("one", 2)


def test_with_a_single_worker_the_first_goes_first() -> None:
    said: list[str] = []
    together(LocalRunner(), lambda: said.append("one"), lambda: said.append("other"))
    assert said == ["one", "other"]


def test_what_one_raises_comes_after_the_other_ended() -> None:
    said: list[str] = []

    def fails() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        together(LocalRunner(workers=2), fails, lambda: said.append("other"))
    assert said == ["other"]
