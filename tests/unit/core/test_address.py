"""Where a project is, out of what a package says about itself."""

from __future__ import annotations

import pytest

from bot.core.address import PROSE, links, project, repository
from bot.core.metadata import read


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://github.com/g/greet", "https://github.com/g/greet"),
        ("http://www.github.com/g/greet.git", "https://github.com/g/greet"),
        ("git@github.com:g/greet.git", "https://github.com/g/greet"),
        ("git+https://gitlab.com/g/greet@main", "https://gitlab.com/g/greet"),
        ("https://github.com/g/greet/tree/main/python/core#readme", "https://github.com/g/greet"),
        ("https://g.github.io/greet/", "https://github.com/g/greet"),
        ("https://raw.githubusercontent.com/g/greet/main/x.png", "https://github.com/g/greet"),
        ("https://img.shields.io/github/stars/g/greet", "https://github.com/g/greet"),
        ("https://codeberg.org/g/greet/issues", "https://codeberg.org/g/greet"),
        ("https://github.com/sponsors/g", ""),
        ("https://github.com/g", ""),
        ("https://greet.example/g/greet", ""),
        ("https://github.com/g/.git", ""),
    ],
)
def test_an_address_leads_into_a_repository_or_nowhere(url: str, address: str) -> None:
    assert repository(url) == address


def test_a_label_that_says_source_is_believed_first() -> None:
    urls = [
        ("Documentation", "https://greet.example"),
        ("Issues", "https://github.com/g/tracker/issues"),
        ("Anything", "https://github.com/g/other"),
        ("Source", "https://github.com/g/greet.git"),
    ]
    assert project("greet", urls) == "https://github.com/g/greet"
    assert project("greet", urls[:3]) == "https://github.com/g/tracker"
    assert project("greet", urls[2:3]) == "https://github.com/g/other"
    assert project("greet", []) == ""


def test_a_link_in_the_prose_counts_where_it_is_called_like_the_package() -> None:
    urls = [(PROSE, "https://github.com/x/other"), (PROSE, "https://github.com/g/greet-python")]
    assert project("tea", urls) == ""
    assert project("greet", urls) == "https://github.com/g/greet-python"
    assert project("greet", [(PROSE, "https://github.com/g/python")]) == ""


def test_links_stand_in_any_markup() -> None:
    text = (
        "[Docs](https://a.example/x), `code <https://b.example>`_ and git@github.com:g/greet.git."
    )
    assert list(links(text)) == [
        "https://a.example/x",
        "https://b.example",
        "git@github.com:g/greet.git",
    ]


def test_metadata_knows_its_project() -> None:
    text = "Metadata-Version: 2.1\nName: greet\nVersion: 1\nHome-page: https://greet.example\n"
    assert read(text).project == ""
    text += "Download-URL: https://github.com/g/greet/archive/1.tar.gz\n"
    assert read(text).project == "https://github.com/g/greet"
    bare = "Metadata-Version: 2.1\nName: greet\nVersion: 1\n\nSee https://github.com/g/greet.\n"
    assert read(bare).project == "https://github.com/g/greet"
