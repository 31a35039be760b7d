"""The table of template engines: read off facts, told in words and sums."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.core.facts import Body, Fact, Observed, Planned, RunStarted
from bot.core.model import (
    NOT_EXPOSED,
    Cell,
    Closure,
    Failure,
    Json,
    Link,
    Look,
    Observation,
    Phase,
    Pin,
    Probe,
    Reason,
)
from bot.studies.rendering import (
    Rendering,
    construct,
    goldens,
    markdown,
    rendering,
    seen_in,
    shown,
    strays,
    support,
)

CRASH = Failure(phase=Phase.PROBE, reason=Reason.CRASH, message="died", link=Link.PROMPT)


def probe(name: str, golden: Json, ask: str = "render", *, absolute: bool = True) -> Probe:
    look = Look(link=Link.PROMPT, compare="text", absolute=absolute, golden=golden)
    return Probe(name=name, ask=ask, request={"source": name}, looks=(look,))


PROBES = (
    probe("render/loops-break", "abc"),
    probe("render/loops-plain", "x"),
    probe("render-constructs/slice-step", "ace"),
    probe("render/strict-empty", {"error": "No messages."}),
)


def cell(name: str, version: str) -> Cell:
    return Cell(
        row="templates",
        components=((name, version),),
        closure=Closure(pins=(Pin(name=name, version=version),)),
        backend="cpu",
        model="tiny-chat",
        interpreter="3.11",
    )


def observed(where: Cell, asked: Probe, value: Json | Failure) -> Observed:
    seen = Observation(
        probe=asked.name,
        seen=() if isinstance(value, Failure) else ((Link.PROMPT, value),),
        failure=value if isinstance(value, Failure) else None,
    )
    return Observed(cell=where.key, probe=asked.digest, sequence="a", observation=seen)


def facts(*bodies: Body) -> tuple[Fact, ...]:
    started = RunStarted(at=datetime(2026, 11, 20, tzinfo=UTC), bot="1", config="", suite="")
    return tuple(Fact(run=1, job="execute", attempt=0, body=body) for body in (started, *bodies))


def told(where: Cell, values: Sequence[Json | Failure]) -> tuple[Body, ...]:
    planned = Planned(row="templates", trigger="baseline", cell=where, against="")
    answers = (observed(where, each, value) for each, value in zip(PROBES, values, strict=False))
    return (*answers, planned)  # the plan may stand behind its answers


def test_each_answer_is_same_differs_or_raises() -> None:
    assert rendering("a", "a") is Rendering.SAME
    assert rendering("a", "b") is Rendering.DIFFERS
    assert rendering("a", {"error": "no"}) is Rendering.RAISES
    assert rendering("a", CRASH) is Rendering.RAISES
    assert rendering({"error": "no"}, {"error": "no"}) is Rendering.SAME
    assert rendering({"error": "no"}, "a") is Rendering.DIFFERS


def test_a_failure_counts_before_what_was_seen() -> None:
    both = Observation(probe="p", seen=((Link.PROMPT, "a"),), failure=CRASH)
    assert shown(both) is CRASH
    assert shown(Observation(probe="p")) == NOT_EXPOSED


def test_a_case_is_about_the_first_word_of_its_name() -> None:
    assert construct("render/loops-break") == construct("render-constructs/loops-plain") == "loops"


def test_only_renderings_with_a_golden_are_counted() -> None:
    more = (probe("chat/x", "a", ask="chat"), probe("render-errors/y", None, absolute=False))
    assert list(goldens((*PROBES, *more))) == [each.name for each in PROBES]


def test_the_table_is_read_off_the_facts() -> None:
    old, new = cell("minijinja", "2.9.0"), cell("minijinja", "2.10.0")
    history = facts(
        *told(new, ["abc", "x", "ace", {"error": "No messages."}]),
        *told(old, ["abc", "y", CRASH]),
    )
    seen = seen_in(history, PROBES)
    assert list(seen) == ["minijinja 2.9.0", "minijinja 2.10.0"]  # by number, not by letter
    table = support(seen, goldens(PROBES))
    assert markdown(table).splitlines() == [
        "| construct | cases | minijinja 2.9.0 | minijinja 2.10.0 |",
        "| --- | --- | --- | --- |",
        "| `loops` | 2 | 1 same, 1 differs | same |",
        "| `slice` | 1 | raises | same |",
        "| `strict` | 1 | - | same |",
        "| **all** | 4 | 1 of 3 | 4 of 4 |",
    ]
    assert strays(table, "minijinja 2.9.0").splitlines() == [
        "* `loops`: loops-plain (differs)",
        "* `slice`: slice-step (raises)",
    ]
    assert strays(table, "minijinja 2.10.0") == "Nothing strays.\n"


def test_of_several_answers_the_first_that_strays_counts() -> None:
    where = cell("jinja2", "3.1.6")
    again = [observed(where, PROBES[0], value) for value in ("abc", "other", "abc", CRASH)]
    seen = seen_in(facts(*told(where, []), *again), PROBES)
    assert seen == {"jinja2 3.1.6": {"render/loops-break": "other"}}


def test_what_no_plan_knows_or_nobody_asked_is_left_out() -> None:
    where = cell("jinja2", "3.1.6")
    stranger = observed(where, probe("render/new-one", "a"), "a")
    assert seen_in(facts(*told(where, ["abc"])[:1]), PROBES) == {}
    assert seen_in(facts(*told(where, []), stranger), PROBES) == {}


def test_what_is_not_exposed_is_not_counted() -> None:
    table = support({"a 1": {"render/loops-plain": NOT_EXPOSED}}, goldens(PROBES))
    assert table.found == {}
    assert "| **all** | 4 | - |" in markdown(table)
