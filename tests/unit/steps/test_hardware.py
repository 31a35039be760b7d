"""Cells on other hardware: those that wait for it, and those that silently computed elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot import pipeline
from bot.core.facts import CellDone, CellStopped
from bot.core.matrix import Row
from bot.core.model import Json, Link, Look, Observation, Reason
from bot.core.outcome import Diverged, NotRun, Passed, Verdict
from bot.core.report import Report
from bot.core.stats import NONE
from bot.steps.house import House, Kit
from bot.steps.verdicts import planned_of, within_scope
from tests.unit.steps.fakes import FakeDriver, FakeSolver, Index, Said, bodies, house, later, probe
from tests.unit.steps.rooms import Answer, FakeEnv, Guest, text
from tests.unit.steps.test_view import LOOK, run

INDEX: Index = {"engine": ["1", "2"]}
BOTH = ("cpu", "vulkan")
WHY = "no driver is installed"


def fine(_versions: Mapping[str, str], _name: str, _request: Json) -> Answer:
    return text("fine")


def home_of(
    device: str = "vulkan: llvmpipe", guest: Guest = fine, *, here: bool = True, able: bool = True
) -> House:
    """A house with one row on two backends, the second of which has rooms of its own."""
    row = Row(name="row", components=("engine",), suite=("family",), backends=BOTH)
    made = house(INDEX, guest, probes=(probe("p", looks=(LOOK,)),), row=row)
    env = FakeEnv(guest=guest, name="other", device=device)
    kit = Kit(solver=FakeSolver(index=INDEX), env=env)
    return replace(
        made,
        drivers={"script": FakeDriver(backends=BOTH if able else ("cpu",))},
        places={("row", "vulkan"): kit},
        lacks={} if here else {"vulkan": WHY},
    )


def words(seen: Report) -> dict[tuple[str, str], str]:
    return {
        (cell.cell.backend if cell.cell else "", cell.trigger): cell.word for cell in seen.cells
    }


def talks(home: House) -> list[tuple[str, ...]]:
    env = home.places["row", "vulkan"].env
    assert isinstance(env, FakeEnv)
    return env.talks


def test_each_backend_is_a_line_of_cells_of_its_own() -> None:
    home = home_of()
    seen = run(home)
    assert words(seen) == {
        ("cpu", "baseline"): "baseline",
        ("vulkan", "baseline"): "baseline",
        ("cpu", "engine==2"): "still-good",
        ("vulkan", "engine==2"): "still-good",
        ("cpu", "newest"): "still-good",
        ("vulkan", "newest"): "still-good",
    }
    devices = {cell.cell.backend: cell.device for cell in seen.cells if cell.cell}
    assert devices == {"cpu": "", "vulkan": "vulkan: llvmpipe"}
    assert {cell.environment for cell in seen.cells} == {"fake", "other"}


def test_hardware_that_is_not_here_is_not_run_and_its_cells_wait_for_it() -> None:
    home = home_of(here=False)
    seen = run(home)
    assert {word for (backend, _), word in words(seen).items() if backend == "vulkan"} == {
        "not run"
    }
    results = [one for cell in seen.cells if cell.cell and cell.cell.backend == "vulkan"
               for one in cell.results]  # fmt: skip
    assert {one.verdict for one in results} == {Verdict.INCONCLUSIVE}
    assert {one.outcome for one in results} == {NotRun(why=f"no such hardware: vulkan ({WHY})")}
    assert not seen.delta.newly_broken
    assert not talks(home)
    assert isinstance(home.progress, Said)
    assert f"row: no such hardware: vulkan ({WHY})" in home.progress.notes
    there = replace(later(home), lacks={})
    again = run(there)
    assert talks(there)
    assert words(again)["vulkan", "engine==2"] == "still-good"
    assert all(
        not cell.executed for cell in again.cells if cell.cell and cell.cell.backend == "cpu"
    )


def test_what_was_silently_computed_elsewhere_is_not_run() -> None:
    home = home_of("cpu: the processor")
    seen = run(home)
    told = "it was to compute on vulkan, and the engine says that it computes on cpu: the processor"
    found = {one.outcome for cell in seen.cells if cell.cell and cell.cell.backend == "vulkan"
             for one in cell.results}  # fmt: skip
    assert found == {NotRun(why=told)}
    stopped = [body for body in bodies(home) if isinstance(body, CellStopped)]
    assert {one.failure.reason for one in stopped} == {Reason.ELSEWHERE}
    devices = {body.device for body in bodies(home) if isinstance(body, CellDone)}
    assert devices == {"", "cpu: the processor"}
    there = later(home)
    env = there.places["row", "vulkan"].env
    assert isinstance(env, FakeEnv)
    env.device = "vulkan: a card"
    assert words(run(there))["vulkan", "newest"] == "still-good"


def test_an_engine_that_does_not_say_where_is_believed_on_the_processor_only() -> None:
    seen = run(home_of(""))
    assert words(seen)["vulkan", "baseline"] == "not run"
    assert words(seen)["cpu", "baseline"] == "baseline"


def test_a_stack_that_nothing_of_computes_there_is_not_run() -> None:
    home = home_of(able=False)
    pipeline.watch(home)
    pipeline.plan(home)
    (left,) = [each for each in planned_of(home) if each.cell is None]
    assert left.backend == "vulkan"
    assert left.conflict == "not run here: nothing in it computes on vulkan"


def test_a_system_that_has_no_such_hardware_is_not_even_planned_for() -> None:
    home = home_of()
    row = replace(home.matrix.rows[0], backends=("cpu", "metal"))
    home = replace(
        home,
        matrix=replace(home.matrix, rows=(row,)),
        drivers={"script": FakeDriver(backends=("metal",))},
        lacks={"metal": "this is no Darwin"},
    )
    pipeline.watch(home)
    pipeline.plan(home)
    (left,) = [each for each in planned_of(home) if each.cell is None]
    assert left.conflict == "not run here: no such hardware: metal (this is no Darwin)"


def test_what_breaks_on_one_backend_only_is_a_finding_of_its_own() -> None:
    def guest(versions: Mapping[str, str], _name: str, _request: Json) -> Answer:
        return text("wrong" if versions["engine"] == "2" else "fine")

    both = run(home_of(guest=guest))
    assert len(both.findings) == 1
    home = home_of()
    env = home.places["row", "vulkan"].env
    assert isinstance(env, FakeEnv)
    env.guest = guest
    (alone,) = run(home).findings
    assert "@vulkan/" in alone.cell
    assert alone.finding != both.findings[0].finding


NUMBERS = Look(link=Link.LOGPROBS, compare="exact")


def test_numbers_are_held_within_their_scope_only() -> None:
    def guest(versions: Mapping[str, str], _name: str, _request: Json) -> Answer:
        seen: dict[str, Json] = {
            "text": "fine",
            "logprobs": 0.25 if versions["engine"] == "1" else 1,
        }
        return replace(text("fine"), seen=seen)

    def judged(moved: bool) -> set[type]:
        home = home_of(guest=guest)
        looks = {"row": (probe("p", looks=(LOOK, NUMBERS)),)}
        home = replace(home, probes=looks, machine={"cpu": (("instructions", "avx2"),)})
        pipeline.watch(home)
        pipeline.plan(home)
        cells = [each.cell for each in planned_of(home) if each.cell and each.cell.backend == "cpu"]
        known = home.memory.cells
        pipeline.execute(home)
        if moved:
            old = known[cells[0].key].done
            assert old is not None
            assert ("instructions", "avx2") in old.scope
            other = (("backend", "cpu"), ("instructions", "avx512f"))
            known[cells[0].key].done = replace(old, scope=other)
        return {
            type(each.after.outcome)
            for each in pipeline.judge(home)
            if each.planned.cell in cells[1:]
        }

    assert judged(moved=False) == {Diverged}
    assert judged(moved=True) == {Passed}


def test_facts_of_before_scopes_were_told_are_of_this_one() -> None:
    home = home_of()
    base = (Observation(probe="p", seen=((Link.LOGPROBS, 1.0),)),)
    assert within_scope(home, "unknown", "too", base) is base


def test_the_repeats_of_a_report_leave_out_what_was_computed_elsewhere() -> None:
    seen = run(home_of("cpu"))
    assert seen.repeats != NONE
    assert seen.repeats.hits == 0
