from __future__ import annotations

import json
import re
from dataclasses import replace

import yaml

from bot.core.model import Release
from bot.core.outcome import Culprit
from bot.core.report import ComponentView, FindingView, Report
from bot.render.advisories import AdvisoriesRenderer
from bot.render.known import known_bad
from bot.render.updates import UpdatesRenderer
from tests.golden.sample import CELLS, FINDINGS, REPORT

PACKAGE = "xllamacpp"


def world(*words: str) -> Report:
    """A report of releases 1, 2, ... of a component, each with its word, of which 2 is to blame."""
    versions = [str(at) for at in range(1, len(words) + 1)]
    releases = tuple(
        Release(component=PACKAGE, version=one, uploaded=None, origin="pypi") for one in versions
    )
    cells = tuple(
        replace(CELLS[2], trigger=f"{PACKAGE}=={version}", word=word)
        for version, word in zip(versions, words, strict=True)
    )
    return replace(
        REPORT,
        cells=cells,
        findings=(blamed("1", "2"),),
        components=(replace(REPORT.components[0], releases=releases),),
    )


def blamed(last_good: str, first_bad: str) -> FindingView:
    explanation = FINDINGS[0].explanation
    assert explanation is not None
    culprit = Culprit(package=PACKAGE, last_good=last_good, first_bad=first_bad)
    return replace(FINDINGS[0], explanation=replace(explanation, culprits=(culprit,)))


def test_a_range_ends_where_a_cell_of_the_stack_is_no_worse_again() -> None:
    (open_,) = known_bad(world("still-good", "regressed", "regressed"))
    assert (open_.introduced, open_.fixed, open_.versions) == ("2", "", ("2", "3"))
    (mended,) = known_bad(world("still-good", "regressed", "changed", "still-good", "regressed"))
    assert (mended.introduced, mended.fixed, mended.versions) == ("2", "4", ("2", "3"))
    assert (open_.fine, mended.fine) == (("1",), ("1", "4"))


def test_what_is_mended_or_not_explained_is_not_known_to_be_bad() -> None:
    mended = replace(world("still-good", "regressed"), findings=())
    assert [*known_bad(mended)] == []
    unexplained = replace(FINDINGS[0], explanation=None)
    assert [*known_bad(replace(REPORT, findings=(unexplained,)))] == []


def test_of_a_package_that_is_not_watched_only_the_release_is_known() -> None:
    (one,) = known_bad(replace(world("still-good", "regressed"), components=()))
    assert (one.fixed, one.versions, one.ecosystem) == ("", ("2",), "PyPI")
    other = ComponentView(name="x", role="engine", package=PACKAGE, upstream="", source="npm")
    (lost,) = known_bad(replace(world("still-good", "regressed"), components=(other,)))
    assert (lost.versions, lost.ecosystem) == (("2",), "npm")


def test_an_advisory_says_from_where_to_where_and_how_to_live_with_it() -> None:
    report = world("still-good", "regressed", "regressed", "still-good")
    (text,) = AdvisoriesRenderer().render(report).values()
    told = json.loads(text)
    assert told["affected"][0]["ranges"][0]["events"] == [{"introduced": "2"}, {"fixed": "4"}]
    assert told["database_specific"]["workaround"] == ["stay at xllamacpp 1, or take 4 or newer"]
    assert told["database_specific"]["only_together"] is False


def test_what_breaks_only_together_is_one_advisory_and_no_rule_for_bots() -> None:
    advisories = AdvisoriesRenderer().render(REPORT)
    together = json.loads(advisories["advisories/90e1aa77b2c4.json"])
    assert [one["package"]["name"] for one in together["affected"]] == ["jinja2", "openai"]
    assert together["database_specific"]["only_together"] is True
    files = UpdatesRenderer().render(REPORT)
    rules = json.loads(files["renovate.json"])["packageRules"]
    assert [rule["matchPackageNames"] for rule in rules] == [["xllamacpp"]]


def test_bots_are_kept_from_what_is_bad_and_from_nothing_else() -> None:
    def rules(report: Report) -> tuple[str, str]:
        files = UpdatesRenderer().render(report)
        (rule,) = json.loads(files["renovate.json"])["packageRules"]
        (update,) = yaml.safe_load(files["dependabot.yml"])["updates"]
        return rule["allowedVersions"], update["ignore"][0]["versions"][0]

    assert rules(world("still-good", "regressed")) == ("<2", ">= 2")
    allowed, ignored = rules(world("still-good", "regressed", "regressed", "still-good"))
    assert ignored == ">= 2, < 4"
    assert allowed.startswith("!/")
    bad = re.compile(allowed[2:-1])
    assert [one for one in ("1", "2", "3", "4", "22") if bad.search(one)] == ["2", "3"]
