from __future__ import annotations

import re
from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.core.draft import draft
from bot.core.model import NOT_EXPOSED, Closure, Link, Pin
from bot.core.outcome import Ending, Inside
from tests.golden.sample import CELLS, FINDINGS, HOSTILE, NEW_ENGINE

FINDING, CELL = FINDINGS[0], CELLS[1]


def outside_of_fences(body: str) -> str:
    """Return what is not in a code; the last block one must be closed."""
    outside, fence = [], ""
    for line in body.split("\n"):
        ticks = line[: len(line) - len(line.lstrip("`"))]
        if fence:
            fence = "" if line == fence else fence
        elif len(ticks) >= 3 and "`" not in line[len(ticks) :]:
            fence = ticks
        else:
            outside.append(line)
    assert not fence
    return re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", "\n".join(outside))


def test_the_draft_of_the_sample(snapshot: SnapshotAssertion) -> None:
    title, body = draft(FINDING, CELL, bot="0.1.0", platform="Linux x86_64")
    assert title == "[stackmatrix] xllamacpp 2026.5.9093: message differs (tool calls: count)"
    assert body == snapshot


def test_the_commands_and_the_proof_come_first_and_unchanged() -> None:
    _, body = draft(FINDING, CELL)
    places = [
        body.index(text) for text in (FINDING.fails, FINDING.passes, FINDING.repro, "Expected:")
    ]
    assert places == sorted(places)


def test_the_guilty_the_dragged_along_and_the_innocent_are_told_apart() -> None:
    _, body = draft(FINDING, CELL)
    assert "https://pypi.org/project/xllamacpp/2026.5.9091/" in body
    innocent = body.split("found innocent:")[1].split("##")[0]
    assert "anyio" in innocent
    assert "httpx" not in innocent
    assert "xllamacpp" not in innocent


def test_nothing_is_called_innocent_without_a_culprit() -> None:
    assert FINDING.explanation
    unexplained = replace(FINDING.explanation, ending=Ending.UNEXPLAINED, culprits=())
    _, body = draft(replace(FINDING, explanation=unexplained), CELL)
    assert "What else moved and is innocent: not measured." in body
    assert "Interval: not measured." in body


def test_what_was_not_measured_says_so() -> None:
    bare = replace(
        FINDING, explanation=None, repro="", fails="", passes="", because="", probes=(), link=None
    )
    title, body = draft(bare, replace(CELL, cell=None, results=(), environment=""))
    assert body.count("not measured") >= 12
    assert "nature: not determined" in body
    assert NEW_ENGINE.name.replace("@", "@\u200b") in title


def test_an_empty_answer_is_an_observation() -> None:
    result = replace(CELL.results[1], expected=(), seen=((Link.TEXT, ""),))
    _, body = draft(replace(FINDING, link=Link.TEXT), replace(CELL, results=(result,)))
    assert "Expected:\n\nnot measured." in body
    assert 'Observed:\n\n```\n""\n```' in body


def test_a_strange_package_name_makes_no_link() -> None:
    assert FINDING.explanation
    culprit = replace(FINDING.explanation.culprits[0], package="x) [y](http://evil", first_bad="1")
    explained = replace(FINDING.explanation, culprits=(culprit,))
    closure = Closure(pins=(Pin(name=culprit.package, version="1"),))
    _, body = draft(
        replace(FINDING, explanation=explained),
        replace(CELL, cell=replace(NEW_ENGINE, closure=closure)),
    )
    assert "pypi.org" not in body


@pytest.mark.parametrize("name", ["@scope/pot", "outer/node_modules/@scope/pot"])
def test_a_package_of_npm_is_linked_there(name: str) -> None:
    assert FINDING.explanation
    culprit = replace(FINDING.explanation.culprits[0], package=name, first_bad="1.2.3")
    explained = replace(FINDING.explanation, culprits=(culprit,))
    closure = Closure(pins=(Pin(name=name, version="1.2.3"),))
    cell = replace(CELL, environment="node", cell=replace(NEW_ENGINE, closure=closure))
    _, body = draft(replace(FINDING, explanation=explained), cell)
    assert "https://www.npmjs.com/package/@scope/pot/v/1.2.3" in body
    assert "pypi.org" not in body


@pytest.mark.parametrize("times", [1, 100, 3000])
def test_the_body_fits_however_much_there_is_and_every_fence_is_closed(times: int) -> None:
    closure = Closure(pins=tuple(Pin(name=f"p{n}", version="1" * 30) for n in range(times)))
    result = replace(CELL.results[1], seen=((Link.MESSAGE, HOSTILE * times),))
    title, body = draft(
        replace(
            FINDING,
            diff=HOSTILE * times,
            repro="# `x` ``` \n" * 100 * times,
            fails="x" * 100 * times,
            probes=(HOSTILE,) * times,
            because=HOSTILE,
            signature=HOSTILE,
        ),
        replace(
            CELL,
            cell=replace(NEW_ENGINE, closure=closure),
            results=(result,),
            moved=((HOSTILE, "1", HOSTILE),) * times,
        ),
    )
    assert len(body) <= 65_535
    assert len(title) <= 256
    assert "\n" not in title
    assert "## How to answer" in body
    outside = outside_of_fences(body)
    assert outside.count("<details>") == outside.count("</details>")
    assert "<script" not in outside


def test_what_is_not_exposed_says_so_and_text_stays_text() -> None:
    result = replace(
        CELL.results[1], expected=((Link.TEXT, "hi"),), seen=((Link.TEXT, NOT_EXPOSED),)
    )
    other = replace(result, expected=(), seen=())
    _, body = draft(replace(FINDING, link=Link.TEXT), replace(CELL, results=(other, result)))
    assert "Expected:\n\n```\nhi\n```" in body
    assert "Observed:\n\n```\nnot exposed\n```" in body


def test_the_many_that_moved_are_counted() -> None:
    moved = tuple((f"p{n}", "1", "2") for n in range(203))
    _, body = draft(FINDING, replace(CELL, moved=moved))
    assert "* and 3 more" in body


def test_the_last_stage_is_kept_even_when_it_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.core.draft.LIMIT", 10)
    _, body = draft(FINDING, CELL)
    assert "## How to answer" in body


def test_nothing_is_called_innocent_when_nothing_else_moved() -> None:
    _, body = draft(FINDING, replace(CELL, moved=(("httpx", "0.28.1", "0.29.0"),)))
    assert "Nothing else moved." in body


def test_what_differs_inside_and_the_line_for_a_server_are_told() -> None:
    assert FINDING.explanation
    (culprit, *_) = FINDING.explanation.culprits
    engine = Inside(
        name="llama.cpp",
        repo="https://github.com/ggml-org/llama.cpp",
        last_good="b1",
        first_bad="b2",
        commits=True,
    )
    odd = replace(engine, name="@someone", repo="javascript:alert(1)//")
    deep = replace(FINDING.explanation, culprits=(replace(culprit, inside=(engine, odd)),))
    asks = 'curl -s "$BASE_URL/v1" -d {}'
    repro = f'"""A proof.\na server alone: {asks}\n"""\n'
    _, body = draft(replace(FINDING, explanation=deep, repro=repro), CELL)
    page = "https://github.com/ggml-org/llama.cpp/compare/b1...b2"
    assert f"inside it, `llama.cpp`: `b1` to `b2` ([compare]({page}))" in body
    assert "javascript" not in body
    assert "@someone" not in outside_of_fences(body)
    assert f"# a server of either, at $BASE_URL\n{asks}" in body
