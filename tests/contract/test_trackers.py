"""What every tracker promises, run on the outbox."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import LedgerError
from bot.ports import Tracker
from bot.trackers.outbox import Outbox

FILES = {"repro.py": "print('ü')\n".encode()}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "outbox"


@pytest.fixture
def tracker(root: Path) -> Tracker:
    return Outbox(root)


def test_a_draft_can_be_read_where_it_says(tracker: Tracker, root: Path) -> None:
    where = Path(tracker.deliver("5f0c", "a title", "the body\n", FILES))
    assert where.read_text() == "# a title\n\nthe body\n"
    assert (root / "5f0c" / "repro.py").read_bytes() == FILES["repro.py"]
    card = json.loads((root / "5f0c" / "issue.json").read_text())
    assert card == {"title": "a title", "body": "issue.md", "attachments": ["repro.py"]}


def test_delivering_again_touches_nothing(tracker: Tracker, root: Path) -> None:
    first = tracker.deliver("5f0c", "t", "b", FILES)
    times = {path: path.stat().st_mtime_ns for path in (root / "5f0c").iterdir()}
    assert tracker.deliver("5f0c", "t", "b", FILES) == first
    assert {path: path.stat().st_mtime_ns for path in (root / "5f0c").iterdir()} == times


def test_a_changed_draft_replaces_the_old_one(tracker: Tracker, root: Path) -> None:
    tracker.deliver("5f0c", "t", "old", FILES)
    where = tracker.deliver("5f0c", "t", "new", FILES)
    assert "new" in Path(where).read_text()
    assert len(list(root.iterdir())) == 1


def test_the_path_is_relative_where_it_can_be(
    root: Path, tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root.parent)
    assert tracker.deliver("5f0c", "t", "b", {}) == "outbox/5f0c/issue.md"


@pytest.mark.parametrize("name", ["../../x", "/etc/x", "..", "", "a/b\\c:d", "\x00"])
def test_no_name_leaves_the_outbox(tracker: Tracker, root: Path, name: str) -> None:
    tracker.deliver(name, "t", "b", {name: b"attached", "../issue.md": b"fake"})
    written = [path for path in root.parent.rglob("*") if path.is_file()]
    assert written
    assert all(path.parent.parent == root for path in written)
    assert next(root.rglob("issue.md")).read_text() == "# t\n\nb"


def test_an_outbox_that_cannot_be_written_is_told_with_a_cure(root: Path) -> None:
    root.write_text("a file")
    with pytest.raises(LedgerError) as caught:
        Outbox(root).deliver("x", "t", "b", {})
    assert caught.value.cure
