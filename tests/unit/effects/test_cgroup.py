"""A container as the kernel shows it, in both versions of its groups, and who is not ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.effects import cgroup
from bot.effects.cgroup import Group, group

ID = "c0ffee" * 10
PID = 77


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cgroup, "PROC", str(tmp_path / "proc"))
    monkeypatch.setattr(cgroup, "ROOT", tmp_path / "sys")
    (tmp_path / "proc" / str(PID)).mkdir(parents=True)
    return tmp_path / "proc" / str(PID) / "cgroup"


def made(folder: Path, counts: str, content: str, *inside: str) -> Path:
    """Make a group with a process, and one below it for each of `inside`."""
    for number, place in enumerate((folder, *(folder / name for name in inside)), start=1):
        place.mkdir(parents=True)
        (place / "cgroup.procs").write_text(f"{number}\n")
    (folder / counts).write_text(content)
    return folder / counts


def test_one_hierarchy_for_everything(proc: Path, tmp_path: Path) -> None:
    scope = f"machine.slice/libpod-{ID}.scope"
    proc.write_text(f"0::/{scope}/container\n")
    told = "oom 0\noom_kill 0\noom_group_kill 7\n"
    counts = made(tmp_path / "sys" / scope, "memory.events", told, "container")
    found = group(ID, PID)
    assert (found.known, found.members(), found.starved()) == (True, [1, 2], False)
    counts.write_text("oom 1\noom_kill 1\noom_group_kill 0\n")
    assert found.starved()
    found.close()
    assert found.starved()  # what was seen once counts
    found.close()


def test_a_hierarchy_for_each(proc: Path, tmp_path: Path) -> None:
    proc.write_text(f"5:cpu,cpuacct:/docker/{ID}\n4:memory:/docker/{ID}\n0::/docker/{ID}\n")
    folder = tmp_path / "sys" / "memory" / "docker" / ID
    counts = made(folder, "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n")
    found = group(ID, PID)
    assert (found.members(), found.starved()) == ([1], True)
    counts.unlink()
    (folder / "cgroup.procs").unlink()
    assert found.members() == []


def test_the_slowest_of_all_is_who_was_kept_waiting(
    proc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proc.write_text(f"0::/docker/{ID}\n")
    made(tmp_path / "sys" / "docker" / ID, "memory.events", "", "inner")
    monkeypatch.setattr(cgroup, "delay", {1: 0.5, 2: 3.5}.__getitem__)
    assert group(ID, PID).kept_waiting() == 3.5
    assert Group().kept_waiting() == 0.0


def test_a_process_that_is_not_the_containers_is_not_taken_for_it(
    proc: Path, tmp_path: Path
) -> None:
    made(tmp_path / "sys" / "user.slice", "memory.events", "oom_kill 3\n")
    for text in ("0::/user.slice\n", f"0::/docker/{ID}\n", ""):
        proc.write_text(text)  # the number is somebody else's; the group is none of this machine
        found = group(ID, PID)
        assert (found.known, found.members(), found.starved()) == (False, [], False)
    assert not group("", PID).known
    assert not group(ID, 999).known
    Group().close()
