"""Ends as a person had them: resolved, whole, or against their own requirements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest
from packaging.requirements import Requirement

from bot.core.metadata import Metadata
from bot.core.model import Closure, Failure, Phase, Pin, Reason
from bot.core.pins import Asked
from bot.errors import UsageError
from bot.ports import Limits
from bot.verbs.taken import Ends
from tests.unit.steps.fakes import FakeSolver, house

INDEX = {"shop": ["1.0"], "greet": ["1.0", "2.0"], "other": ["3.0"]}
PINNED = Asked(lines=("shop==1.0", "greet==2.0"))


@dataclass(slots=True)
class Shelf:
    """Declares what a test says; without it nothing can be installed."""

    requires: dict[str, tuple[str, ...]] = field(default_factory=dict)
    broken: bool = False

    def declared(
        self, closure: Closure, *, interpreter: str, limits: Limits, build: bool = True
    ) -> Mapping[str, Metadata] | Failure:
        assert interpreter
        assert limits.install_seconds
        assert build in {True, False}
        if self.broken:
            return Failure(phase=Phase.INSTALL, reason=Reason.NOT_INSTALLABLE, message="no wheel")
        return {
            name: Metadata(
                name=name,
                version=version,
                requires=tuple(map(Requirement, self.requires.get(name, ()))),
            )
            for name, version in closure.versions.items()
        }

    def pages(self, pin: Pin, *, interpreter: str) -> None:
        raise AssertionError(pin, interpreter)


def ends(shelf: Shelf, conflict: str = "") -> Ends:
    solver = FakeSolver(index=INDEX, conflicts=lambda _: conflict)
    return Ends(house=replace(house(INDEX), solver=solver), shelf=shelf, python="3.11")


def test_pins_that_lack_nothing_are_not_solved() -> None:
    here = ends(Shelf({"shop": ("greet>=1",)}), conflict="nobody asks")
    assert here.take(PINNED, "bad.txt").versions == {"shop": "1.0", "greet": "2.0"}
    assert here.notes == []


def test_pins_against_their_requirements_are_taken_and_told() -> None:
    here = ends(Shelf({"shop": ("greet<2",)}))
    assert here.take(PINNED, "bad.txt").versions["greet"] == "2.0"
    why = "shop 1.0 requires greet<2, and there is greet 2.0"
    assert here.notes == [f"bad.txt is taken as it stands, though {why}"]
    both = ends(Shelf({"shop": ("greet<2",), "greet": ("shop>1",)}))
    both.take(PINNED, "bad.txt")
    assert both.notes[0].endswith("(and 1 more)")


def test_pins_that_lack_something_are_solved_and_else_taken_as_they_stand() -> None:
    lacking = Shelf({"shop": ("greet", "other")})
    assert ends(lacking).take(PINNED, "bad.txt").versions["greet"] == "2.0"
    here = ends(lacking, conflict="they quarrel")
    assert here.take(PINNED, "bad.txt").versions == {"shop": "1.0", "greet": "2.0"}
    assert here.notes == [
        "bad.txt contradicts itself, and is taken as it stands: they quarrel",
        "bad.txt goes without other: they quarrel",
    ]
    assert ends(Shelf(broken=True)).take(PINNED, "bad.txt").versions["greet"] == "2.0"


def test_a_pin_newer_than_the_cutoff_comes_with_what_it_requires() -> None:
    lacking = Shelf({"shop": ("greet>=1", "other"), "greet": ("other; python_version < '3'",)})
    here = ends(lacking)
    solver = FakeSolver(
        index={"other": ["3.0"]},
        conflicts=lambda pins: "no shop 1.0 by then" if "shop" in pins else "",
    )
    newer = replace(here, house=replace(here.house, solver=solver))
    assert newer.take(PINNED, "bad.txt").versions == {
        "shop": "1.0",
        "greet": "2.0",
        "other": "3.0",
    }
    assert newer.notes[-1] == "bad.txt lacks what it requires; added: other==3.0"


def test_what_leaves_a_choice_must_resolve() -> None:
    partial = Asked(lines=("shop", "greet==1.0"))
    assert ends(Shelf()).take(partial, "good.txt").versions == {"shop": "1.0", "greet": "1.0"}
    with pytest.raises(UsageError, match=r"good\.txt does not resolve: they quarrel"):
        ends(Shelf(), conflict="they quarrel").take(partial, "good.txt")
