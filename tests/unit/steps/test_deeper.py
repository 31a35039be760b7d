"""Newer releases and builds: which are asked, what their answers make, and when nobody is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from bot.core.inside import between
from bot.core.mirror import EACH
from bot.core.model import Closure, Failure, Release
from bot.core.outcome import Culprit, Ending, Explanation, Later
from bot.core.trial import Told, Trial
from bot.core.versions import key
from bot.drivers.xllamacpp import XLLAMACPP
from bot.errors import SourceError, UnknownPackageError
from bot.ports import Limits, Source
from bot.steps.deeper import Ends, deeper
from bot.steps.inside import named, opened
from bot.steps.later import Today, after
from tests.unit.steps.fakes import FakeDriver, FakeSource, Said, closure, house, release
from tests.unit.steps.rooms import FakeEnv, FakeRoom, text
from tests.unit.steps.test_mixing import FakeShelf, mixtures

CULPRIT = Culprit(package="pair", last_good="1", first_bad="2")
FOUND = Explanation(ending=Ending.CONCLUSIVE, culprits=(CULPRIT,))
GOOD, BAD = "shows 1", "shows 2"
STEADY = Ends(good=(GOOD, GOOD), bad=(BAD, BAD))


def wheels(*versions: str, yanked: str = "") -> dict[str, Release]:
    return {
        each: replace(
            release("pair", each),
            wheels=() if each.endswith("9") else (f"pair-{each}-py3-none-any.whl",),
            yanked="broken" if each == yanked else None,
        )
        for each in versions
    }


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        (("1", "2", "3"), ()),
        (("3", "4", "5rc1"), ("4",)),
        (("4", "6", "5", "7", "8"), ("8", "7", "6")),
        (("4", "5.9"), ("4",)),
        (("4", "6"), ("4",)),
    ],
)
def test_the_newest_releases_after_the_bad_end_are_asked(
    versions: Sequence[str], expected: tuple[str, ...]
) -> None:
    known = wheels(*versions, yanked="6" if len(versions) == 2 else "")
    assert after(CULPRIT, "3", known) == expected


def test_after_a_downgrade_or_a_package_that_went_nothing_is_newer() -> None:
    back = replace(CULPRIT, last_good="2", first_bad="1")
    assert after(back, "1", wheels("3")) == ()
    assert after(replace(CULPRIT, first_bad=""), "", wheels("3")) == ()
    assert after(CULPRIT, "3rc1", wheels("4rc1")) == ("4rc1",)


def today(says: Callable[[Trial], str | None], asked: list[Trial]) -> Today:
    def ask(trial: Trial) -> Told:
        asked.append(trial)
        return Told(signature=says(trial))

    known = {"pair": wheels("1", "2", "3", "4", "5")}
    return Today(releases=known, bad_end={"pair": "3"}, good=GOOD, bad=BAD, ask=ask)


@pytest.mark.parametrize(
    ("says", "later"),
    [
        (GOOD, Later(package="pair", newest="5", fixed=True)),
        (BAD, Later(package="pair", newest="5", still=True)),
        ("shows 3", Later(package="pair", newest="5")),
    ],
)
def test_what_the_newest_does_is_told(says: str, later: Later) -> None:
    asked: list[Trial] = []
    told = today(lambda _: says, asked).told(FOUND)
    assert told.later == (later,)
    assert told.cost.later == 1
    assert [each.name for each in asked] == ["pair==5 | bad"]


def test_what_cannot_be_tried_is_passed_over() -> None:
    asked: list[Trial] = []
    told = today(lambda one: GOOD if one.name == "pair==4 | good" else None, asked).told(FOUND)
    tried = ["pair==5 | bad", "pair==5 | good", "pair==4 | bad", "pair==4 | good"]
    assert [each.name for each in asked] == tried
    assert told.later == (Later(package="pair", newest="4", fixed=True),)
    assert today(lambda _: None, asked).told(FOUND) == FOUND


def test_where_each_does_it_alone_the_others_stay_good() -> None:
    asked: list[Trial] = []
    today(lambda _: GOOD, asked).told(replace(FOUND, why=EACH))
    assert asked[0].lean == "good"


@dataclass(slots=True)
class Answers:
    """Says `GOOD` below a version of `pair` and `BAD` from it on; `odd` says otherwise again."""

    first: str
    odd: str = ""
    silent: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)

    def __call__(self, trial: Trial, _doing: str) -> Told:
        version = dict(trial.versions)["pair"]
        self.asked.append(trial.name)
        if version in self.silent:
            return Told(signature=None)
        bad = key(version) >= key(self.first)
        return Told(signature=BAD if bad is not (version == self.odd and trial.draw == 1) else GOOD)


class Silent:
    """A source that nobody answers at."""

    def __init__(self, error: type[SourceError]) -> None:
        self.error = error

    def releases(self, component: object) -> list[Release]:
        raise self.error(f"no word of {component}", cure="wait")


BUILT = {"pair": ["1", "2.dev1+ga1b2c3d", "2.dev2+gb2c3d4e", "2.dev3+gc3d4e5f", "2", "3.dev1"]}


class Wheels(FakeSource):
    """Announces wheels."""

    def releases(self, component: object) -> list[Release]:
        assert component
        return [replace(release("pair", each), wheels=("x.whl",)) for each in self.index["pair"]]


def ask(
    answers: Answers, sources: Mapping[str, Source] | None = None, ends: Ends = STEADY
) -> tuple[Explanation, list[str]]:
    said = Said()
    made = mixtures(FakeShelf(), replace(house({"pair": ["1", "2"]}), progress=said))
    assert made.learn(closure(pair="1", core="1")) is None
    places = {"here": Wheels(index=BUILT)} if sources is None else sources
    return deeper(made, FOUND, ends, answers, places), said.notes


def test_builds_between_are_bisected_and_asked_once_more() -> None:
    answers = Answers(first="2.dev2+gb2c3d4e")
    told, notes = ask(answers)
    (culprit,) = told.culprits
    assert culprit.builds is not None
    assert (culprit.builds.last_good, culprit.builds.first_bad) == tuple(BUILT["pair"][1:3])
    assert culprit.builds.commits == ("a1b2c3d", "b2c3d4e")
    assert told.cost.builds == len(answers.asked) == 4
    assert [each for each in answers.asked if each.endswith("#1")] == [
        "pair==2.dev1+ga1b2c3d | good #1",
        "pair==2.dev2+gb2c3d4e | good #1",
    ]
    assert notes == []


def test_a_build_of_another_mind_the_second_time_names_nothing() -> None:
    told, notes = ask(Answers(first="2.dev2+gb2c3d4e", odd="2.dev2+gb2c3d4e"))
    assert told.culprits[0].builds is None
    assert "does not repeat itself" in notes[0]


def test_builds_that_cannot_be_tried_tell_nothing() -> None:
    told, _ = ask(Answers(first="2", silent=frozenset(BUILT["pair"])))
    assert told.culprits[0].builds is None
    assert told.cost.builds == 0


def test_a_place_that_is_silent_is_told_and_one_without_the_package_is_not() -> None:
    silent = {"a": Silent(SourceError), "b": Silent(UnknownPackageError)}
    told, notes = ask(Answers(first="2"), silent)
    assert told.culprits[0].builds is None
    assert len(notes) == 1
    assert "its builds are not searched" in notes[0]


@pytest.mark.parametrize(
    "ends", [Ends(good=(GOOD, BAD), bad=(BAD, BAD)), Ends(good=(GOOD, None), bad=(BAD, BAD))]
)
def test_where_an_end_varies_nothing_more_is_asked(ends: Ends) -> None:
    answers = Answers(first="2")
    assert ask(answers, ends=ends)[0] == FOUND
    assert answers.asked == []


def test_a_driver_reads_what_a_version_names() -> None:
    told = replace(house({}), drivers={"xllamacpp": XLLAMACPP, "script": FakeDriver()})
    old, new = (named(told, "xllamacpp", at) for at in ("2026.4.8672.1", "2026.5.9093"))
    (one,) = between(old, new)
    assert one.compare == "https://github.com/ggml-org/llama.cpp/compare/b8672...b9093"
    assert named(told, "xllamacpp", "0.2.14") == named(told, "other", "2026.5.9093") == {}


class Texts:
    """The files of one release."""

    def __init__(self, commit: str) -> None:
        about = "Metadata-Version: 2.1\nName: e\nProject-URL: Source, https://github.com/x/e\n"
        self.all = {"e/_version.py": f"commit = '{commit}'\n", "e-1.dist-info/METADATA": about}

    @property
    def files(self) -> Mapping[str, str]:
        return dict.fromkeys(self.all, "")

    def text(self, path: str) -> str:
        return self.all[path]


class Shown(FakeRoom):
    """A room that shows what is installed."""

    def pages(self, package: str) -> Texts | None:
        version = self.closure.version(package)
        return Texts(f"{version}a{version}b{version}c{version}d") if version else None


@dataclass(slots=True)
class Rooms(FakeEnv):
    """Opens rooms that show what is installed."""

    @contextmanager
    def open(
        self, closure: Closure, *, interpreter: str, limits: Limits, fresh: bool
    ) -> Iterator[FakeRoom | Failure]:
        assert (interpreter, fresh, limits.install_seconds > 0) == ("3.11", False, True)
        yield Shown(closure=closure, guest=self.guest, talks=[])


def test_in_a_matrix_the_releases_are_opened_to_be_read() -> None:
    ends = (closure(e="1"), closure(e="4"))
    culprit = Culprit(package="e", last_good="2", first_bad="3")
    found = replace(FOUND, culprits=(culprit, replace(culprit, last_good="")))
    home = replace(house({}), env=Rooms(guest=lambda *_: text("x")))
    told = opened(home, found, ends, "3.11")
    ((one,), none) = (each.inside for each in told.culprits)
    assert one.compare == "https://github.com/x/e/compare/2a2b2c2d...3a3b3c3d"
    assert none == ()
    plain = replace(home, env=FakeEnv(guest=lambda *_: text("x")))
    assert opened(plain, found, ends, "3.11") == found
