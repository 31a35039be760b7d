from __future__ import annotations

import pytest

from bot.core.bisect import Answer, Bisect, around


def run(versions: str, answers: dict[str, Answer]) -> tuple[list[str], Bisect]:
    search, asked = Bisect(versions.split()), []
    while (version := search.propose()) is not None:
        asked.append(version)
        search.tell(version, answers[version])
    return asked, search


def test_two_releases_need_no_answer() -> None:
    asked, search = run("1 2", {})
    assert asked == []
    assert search.result == ("1", "2", ())


def test_halving() -> None:
    answers = {"2": Answer.GOOD, "3": Answer.GOOD, "4": Answer.BAD}
    asked, search = run("1 2 3 4 5", answers)
    assert asked == ["3", "4"]
    assert search.result == ("3", "4", ())


def test_a_gap_is_left_quickly_and_told() -> None:
    versions = [str(at) for at in range(17)]
    answers = {v: Answer.UNKNOWN if 4 < int(v) < 12 else Answer.BAD for v in versions}
    answers |= {v: Answer.GOOD for v in versions if int(v) <= 4}
    asked, search = run(" ".join(versions), answers)
    assert search.result == ("4", "12", tuple(str(at) for at in range(5, 12)))
    assert asked[:4] == ["8", "7", "9", "6"]
    assert len(asked) <= 7 + 4


def test_answers_from_elsewhere_are_taken() -> None:
    search = Bisect(["1", "2", "3", "4", "5"])
    search.tell("4", Answer.BAD)
    search.tell("5", Answer.GOOD)  # outside: changes nothing
    search.tell("1", Answer.BAD)
    assert search.propose() == "2"
    assert search.result == ("1", "4", ("2", "3"))


def test_what_is_not_on_the_road() -> None:
    with pytest.raises(ValueError, match="9 is not on the road"):
        Bisect(["1", "2"]).tell("9", Answer.GOOD)


@pytest.mark.parametrize("versions", [[], ["1"], ["1", "1"]])
def test_no_road(versions: list[str]) -> None:
    with pytest.raises(ValueError, match="two ends"):
        Bisect(versions)


def test_around_strides_double() -> None:
    assert list(around(0, 12, 6)) == [6, 5, 7, 4, 8, 2, 10, 3, 9, 1, 11]
