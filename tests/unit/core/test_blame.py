"""Who must act, for each kind of evidence."""

from __future__ import annotations

from dataclasses import replace

from bot.core.blame import Case, Change, caller, dependent, responsible, subject
from bot.core.gone import Gone

PROJECTS = {
    "greet": "https://github.com/g/greet",
    "shop": "https://github.com/s/shop",
    "till": "https://github.com/t/till",
}
GREET = Change(package="greet", before="1.4.0", after="1.5.0")
CASE = Case(
    kind="crash",
    culprit=GREET,
    message="TypeError: hello() got an unexpected keyword argument 'loud'",
    gone=Gone(name="loud", holder="hello"),
    frames=("", "shop"),
    admits={("shop", "greet"): True},
    projects=PROJECTS,
)
FAILS = replace(CASE, gone=None, message="ValueError: no")


def test_who_admits_what_it_cannot_use_must_adapt() -> None:
    told = responsible(CASE)
    assert (told.repo, told.package) == (PROJECTS["shop"], "shop")
    assert "admits greet 1.5.0" in told.reason


def test_who_uses_what_is_gone_without_a_declared_range_must_adapt() -> None:
    told = responsible(replace(CASE, admits={}))
    assert told.repo == PROJECTS["shop"]
    assert "does not declare" in told.reason


def test_nobody_but_the_installer_is_blamed_for_what_a_dependent_forbids() -> None:
    forbids = {("shop", "greet"): False}
    told = responsible(replace(CASE, admits=forbids))
    assert (told.repo, told.package, told.confidence) == ("", "", 0.0)
    assert "shop forbids greet 1.5.0" in told.reason
    major = replace(GREET, after="2.0.0")
    assert responsible(replace(FAILS, admits=forbids, culprit=major)).repo == ""
    assert responsible(replace(FAILS, admits=forbids, announced="it goes")).repo == ""
    assert responsible(replace(FAILS, admits=forbids)).repo == PROJECTS["greet"]


def test_what_another_package_lost_is_no_loss_of_the_culprit() -> None:
    assert responsible(replace(CASE, holder="till")).repo == PROJECTS["greet"]


def test_what_the_program_itself_calls_is_for_the_culprit_to_hear() -> None:
    alone = replace(CASE, frames=("", "greet"), admits={})
    assert caller(alone) == ""
    assert responsible(alone).repo == PROJECTS["greet"]


def test_what_was_announced_is_for_the_caller_to_adapt_to() -> None:
    told = responsible(replace(FAILS, announced="hello is going away"))
    assert told.repo == PROJECTS["shop"]
    assert "announced" in told.reason
    assert responsible(replace(FAILS, noted="hello is no longer loud")).repo == PROJECTS["shop"]


def test_a_step_that_may_break_was_to_be_expected() -> None:
    assert responsible(FAILS).repo == PROJECTS["greet"]
    major = replace(FAILS, culprit=replace(GREET, after="2.0.0"))
    assert responsible(major).repo == PROJECTS["shop"]
    silent = replace(major, kind="divergence", frames=())
    assert responsible(silent).repo == PROJECTS["greet"]


def test_who_does_not_find_what_it_needs_itself_must_mend_it() -> None:
    alone = replace(
        FAILS,
        frames=("", "greet"),
        message="ModuleNotFoundError: No module named 'core'",
        gone=Gone(name="", holder="core"),
        culprit=replace(GREET, after="2.0.0"),
    )
    assert "needs itself" in responsible(alone).reason
    assert "needs itself" in responsible(replace(CASE, lost="greet/words.txt")).reason


def test_who_imports_what_came_along_with_another_must_require_it() -> None:
    lost = replace(
        CASE,
        message="ModuleNotFoundError: No module named 'core'",
        gone=Gone(name="", holder="core", module=True),
        holder="core",
    )
    told = responsible(lost)
    assert (told.package, "imports core" in told.reason) == ("shop", True)
    inside = replace(lost, frames=("", "shop", "greet"))
    assert responsible(inside).package == "greet"


def test_who_reads_nothing_in_what_a_stranger_writes_must_learn_to() -> None:
    silent = Case(
        kind="divergence",
        culprit=GREET,
        projects=PROJECTS,
        answerer="shop",
        strangers=True,
        good=3,
        bad=0,
    )
    assert responsible(silent).repo == PROJECTS["shop"]
    assert responsible(replace(silent, bad=2)).repo == PROJECTS["greet"]
    friends = replace(silent, strangers=False, admits={("shop", "greet"): True})
    assert responsible(friends).repo == PROJECTS["greet"]
    major = replace(GREET, after="2.0.0")
    assert responsible(replace(friends, culprit=major)).repo == PROJECTS["shop"]


def test_nobody_answers_for_the_machine_nor_without_a_project() -> None:
    nobody = responsible(replace(CASE, machine=True))
    assert (nobody.repo, nobody.package, nobody.confidence) == ("", "", 0.0)
    unknown = responsible(replace(CASE, projects={}))
    assert (unknown.repo, unknown.package, unknown.confidence) == ("", "shop", 0.0)
    assert "does not say where its project is" in unknown.reason


def test_who_called_is_who_stands_above_the_culprit_or_was_called_back() -> None:
    assert caller(replace(CASE, frames=())) is None
    assert caller(replace(CASE, frames=("", "shop", "greet", "till"))) == "shop"
    assert caller(replace(CASE, frames=("greet",))) == ""
    assert caller(replace(CASE, frames=("", "shop", "greet", "shop"))) == "shop"
    assert dependent(replace(CASE, frames=("", "greet"))) == ""
    assert caller(replace(CASE, frames=("", "shop", "till"))) == "till"
    assert caller(replace(FAILS, frames=("", "shop", "till"))) == "shop"
    assert caller(replace(FAILS, frames=("", "till"))) == "till"


SHOP = Change(package="shop", before="0.1.0", after="0.2.0")
BOTH = replace(FAILS, partners=(SHOP,), frames=("", "till"), admits={})


def test_of_several_the_one_that_knew_the_other_comes_first() -> None:
    assert subject(CASE) == GREET
    knew = replace(BOTH, admits={("shop", "greet"): True})
    assert subject(knew) == SHOP


def test_of_several_the_only_one_that_broke_a_promise_comes_first() -> None:
    assert subject(BOTH) == GREET


def test_of_several_the_one_that_writes_what_another_refuses_comes_first() -> None:
    free = replace(BOTH, culprit=replace(GREET, after="2.0.0"))
    assert subject(replace(free, feeds=frozenset({("shop", "greet")}))) == SHOP


def test_who_only_refuses_what_it_is_handed_is_not_to_adapt() -> None:
    major = replace(FAILS, culprit=replace(GREET, after="2.0.0"), admits={})
    assert responsible(major).package == "shop"
    handed = replace(major, feeds=frozenset({("greet", "shop")}))
    assert responsible(handed).package == "greet"


def test_of_several_the_innermost_one_comes_first() -> None:
    free = replace(BOTH, culprit=replace(GREET, after="2.0.0"))
    assert subject(replace(free, frames=("", "greet", "shop"))) == SHOP
    assert subject(free).package == "greet"


def test_an_interaction_links_every_project() -> None:
    told = responsible(BOTH)
    assert PROJECTS["greet"] in told.reason
    assert PROJECTS["shop"] in told.reason
    lonely = responsible(replace(BOTH, projects={"greet": PROJECTS["greet"]}))
    assert "no known project" in lonely.reason
    assert told.confidence < responsible(FAILS).confidence


def test_who_took_it_back_had_broken_it() -> None:
    users = {("shop", "greet"): True}
    gone = Gone(name="hello", holder="greet")
    case = Case(
        kind="crash",
        culprit=replace(GREET, after="2.0.0"),
        frames=("", "shop"),
        admits=users,
        gone=gone,
        holder="greet",
        projects={"greet": "https://github.com/x/greet", "shop": "https://github.com/x/shop"},
    )
    assert responsible(case).package == "shop"
    back = replace(case, culprit=replace(case.culprit, fixed_in="2.0.1"))
    assert responsible(back).package == "greet"
    assert "2.0.1 does again" in responsible(back).reason
    assert responsible(replace(back, announced="hello goes")).package == "shop"
