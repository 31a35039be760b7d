"""An index that is pages of links: what they lead to, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.model import Component, Role
from bot.errors import SourceError, UnknownPackageError
from bot.sources.listed import Listed

GREET = Component(name="greet", role=Role.RUNTIME, source="", package="Greet", upstream="")
PAGE = """<a href="../greet-1.4.dev1%2Bg0a1b2c3-py3-none-any.whl#sha256=0">x</a>
<a href="greet-1.4.tar.gz" data-yanked>x</a><a href="other-1.0.tar.gz">x</a><a>x</a>
<a href="greet-1.5-py3-none-any.whl" data-yanked="bad">x</a><a href="greet-1.5.tar.gz">x</a>"""


class Saver:
    """Gives one answer to whoever asks, and remembers what was asked."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def save(self, url: str, to: Path) -> None:
        self.asked.append(url)
        to.write_bytes(self.answer)


def test_a_page_of_links_tells_releases() -> None:
    saver = Saver(PAGE.encode())
    found = {one.version: one for one in Listed(fetcher=saver, index="https://x/").releases(GREET)}
    assert saver.asked == ["https://x/greet/"]
    assert list(found) == ["1.4.dev1+g0a1b2c3", "1.4", "1.5"]
    assert found["1.4.dev1+g0a1b2c3"].wheels == ("greet-1.4.dev1+g0a1b2c3-py3-none-any.whl",)
    assert (found["1.4"].yanked, found["1.4"].wheels) == ("", ())
    assert found["1.5"].yanked is None, "one of its files still stands"


def test_a_folder_is_an_index_as_well(tmp_path: Path) -> None:
    (tmp_path / "greet").mkdir()
    (tmp_path / "greet" / "index.html").write_text(PAGE)
    listed = Listed(fetcher=Saver(b""), index=tmp_path.as_uri())
    assert len(list(listed.releases(GREET))) == 3
    (tmp_path / "greet" / "index.html").unlink()
    with pytest.raises(UnknownPackageError, match="There is no"):
        list(listed.releases(GREET))


def test_what_is_no_text_is_no_page() -> None:
    with pytest.raises(SourceError, match="no page of links"):
        list(Listed(fetcher=Saver(b"\xff\xfe\x00"), index="https://x").releases(GREET))
