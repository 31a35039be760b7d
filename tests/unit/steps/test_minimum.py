"""The cell of the declared minimum: what is lowered, what it is held against, what is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot import pipeline
from bot.core.claims import DECLARED
from bot.core.facts import Drafted, Planned, RunEnded
from bot.core.matrix import Exclusion, Row
from bot.core.metadata import Metadata, read
from bot.core.model import Cell, Json
from bot.core.outcome import Verdict
from bot.core.phrases import advice, headline, interval
from bot.core.plan import BASELINE, NEWEST
from bot.errors import SourceError
from bot.render.badges import badge
from bot.render.known import known_bad
from bot.steps.house import House
from bot.steps.verdicts import planned_of
from tests.unit.steps.fakes import FakeSolver, bodies, house, later
from tests.unit.steps.rooms import Answer, FakeEnv, text

INDEX = {"tea": ["1", "2"], "cup": ["1", "2", "3", "4"]}
ROW = Row(
    name="row",
    components=("tea", "cup"),
    suite=("family",),
    strategy=("alone", "newest", "minimum"),
)


@dataclass(slots=True)
class Declares:
    """Tells what releases require, by package; who is not in it is not told of, and no sizes."""

    wants: dict[str, str]
    asked: int = 0

    def sizes(self, package: str, version: str) -> Mapping[str, int | None]:
        raise SourceError(f"nobody tells of {package} {version}")

    def declares(self, package: str, version: str) -> Metadata:
        self.asked += 1
        if package not in self.wants:
            raise SourceError(f"nobody tells of {package}", cure="ask another index")
        line = f"Requires-Dist: {self.wants[package]}\n" if self.wants[package] else ""
        return read(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n{line}")


def guest(versions: Mapping[str, str], _name: str, _request: Json) -> Answer:
    return text("broken" if versions["cup"] in ("1", "2") else "fine")


def kitchen(cup: str = "cup>=2", **more: str) -> House:
    index = {name: [*versions] for name, versions in INDEX.items()}
    home = house(index, guest, row=ROW)
    components = {
        name: replace(one, follow=("last-2",)) for name, one in home.matrix.components.items()
    }
    matrix = replace(home.matrix, components=components)
    return replace(home, matrix=matrix, declared=Declares({"tea": cup, "cup": "", **more}))


def run(home: House) -> House:
    pipeline.watch(home)
    pipeline.plan(home)
    pipeline.execute(home)
    home.tell(RunEnded(newly_broken=0), job="run end")
    return home


def cell(home: House, trigger: str) -> Cell:
    (found,) = (one.cell for one in planned_of(home) if one.trigger == trigger and one.cell)
    return found


def lowest(home: House) -> list[Planned]:
    return [each for each in planned_of(home) if each.trigger.startswith(DECLARED)]


def test_a_claimed_component_is_lowered_and_the_rest_stays_as_it_was() -> None:
    home = run(kitchen())
    (found,) = lowest(home)
    assert found.trigger == "declared minimum of tea: cup 2"
    assert found.cell is not None
    assert found.cell.components == (("tea", "1"), ("cup", "2"))
    assert found.against == cell(home, BASELINE).key
    assert isinstance(home.solver, FakeSolver)
    asked = home.solver.asked[-1]
    assert (asked.pins, asked.lowest) == (("tea==1", "cup>=2"), True)
    assert asked.prefer is not None
    assert asked.prefer.versions == {"tea": "1"}


def test_all_newest_is_lowered_once_it_is_known_to_be_good() -> None:
    again = run(later(run(kitchen())))
    (found,) = lowest(again)
    assert found.cell is not None
    assert found.cell.components == (("tea", "2"), ("cup", "2"))
    assert found.against == cell(again, NEWEST).key


def test_what_is_broken_at_its_newest_is_not_lowered() -> None:
    """A cell like a broken one would seem fine, and one that works broken."""

    def both(versions: Mapping[str, str], _name: str, _request: Json) -> Answer:
        return text("broken" if versions["cup"] in ("1", "4") else "fine")

    for claim, verdict in (("cup>=1", Verdict.REGRESSED), ("cup>=2", Verdict.STILL_GOOD)):
        home = kitchen(claim)
        bad = run(later(run(replace(home, env=FakeEnv(guest=both)))))
        (found,) = lowest(bad)
        assert found.against == cell(bad, BASELINE).key
        verdicts = {each.planned.trigger: each.verdict for each in pipeline.judge(bad)}
        assert verdicts["cup==4"] is Verdict.REGRESSED
        assert verdicts[found.trigger] is verdict


def test_it_is_kept_and_nobody_is_asked_again_until_a_release_moves_the_stack() -> None:
    home = run(later(run(kitchen())))
    assert isinstance(home.declared, Declares)
    asked = home.declared.asked
    again = run(later(home))
    assert lowest(again) == lowest(home)
    assert home.declared.asked == asked
    assert isinstance(home.solver, FakeSolver)
    home.solver.index["tea"].append("3")
    third = run(later(run(later(again))))
    (found,) = lowest(third)
    assert found.cell is not None
    assert dict(found.cell.components) == {"tea": "3", "cup": "2"}
    assert home.declared.asked > asked


def test_a_claim_that_does_not_hold_is_a_finding_with_its_interval_and_no_draft() -> None:
    home = run(kitchen("cup>=1"))
    results = pipeline.judge(home)
    causes = pipeline.explain(home, results)
    seen = pipeline.render(home, results, causes)
    (finding,) = seen.findings
    assert finding.verdict is Verdict.REGRESSED
    assert finding.declared == "declared minimum of tea: cup 1"
    assert finding.explanation is not None
    (culprit,) = finding.explanation.culprits
    assert (culprit.package, culprit.last_good, culprit.first_bad) == ("cup", "3", "2")
    assert interval(culprit) == "below 3, down to 2"
    assert headline(finding).startswith("too low a declared minimum, cup 2: ")
    assert finding.target == ""
    pipeline.track(home, results, causes)
    assert not [each for each in bodies(home) if isinstance(each, Drafted)]
    assert not [*known_bad(seen)]
    assert "Does not hold: declared minimum of tea: cup 1." in advice(seen, "row")
    assert badge("row", [*seen.cells])["color"] == "brightgreen"


def test_a_conflict_an_exclusion_and_a_silent_index_are_told() -> None:
    home = kitchen()
    index = home.solver.index if isinstance(home.solver, FakeSolver) else {}
    stuck = FakeSolver(index=index, conflicts=lambda here: "no" if here.get("cup") == "2" else "")
    (found,) = lowest(run(replace(home, solver=stuck)))
    assert (found.trigger, found.conflict) == ("declared minimum of tea, cup", "no")
    rule = Exclusion(name="old", cells=(("cup", "<3"),), reason="known", owner="me")
    home = kitchen()
    (found,) = lowest(run(replace(home, matrix=replace(home.matrix, exclusions=(rule,)))))
    assert found.conflict == "excluded by `old` (me): known"
    (found,) = lowest(run(replace(kitchen(), declared=Declares({}))))
    assert found.conflict == "not run here: nobody tells of tea"
    (found,) = lowest(run(replace(kitchen(), declared=None)))
    assert found.conflict.startswith("not run here: only an index of Python packages")


def test_what_claims_nothing_lower_has_no_such_cell() -> None:
    for wants in ("", "cup>=3", "cup"):
        home = run(kitchen(wants))
        assert lowest(home) == []
    home = kitchen()
    plain = replace(ROW, strategy=("alone", "newest"))
    assert lowest(run(replace(home, matrix=replace(home.matrix, rows=(plain,))))) == []
