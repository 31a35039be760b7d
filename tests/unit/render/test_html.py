from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.model import NOT_EXPOSED, Json, Link, Phase, Reason
from bot.core.outcome import Diverged, Failed, Outcome, Passed
from bot.core.report import Result
from bot.render.html import diff_lines, install
from bot.render.links import link_lines
from tests.golden.sample import CELLS

DIVERGED = Diverged(link=Link.TEXT, diff="", shape="length")
FAILED = Failed(phase=Phase.PROBE, reason=Reason.TIMEOUT, message="")


def says(link: Link, outcome: Outcome, expected: Json, seen: Json) -> str:
    result = replace(
        CELLS[1].results[1],
        outcome=outcome,
        expected=((link, expected),),
        seen=((link, seen),),
    )
    return next(line.says for line in link_lines(result) if line.link == link.value)


@pytest.mark.parametrize(
    ("link", "outcome", "expected", "seen", "told"),
    [
        (Link.TEXT, DIVERGED, "a", "b", "differs here first"),
        (Link.PROMPT, DIVERGED, "a", "a", "equal"),
        (Link.LOGPROBS, DIVERGED, [0.1], [0.2], "within its tolerance"),
        (Link.LOGPROBS, Passed(), [0.1], [0.2], "within its tolerance"),
        (Link.MESSAGE, DIVERGED, "a", "b", "differs too"),
        (Link.MESSAGE, DIVERGED, "a", None, "only one side was seen"),
        (Link.MESSAGE, DIVERGED, "a", NOT_EXPOSED, "not exposed"),
        (Link.USAGE, Passed(unheld=(Link.USAGE,)), None, 3, "seen; no golden to hold it to"),
        (Link.PROMPT, FAILED, "a", "b", "differs too"),
    ],
)
def test_what_a_link_says(
    link: Link, outcome: Outcome, expected: Json, seen: Json, told: str
) -> None:
    assert says(link, outcome, expected, seen) == told


def test_links_stand_in_causal_order_and_the_first_to_differ_is_there_even_unseen() -> None:
    result = Result(
        probe="p",
        outcome=DIVERGED,
        before=Passed(),
        verdict=CELLS[1].results[1].verdict,
        seen=((Link.MESSAGE, {"a": 1}), (Link.PROMPT, "x")),
    )
    lines = link_lines(result)
    assert [line.link for line in lines] == ["prompt", "text", "message"]
    assert (lines[1].expected, lines[1].seen) == ("not measured", "not measured")
    assert lines[2].seen == '{\n "a": 1\n}'


def test_a_diff_has_sides_and_no_controls() -> None:
    assert diff_lines("- a\n+ b\x1b[31m\n c") == [("old", "- a"), ("new", "+ b"), ("same", " c")]


def test_a_cell_says_how_to_have_its_environment() -> None:
    python, node = CELLS[0], replace(CELLS[0], environment="node")
    assert python.cell is not None
    pins = python.cell.closure.pins
    assert install(python).endswith(f"uv pip install --python same {' '.join(map(str, pins))}")
    assert install(node).split()[:3] == ["npm", "install", f"{pins[0].name}@{pins[0].version}"]
