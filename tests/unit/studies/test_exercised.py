"""What was seen of a driver: its own links only, on the days and in the versions of its cells."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bot.core.facts import Body, Fact, Observed, Planned, RunStarted
from bot.core.model import NOT_EXPOSED, Cell, Failure, Json, Link, Observation, Phase, Reason, Role
from bot.studies.exercised import Exercised, exercised
from tests.unit.steps.fakes import cell_of

ROLES = {
    "xllamacpp": Role.ENGINE,
    "openai": Role.CLIENT,
    "jinja2": Role.TEMPLATE,
    "tokenizers": Role.TOKENIZER,
}
FIRST, LATER = date(2026, 11, 1), date(2026, 11, 20)
CRASH = Failure(phase=Phase.PROBE, reason=Reason.CRASH, message="died", link=Link.TEXT)


def driver_of(component: str) -> tuple[str, Role] | None:
    return (f"the {component}", ROLES[component]) if component in ROLES else None


def run(number: int, day: date, *bodies: Body) -> tuple[Fact, ...]:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    started = RunStarted(at=at, bot="1", config="", suite="")
    return tuple(Fact(run=number, job="j", attempt=0, body=body) for body in (started, *bodies))


def planned(cell: Cell) -> Planned:
    return Planned(row=cell.row, trigger="baseline", cell=cell, against="")


def observed(cell: Cell, failure: Failure | None = None, **seen: Json) -> Observed:
    shown = tuple((Link(name), value) for name, value in seen.items())
    told = Observation(probe="p", seen=shown, failure=failure)
    return Observed(cell=cell.key, probe="digest", sequence="a", observation=told)


def test_a_driver_alone_is_seen_at_all_that_was_shown() -> None:
    cell = cell_of(jinja2="3.1.6")
    shown = observed(cell, prompt="a", text=NOT_EXPOSED, message={"content": "b"})
    found = exercised(run(1, FIRST, planned(cell), shown), driver_of)
    assert found == {
        "the jinja2": Exercised(
            versions={"3.1.6": FIRST}, links={Link.PROMPT: 1, Link.MESSAGE: 1}, asks=1
        )
    }


def test_what_several_show_is_put_down_to_whose_role_it_is() -> None:
    cell = cell_of(xllamacpp="1.0", openai="2.0")
    shown = observed(cell, request={}, text="a", output_ids=[1], message={}, usage={})
    found = exercised(run(1, FIRST, planned(cell), shown), driver_of)
    assert set(found["the openai"].links) == {Link.REQUEST, Link.MESSAGE, Link.USAGE}
    assert set(found["the xllamacpp"].links) == {Link.TEXT, Link.OUTPUT_IDS}


def test_who_showed_nothing_of_its_own_was_not_seen() -> None:
    cell = cell_of(jinja2="3.1.6", tokenizers="0.22.2")
    shown = observed(cell, prompt="a", prompt_ids=NOT_EXPOSED)
    assert set(exercised(run(1, FIRST, planned(cell), shown), driver_of)) == {"the jinja2"}
    assert exercised(run(1, FIRST, planned(cell), observed(cell, CRASH)), driver_of) == {}


def test_each_version_keeps_its_latest_day_and_answers_are_counted() -> None:
    old, new = cell_of(openai="1.0"), cell_of(openai="2.0")
    both = (observed(new, message={}), observed(new, message={}))
    told = (
        *run(2, LATER, planned(old), observed(old, message={})),
        *run(1, FIRST, planned(old), planned(new), observed(old, message={}), *both),
    )
    seen = exercised(told, driver_of)["the openai"]
    assert seen.versions == {"1.0": LATER, "2.0": FIRST}
    assert (seen.last, seen.asks, seen.links) == (LATER, 4, {Link.MESSAGE: 4})


def test_a_plan_may_stand_behind_its_answers() -> None:
    cell = cell_of(openai="1.0")
    assert set(exercised(run(1, FIRST, observed(cell, message={}), planned(cell)), driver_of))


def test_what_no_plan_no_run_and_no_driver_knows_is_left_out() -> None:
    cell, strange = cell_of(openai="1.0"), cell_of(numpy="2.0")
    shown = observed(cell, message={})
    assert exercised(run(1, FIRST, shown), driver_of) == {}
    assert exercised(run(1, FIRST, planned(cell), shown)[1:], driver_of) == {}
    assert exercised(run(1, FIRST, planned(strange), observed(strange, text="a")), driver_of) == {}
    assert Exercised().last is None
