"""What tests of real engines share: rooms are built once for each file."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rooms")
