"""What counts as out of reach, and what a release brings that may be noticed all the same."""

from __future__ import annotations

import pytest

from bot.core.model import Json
from bot.core.reach import Reach, brings, heard, together

FILES = ("spare/__init__.py", "spare-2.dist-info/METADATA", "../../../bin/spare", "__pycache__/x")


def reach(idle: str, **late: str) -> Reach:
    return Reach(
        idle={name: frozenset({name}) for name in idle},
        late={probe: frozenset(names) for probe, names in late.items()},
    )


@pytest.mark.parametrize(
    "told",
    [None, {}, {"why": "os.fork"}, {"idle": {}}, {"idle": [], "late": {}}, {"idle": {}, "late": 1}],
)
def test_a_guest_that_does_not_tell_knows_nothing(told: Json) -> None:
    assert heard(told) is None


def test_what_cannot_be_read_is_not_out_of_reach() -> None:
    found = heard({"idle": {"a": ["a"], "b": 7}, "late": {"p": [], "q": None}})
    assert found == reach("a", p="")


def test_a_probe_that_was_not_asked_reaches_everything() -> None:
    assert reach("ab", p="a").out_of_reach("p") == {"b"}
    assert reach("ab", p="a").out_of_reach("q") == frozenset()


def test_several_processes_reach_what_any_of_them_did() -> None:
    found = together([reach("abc", p="a", q=""), reach("ab", p="b"), reach("abe", r="")])
    assert found == reach("ab", p="ab", q="", r="")
    assert together([reach("a", p=""), None]) is None
    assert together([]) is None


def test_names_at_the_top_of_all_processes_count() -> None:
    one = Reach(idle={"a": frozenset({"x"})})
    other = Reach(idle={"a": frozenset({"y"})})
    found = together([one, other])
    assert found is not None
    assert found.idle == {"a": frozenset({"x", "y"})}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ((), ""),
        (("spare.pth",), "runs whenever Python starts"),
        (("sitecustomize.py",), "runs whenever Python starts"),
        (("json_tool.py",), "was not there before"),
        (("tests/__init__.py",), "was not there before"),
        (("../../../share/x.conf",), "outside of the packages"),
        (("/etc/x.conf",), "outside of the packages"),
        (("spare/x.pth",), ""),
    ],
)
def test_what_a_release_brings(more: tuple[str, ...], why: str) -> None:
    told = brings((*FILES, *more), "[console_scripts]\nspare = spare:main\n", {"spare"})
    assert why in told
    assert bool(told) is bool(why)


def test_a_plug_in_may_be_found_by_anybody() -> None:
    assert brings(FILES, "[console_scripts]\na = b\n[pytest11]\nx = y\n", {"spare"}) == (
        "brings a plug-in for pytest11"
    )
