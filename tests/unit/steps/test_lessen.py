"""A program is made smaller on both sides, bad first, within a budget, and asked once."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.model import Failure, Json, Observation, Phase, Reason
from bot.core.parted import End
from bot.core.program import rows
from bot.steps import lessen
from bot.steps.house import House
from bot.steps.lessen import SMALL, Both, end
from tests.unit.steps.fakes import DAY, closure, env_of, house
from tests.unit.steps.rooms import Answer, Fails, FakeEnv, Says

LEFT = "\n".join(f"def left{at}(a):\n    return a + {at}" for at in range(21))
SOURCE = f"""
{LEFT}
import json
words = ["one", "two", "three"]
quiet = {{"left": "over"}}
rows = [lib(word) for word in words]
for row in rows:
    quiet[row] = len(row)
print(json.dumps({{"rows": rows, "size": len(words)}}))
"""


def runs(versions: Mapping[str, str], _name: str, request: Json) -> Answer:
    """Run the program here; `lib` writes `two` in another way in its second version."""
    assert isinstance(request, dict)

    def lib(word: str) -> str:
        if versions["e"] == "3" and word == "two":
            raise LookupError(word)
        return word.upper() if versions["e"] == "2" and word == "two" else word

    out = io.StringIO()
    try:
        with redirect_stdout(out):
            exec(str(request["source"]), {"lib": lib})  # noqa: S102 - the test's own program
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
        return Fails(reason="exception", message=f"{type(error).__name__}: {error}")
    return Says(seen={"message": json.loads(out.getvalue())})


def both(home: House, bad: str = "2") -> Both:
    return Both(house=home, interpreter="3.11", good=closure(e="1"), bad=closure(e=bad))


INDEX = {"e": ["1", "2", "3"]}


def test_what_differs_stays_and_what_is_shared_goes() -> None:
    less = both(house(INDEX, runs)).less(SOURCE)
    assert less is not None
    assert (
        less.source == "import json\nprint(json.dumps({'rows': [lib(word) for word in ['two']]}))"
    )
    assert less.good.seen[0][1] == {"rows": ["two"]}
    assert less.trials <= lessen.TRIALS_AT_MOST


def test_a_crash_stays_the_same_crash() -> None:
    less = both(house(INDEX, runs), bad="3").less(SOURCE)
    assert less is not None
    assert "two" in less.source
    assert less.good.failure is None


def test_what_was_asked_is_not_asked_again() -> None:
    home = house(INDEX, runs)
    first = both(home).less(SOURCE)
    talks = len(env_of(home).talks)
    assert both(home).less(SOURCE) == first
    assert len(env_of(home).talks) == talks


def test_sides_that_do_not_part_have_no_smaller_program() -> None:
    assert both(house(INDEX, runs), bad="1").less(SOURCE) is None


def test_a_small_program_is_left_as_it_is_and_nobody_is_asked() -> None:
    home = house(INDEX, runs)
    notes = "# of this, it says, no trace\n" * 20
    small = SOURCE.replace(LEFT, notes)
    assert rows(small) < SMALL
    assert both(home).less(small) is None
    assert env_of(home).talks == []


def test_a_program_of_which_nothing_can_go_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessen, "SMALL", 0)
    assert both(house(INDEX, runs)).less("import json\nprint(json.dumps(lib('two')))") is None


def test_a_program_that_would_only_be_longer_as_python_writes_it_stays() -> None:
    home = house(INDEX, runs)
    tight = "; ".join(f"a{at} = lib('two')" for at in range(20))
    lines = "\n".join(f"b{at} = lib('two')" for at in range(40))
    last = ", ".join(f"a{at}, b{at}, b{20 + at}" for at in range(20))
    end = f"idle = '{'idle ' * 40}'\nprint(json.dumps([{last}]))"
    assert both(home).less(f"import json; {tight}; {lines.replace(chr(10), '; ')}; {end}") is None
    assert env_of(home).talks == []
    assert both(home).less(f"import json; {tight}\n{lines}\n{end}") is None
    assert len(env_of(home).talks) > 4


def test_a_program_of_which_too_little_could_be_asked_is_not_begun() -> None:
    home = house(INDEX, runs)
    assert both(home).less(SOURCE, took=8) is None
    assert env_of(home).talks == []
    assert both(home).less(SOURCE, took=0.1) is not None


def test_the_longer_a_program_the_more_may_be_asked() -> None:
    home = house(INDEX, runs)
    few = "\n".join(LEFT.splitlines()[:8])
    less = both(home).less(SOURCE.replace(LEFT, few))
    assert less is not None
    assert less.trials <= 2 * 4 + 1


def test_once_little_is_left_it_ends_sooner() -> None:
    home = house(INDEX, runs)
    at = [0]

    def clock() -> object:
        at[0] += 1
        return DAY + timedelta(seconds=2 * at[0])

    slow = both(replace(home, clock=clock)).less(SOURCE)  # type: ignore[arg-type]
    quick = both(house(INDEX, runs)).less(SOURCE)
    assert slow is not None
    assert quick is not None
    assert rows(quick.source) < rows(slow.source) <= SMALL


def test_what_takes_long_is_not_asked_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    home = house(INDEX, runs)
    monkeypatch.setattr(lessen, "LONGEST", -1)
    assert both(home).less(SOURCE) is None
    assert len(env_of(home).talks) == 2


def test_time_ends_it_with_the_best_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    home = house(INDEX, runs)
    at = [0]

    def clock() -> object:
        at[0] += 1
        return DAY + timedelta(seconds=5 * at[0])

    home = replace(home, clock=clock)  # type: ignore[arg-type]
    less = both(home).less(SOURCE)
    assert less is not None
    assert less.trials < 20
    monkeypatch.setattr(lessen, "TRIALS_AT_MOST", 0)
    assert both(home).less(SOURCE) is None


def test_a_side_that_the_machine_spoiled_says_nothing() -> None:
    failure = Failure(phase=Phase.INSTALL, reason=Reason.DISK, message="full")
    env = FakeEnv(guest=runs, broken=lambda versions: failure if versions["e"] == "2" else None)
    assert both(replace(house(INDEX, runs), env=env)).less(SOURCE) is None
    assert end(Observation(probe="p", failure=failure)) is None


def test_a_failure_is_known_by_its_words_without_numbers() -> None:
    failure = Failure(phase=Phase.PROBE, reason=Reason.EXCEPTION, message="KeyError: 12")
    known = end(Observation(probe="p", failure=failure))
    assert known == End(failed="probe: exception: KeyError: <n>")
