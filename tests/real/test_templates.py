"""Template engines for real: the reference renders its goldens, and what changed is seen.

Each row of `CHANGED` is two neighbouring releases and a case that tells them apart; they were
found by running every release of the two engines over the whole suite.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.core.model import Failure, Link, Probe, Reason
from bot.studies.rendering import Shown, goldens, shown
from tests.real.rendering_table import renderings
from tests.real.stacks import observe, probes, strays

pytestmark = [pytest.mark.real, pytest.mark.network]

BEFORE_ITEMS = {"documents", "filters", "filter", "xmlcalls"}  # `items` came with 3.1.0
CHANGED = {
    "jinja2": (
        ("3.0.1", "3.0.2", "render-constructs/in-missing"),
        ("3.0.3", "3.1.0", "render-constructs/filter-groupby-case"),
        ("3.1.2", "3.1.3", "render-errors/value-xmlattr-space"),
        ("3.1.3", "3.1.4", "render-errors/value-xmlattr-equals"),
        ("3.1.4", "3.1.5", "render-constructs/namespace-unpack"),
        ("3.1.5", "3.1.6", "render-errors/safety-format-attr"),
    ),
    "minijinja": (
        ("2.12.0", "2.13.0", "render-constructs/filter-format"),
        ("2.13.0", "2.14.0", "render-constructs/set-unpack-list"),
        ("2.17.1", "2.18.0", "render-constructs/access-number"),
        ("2.19.0", "2.20.0", "render-constructs/compare-chain"),
        ("2.21.0", "2.22.0", "render-constructs/output-bool"),
        ("2.24.0", "3.0.0", "render/json-numbers"),
        ("3.0.1", "3.0.3", "render-constructs/filter-round"),
        ("3.0.3", "3.0.4", "render-constructs/text-find"),
    ),
}


def seen(rooms: Path, driver: str, pin: str, asked: Sequence[Probe]) -> dict[str, Shown]:
    return {name: shown(each) for name, each in observe(rooms, driver, pin, asked).items()}


def test_the_reference_renders_every_golden(rooms: Path) -> None:
    expected = goldens(renderings())
    absolute = [probe for probe in renderings() if probe.name in expected]
    assert len(absolute) >= 600
    assert strays(absolute, observe(rooms, "jinja2", "jinja2==3.1.6", renderings())) == {}


def test_before_a_filter_was_there_only_what_uses_it_is_refused(rooms: Path) -> None:
    expected = goldens(renderings())
    asked = [probe for probe in renderings() if probe.name in expected]
    found = seen(rooms, "jinja2", "jinja2==3.0.3", asked)
    refused = {name for name, told in found.items() if "No filter named 'items'" in str(told)}
    strange = {name for name, told in found.items() if told != expected[name]} - refused
    assert {name.partition("/")[2].partition("-")[0] for name in refused} == BEFORE_ITEMS
    assert strange == {
        "render-constructs/filter-groupby-case",
        "render-constructs/namespace-unpack",
    }


@pytest.mark.parametrize("driver", CHANGED)
def test_what_changed_between_two_releases_is_seen_at_the_prompt(rooms: Path, driver: str) -> None:
    for old, new, name in CHANGED[driver]:
        asked = probes(name)
        one, other = (
            seen(rooms, driver, f"{driver}=={version}", asked)[name] for version in (old, new)
        )
        assert one != other, (old, new, name)


def test_an_engine_that_never_answers_is_charged_to_its_probe(rooms: Path) -> None:
    asked = probes("render-errors/value-count-empty", "render/chatml-default")
    found = seen(rooms, "minijinja", "minijinja==2.13.0", asked)
    stuck = found["render-errors/value-count-empty"]
    assert isinstance(stuck, Failure)
    assert (stuck.link, stuck.reason) == (Link.PROMPT, Reason.TIMEOUT)
    assert not isinstance(found["render/chatml-default"], Failure)
