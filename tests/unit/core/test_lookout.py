from __future__ import annotations

import pytest

from bot.core.lookout import Lookout, door, placed


@pytest.mark.parametrize(
    ("match", "text", "version"),
    [("", "v1", "v1"), ("v(.*)", "v1", "1"), ("v.*", "v1", "v1"), ("v(.*)", "x1", ""),
     ("v(a)?", "v", "")],
)  # fmt: skip
def test_what_a_text_announces(match: str, text: str, version: str) -> None:
    assert Lookout(match=match).named(text) == version


def test_where_a_tag_is() -> None:
    assert placed("edge", "0123456789abcdef") == "edge@0123456789ab"
    assert not Lookout().moves("latest")


@pytest.mark.parametrize(
    ("source", "package", "behind"),
    [("npm", "a/b", "npm"), ("oci", "tea", "tea"), ("url", "http://h:8/x", "h:8")],
)
def test_doors(source: str, package: str, behind: str) -> None:
    assert door(source, package) == behind
