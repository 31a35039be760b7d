"""What is handed over does what its lines say, twice, and tells where a neighbour disagrees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from packaging.requirements import Requirement

from bot.core.metadata import Metadata
from bot.core.model import Closure, Failure, Link, Observation, Phase, Pin, Reason, Release
from bot.core.outcome import Culprit, Ending, Explanation
from bot.ports import Limits
from bot.steps.handover import Handed, Shown, hand_over
from bot.steps.mixing import Mixtures
from tests.unit.steps.fakes import FakeShell, Said, closure, house, release

INDEX = {"greet": ["1", "2", "3", "4", "5rc1"], "shop": ["1"], "idle": ["1", "2"]}
REQUIRES = {"shop": ("greet",), "greet": (), "idle": ()}
SOURCE = "import json\nimport shop\nprint(json.dumps(shop.sell()))\n"
TOLD = Explanation(
    ending=Ending.CONCLUSIVE,
    culprits=(Culprit(package="greet", last_good="2", first_bad="3"),),
    signature="failed: exception: KeyError: 'price'",
    kind="crash",
)
SHOWN = Shown(
    source=SOURCE,
    good=Observation(probe="p", seen=((Link.MESSAGE, "hello"),)),
    loaded=frozenset({"shop"}),
)
CRASH = "Traceback (most recent call last):\nKeyError: 'price'"


class Shelf:
    """Knows what each package of the index requires, and that it brings a module of its name."""

    def declared(
        self, closure: Closure, *, interpreter: str, limits: Limits, build: bool = True
    ) -> Mapping[str, Metadata] | Failure:
        assert interpreter
        assert limits.install_seconds
        assert build in {True, False}
        return {pin.name: metadata(pin) for pin in closure.pins}

    def pages(self, pin: Pin, *, interpreter: str) -> None:
        """Have no files to show."""


def wheel(name: str, version: str, yanked: str) -> Release:
    reason = "broken" if yanked == f"{name}=={version}" else None
    wheels = (f"{name}-{version}-py3-none-any.whl",)
    return replace(release(name, version), wheels=wheels, yanked=reason)


def metadata(pin: Pin) -> Metadata:
    requires = tuple(Requirement(each) for each in REQUIRES[pin.name])
    return Metadata(name=pin.name, version=pin.version, requires=requires, modules=(pin.name,))


def handed(
    end: Callable[[Sequence[str]], int | None],
    *,
    told: Explanation = TOLD,
    shown: Shown = SHOWN,
    output: str = CRASH,
    cutoff: bool = False,
    index_args: tuple[str, ...] = (),
    yanked: str = "",
) -> tuple[Handed | None, list[Sequence[str]], list[str]]:
    """Hand over where each line ends as `end` says; with what was run, and what was noted."""
    shell = FakeShell(end=end, output=output, index_args=index_args)
    said = Said()
    home = replace(house(INDEX), shell=shell, progress=said)
    if cutoff:
        newest = datetime(2026, 1, 2, 23, 59, tzinfo=UTC)
        home = replace(home, matrix=replace(home.matrix, cutoff=newest))
    mixtures = Mixtures(
        house=home,
        shelf=Shelf(),
        good=closure(greet="1", shop="1", idle="1"),
        bad=closure(greet="4", shop="1", idle="2"),
        roots=frozenset(),
        releases={name: {v: wheel(name, v, yanked) for v in line} for name, line in INDEX.items()},
        interpreter="3.11",
    )
    for side in (mixtures.good, mixtures.bad):
        assert mixtures.learn(side) is None
    found = hand_over(home, mixtures, told, shown)
    assert shell.again[:4] in ([], [False, False, True, True]), "looked up, and then not again"
    return found, shell.ran, said.notes


def from_three_on(argv: Sequence[str]) -> int:
    return 1 if {"greet==3", "greet==4"} & {*argv} else 0


def test_it_pins_what_the_program_needs_and_is_run_twice_with_its_neighbours() -> None:
    found, ran, notes = handed(from_three_on)
    assert found is not None
    assert found.fails == "uv run --python 3.11 --with greet==3 repro.py"
    assert found.passes == "uv run --python 3.11 --with greet==2 repro.py"
    assert '"shop==1"' in found.text
    assert "idle" not in found.text
    assert "greet 2 -> 3: raises KeyError: 'price'" in found.text
    asked = [argv[5] for argv in ran]
    assert asked == ["greet==3", "greet==2", "greet==3", "greet==2", "greet==1", "greet==4"]
    assert notes == []


def test_a_neighbour_of_another_mind_is_told() -> None:
    found, _, notes = handed(lambda argv: 1 if "greet==3" in argv else 0)
    assert found is not None
    assert list(found.notes) == notes == ["greet 4: the proof passes there, too"]


def test_a_proof_that_does_not_repeat_itself_is_not_handed_over() -> None:
    ends = [1, 0, 0, 0]
    found, ran, _ = handed(lambda _: ends.pop(0))
    assert found is None
    assert len(ran) == 4


def test_where_little_does_not_do_everything_is_pinned_and_then_the_day() -> None:
    def with_the_day(argv: Sequence[str]) -> int | None:
        return from_three_on(argv) if "--exclude-newer" in argv else None

    found, ran, _ = handed(with_the_day, cutoff=True)
    assert found is not None
    assert "idle==1" in found.text
    start = "uv run --python 3.11 --exclude-newer 2026-01-02 --with "
    assert found.fails.startswith(start)
    assert found.passes.startswith(start)
    assert len([argv for argv in ran if "--exclude-newer" not in argv]) == 8


def test_what_fails_in_another_way_proves_nothing() -> None:
    assert handed(from_three_on, output="Traceback (most recent call last):\nOSError")[0] is None
    assert handed(from_three_on, output="No solution found")[0] is None
    other = replace(TOLD, first_differs=True)
    found, _, _ = handed(
        from_three_on, told=other, output="Traceback (most recent call last):\nOSError"
    )
    assert found is not None


def test_where_packages_come_from_stands_on_the_lines() -> None:
    found, _, _ = handed(from_three_on, index_args=("--find-links", "wheels", "--no-index"))
    assert found is not None
    assert "--find-links wheels --no-index --with greet==3" in found.fails


def test_a_downgrade_has_its_neighbours_the_other_way() -> None:
    back = Culprit(package="greet", last_good="3", first_bad="2")
    _, ran, _ = handed(
        lambda argv: 1 if {"greet==1", "greet==2"} & {*argv} else 0,
        told=replace(TOLD, culprits=(back,)),
    )
    assert [argv[5] for argv in ran][-2:] == ["greet==4", "greet==1"]


def test_what_raised_before_is_expected_to() -> None:
    failure = Failure(phase=Phase.PROBE, reason=Reason.EXCEPTION, message="a.b.GoneError: it was")
    shown = replace(SHOWN, good=Observation(probe="p", failure=failure))
    quiet = replace(TOLD, signature="shows 1 (abc)")
    found, _, _ = handed(from_three_on, told=quiet, shown=shown)
    assert found is not None
    assert "EXPECTED = 'raised GoneError'" in found.text
    assert "shows another value" in found.text


@pytest.mark.parametrize(
    ("yanked", "fails", "passes"),
    [("greet==3", "greet==4", "greet==2"), ("greet==2", "greet==3", "greet==1")],
)
def test_a_yanked_release_that_uv_refuses_gives_way_to_the_next(
    yanked: str, fails: str, passes: str
) -> None:
    def end(argv: Sequence[str]) -> int | None:
        return None if yanked in argv else from_three_on(argv)

    found, _, _ = handed(end, yanked=yanked)
    assert found is not None
    assert found.fails == f"uv run --python 3.11 --with {fails} repro.py"
    assert found.passes == f"uv run --python 3.11 --with {passes} repro.py"
    assert f"greet {passes[-1]} -> {fails[-1]}" in found.text


@pytest.mark.parametrize("missing", ["last_good", "first_bad"])
def test_without_both_ends_there_is_no_proof(missing: str) -> None:
    ends = {"last_good": "2", "first_bad": "3", missing: ""}
    half = Culprit(package="greet", last_good=ends["last_good"], first_bad=ends["first_bad"])
    assert handed(from_three_on, told=replace(TOLD, culprits=(half,)))[0] is None
