"""What travels, and what becomes of drafts that two people changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.ledger.shared import (
    agree,
    agreed,
    drafts,
    gone_since,
    is_shared,
    listed,
    read_gone,
    take_blobs,
    write_gone,
)
from bot.ledger.taking import changing, finish

NAME = "ab" + "0" * 62


@pytest.mark.parametrize(
    "path",
    [
        "facts/000001.ndjson",
        "facts/000001-000016.fold",
        f"blobs/ab/{NAME}",
        "outbox/f/i.md",
        "STOP",
    ],
)
def test_what_others_need_travels(path: str, tmp_path: Path) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text("x")
    assert [*listed(tmp_path)] == [path]


@pytest.mark.parametrize(
    "path",
    [
        "lock", "envs/a/b", "private/f/issue.md", "torn/000001-ab", "diff/facts/000001.ndjson",
        "facts/notes.txt", "facts/../000001.ndjson", f"blobs/cd/{NAME}", "outbox/../x", "outbox/f",
        "outbox/.x/y", "branch.git/HEAD", "branch.json", "facts/.new-1", "outbox/f/g/h",
    ],
)  # fmt: skip
def test_everything_else_stays(path: str) -> None:
    assert not is_shared(path)


@pytest.mark.parametrize(
    ("mine", "theirs", "base", "gone", "what"),
    [
        ("1", "1", None, "", None),
        ("1", None, None, "", None),  # made here
        (None, "1", None, "", "take"),
        ("1", "2", "1", "", "take"),
        ("2", "1", "1", "", None),  # changed here
        (None, "1", "1", "", None),  # taken back here
        ("1", None, "1", "1", "drop"),
        ("1", None, "1", "", None),  # the branch was deleted
        ("1", None, None, "1", None),  # it has come again
        ("2", None, "1", "1", None),  # changed here, taken back there: it stays
        (None, "2", "1", "", "take"),  # taken back here, changed there: it stays
        ("2", "3", "1", "", "beside"),
        ("2", "3", None, "", "beside"),
    ],
)
def test_drafts(
    mine: str | None, theirs: str | None, base: str | None, gone: str, what: str | None
) -> None:
    here, there, before = ({"p": each} if each else {} for each in (mine, theirs, base))
    assert dict(drafts(here, there, before, {"p": [*gone]})).get("p") == what


def test_what_was_taken_back_is_told_until_it_comes_again() -> None:
    gone = gone_since({}, {}, {"STOP": "1"})
    assert gone == gone_since({}, gone, {"STOP": "1"}) == {"STOP": ["1"]}
    assert gone_since({"STOP": "1"}, gone, {"STOP": "1"}) == gone
    assert gone_since({"STOP": "1"}, gone, {}) == {}
    assert read_gone(write_gone(gone)) == gone
    for held in (b"nonsense", b"[]", b'{"STOP": 1, "facts/x": ["1"]}'):
        assert read_gone(held) == {}


def test_what_was_agreed_is_remembered(tmp_path: Path) -> None:
    assert agreed(tmp_path) == {}
    agree(tmp_path, {"outbox/f/i.md": "1"})
    assert agreed(tmp_path) == {"outbox/f/i.md": "1"}
    (tmp_path / "branch.json").write_text("nonsense")
    assert agreed(tmp_path) == {}


def test_a_blob_that_is_not_what_its_name_says_is_left(tmp_path: Path) -> None:
    (told,) = take_blobs(tmp_path, [(f"blobs/ab/{NAME}", b"x")])
    assert NAME in told
    assert [*listed(tmp_path)] == []


def test_files_change_as_one_or_are_made_to_by_the_next(tmp_path: Path) -> None:
    facts, draft = tmp_path / "facts", tmp_path / ".taking-1"
    for place in (facts, draft):
        place.mkdir()
    (facts / "old").write_text("old")
    (facts / "kept").write_text("kept")
    with pytest.raises(FileNotFoundError):
        _change(tmp_path, draft, "nowhere/new")
    finish(tmp_path)
    assert {path.name for path in facts.iterdir()} == {"old", "kept"}
    assert not draft.exists()
    draft.mkdir()
    _change(tmp_path, draft, "new")
    assert {path.name for path in facts.iterdir()} == {"new", "kept"}


def _change(root: Path, draft: Path, name: str) -> None:
    """Let `old` go from the facts, and a file come."""
    with changing(root, root / "facts", draft) as (files, gone):
        gone.add("old")
        (files / name).write_text("new")


def test_a_change_that_was_killed_is_ended(tmp_path: Path) -> None:
    place = tmp_path / "taking"
    (place / "files").mkdir(parents=True)
    (place / "files" / "new").write_text("new")
    (place / "gone.json").write_text('{"folder": "facts", "gone": ["old", "never there"]}')
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "old").write_text("old")
    (tmp_path / "facts" / ".new-abc").write_text("half")
    finish(tmp_path)
    assert [path.name for path in (tmp_path / "facts").iterdir()] == ["new"]
    assert not place.exists()
