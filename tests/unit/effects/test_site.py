from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.effects.site import LIST, write


def test_a_page_that_is_not_written_again_is_taken_away_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "cells").mkdir()
    (tmp_path / "cells" / "mine.html").write_text("of a person")
    write(tmp_path, {"index.html": "1", "cells/a.html": "a", "cells/b.html": "b"})
    told = write(tmp_path, {"index.html": "2", "cells/b.html": "c"})
    assert told == (tmp_path / "index.html", tmp_path / "cells" / "b.html")
    assert sorted(path.name for path in (tmp_path / "cells").iterdir()) == ["b.html", "mine.html"]
    assert (tmp_path / "index.html").read_text() == "2"


@pytest.mark.parametrize(
    "told", ["", "{", "3", '["../outside.txt"]', "[1]", json.dumps(["/outside.txt"])]
)
def test_a_list_that_is_spoiled_or_points_outside_removes_nothing(
    told: str, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("stays")
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / LIST).write_text(told)
    write(folder, {"index.html": ""})
    assert outside.read_text() == "stays"
    assert json.loads((folder / LIST).read_text()) == ["index.html"]
