"""What is no address is said before anything is asked of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.drivers.endpoint import ENDPOINT
from bot.errors import UsageError


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "https://example.org/v1/", "http://[::1]:1", "HTTP://host"]
)
def test_an_address_is_handed_on(url: str, tmp_path: Path) -> None:
    assert ENDPOINT.setup(tmp_path, {"url": url, "model": "m"}) == {"url": url, "model": "m"}


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:8080", "ftp://host", "http://", "http://host:99999", "http://[::1"]
)
def test_what_is_no_address_is_told(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no address of a server"):
        ENDPOINT.setup(tmp_path, {"url": url})
