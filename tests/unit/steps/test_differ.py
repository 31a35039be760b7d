"""One question tells whether a subject can be asked at all, before the others are."""

from __future__ import annotations

from bot.core.model import Phase
from bot.steps.differ import Subject, unreachable
from tests.unit.steps.fakes import bodies, cell_of, env_of, house, probe
from tests.unit.steps.rooms import Dies, Guest, text

PROBE = probe("family/a")


def why(guest: Guest, subject: Subject) -> tuple[Phase, str] | None:
    where = house({"foo": ["1"]}, guest, probes=(PROBE,))
    before = len(bodies(where))
    found = unreachable(where, subject, PROBE)
    assert len(bodies(where)) == before
    assert len(env_of(where).talks) <= 1
    return (found.phase, found.message) if found else None


def test_what_answers_and_what_does_not() -> None:
    one = Subject(version="1", cell=cell_of(foo="1"), guests=[])
    assert why(lambda *_: text("fine"), one) is None
    assert why(lambda *_: Dies(), one) is None
    assert why(lambda *_: Dies(early=True), one) == (Phase.START, "died of SIGSEGV")
    none = Subject(version="2", cell=None, conflict="there is none")
    assert why(lambda *_: text("fine"), none) == (Phase.RESOLVE, "there is none")
