"""The case that is gathered from two ends, for each place that evidence comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import pytest
from packaging.requirements import Requirement

from bot.core.blame import Case
from bot.core.gone import Gone
from bot.core.metadata import Metadata
from bot.core.model import (
    Closure,
    Component,
    Failure,
    Json,
    Link,
    Observation,
    Phase,
    Pin,
    Reason,
    Release,
)
from bot.core.outcome import Culprit, Ending, Explanation
from bot.errors import SourceError
from bot.ports import Limits
from bot.steps.evidence import End, Scene
from bot.steps.mixing import Mixtures
from tests.unit.steps.fakes import InTurn, closure, house

SOURCE = "import json, shop\nprint(json.dumps(shop.sell(loud=True)))\n"
TOLD = Explanation(
    ending=Ending.CONCLUSIVE,
    kind="crash",
    culprits=(Culprit(package="greet", last_good="1.0", first_bad="2.0"),),
)
LOST = """Traceback (most recent call last):
  File "/r/script-x/probe.py", line 2, in <module>
    shop.sell()
  File "/e/site-packages/shop/till.py", line 3, in sell
    greet.hi(loud=True)
  File "/e/site-packages/unknown/till.py", line 3, in sell
    pass
TypeError: hi() got an unexpected keyword argument 'loud'
"""
RAISED = Failure(phase=Phase.PROBE, reason=Reason.EXCEPTION, message="TypeError: no")


@dataclass(frozen=True, slots=True)
class Texts:
    """Files by path; the digest of one is its text."""

    files: Mapping[str, str]

    def text(self, path: str) -> str:
        return self.files.get(path, "")


@dataclass(slots=True)
class Shelf:
    """What lies on it by package and version."""

    texts: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def declared(
        self, closure: Closure, *, interpreter: str, limits: Limits, build: bool = True
    ) -> Mapping[str, Metadata] | Failure:
        raise AssertionError(closure, interpreter, limits, build)

    def pages(self, pin: Pin, *, interpreter: str) -> Texts | None:
        assert interpreter
        found = self.texts.get((pin.name, pin.version))
        return Texts(found) if found else None


@dataclass(slots=True)
class Registry:
    """Knows where some projects are today."""

    today: dict[str, str]

    def releases(self, component: Component) -> Iterable[Release]:
        raise AssertionError(component)

    def about(self, package: str) -> Metadata:
        if package not in self.today:
            raise SourceError("nobody answers", cure="wait")
        urls = (("Source", self.today[package]),)
        return Metadata(name=package, version="9", urls=urls)


def shown(value: Json) -> Observation:
    return Observation(probe="p", seen=((Link.MESSAGE, value),))


def declares(name: str, version: str, *requires: str) -> Metadata:
    return Metadata(
        name=name,
        version=version,
        modules=(name,),
        requires=tuple(map(Requirement, requires)),
        urls=(("Source", f"https://github.com/old/{name}"),),
    )


def scene(texts: Mapping[str, dict[str, str]] | None = None, *, source: str = SOURCE) -> Scene:
    """`shop` asks `greet`; `texts` are those of `greet` by version."""
    here = house(index={})
    good, bad = closure(shop="1.0", greet="1.0"), closure(shop="1.0", greet="2.0")
    known = [
        declares("shop", "1.0", "greet>=1"),
        declares("greet", "1.0"),
        declares("greet", "2.0"),
    ]
    mixtures = Mixtures(
        house=here,
        shelf=Shelf({("greet", version): told for version, told in (texts or {}).items()}),
        good=good,
        bad=bad,
        roots=frozenset(),
        releases={},
        interpreter="3.11",
        known={(each.name, each.version): each for each in known},
    )
    return Scene(
        house=replace(here, sources={"pypi": Registry({"greet": "https://github.com/new/greet"})}),
        mixtures=mixtures,
        errands=InTurn(),
        source=source,
        good=End(seen=shown("hi"), log=""),
        bad=End(seen=Observation(probe="p", failure=RAISED), log=LOST),
    )


def test_a_traceback_tells_who_used_what_is_gone() -> None:
    case = scene().case(TOLD)
    assert case.frames == ("", "shop")
    assert (case.gone, case.holder) == (Gone(name="loud", holder="hi"), "")
    assert case.admits == {("shop", "greet"): True}
    assert (case.answerer, case.strangers) == ("shop", False)
    assert (case.good, case.machine, case.announced, case.noted) == ("hi", False, "", "")
    assert case.culprit.still == "2.0"


def test_an_answer_may_hold_the_words_of_an_exception() -> None:
    answer = "No module named 'greet.say'"
    case = replace(scene(), bad=End(seen=shown({"error": answer}), log="")).case(TOLD)
    assert case.gone == Gone(name="say", holder="greet", module=True)
    assert case.holder == "greet"
    other = replace(scene(), bad=End(seen=shown("No module named 'core'"), log="")).case(TOLD)
    assert other.holder == "core"


def test_a_project_is_where_it_is_today_and_else_where_it_said() -> None:
    assert scene().case(TOLD).projects == {
        "greet": "https://github.com/new/greet",
        "shop": "https://github.com/old/shop",
    }
    there = scene()
    nowhere = replace(there, house=replace(there.house, sources={"pypi": Registry({"greet": ""})}))
    assert nowhere.case(TOLD).projects["greet"] == "https://github.com/old/greet"


def test_a_warning_of_the_good_end_announces_it() -> None:
    log = "/r/script-x/probe.py:2: DeprecationWarning: loud goes away\n"
    here = scene()
    assert replace(here, good=End(seen=None, log=log)).case(TOLD).announced.endswith("goes away")
    both = replace(here, good=End(seen=None, log=log), bad=End(seen=None, log=log))
    assert both.case(TOLD).announced == ""


def test_a_source_of_the_good_end_announces_it() -> None:
    texts = {
        "greet.so": "loud deprecated",
        "greet/a.py": "loud\n",
        "greet/b.py": "# loud is deprecated",
    }
    assert scene({"1.0": texts}).case(TOLD).announced == "loud is deprecated"
    assert scene({"1.0": {"greet/a.py": "x"}}).case(TOLD).announced == ""
    short = LOST.replace("'loud'", "'l'")
    here = replace(
        scene({"1.0": texts}),
        bad=End(seen=None, log=short),
    )
    assert here.case(TOLD).announced == ""


def test_the_exception_or_the_notes_tell_what_was_meant() -> None:
    words = LOST.replace("hi() got", "hi() is no longer there; it got")
    here = scene()
    assert "no longer" in replace(here, bad=End(seen=None, log=words)).case(TOLD).noted
    notes = "## Release 2.0\n\n### Removed\n\n* `loud` of `sell()`\n"
    told = {"greet/say.py": "x", "CHANGES": "", "greet-2.dist-info/METADATA": notes}
    assert scene({"2.0": told}).case(TOLD).noted == "Removed: `loud` of `sell()`"
    assert scene({"2.0": {"greet/changes.py": notes}}).case(TOLD).noted == ""


def silent(old: dict[str, str], new: dict[str, str], source: str = SOURCE) -> Case:
    here = replace(scene({"1.0": old, "2.0": new}, source=source), bad=End(seen=shown(1), log=""))
    return here.case(replace(TOLD, kind="divergence"))


@pytest.mark.parametrize(
    ("old", "new", "only"),
    [
        ({"a.py": "X = [1]"}, {"a.py": "X = [2]"}, True),
        ({"a.py": "X = 1"}, {"a.py": "X = 2"}, False),
        ({"a.py": "'1'"}, {"a.py": "'2'"}, False),
        ({"a.pem": "1"}, {"a.pem": "2"}, True),
        ({"a.so": "1"}, {"a.so": "2"}, False),
        ({"g.dist-info/R": "1"}, {"g.dist-info/R": "2"}, False),
        (
            {"a.so": "1", "b.py": "X = [1]\ndef sell(): 1"},
            {"a.so": "2", "b.py": "X = [2]\ndef sell(): 1"},
            True,
        ),
    ],
)
def test_data_alone_may_differ(old: dict[str, str], new: dict[str, str], only: bool) -> None:
    assert silent(old, new).only_data is only


def test_a_file_that_the_exception_names_was_left_out() -> None:
    log = LOST.replace("TypeError: hi()", "OSError: /e/site-packages/greet/words.txt")
    bad = End(seen=None, log=log)
    texts = {"1.0": {"greet/words.txt": "hi", "greet/a.py": ""}, "2.0": {"greet/a.py": ""}}
    assert replace(scene(texts), bad=bad).case(TOLD).lost == "greet/words.txt"
    assert replace(scene(), bad=bad).case(TOLD).lost == ""


def test_strangers_require_each_other_in_no_way() -> None:
    here = scene()
    here.mixtures.known["shop", "1.0"] = declares("shop", "1.0", "other")
    assert here.case(TOLD).strangers


def test_who_writes_for_whom_is_told_by_package() -> None:
    source = "import greet, shop, os\nshop.sell(greet.hi(), os.sep)\n"
    assert scene(source=source).case(TOLD).feeds == {("greet", "shop")}


def test_an_interaction_is_looked_at_from_the_one_that_knew() -> None:
    shop = Culprit(package="shop", last_good="0.9", first_bad="1.0")
    case = scene().case(replace(TOLD, culprits=(*TOLD.culprits, shop)))
    assert case.culprit.package == "shop"
    assert [each.package for each in case.partners] == ["greet"]
