"""Rows of packages of another source: their own solver, environment, names, order and pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from bot import pipeline
from bot.core.facts import Closed, Reduced
from bot.core.matrix import Row
from bot.core.model import Closure, Component, Conflict, Json, Release, Requirements
from bot.core.outcome import NotRun, Verdict
from bot.core.plan import BASELINE
from bot.core.versions import SEMVER
from bot.steps.house import House, Kit
from bot.steps.verdicts import planned_of
from tests.unit.steps.fakes import (
    FakeDriver,
    FakeSolver,
    FakeSource,
    Index,
    Said,
    bodies,
    component,
    env_of,
    house,
    later,
    probe,
)
from tests.unit.steps.rooms import Answer, FakeEnv, text
from tests.unit.steps.test_view import LOOK, run

JAR = "@Pot.s/Jar_lid"
INNER = f"{JAR}/node_modules/leaf"
LINE = ["1.0.0", "2.0.0-1", "2.0.0", "2.0.1", "10.0.0"]  # 2.0.0-1 is after 2.0.0 for PEP 440


def guest(versions: Mapping[str, str], _name: str, _request: Json) -> Answer:
    return text("fine" if versions[JAR] in {"1.0.0", "2.0.0-1", "2.0.0"} else "wrong")


@dataclass(slots=True, kw_only=True)
class Asked(FakeSource):
    """A source that notes who asks."""

    by: list[Component] = field(default_factory=list)

    def releases(self, component: Component) -> list[Release]:
        self.by.append(component)
        return list(FakeSource.releases(self, component))


def home_of(obstacle: str = "") -> House:
    """A house with a row of Python's and one of npm's, whose packages share a name."""
    index: Index = {JAR: LINE, "same": ["1.0.0", "2.0.0"]}
    known = {
        "engine": component("engine", package="same"),
        "jar": component("jar", source="npm", package=JAR, scheme=SEMVER),
        "same": component("same", source="npm", package="same", scheme=SEMVER),
    }
    rows = (
        Row(name="row", components=("engine",), suite=("family",)),
        Row(name="js", components=("same", "jar"), suite=("family",)),
    )
    made = house(index, lambda *_: text("fine"), probes=(probe("p", looks=(LOOK,)),), row=rows[0])
    kit = Kit(
        solver=FakeSolver(index=index), env=FakeEnv(guest=guest, name="node"), obstacle=obstacle
    )
    return replace(
        made,
        matrix=replace(made.matrix, components=known, rows=rows),
        probes={row.name: made.probes["row"] for row in rows},
        drivers={"script": FakeDriver(shows="")},
        sources={**made.sources, "npm": Asked(index=index)},
        kits={"npm": kit},
    )


def test_a_regression_is_explained_with_its_own_solver_rooms_and_order() -> None:
    home = home_of()
    seen = run(home)
    (finding,) = seen.findings
    assert (finding.row, finding.verdict) == ("js", Verdict.REGRESSED)
    assert finding.explanation is not None
    (culprit,) = finding.explanation.culprits
    assert (culprit.package, culprit.last_good, culprit.first_bad) == (JAR, "2.0.0", "2.0.1")
    assert finding.target == "https://example.org/jar"
    env = home.kits["npm"].env
    assert isinstance(env, FakeEnv)
    assert env.talks
    assert {name for talk in env_of(home).talks for name in talk} == {"p"}
    assert {cell.environment for cell in seen.cells if cell.row == "js"} == {"node"}
    triggers = [cell.trigger for cell in seen.cells if cell.row == "js"]
    assert triggers == ["baseline", "same==2.0.0", "jar==2.0.0", "jar==2.0.1", "jar==10.0.0",
                        "newest"]  # fmt: skip


def test_a_driver_that_shows_nothing_in_a_proof_has_none_and_the_draft_says_so() -> None:
    home = home_of()
    (finding,) = run(home).findings
    (reduced,) = (body for body in bodies(home) if isinstance(body, Reduced))
    assert (reduced.repro, reduced.verified) == ("", False)
    assert (finding.repro, finding.fails, finding.verified) == ("", "", False)
    assert finding.draft


def test_the_same_words_asked_of_two_sources_are_two_questions() -> None:
    home = home_of()
    rows = (home.matrix.rows[0], replace(home.matrix.rows[1], components=("same",)))
    home = replace(home, matrix=replace(home.matrix, rows=rows))
    pipeline.watch(home)
    pipeline.plan(home)
    keys = [body.key for body in bodies(home) if isinstance(body, Closed)]
    asked = [body.asked for body in bodies(home) if isinstance(body, Closed)]
    assert len(set(keys)) == len(keys)
    assert len(set(asked)) < len(asked)


def test_a_second_run_resolves_and_asks_nothing_again() -> None:
    home = home_of()
    first = run(home)
    solver = home.kits["npm"].solver
    assert isinstance(solver, FakeSolver)
    count = len(solver.asked)
    again = run(later(home))
    assert again.executed == 0
    assert len(solver.asked) == count
    assert again.findings == first.findings


def test_promises_say_whose_they_are_where_there_are_several() -> None:
    assert run(home_of()).promises == {"network (fake)": "none", "network (node)": "none"}
    assert run(home_of("npm is not installed")).promises == {"network": "none"}


def test_what_this_machine_lacks_is_told_in_a_line_and_nobody_is_asked() -> None:
    home = home_of("npm is not installed")
    seen = run(home)
    source = home.sources["npm"]
    assert isinstance(source, Asked)
    assert source.by == []
    assert isinstance(home.progress, Said)
    assert home.progress.notes == ["js: not run here, npm is not installed"]
    (cell,) = (cell for cell in seen.cells if cell.row == "js")
    assert (cell.trigger, cell.word) == (BASELINE, "not run")
    assert cell.conflict == "not run here: npm is not installed"
    assert {result.outcome for result in cell.results} == {NotRun(why="npm is not installed")}
    assert seen.findings == ()
    assert seen.delta.newly_broken == ()
    env = home.kits["npm"].env
    assert isinstance(env, FakeEnv)
    assert env.fresh == []


def test_once_the_tool_is_there_the_row_runs() -> None:
    home = home_of("npm is not installed")
    run(home)
    kits = {"npm": replace(home.kits["npm"], obstacle="")}
    after = replace(later(home), kits=kits)
    assert [one.row for one in run(after).findings] == ["js"]
    assert all(each.cell for each in planned_of(after))


class Nesting(FakeSolver):
    """Puts a leaf into the jar: as asked, as preferred, or the one of its day."""

    def close(self, asked: Requirements) -> Closure | Conflict:
        inner = [pin for pin in asked.pins if pin.startswith(f"{INNER}==")]
        liked = (asked.prefer.versions if asked.prefer else {}).get(INNER, "1.0.0")
        usual = "3.0.0" if f"{JAR}==10.0.0" in asked.pins else liked
        pins = tuple(pin for pin in asked.pins if pin not in inner)
        leaf = inner[0] if inner else f"{INNER}=={usual}"
        return FakeSolver.close(self, replace(asked, pins=(*pins, leaf)))


def of_the_leaf(versions: Mapping[str, str], _name: str, _request: Json) -> Answer:
    return text("wrong" if versions[INNER] in {"2.0.0", "3.0.0"} else "fine")


def test_a_package_inside_another_is_asked_for_by_its_own_name() -> None:
    index = {JAR: ["1.0.0", "10.0.0"], "same": ["1.0.0"], "leaf": ["1.0.0", "1.5.0", "2.0.0"]}
    source = Asked(index=index)
    home = home_of()
    kit = Kit(solver=Nesting(index=index), env=FakeEnv(guest=of_the_leaf))
    home = replace(home, kits={"npm": kit}, sources={**home.sources, "npm": source})
    (finding,) = run(home).findings
    assert finding.explanation is not None
    (culprit,) = finding.explanation.culprits
    assert (culprit.package, culprit.last_good, culprit.first_bad) == (INNER, "1.5.0", "2.0.0")
    assert finding.target == "https://www.npmjs.com/package/leaf/"
    assert {one.package for one in source.by} == {JAR, "same", "leaf"}


@pytest.mark.parametrize(("name", "pinned"), [("jar", JAR), ("same", "same"), ("engine", "same")])
def test_only_pythons_names_are_respelled(name: str, pinned: str) -> None:
    home = home_of()
    assert home.pinned(name) == pinned
    engine = replace(home.matrix.components["engine"], package="Some.Name_x")
    mixed = {**home.matrix.components, "engine": engine}
    assert replace(home, matrix=replace(home.matrix, components=mixed)).pinned("engine") == (
        "some-name-x"
    )
