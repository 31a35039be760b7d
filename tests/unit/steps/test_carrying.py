"""What a change cannot reach is carried over, said as that, and proved by a sample."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

import pytest

from bot import pipeline
from bot.core.carried import CARRIED, Carried, Reached, Refuted
from bot.core.facts import CellStopped, Observed, RunEnded
from bot.core.impact import sampled
from bot.core.model import Cell, Component, Failure, Json, Phase, Reason, Release
from bot.core.outcome import Verdict
from bot.steps.carrying import offered
from bot.steps.house import House
from bot.steps.repeats import repeated
from bot.steps.verdicts import planned_of, rule
from bot.steps.view import report
from tests.property.test_impact import SURE, chance
from tests.unit.steps.fakes import FakeSource, Index, Said, bodies, env_of, house, later, probe
from tests.unit.steps.rooms import Answer, Dies, Fails, FakeEnv, text

PROBES = tuple(probe(f"p{at:02}") for at in range(30))
PART = 0.2


@dataclass
class World:
    """`main` is what all probes load, `spare` is loaded by none; `says` is what they answer."""

    index: Index = field(default_factory=lambda: {"main": ["1"], "spare": ["1"]})
    says: Callable[[Mapping[str, str], str], Answer] = field(default=lambda v, _: text(v["main"]))
    reaches: Callable[[str], Collection[str]] | None = field(default=lambda _: {"main"})

    def __call__(self, versions: Mapping[str, str], name: str, _request: Json) -> Answer:
        return self.says(versions, name)


def begun(world: World, part: float | None = PART) -> House:
    made = house(world.index, world, probes=PROBES)
    env = FakeEnv(guest=world, reaches=world.reaches)
    return replace(made, matrix=replace(made.matrix, impact=part), env=env)


def run(at: House) -> int:
    pipeline.watch(at)
    pipeline.plan(at)
    done = pipeline.execute(at)
    at.tell(RunEnded(newly_broken=0), job="run end")
    return done


def after(world: World, before: House, component: str = "spare", version: str = "2") -> House:
    """Return the house of the next run, after a release."""
    world.index[component].append(version)
    made = later(before)
    env_of(made).talks.clear()
    return made


def new_cell(at: House, trigger: str = "spare==2") -> Cell:
    return next(each.cell for each in planned_of(at) if each.trigger == trigger and each.cell)


def asked(at: House) -> set[str]:
    return {name for talk in env_of(at).talks for name in talk}


def sample(cell: Cell, part: float = PART) -> set[str]:
    return {each.name for each in PROBES if sampled(cell.key, each.digest, part)}


def told(at: House, kind: type) -> list[object]:
    return [fact.body for fact in at.ledger.facts() if fact.run == at.run
            and isinstance(fact.body, kind)]  # fmt: skip


def notes(at: House) -> list[str]:
    assert isinstance(at.progress, Said)
    return at.progress.notes


def test_a_change_that_no_probe_reaches_costs_a_sample_only() -> None:
    world = World()
    first = begun(world)
    run(first)
    second = after(world, first)
    assert run(second) == 1
    cell = new_cell(second)
    assert asked(second) == sample(cell)
    assert 0 < len(asked(second)) < len(PROBES)
    (fact,) = told(second, Carried)
    assert isinstance(fact, Carried)
    assert (fact.cell, fact.moved, fact.since) == (cell.key, ("spare",), 1)
    assert {len(fact.probes)} == {len(PROBES) - len(asked(second))}
    assert second.needs(cell) == ()
    results = [each for each in rule(second) if each.planned.trigger == "spare==2"]
    assert {each.verdict for each in results} == {Verdict.STILL_GOOD}
    assert len(results) == len(PROBES)


def test_what_was_carried_says_so_and_is_no_evidence_of_its_own() -> None:
    world = World()
    first = begun(world)
    run(first)
    second = after(world, first)
    run(second)
    cell = new_cell(second)
    view = next(each for each in report(second, rule(second), ()).cells if each.cell == cell)
    carried = [each for each in view.results if each.note]
    assert {each.note for each in carried} == {
        "carried over from main-1+spare-1@cpu/tiny-chat: out of reach of spare"
    }
    assert {each.probe for each in carried} == {each.name for each in PROBES} - asked(second)
    assert view.tally.text == f"{len(PROBES)} good ({len(carried)} carried over)"
    assert any(f"{len(carried)} answers of 1 cells were carried" in note for note in notes(second))
    assert {fact.sequence for fact in bodies(second) if isinstance(fact, Observed)
            and fact.cell == cell.key} >= {CARRIED, "a", "b"}  # fmt: skip
    alone = repeated(replace(second, probes={"row": PROBES}), [cell])
    assert alone.total < len(PROBES)


def test_a_change_that_they_reach_is_asked_in_full() -> None:
    world = World()
    first = begun(world)
    run(first)
    second = after(world, first, "main")
    run(second)
    assert asked(second) == {each.name for each in PROBES}
    assert told(second, Carried) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda w, h: (w, replace(h, matrix=replace(h.matrix, impact=None))),
        lambda w, h: (w, replace(h, env=FakeEnv(guest=w, reaches=w.reaches, name="other"))),
        lambda w, h: (w, replace(h, machine={"cpu": (("driver", "new"),)})),
        lambda w, h: (w, replace(h, env=FakeEnv(guest=w, reaches=w.reaches,
                      brings=lambda *_: {"spare/__init__.py": "", "spare.pth": ""}))),
        lambda w, h: (w, replace(h, env=FakeEnv(guest=w, reaches=w.reaches, brings=lambda *_: {
            "spare-2.dist-info/entry_points.txt": "[plugs]\na = spare"}))),
    ],
    ids=["it is off", "another environment", "another driver", "a start hook", "a plug-in"],
)  # fmt: skip
def test_what_speaks_against_it_has_all_asked(
    spoil: Callable[[World, House], tuple[World, House]],
) -> None:
    world = World()
    first = begun(world)
    run(first)
    world, second = spoil(world, after(world, first))
    run(second)
    assert asked(second) == {each.name for each in PROBES}


def test_where_nobody_can_tell_all_is_asked() -> None:
    world = World(reaches=None)
    first = begun(world)
    run(first)
    assert told(first, Reached) == []
    second = after(world, first)
    run(second)
    assert asked(second) == {each.name for each in PROBES}


def test_a_probe_that_is_in_doubt_is_asked() -> None:
    turn: list[str] = []

    def moody(versions: Mapping[str, str], name: str) -> Answer:
        turn.append(name)
        return text(turn.count(name)) if name == "p00" else text(versions["main"])

    world = World(says=moody)
    first = begun(world)
    run(first)
    second = after(world, first)
    run(second)
    assert asked(second) == {"p00"} | sample(new_cell(second))


def test_answers_that_are_too_old_are_not_carried() -> None:
    world = World()
    first = begun(world)
    run(first)
    second = after(world, first)
    second = replace(second, matrix=replace(second.matrix, fresh_days=-1.0))
    pipeline.watch(second)
    pipeline.plan(second)
    assert offered(second, new_cell(second), PROBES) is None


def hidden(only: Collection[str]) -> Callable[[Mapping[str, str], str], Answer]:
    """Some probes show the version of `spare` all the same, which nobody sees them read."""
    return lambda v, name: text([v["main"], v["spare"] if name in only else ""])


def test_a_hidden_influence_that_is_sampled_refutes_the_analysis() -> None:
    world = World(says=hidden([each.name for each in PROBES]))
    first = begun(world)
    run(first)
    second = after(world, first)
    assert run(second) == 1
    cell = new_cell(second)
    assert asked(second) == {each.name for each in PROBES}, "all of the cell is really asked"
    (fact,) = told(second, Refuted)
    assert isinstance(fact, Refuted)
    assert (fact.cell, fact.moved) == (cell.key, ("spare",))
    assert told(second, Carried) == []
    assert any("spare reached more than was seen" in note for note in notes(second))
    wrong = [each for each in rule(second) if each.planned.cell == cell]
    assert {each.verdict for each in wrong} == {Verdict.REGRESSED}
    third = after(world, second, version="3")
    run(third)
    assert asked(third) == {each.name for each in PROBES}, "nothing is carried past it any more"


def test_a_hidden_influence_that_is_not_sampled_is_missed_which_is_why_there_is_a_sample() -> None:
    world = World(says=hidden([]))
    first = begun(world)
    run(first)
    second = after(world, first)
    pipeline.watch(second)
    pipeline.plan(second)
    spared = next(each for each in PROBES if each.name not in sample(new_cell(second)))
    world.says = hidden([spared.name])
    run(second)
    assert told(second, Refuted) == []


def test_what_was_carried_past_a_refuted_change_is_asked_after_all() -> None:
    world = World(index={"main": ["1"], "spare": ["1"], "idle": ["1"]})
    first = begun(world)
    run(first)
    second = after(world, first)
    run(second)
    assert told(second, Carried)
    world.says = hidden([each.name for each in PROBES])
    third = after(world, second, version="3")
    third = replace(third, matrix=replace(third.matrix, impact=1.0))
    pipeline.watch(third)
    pipeline.plan(third)
    pipeline.execute(third)
    assert told(third, Refuted)
    old = new_cell(second)
    assert third.needs(old) == ()
    again = {fact.body.probe for fact in third.ledger.facts() if fact.run == third.run
             and isinstance(fact.body, Observed) and fact.body.cell == old.key}  # fmt: skip
    assert again == {each.digest for each in PROBES if each.name not in sample(old)}
    assert third.aged(old) == 0


def test_a_stack_that_does_not_start_any_more_refutes_it_too() -> None:
    world = World()
    first = begun(world)
    run(first)
    second = after(world, first)
    world.says = lambda versions, _: (
        Dies(early=True) if versions["spare"] == "2" else text(versions["main"])
    )
    run(second)
    (fact,) = told(second, Refuted)
    assert isinstance(fact, Refuted)
    assert fact.probe == ""
    cell = new_cell(second)
    assert {each.verdict for each in rule(second) if each.planned.cell == cell} == {
        Verdict.REGRESSED
    }


def test_what_the_machine_spoils_proves_nothing_and_refutes_nothing() -> None:
    world = World()
    first = begun(world)
    run(first)
    second = after(world, first)
    world.says = lambda versions, _: (
        Fails(reason="network") if versions["spare"] == "2" else text(versions["main"])
    )
    run(second)
    assert told(second, Refuted) == []


def test_a_release_that_cannot_be_installed_is_news_whatever_it_reaches() -> None:
    world = World()
    first = begun(world)
    run(first)
    second = after(world, first)
    gone = Failure(phase=Phase.INSTALL, reason=Reason.NOT_INSTALLABLE, message="no wheel")
    broken = FakeEnv(guest=world, reaches=world.reaches,
                     broken=lambda v: gone if v["spare"] == "2" else None)  # fmt: skip
    second = replace(second, env=broken)
    run(second)
    assert told(second, CellStopped)
    assert told(second, Carried) == []
    assert {each.verdict for each in rule(second) if each.planned.cell == new_cell(second)} == {
        Verdict.REGRESSED
    }


def test_a_cell_without_a_sample_is_installed_and_asked_nothing() -> None:
    world = World()
    first = begun(world, part=1e-9)
    run(first)
    second = after(world, first)
    rooms = len(env_of(second).fresh)
    assert run(second) == 1
    assert asked(second) == set()
    assert len(env_of(second).fresh) == rooms + 1
    cell = new_cell(second)
    known = second.memory.cells[cell.key]
    source = second.memory.cells[next(iter(second.memory.stacks))]
    assert known.done is not None
    assert source.done is not None
    assert known.done.scope == source.done.scope
    assert second.needs(cell) == ()


def test_a_cell_of_what_was_yanked_is_asked_in_full() -> None:
    class Yanked(FakeSource):
        def releases(self, component: Component) -> list[Release]:
            every = [*super().releases(component)]
            return [replace(one, yanked="bad") if one.version == "2" else one for one in every]

    world = World()
    first = begun(world)
    run(first)
    second = after(world, first)
    run(second)
    third = replace(later(second), sources={"fake": Yanked(index=world.index)})
    env_of(third).talks.clear()
    run(third)
    assert asked(third) == {each.name for each in PROBES}


def test_the_whole_of_it_catches_a_hidden_influence_at_the_stated_rate() -> None:
    """One probe of ten reads unseen; whether it is in the sample is drawn anew by each version."""
    seeds, caught, few = 400, 0, PROBES[:10]
    for seed in range(seeds):
        world = World(says=hidden([few[seed % len(few)].name]))
        first = replace(begun(world), probes={"row": few})
        run(first)
        second = after(world, first, version=f"2.{seed}")
        run(second)
        caught += bool(told(second, Refuted))
    assert chance(caught, seeds, PART) > SURE, f"{caught} of {seeds}"
