"""One bad day: many findings at once, of some releases, for some projects; all of it approved."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from bot.core.facts import Moved
from bot.core.life import Step
from bot.core.lives import job_of
from bot.effects.clock import now
from bot.ledger.files import FileLedger
from bot.trackers.outbox import Outbox
from tests.real.github_recorder import Recorder
from tests.real.github_world import environment
from tests.unit.steps.test_filing import fill

PROJECTS = 6
SHARES = (60, 20, 10, 5, 4, 1)  # hundredths of the findings, for each project
BODY = "## How to see it\n\nrun it\n\n## What differs\n\n{}\n\nFinding: `{}`\n"
HEAD = """\
version: 1
components: {jinja2: {role: template, upstream: https://github.com/PLACE, driver: jinja2}}
stacks: {row: {components: [jinja2]}}
policy: {own: OWN, delay_hours: 0, default: file}
"""
COMMANDS = (
    ("issues", "dashboard", "--send"),
    ("issues", "file"),
    ("issues", "file", "--send"),
    ("issues", "file", "--send"),
    ("issues", "sync", "--send"),
    ("issues", "dashboard", "--send"),
)
MEASURED = """\
import atexit, pathlib
status, peak = pathlib.Path("/proc/self/status"), pathlib.Path("peak.txt")
atexit.register(lambda: peak.write_text(status.read_text()))
from bot.cli import main
main()
"""


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What one call of the program said and cost."""

    said: str
    seconds: float
    megabytes: float
    reads: int
    searches: int
    writes: tuple[float, ...]  # when, in seconds

    @property
    def apart(self) -> float:
        """The least time between two writes, in seconds; 0 for fewer."""
        pairs = zip(self.writes, self.writes[1:], strict=False)
        return min((after - before for before, after in pairs), default=0.0)


def write(folder: Path, places: list[str], own: str, count: int) -> None:
    """Write a ledger and an outbox: each project's findings are of one release of its own."""
    (folder / "matrix.yaml").write_text(HEAD.replace("PLACE", places[0]).replace("OWN", own))
    outbox = Outbox(folder / ".stackmatrix" / "outbox")
    today = patch("tests.unit.steps.test_filing.AT", now())
    every: list[str] = []
    with today, FileLedger.open(folder / ".stackmatrix", synced=False) as ledger:
        for at, (place, share) in enumerate(zip(places, SHARES, strict=True)):
            mine = range(len(every), len(every) + max(1, count * share // 100))
            names = [f"{one + 1:016x}" for one in mine]
            every += names
            target = f"https://github.com/{place}"
            fill(ledger, names, target=target, release=f"{at + 1}.0", broken=every)
            for name in names:
                body = BODY.format(f"the answer of {name} is another one. " * 20, name)
                outbox.deliver(name, f"t {name}", body, {})
        ledger.go_on()
        for name in every:
            told = Moved(finding=name, step=Step.APPROVE, who="you", at=now(), why="all of it")
            ledger.tell(told, job=job_of(name))


def call(recorder: Recorder, folder: Path, *words: str) -> Spent:
    """Run the program once, and count what it asked of GitHub, its time and its memory."""
    recorder.calls.clear()
    recorder.fault = lambda call: 404 if call.path == "/graphql" else ""
    argv = [sys.executable, "-c", MEASURED, *words]
    begun = time.monotonic()
    env = environment(recorder, who="bot") | {"NO_COLOR": "1"}
    ran = subprocess.run(
        argv, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=1200
    )
    seconds = time.monotonic() - begun
    assert ran.returncode == 0, ran.stderr
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", (folder / "peak.txt").read_text())
    asked = [one for one in recorder.to_github if one.method == "GET"]
    return Spent(
        said=ran.stdout,
        seconds=seconds,
        megabytes=int(peak) / 1024,
        reads=len(asked),
        searches=sum("/search/" in one.path for one in asked),
        writes=tuple(
            one.at for one in recorder.to_github if one.method != "GET" and one.path != "/graphql"
        ),
    )
