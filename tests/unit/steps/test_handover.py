"""What is handed over does what its lines say, twice, and tells where a neighbour disagrees."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from packaging.requirements import Requirement

from bot.core.metadata import Metadata
from bot.core.model import Closure, Failure, Json, Link, Observation, Phase, Pin, Reason, Release
from bot.core.outcome import Culprit, Ending, Explanation
from bot.core.proof import AT_MOST
from bot.ports import Limits
from bot.steps.handover import Handed, Shown, hand_over
from bot.steps.mixing import Mixtures
from tests.unit.steps.fakes import FakeShell, Said, closure, house, release
from tests.unit.steps.rooms import Answer, Fails, Guest, Says, text

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


LONG = replace(
    SHOWN,
    source="\n".join(f"def left{at}():\n    return {at}" for at in range(21)) + f"\n{SOURCE}",
)


def sells(versions: Mapping[str, str], _name: str, request: Json) -> Answer:
    """Answer as a program that sells does, with a `greet` that fails from its third on."""
    assert isinstance(request, dict)
    sold = "shop.sell()" in str(request["source"])
    if not sold:
        return Says(seen={"message": []})
    if versions["greet"] >= "3":
        return Fails(reason="exception", message="KeyError: 'price'")
    return Says(seen={"message": "hello"})


def handed(
    end: Callable[[Sequence[str]], int | None],
    *,
    told: Explanation = TOLD,
    shown: Shown = SHOWN,
    output: str = CRASH,
    cutoff: bool = False,
    index_args: tuple[str, ...] = (),
    yanked: str = "",
    guest: Guest = lambda *_: text("fine"),
) -> tuple[Handed | None, list[Sequence[str]], list[str]]:
    """Hand over where each line ends as `end` says; with what was run, and what was noted."""
    shell = FakeShell(end=end, output=output, index_args=index_args)
    said = Said()
    home = replace(house(INDEX, guest), shell=shell, progress=said)
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


def test_a_long_program_is_made_smaller_first() -> None:
    found, ran, _ = handed(from_three_on, shown=LONG, guest=sells)
    assert found is not None
    assert "left" not in found.text
    assert "seen = json.loads(json.dumps(shop.sell()))" in found.text
    assert len(ran) == 6


def test_where_the_smaller_fails_otherwise_in_a_new_place_the_whole_is_handed_over() -> None:
    found, ran, _ = handed(
        from_three_on,
        shown=LONG,
        guest=sells,
        output="Traceback (most recent call last):\nKeyError: 1",
    )
    assert found is not None
    assert "left20" in found.text
    assert len(ran) == 14


def test_where_the_smaller_does_not_repeat_itself_the_whole_is_handed_over() -> None:
    ends: list[int | None] = [1, 0, 0, 0]
    found, _, _ = handed(
        lambda argv: ends.pop(0) if ends else from_three_on(argv), shown=LONG, guest=sells
    )
    assert found is not None
    assert "left20" in found.text


@pytest.mark.parametrize(
    "signature", ["failed: exception: KeyError: 'prices'", "shows 1 (abc)", "failed: timeout: no"]
)
def test_what_is_made_smaller_fails_as_is_told_or_is_left(signature: str) -> None:
    other = replace(TOLD, signature=signature)
    found, _, _ = handed(from_three_on, told=other, shown=LONG, guest=sells, output=f"{CRASH}s no")
    assert found is None or "left20" in found.text


def test_another_value_is_looked_for_in_the_words_of_the_proof() -> None:
    def hullo(versions: Mapping[str, str], name: str, request: Json) -> Answer:
        told = sells(versions, name, request)
        return Says(seen={"message": "hullo"}) if isinstance(told, Fails) else told

    told = replace(TOLD, signature='shows "hullo" (abc)', kind="divergence")
    for said, smaller in (("hullo", True), ("hallo", False)):
        found, _, _ = handed(
            from_three_on,
            told=told,
            shown=LONG,
            guest=hullo,
            output=f"seen:     {said!r}\nexpected: 'hello'",
        )
        assert found is not None
        assert ("left20" not in found.text) is smaller


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


def test_a_program_that_stays_too_long_lies_beside_a_short_proof() -> None:
    long = "\n".join(f"x{at} = {at}" for at in range(80)) + f"\n{SOURCE}"
    found, ran, notes = handed(from_three_on, shown=replace(SHOWN, source=long))
    assert found is not None
    assert len(found.text.splitlines()) <= AT_MOST
    assert found.beside == {"program.py": long.encode()}
    assert hashlib.sha256(long.encode()).hexdigest() in found.text
    assert '(HERE / "program.py").read_text' in found.text
    assert notes[-1] == "the proof needs what lies beside it: program.py"
    assert len(ran) == 6


def test_what_is_refuted_meanwhile_is_not_tried_further() -> None:
    found, ran, _ = handed(from_three_on, shown=replace(SHOWN, stands=lambda: False))
    assert (found, ran) == (None, [])
