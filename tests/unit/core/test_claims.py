"""Which lower bounds are claims, whose they are, and what a cell at them is called."""

from __future__ import annotations

import pytest
from packaging.version import Version

from bot.core.claims import Claim, claimed, heads, told
from bot.core.metadata import environment_of, read

HEAD = "Metadata-Version: 2.1\nName: tea\nVersion: 2\n"


def lines(*wants: str) -> list[str]:
    text = HEAD + "".join(f"Requires-Dist: {one}\n" for one in wants)
    return [one.line for one in claimed(read(text), environment_of("3.11"))]


def claim(by: str, name: str, bound: str = "1") -> Claim:
    return Claim(by=by, name=name, line=f"{name}>={bound}", bound=Version(bound))


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        ("cup>=1.4", "cup>=1.4"),
        ("cup>1.4,<2", "cup<2,>1.4"),
        ("Cup[hot]~=1.4", "cup[hot]~=1.4"),
        ("cup==1.*", "cup==1.*"),
        ("cup>=1; python_version >= '3.8'", "cup>=1"),
    ],
)
def test_a_lower_bound_is_a_claim(wanted: str, line: str) -> None:
    assert lines(wanted) == [line]


@pytest.mark.parametrize(
    "wanted",
    [
        "cup",
        "cup<2",
        "cup!=1.5",
        "cup==1.4",
        "cup @ https://x.test/cup-1.0-py3-none-any.whl",
        "cup>=1; python_version < '3'",
        "cup>=1; extra == 'hot'",
    ],
)
def test_what_says_nothing_of_the_oldest_is_none(wanted: str) -> None:
    assert lines(wanted) == []


def test_of_several_claims_the_highest_bound_decides_and_is_named() -> None:
    claims = [claim("tea", "cup", "1.4"), claim("pot", "cup", "1.6"), claim("jug", "cup", "1.5")]
    claims += [claim("tea", "milk")]
    before = {"cup": "2", "milk": "3"}
    said = told(claims, before, {"cup": "1.6", "milk": "1"})
    assert said == "declared minimum of pot: cup 1.6; tea: milk 1"


def test_what_is_at_its_minimum_already_is_not_told() -> None:
    assert told([claim("tea", "cup")], {"cup": "1"}, {"cup": "1"}) == ""
    assert told([], {}, {}) == ""


def test_many_are_counted() -> None:
    claims = [claim("tea", f"c{at}") for at in range(6)]
    before, now = ({one.name: version for one in claims} for version in ("2", "1"))
    said = told(claims, before, now)
    assert said == "declared minimum of tea: c0 1, c1 1, c2 1, c3 1; 2 more"
    assert not {"==", " + "} & {said[at : at + 2] for at in range(len(said))}


def test_what_a_lowered_package_claims_does_not_lower() -> None:
    by = {"pot": [], "cup": [claim("cup", "milk")], "tea": [claim("tea", "cup")]}
    assert heads(by) == ("pot", "tea")
    assert heads({"tea": [claim("tea", "tea")]}) == ("tea",)
    assert heads({}) == ()
