"""A thousand components polled twice, with hosts in between that are slow, dead or silent."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.real import registries, thousand

COUNT, EACH = 1000, 20
COMMAND = [sys.executable, "-c", "from bot.cli import main; main()", "watch", "--json"]


def watch(work: Path) -> tuple[list[dict[str, str]], str]:
    """Run the command; returns what it told, and what it said beside."""
    ran = subprocess.run(
        COMMAND, cwd=work, capture_output=True, text=True, timeout=500, check=False
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    return told if isinstance(told, list) else told["news"], ran.stderr


def test_the_second_poll_costs_next_to_nothing_and_no_host_waits_for_another(
    tmp_path: Path,
) -> None:
    site, work = tmp_path / "site", tmp_path / "work"
    size = thousand.write_packages(site, COUNT)
    work.mkdir()
    with (
        registries.nginx(site, tmp_path) as index,
        thousand.slow(0.2) as slow,
        thousand.dead() as dead,
        thousand.silent() as silent,
    ):
        others = {"slow": slow.url, "dead": dead, "silent": silent}
        (work / "matrix.yaml").write_text(thousand.matrix(index.url, COUNT, others, EACH))
        first, said = watch(work)
        before = index.said(COUNT)
        second, _ = watch(work)
        after = index.said(2 * COUNT)[COUNT:]
    names = {one["component"] for one in first}
    assert {f"tea-{at}" for at in range(COUNT)} <= names
    assert {f"slow-{at}" for at in range(EACH)} <= names
    assert not {name for name in names if name.startswith(("dead", "silent"))}
    assert said.count("does not answer") == 2 * EACH, "each is told, and nobody waits for it"
    assert second == []
    assert slow.asked == 2 * EACH
    assert [status for status, _, _ in before] == [200] * COUNT
    assert [status for status, _, _ in after] == [304] * COUNT
    sent, again = (sum(sent for _, sent, _ in each) for each in (before, after))
    assert sent > size
    assert again <= sent / 100, (again, sent)
