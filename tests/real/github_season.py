"""A season of issues under faults: filed, ordered about, mended, broken again, taken back.

It is driven by the program itself, in a process of its own for each command. One fault befalls a
command; then it is called again, as a person or a timer would, until it has nothing more to do.
What a season without a fault leaves behind is what every other one must leave behind.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Timer
from unittest.mock import patch

from bot.core.dashboard import PAGE
from bot.core.draft import named
from bot.core.facts import Answered, Moved, Retested
from bot.core.life import State, Step
from bot.core.lives import job_of, lives
from bot.effects.clock import now
from bot.ledger.files import FileLedger
from bot.trackers.outbox import Outbox
from tests.real.github_recorder import Call, Recorder, recording
from tests.real.github_world import World, environment
from tests.unit.steps.test_filing import fill

NAMES = tuple(f"{at:016x}" for at in range(1, 4))
BODY = "## How to see it\n\nrun it\n\n## What differs\n\nit does\n\nFinding: `{}`\n"
MATRIX = """\
version: 1
components: {jinja2: {role: template, upstream: https://github.com/PLACE, driver: jinja2}}
stacks: {row: {components: [jinja2]}}
policy: {own: OWN, delay_hours: 0, all_per_week: 9, targets: {PLACE: {way: file, per_week: 3}}}
"""
TRIES = 3
SOON = 0.02  # seconds after which no program has ended that has anything to do
PROGRAM = "from bot.cli import main\nmain()\n"
FILE = ("issues", "file", "--send")
SYNC = ("issues", "sync", "--send")
DASHBOARD = ("issues", "dashboard", "--send")
RETRACT = ("issues", "retract", NAMES[2], "--reason", "our mistake", "--send")

CUTS = ("before", "after", "twice", "late")
ANSWERS = (403, 429, 500, 502, 503)
KILLS = ("killed: before", "killed: after", "killed: answered", "killed: clock")
KINDS = (*CUTS, *map(str, ANSWERS), *KILLS)


@dataclass(kw_only=True)
class Fault:
    """One fault, at one exchange of one process; `struck` says that it took place."""

    kind: str
    at: int  # which exchange, from 0
    writes: bool  # whether only writes are counted
    seconds: float  # until the clock kills
    process: subprocess.Popen[str] | None = None
    seen: int = 0
    struck: bool = False

    def __call__(self, call: Call) -> str | int | bytes:
        """Say what becomes of a call."""
        if call.path == "/graphql":
            return 404  # not in GitHub's description of its REST API
        self.seen += call.method != "GET" or not self.writes
        if self.struck or self.seen <= self.at or self.kind in {KILLS[2], KILLS[3]}:
            return ""
        self.struck = True
        if self.kind in KILLS:
            self.kill()
        what = self.kind.removeprefix("killed: ")
        return int(what) if what.isdigit() else what

    def answered(self, _: Call) -> None:
        """Kill after an answer, while it is being told, perhaps."""
        if self.kind == KILLS[2] and self.seen > self.at and not self.struck:
            time.sleep(self.seconds / 100)
            self.struck = True
            self.kill()

    def clock(self) -> None:
        """Kill at a moment of no meaning."""
        if self.process and self.process.poll() is None:
            self.struck = True
            self.kill()

    def kill(self) -> None:
        """End the process as a power cut would."""
        if self.process and self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)


@dataclass(kw_only=True)
class Season:
    """One season at one place; `faults` are the kinds that are to befall it, in order."""

    there: World
    own: str
    folder: Path
    recorder: Recorder
    dice: random.Random
    faults: list[str] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    trouble: list[str] = field(default_factory=list)
    sabotage: str = ""  # code that runs before the program
    aim: int | None = None  # the write that is struck, where no dice shall say
    lasted: float = 1.0  # seconds of the last call that came to its end

    def begin(self) -> None:
        """Write a matrix, a ledger and an outbox with three findings that were approved."""
        text = MATRIX.replace("PLACE", self.there.place).replace("OWN", self.own)
        (self.folder / "matrix.yaml").write_text(text)
        target = f"https://github.com/{self.there.place}"
        today = patch("tests.unit.steps.test_filing.AT", now())
        with today, FileLedger.open(self.folder / ".stackmatrix") as ledger:
            fill(ledger, NAMES, target=target)
            for name in NAMES:
                body = Moved(finding=name, step=Step.APPROVE, who="you", at=now(), why="good")
                ledger.tell(body, job=job_of(name))
        for name in NAMES:
            self.draft(name, BODY.format(name))
        self.there.write(".github/stackmatrix.yml", "issues: welcome\n")

    def draft(self, name: str, body: str) -> None:
        """Put a draft into the outbox."""
        Outbox(self.folder / ".stackmatrix" / "outbox").deliver(name, f"t {name}", body, {})

    def call(
        self, words: tuple[str, ...], fault: Fault | None = None, *, again: bool = False
    ) -> str:
        """Run the program once; what it said that no fault explains is kept in `trouble`."""
        self.recorder.fault = fault or (lambda call: 404 if call.path == "/graphql" else "")
        self.recorder.answered = fault.answered if fault else lambda _: None
        argv = [sys.executable, "-c", f"{self.sabotage}{PROGRAM}", *words]
        env = environment(self.recorder, who="bot") | {"NO_COLOR": "1"}
        begun = time.monotonic()
        with subprocess.Popen(
            argv,
            cwd=self.folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            timer = None
            if fault:
                fault.process = process
                if fault.kind == KILLS[3]:
                    timer = Timer(fault.seconds, fault.clock)
                    timer.start()
            said, wrong = process.communicate(timeout=600)
        if timer:
            timer.cancel()
        self.lasted = self.lasted if process.returncode else time.monotonic() - begun
        may_fail = fault or words == RETRACT or (again and "does not answer" in wrong)
        if "Traceback" in wrong or (process.returncode and not may_fail):
            self.trouble.append(f"{words}: {process.returncode}: {wrong}")
        return said + wrong

    def pursue(self, *words: str, faults: int) -> None:
        """Call the program, struck by some faults, one each time, and then without."""
        for _ in range(min(faults, len(self.faults))):
            kind = self.faults.pop(0)
            if not any(self.strike(kind, words) for _ in range(TRIES)):
                self.faults.append(kind)  # nothing is asked any more: it strikes another time
        for _ in range(TRIES):
            said = self.call(words, again=True)
            if "does not answer" not in said:  # a machine that is very busy is no fault of ours
                return
        self.trouble.append(f"{words} does not come to an end: {said}")

    def rest(self, *words: str) -> None:
        """Call the program, which has nothing more to do: it writes nothing."""
        before = len(self.recorder.writes)
        said = self.call(words)
        if self.recorder.writes[before:] not in ([], ["POST /graphql"]):
            self.trouble.append(f"{words} does not come to rest: {said}")

    def strike(self, kind: str, words: tuple[str, ...]) -> bool:
        """Call the program with one fault; returns whether the fault took place."""
        at, writes = self.dice.choice([(0, True), (1, True), (2, True), (0, False), (4, False)])
        at, writes = (at, writes) if self.aim is None else (self.aim, True)
        fault = Fault(kind=kind, at=at, writes=writes, seconds=self.dice.uniform(0, self.lasted))
        self.call(words, fault)
        if (
            not fault.struck and self.aim is None
        ):  # there was no such exchange: then at the first of all
            fault = Fault(kind=kind, at=0, writes=False, seconds=SOON)
            self.call(words, fault)
        self.struck[kind] += fault.struck
        self.trouble += self.doubles() if fault.struck and not self.struck["twice"] else []
        return fault.struck

    def doubles(self) -> list[str]:
        """Return what is there twice, at any moment."""
        found = Counter(named(str(one["body"])) for one in self.issues())
        said = Counter(text for texts in self.said().values() for text in texts)
        return [f"twice: {what}" for what, count in (found + said).items() if count > 1]

    def untold(self) -> list[str]:
        """Return which findings have an issue that the ledger does not know of."""
        there = {named(str(one["body"])) for one in self.issues()}
        known = lives(FileLedger.read(self.folder / ".stackmatrix").facts())
        waits = [name for name, life in known.items() if life.state is State.APPROVED]
        return [f"{name} is approved, and its issue is there" for name in waits if name in there]

    def issues(self) -> list[dict[str, object]]:
        """Every issue of ours at the place."""
        return [one for one in self.there.issues() if one["user"]["login"] == "bot"]

    def said(self) -> dict[int, list[str]]:
        """Every comment of ours at the place, by its issue."""
        path = f"/repos/{self.there.place}/issues/{{}}/comments?per_page=100"
        return {
            int(str(one["number"])): [
                told["body"]
                for told in self.there.ask("GET", path.format(one["number"]))
                if told["user"]["login"] == "bot"
            ]
            for one in self.issues()
        }

    def pages(self) -> list[str]:
        """The state of every dashboard in the user's own repository, less closed copies of one."""
        own = replace(self, there=replace(self.there, place=self.own))
        mine = [one for one in own.issues() if named(str(one["body"])) == PAGE]
        said = own.said()
        return [str(one["state"]) for one in mine if not copy(one, said[int(str(one["number"]))])]

    def outcome(self) -> dict[str, object]:
        """Return what is left: of each finding its steps, its issue and what was said in it."""
        facts = FileLedger.read(self.folder / ".stackmatrix").facts()
        told: dict[str, object] = {"pages": self.pages()}
        said = self.said()
        for name, life in lives(facts).items():
            mine = [one for one in self.issues() if named(str(one["body"])) == name]
            first = min(mine, key=lambda one: int(str(one["number"])))
            for later in mine:
                if later is not first and not copy(later, said[int(str(later["number"]))]):
                    self.trouble.append(f"{name} has two issues, and one is no closed copy")
            told[name] = {
                "steps": [str(each.step) for each in life.history],
                "refused": len(life.refused),
                "issue": f"{first['state']} {first['state_reason']}",
                "edited": "more" in str(first["body"]),
                "said": [text.splitlines()[0] for text in said[int(str(first["number"]))]],
            }
        answers = [f.body for f in facts if isinstance(f.body, Answered)]
        told["answers"] = sorted(f"{each.finding} {each.order}" for each in answers)
        return told

    def order(self, name: str, text: str) -> None:
        """Say something on a finding's issue, as its maintainer."""
        issue = lives(FileLedger.read(self.folder / ".stackmatrix").facts())[name].issue
        number = issue.rpartition("/")[2]
        path = f"/repos/{self.there.place}/issues/{number}/comments"
        self.there.ask("POST", path, {"body": text})

    def retested(self, version: str, *, reds: int) -> None:
        """Tell what a later release showed of the first finding, as a run would."""
        greens = (("cpu", 0 if reds else 9),)
        told = Retested(finding=NAMES[0], version=version, greens=greens, reds=reds, needed=3)
        with FileLedger.open(self.folder / ".stackmatrix") as ledger:
            ledger.go_on()
            ledger.tell(told, job=f"retest {version}")


def copy(issue: dict[str, object], said: list[str]) -> bool:
    """Whether an issue was closed because the line had delivered it twice."""
    closed = (issue["state"], issue["state_reason"]) == ("closed", "not_planned")
    return closed and len(said) == 1 and said[0].startswith("The same as ")


def live(season: Season) -> None:
    """Live through a season: twelve faults strike it where it has as many."""
    season.begin()
    season.pursue(*FILE, faults=3)
    season.pursue(*DASHBOARD, faults=1)
    season.order(NAMES[0], "fix 2.0")
    season.order(NAMES[1], "invalid it is ours")
    season.order(NAMES[2], "test 2.0")
    season.draft(NAMES[2], BODY.format(NAMES[2]).replace("it does", "it does more"))
    season.pursue(*SYNC, faults=3)
    season.retested("2.0", reds=0)
    season.pursue(*SYNC, faults=2)
    season.retested("2.1", reds=1)
    season.pursue(*SYNC, faults=1)
    season.pursue(*RETRACT, faults=1)
    season.pursue(*DASHBOARD, faults=1)
    for _ in range(len(season.faults)):
        season.pursue(*SYNC, faults=1)
    for words in (FILE, SYNC, DASHBOARD):
        season.rest(*words)


@contextmanager
def season(
    whole: World, places: tuple[str, str], folder: Path, seed: int, faults: list[str]
) -> Iterator[Season]:
    """Yield a season with a line of its own, so that several can be lived at a time."""
    folder.mkdir(parents=True)
    with recording(whole.proxy, folder) as recorder:
        yield Season(
            there=replace(whole, place=places[0], recorder=recorder),
            own=places[1],
            folder=folder,
            recorder=recorder,
            dice=random.Random(seed),
            faults=faults,
        )
