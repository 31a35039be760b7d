"""Who must act and of which kind a change is, for each kind of evidence."""

from __future__ import annotations

from dataclasses import replace

from bot.core.blame import Case, nature, project, responsible
from bot.core.metadata import Metadata

PROJECTS = {"greet": "https://github.com/g/greet", "shop": "https://github.com/s/shop"}
CASE = Case(
    kind="crash",
    culprit="greet",
    before="1.4.0",
    after="1.5.0",
    message="failed: exception: TypeError: hello() got an unexpected keyword argument 'loud'",
    frames=("shop", "greet"),
    admits={"shop": True},
    projects=PROJECTS,
)


def test_who_admits_what_it_cannot_use_must_adapt() -> None:
    assert responsible(CASE).repo == PROJECTS["shop"]
    assert nature(CASE).word == "dependent not adapted"


def test_who_is_called_by_the_probe_itself_has_only_itself_to_blame() -> None:
    alone = replace(CASE, frames=("greet",), admits={})
    assert responsible(alone).repo == PROJECTS["greet"]
    assert nature(alone).word == "regression"


def test_a_dependent_that_forbids_the_release_is_not_blamed() -> None:
    assert responsible(replace(CASE, admits={"shop": False})).repo == PROJECTS["greet"]


def test_a_major_step_that_takes_something_away_is_meant() -> None:
    alone = replace(CASE, frames=("greet",), admits={}, after="2.0.0")
    assert nature(alone).word == "intended change"


def test_what_was_announced_is_meant_and_the_caller_must_act() -> None:
    warned = replace(CASE, admits={}, message="failed: exception: KeyError", warned="going away")
    assert nature(warned).word == "intended change"
    assert responsible(warned).repo == PROJECTS["shop"]
    assert "going away" in responsible(warned).reason


def test_a_silent_major_change_is_for_a_person_to_judge() -> None:
    silent = Case(kind="divergence", culprit="greet", before="1.0", after="2.0", projects=PROJECTS)
    assert nature(silent).word == "undetermined"
    assert responsible(replace(silent, projects={})).confidence == 0.0


def test_a_project_is_where_its_source_is() -> None:
    urls = (
        ("Documentation", "https://greet.example"),
        ("Homepage", "https://greet.example"),
        ("Issues", "https://github.com/g/greet/issues"),
        ("Source", "https://github.com/g/greet.git"),
    )
    assert project(Metadata(name="greet", version="1", urls=urls)) == "https://github.com/g/greet"
    assert project(Metadata(name="greet", version="1")) == ""
