"""Closing trials: mixtures need no solver; a release between the ends asks it for what it binds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from packaging.requirements import Requirement

from bot.core.metadata import Metadata
from bot.core.model import Closure, Conflict, Failure, Phase, Pin, Reason, Release
from bot.core.trial import Trial
from bot.ports import Limits
from bot.steps.house import House
from bot.steps.mixing import Mixtures
from tests.unit.steps.fakes import FakeSolver, closure, house, release

GOOD = closure(pair="1", core="1", idle="1", tool="1")
BAD = closure(pair="3", core="3", idle="2")
INDEX = {"pair": ["1", "2", "3"], "core": ["1", "2", "3"], "idle": ["1", "2"], "tool": ["1"]}


@dataclass(slots=True)
class FakeShelf:
    """A `pair` wants the `core` of its own version; `broken` says what cannot be installed."""

    broken: frozenset[str] = frozenset()
    asked: list[Closure] = field(default_factory=list)
    built: list[Closure] = field(default_factory=list)

    def declared(
        self, closure: Closure, *, interpreter: str, limits: Limits, build: bool = True
    ) -> Mapping[str, Metadata] | Failure:
        assert interpreter
        assert limits.install_seconds
        self.asked.append(closure)
        if build:
            self.built.append(closure)
        for pin in closure.pins:
            if str(pin) in self.broken:
                return Failure(
                    phase=Phase.INSTALL, reason=Reason.NOT_INSTALLABLE, message=f"{pin} is broken"
                )
        return {
            pin.name: Metadata(
                name=pin.name,
                version=pin.version,
                requires=(Requirement(f"core=={pin.version}"),) if pin.name == "pair" else (),
            )
            for pin in closure.pins
        }

    def pages(self, pin: Pin, *, interpreter: str) -> None:
        """Have no files to show."""


def mixtures(shelf: FakeShelf, index: House, **releases: Release) -> Mixtures:
    made = Mixtures(
        house=index,
        shelf=shelf,
        good=GOOD,
        bad=BAD,
        roots=frozenset(),
        releases={name: {each.version: each} for name, each in releases.items()},
        interpreter="3.11",
    )
    for end in (GOOD, BAD):
        assert made.learn(end, build=True) is None
    return made


def trial(**versions: str) -> Trial:
    return Trial(versions=tuple(sorted(versions.items())), lean="good")


def test_only_the_ends_are_built() -> None:
    shelf = FakeShelf()
    made = mixtures(shelf, house(INDEX))
    made.close(trial(pair="2"))
    assert len(shelf.asked) > len(shelf.built)
    assert shelf.built == [GOOD, BAD]


def test_a_mixture_of_the_ends_asks_nobody() -> None:
    at = house(INDEX)
    found = mixtures(FakeShelf(), at).close(trial(pair="3"))
    assert found == closure(pair="3", core="3", idle="1", tool="1")
    assert isinstance(at.solver, FakeSolver)
    assert at.solver.asked == []


def test_what_is_not_bound_to_a_release_between_the_ends_stays_as_it_is() -> None:
    at = house(INDEX)
    assert isinstance(at.solver, FakeSolver)
    at.solver.index["core"] = ["1", "3", "2"]
    found = mixtures(FakeShelf(), at).close(trial(core="2"))
    (asked,) = at.solver.asked
    assert asked.pins == ("core==2", "pair>=1,<=3")
    assert isinstance(found, Closure)
    assert (found.version("idle"), found.version("tool"), found.version("core")) == ("1", "1", "2")


def test_a_release_that_nobody_between_the_ends_takes_needs_no_solver() -> None:
    at = house(INDEX)
    shelf = FakeShelf()
    made = mixtures(shelf, at, pair=release("pair", "2"))
    assert isinstance(made.close(trial(core="2")), Closure)  # what pair 2 wants is not known yet
    made.releases = {"pair": {each: release("pair", each) for each in ("1", "3")}}
    why = "no pair between the ends takes core 2"
    assert made.close(trial(core="2")) == Conflict(why=why)
    assert made.close(trial(core="2", pair="3")) == Conflict(why=why)
    assert isinstance(at.solver, FakeSolver)
    assert len(at.solver.asked) == 1


def test_a_solver_that_finds_nothing_is_a_third_answer() -> None:
    at = house(INDEX)
    assert isinstance(at.solver, FakeSolver)
    at.solver.conflicts = lambda _: "nothing fits"
    assert mixtures(FakeShelf(), at).close(trial(core="2")) == Conflict(why="nothing fits")


def test_a_root_that_goes_is_kept_out() -> None:
    found = mixtures(FakeShelf(), house(INDEX)).close(trial(tool=""))
    assert found == closure(pair="1", core="1", idle="1")
    kept = mixtures(FakeShelf(), house(INDEX)).close(trial(core=""))
    assert isinstance(kept, Conflict)
    assert "core==1" in kept.why


def test_what_cannot_be_installed_says_so() -> None:
    shelf = FakeShelf(broken=frozenset({"idle==1.5", "core==2"}))
    made = mixtures(shelf, house(INDEX), pair=release("pair", "2"))
    for asked, word in ((trial(idle="1.5"), "idle==1.5"), (trial(core="2"), "core==2")):
        found = made.close(asked)
        assert isinstance(found, Failure)
        assert word in found.message
    found = made.close(trial(pair="2"))
    assert isinstance(found, Failure)
    assert "has no wheel" in found.message
