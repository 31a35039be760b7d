"""What changed since the last run comes first: newly broken, still broken, newly fixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot import pipeline
from bot.core.canonical import canonical
from bot.core.facts import Drafted, Moved
from bot.core.life import Step
from bot.core.lives import job_of
from bot.core.model import Json, Link, Look
from bot.core.outcome import Verdict
from bot.core.report import Report
from bot.steps.delta import closing
from bot.steps.house import House
from bot.steps.tested import LIKE_BAD, LIKE_GOOD
from tests.unit.steps.fakes import DAY, Index, bodies, env_of, house, later, probe
from tests.unit.steps.rooms import Answer, text

LOOK = Look(link=Link.TEXT, compare="exact", absolute=True, golden="fine")


class World:
    """An engine whose releases named in `bad` answer wrong."""

    def __init__(self, **index: list[str]) -> None:
        self.index: Index = index
        self.bad: set[str] = set()
        self.flaky: set[str] = set()
        self.count = 0

    def guest(self, versions: Mapping[str, str], _name: str, _request: Json) -> Answer:
        self.count += 1
        if versions["e"] in self.flaky:
            return text(f"fine {self.count}")
        return text("wrong" if versions["e"] in self.bad else "fine")

    def house(self) -> House:
        return house(self.index, self.guest, probes=(probe("p", looks=(LOOK,)),))


def run(home: House) -> Report:
    """Do all eight steps and end the run."""
    pipeline.watch(home)
    pipeline.plan(home)
    pipeline.execute(home)
    results = pipeline.judge(home)
    causes = pipeline.explain(home, results)
    pipeline.reduce(home, causes)
    pipeline.track(home, results, causes)
    seen = pipeline.render(home, results, causes)
    home.tell(closing(seen, results, causes), job="run end")
    return seen


def test_what_is_broken_is_new_once_and_still_broken_after() -> None:
    world = World(e=["1", "2"])
    world.bad = {"2"}
    home = world.house()
    first = run(home)
    (finding,) = first.findings
    assert first.delta.newly_broken == (finding.finding,)
    assert finding.explanation is not None
    assert [one.package for one in finding.explanation.culprits] == ["e"]
    assert finding.target == "https://example.org/e"
    talks = len(env_of(home).talks)
    again = later(home)
    second = run(again)
    assert (second.delta.newly_broken, second.delta.still_broken) == ((), (finding.finding,))
    assert second.executed == 0
    assert len(env_of(again).talks) == talks, "nothing is asked again"
    assert second.findings == first.findings
    assert second.cells == tuple(
        replace(cell, executed=False, history=now.history)
        for cell, now in zip(first.cells, second.cells, strict=True)
    )


def test_a_cell_knows_what_it_was_in_each_run() -> None:
    world = World(e=["1", "2"])
    world.bad = {"2"}
    home = world.house()
    first = run(home)
    told = {cell.trigger: cell.history for cell in run(later(home)).cells}
    assert [(one.run, one.word) for one in told["e==2"]] == [(1, "regressed"), (2, "regressed")]
    assert [one.word for one in told["baseline"]] == ["good", "good"]
    assert [len(cell.history) for cell in first.cells] == [1, 1, 1]


def test_a_run_that_ended_is_drawn_again_as_it_was() -> None:
    world = World(e=["1", "2"])
    world.bad = {"2"}
    home = world.house()
    first = run(home)
    elsewhere = replace(home, platform="another machine", bot="another release")
    results = pipeline.judge(elsewhere)
    again = pipeline.render(elsewhere, results, pipeline.explain(elsewhere, results))
    assert again == first


def test_a_finding_tells_what_was_tested_on_the_way() -> None:
    world = World(e=["1", "2", "3", "4"])
    world.bad = {"3", "4"}
    (finding,) = run(world.house()).findings
    told = {one.pinned: one.word for one in finding.tested}
    assert told["e==2 | good"] == LIKE_GOOD
    assert told["e==3 | good fresh"] == LIKE_BAD


def test_components_stand_with_their_releases_oldest_first() -> None:
    (component,) = run(World(e=["10", "9"]).house()).components
    assert (component.name, component.package) == ("e", "e")
    assert [one.version for one in component.releases] == ["9", "10"]


def test_a_repair_is_newly_fixed_once() -> None:
    world = World(e=["1", "2"])
    world.bad = {"1"}
    home = world.house()
    first = run(home)
    (finding,) = first.findings
    assert finding.verdict is Verdict.FIXED
    assert first.delta.newly_fixed == (finding.finding,)
    assert first.delta.newly_broken == ()
    assert run(later(home)).delta.newly_fixed == ()
    assert not any(isinstance(body, Drafted) for body in bodies(home)), "nobody files a repair"


def test_a_flaky_place_is_told_once() -> None:
    world = World(e=["1", "2"])
    world.flaky = {"2"}
    home = world.house()
    assert run(home).delta.newly_flaky == ("row e==2 p", "row newest p")
    assert run(later(home)).delta.newly_flaky == ()


def test_releases_are_new_in_the_run_that_saw_them_first() -> None:
    world = World(e=["1", "2"])
    home = world.house()
    assert [one.version for one in run(home).delta.releases] == ["1", "2"]
    world.index["e"].append("3")
    second = later(home)
    assert [one.version for one in run(second).delta.releases] == ["3"]


def test_the_worst_probe_names_the_cell_and_all_are_counted() -> None:
    world = World(e=["1", "2"])
    world.bad = {"2"}
    seen = {cell.trigger: cell for cell in run(world.house()).cells}
    assert {name: cell.word for name, cell in seen.items()} == {
        "baseline": "baseline",
        "e==2": "regressed",
        "newest": "regressed",
    }
    assert seen["e==2"].tally.text == "1 bad"
    assert seen["e==2"].moved == (("e", "1", "2"),)


def test_two_equal_runs_have_one_canonical_report() -> None:
    worlds = World(e=["1", "2"]), World(e=["1", "2"])
    for world in worlds:
        world.bad = {"2"}
    one, other = (canonical(run(world.house())) for world in worlds)
    assert one == other


def test_a_finding_that_was_filed_leads_to_its_thread() -> None:
    world = World(e=["1", "2"])
    world.bad = {"2"}
    home = world.house()
    (finding,) = [one.finding for one in run(home).findings if one.verdict.bad]
    address = "https://example.org/e/issues/7"
    for at, step in enumerate((Step.APPROVE, Step.FILE)):
        about = address if step is Step.FILE else ""
        moved = Moved(finding=finding, step=step, who="you", at=DAY, why="so", about=about)
        home.tell(moved, job=job_of(finding), attempt=at)
    (told,) = [one for one in run(later(home)).findings if one.finding == finding]
    assert (told.thread, told.state) == (address, "filed")
