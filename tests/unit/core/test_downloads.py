"""What is to be downloaded, in bytes that somebody told."""

from __future__ import annotations

from bot.core.downloads import Sizes, Total, needed, together, total, wheel
from bot.core.model import Closure, Pin

WHEELS = {
    "tea-1-cp311-cp311-manylinux_2_17_x86_64.whl": 10,
    "tea-1-cp311-cp311-musllinux_1_2_x86_64.whl": 20,
    "tea-1-cp312-cp312-manylinux_2_17_x86_64.whl": 40,
    "tea-1-cp311-cp311-win_amd64.whl": 80,
}


def size(files: Sizes, python: str) -> int | None:
    found = wheel(files, python, "linux_x86_64")
    return found[1] if found else -1


def test_the_largest_wheel_that_fits_counts() -> None:
    assert size(WHEELS, "3.11") == 20
    assert size(WHEELS, "3.12") == 40
    assert size(WHEELS, "3.13") == -1


def test_one_that_may_be_taken_and_has_no_size_makes_it_unknown() -> None:
    odd = {**WHEELS, "tea-1-cp311-cp311-manylinux_2_28_x86_64.whl": None}
    assert size(odd, "3.11") is None
    assert size(odd, "3.12") == 40


def test_what_is_here_and_what_nobody_knows() -> None:
    closure = Closure(pins=tuple(Pin(name=name, version="1") for name in ("a", "b", "c")))
    files = {"a==1": ("a.whl", 5), "b==1": None, "c==1": ("c.whl", 7)}
    assert needed(closure, files, {"c==1"}) == {"a.whl": 5, "b==1": None}


def test_what_two_cells_share_comes_once() -> None:
    both = together([{"a": 1, "b": None}, {"a": 1, "c": 5}])
    assert total(both) == Total(known=6, unknown=1)


def test_words() -> None:
    assert str(Total()) == "0.0 MB"
    assert str(Total(known=1_234_567)) == "1.2 MB"
    assert str(Total(known=1_000_000, unknown=2)) == "1.0 MB, and 2 files of unknown size"
    assert str(Total(unknown=3)) == "not known"
