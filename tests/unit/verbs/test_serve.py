from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import UsageError
from bot.verbs.serve import serve


def _never(_url: str) -> None:
    raise AssertionError


def test_where_there_is_no_report_it_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no report at") as told:
        serve(tmp_path, 0, _never)
    assert "stackmatrix run" in (told.value.cure or "")
