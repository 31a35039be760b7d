"""Both ends are installed while the search loads; what cannot be is nobody's error yet."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.config.options import Options
from bot.core.model import Closure
from bot.envs.shelf import ShelfEnv
from bot.errors import InterruptedByPersonError, UsageError
from bot.ports import Limits
from bot.verbs.stock import stocked
from bot.verbs.wanted import Wanted

MODULE = "colorsys"  # which nothing else of ours loads


@pytest.fixture
def laid(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """What was put on a shelf that installs nothing, and whether as copies."""
    said: list[tuple[str, bool]] = []

    def stock(
        _shelf: ShelfEnv, closure: Closure, *, interpreter: str, limits: Limits, copied: bool
    ) -> None:
        assert interpreter
        assert limits.install_seconds > 0
        said.append((" ".join(map(str, closure.pins)), copied))

    monkeypatch.setattr(ShelfEnv, "stock", stock)
    monkeypatch.setattr(ShelfEnv, "ready", lambda *_: None)
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    return said


def asked(tmp_path: Path, good: str, bad: str, probe: str = "print(1)") -> None:
    """Stock the shelf for two lists of requirements and a program."""
    files = {"good.txt": good, "bad.txt": bad, "probe.py": probe}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    places = (str(tmp_path / name) for name in ("good.txt", "bad.txt"))
    wanted = Wanted(good=next(places), bad=next(places), probe=tmp_path / "probe.py")
    options = Options(config=Path(), state=tmp_path / "state", reports=Path())
    stocked(options, wanted, MODULE)
    assert MODULE in sys.modules


def test_what_both_ends_share_is_installed_once(
    tmp_path: Path, laid: list[tuple[str, bool]]
) -> None:
    asked(tmp_path, "tea==1\npot==1\n", "tea==2\npot==1\n")
    assert sorted(laid) == [("pot==1 tea==1", False), ("tea==2", True)]


def test_equal_ends_need_one_crate(tmp_path: Path, laid: list[tuple[str, bool]]) -> None:
    asked(tmp_path, "tea==1\n", "tea==1\n")
    assert laid == [("tea==1", False)]


@pytest.mark.parametrize(
    ("good", "bad", "probe"),
    [("tea>=1", "tea==2", "print(1)"), ("==", "tea==2", "print(1)"), ("tea==1", "tea==2", "(")],
)
def test_what_is_not_pinned_or_not_readable_is_left_to_whoever_tells_it(
    tmp_path: Path, laid: list[tuple[str, bool]], good: str, bad: str, probe: str
) -> None:
    asked(tmp_path, good, bad, probe)
    assert laid == []


def test_a_room_that_cannot_be_made_ready_is_told_later_and_an_interruption_now(
    tmp_path: Path, laid: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = iter([UsageError("no such Python", cure=""), InterruptedByPersonError("", cure="")])

    def ready(*_: object) -> None:
        raise next(faults)

    monkeypatch.setattr(ShelfEnv, "ready", ready)
    asked(tmp_path, "tea==1", "tea==2")
    assert len(laid) == 2
    with pytest.raises(InterruptedByPersonError):
        asked(tmp_path, "tea==1", "tea==2")
