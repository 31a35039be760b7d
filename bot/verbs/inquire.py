"""The search that `stackmatrix explain` is: two lists of what was installed, and a program.

It needs no matrix. All that is loaded here is loaded while the ends are being installed.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bot.config.options import Options
from bot.core.facts import RunEnded, RunStarted
from bot.core.matrix import Matrix
from bot.core.model import Json, Link, Look, Probe
from bot.core.outcome import Ending
from bot.core.pins import Asked
from bot.core.proof import NAME
from bot.effects.aloud import Aloud
from bot.effects.clock import now, ticks
from bot.effects.files import put
from bot.effects.machine import at_once
from bot.effects.uv import PYPI
from bot.envs.shelf import ShelfEnv
from bot.envs.shell import UvShell
from bot.ledger.files import FileLedger
from bot.ledger.recall import memory_of
from bot.ports import Progress, Source
from bot.registries import fetcher_of
from bot.runners.local import LocalRunner
from bot.solvers.uv import UvSolver
from bot.sources.folder import Folder
from bot.sources.known import ReleasesOnly
from bot.sources.pypi import PyPI
from bot.steps.house import House
from bot.steps.inquiry import Found, Inquiry
from bot.steps.question import Question
from bot.trackers.outbox import Outbox
from bot.verbs import inputs
from bot.verbs.builds import flags_for, where_builds_lie
from bot.verbs.ends import end_of
from bot.verbs.explained import Explained
from bot.verbs.taken import Ends
from bot.verbs.wanted import Wanted

EXIT: Final = {
    Ending.CONCLUSIVE: 0,
    Ending.INTERVAL: 0,
    Ending.INTERACTION: 0,
    Ending.NO_REGRESSION: 10,
    Ending.FLAKY: 11,
    Ending.UNEXPLAINED: 12,
    Ending.HORIZON: 13,
}

ERRANDS: Final = 16  # questions to an index at a time

COMMAND: Final = """import json, os, subprocess, sys
here = os.path.dirname(sys.executable)
path = here + os.pathsep + os.environ.get("PATH", "")
done = subprocess.run({command!r}, shell=True, cwd={folder!r}, env={{**os.environ, "PATH": path}})
if done.returncode == 125:
    print(json.dumps({{"$": "cannot tell"}}))
else:
    print(json.dumps("fails" if done.returncode else "passes"))
"""  # a shell command as a program; 125 is the exit code by which `git bisect run` skips


def explain(
    options: Options, wanted: Wanted, progress: Progress, shelf: ShelfEnv, began: float
) -> Explained:
    """Find the upgrades between the two ends that changed what the program shows.

    `shelf` may have them already; `began` is when this began, in ticks.
    Raises `UsageError` and `ConfigError` for ends or a program that cannot be used.
    """
    places = (wanted.good, wanted.bad)
    ends = inputs.ends(places, lambda where: end_of(where, wanted.python, options.state))
    probe = _probe(wanted)
    with _opened(options, wanted, probe, progress, shelf) as house:
        taken = Ends(house=house, shelf=shelf, python=wanted.python)
        good, bad = (taken.take(asked, where) for asked, where in zip(ends, places, strict=True))
        question = Question(
            good=good,
            bad=bad,
            probe=probe,
            roots=_roots(ends),
            interpreter=wanted.python,
        )
        found: Found = Inquiry(
            house=house,
            shelf=shelf,
            question=question,
            errands=LocalRunner(workers=ERRANDS),
            proof=wanted.proof,
            builds=where_builds_lie(options, wanted.builds),
            foresee=_cores(options, house.matrix) > 1,
            loaded=partial(shelf.press, wanted.python),
        ).run()
    repro = _kept(options, found) if found.handed else ""
    return Explained(found=found, seconds=ticks() - began, repro=repro, notes=tuple(taken.notes))


def _kept(options: Options, found: Found) -> str:
    """Write the proof where the state is; return its path."""
    place = options.state / "explain" / "proofs" / found.question.key[:16] / NAME
    if found.handed:
        files = {**found.handed.beside, NAME: found.handed.text.encode()}
        files |= {"Dockerfile": machine.encode()} if (machine := found.handed.dockerfile) else {}
        for name, content in files.items():
            put(place.with_name(name), content)
    return str(place)


def _roots(ends: Sequence[Asked]) -> frozenset[str]:
    """The packages that a person named; a list of everything names nobody in particular."""
    return frozenset(name for asked in ends if not asked.exact for name in asked.versions)


def _probe(wanted: Wanted) -> Probe:
    request: dict[str, Json]
    if wanted.probe is None:
        source = COMMAND.format(command=wanted.command, folder=str(Path.cwd()))
        request = {"source": source, "command": wanted.command}
    else:
        request = {"source": inputs.program(wanted.probe)}
    return Probe(
        name=wanted.probe.name if wanted.probe else "command",
        ask="script",
        request=request,
        looks=(Look(link=Link.MESSAGE, compare="json"),),
        seconds=wanted.seconds,
    )


@contextmanager
def _opened(
    options: Options, wanted: Wanted, probe: Probe, progress: Progress, shelf: ShelfEnv
) -> Iterator[House]:
    """A house over a ledger of its own, whose environment is the shelf."""
    cutoff = datetime.combine(wanted.cutoff, time.max, UTC) if wanted.cutoff else None
    matrix = Matrix(title="explain", file="", index=PYPI, components={}, rows=(), cutoff=cutoff)
    root = options.state / "explain"
    with FileLedger.open(root, synced=False) as ledger:
        started = RunStarted(at=now(), bot="explain", config=wanted.good, suite=probe.digest)
        ledger.begin(started)
        yield _house(options, wanted, matrix, ledger, progress, shelf)
        ledger.tell(RunEnded(newly_broken=0), job="run")


def _house(
    options: Options,
    wanted: Wanted,
    matrix: Matrix,
    ledger: FileLedger,
    progress: Progress,
    shelf: ShelfEnv,
) -> House:
    """A house without a matrix's drivers, probes and reports: what is asked is a program."""
    ours = version("stackmatrix")
    index, offline = shelf.index_args, options.offline
    return House(
        matrix=matrix,
        bot=ours,
        suite="",
        platform=f"{platform.system()} {platform.machine()}",
        probes={},
        models={},
        sources=_sources(options, wanted, matrix, Aloud(progress)),
        solver=UvSolver(
            index_args=index,
            offline=offline,
            build=True,
            hashes=False,
            builds=flags_for(index, wanted.builds),
        ),
        drivers={},
        env=shelf,
        runner=LocalRunner(workers=_workers(options, matrix)),
        tracker=Outbox(root=options.state / "outbox"),
        renderers=(),
        shell=UvShell(index_args=index, offline=offline, bytecode=shelf.bytecode),
        ledger=ledger,
        memory=memory_of(ledger),
        comparators={},
        progress=progress,
        clock=now,
        run=ledger.run,
    )


def _workers(options: Options, matrix: Matrix) -> int:
    return options.workers or matrix.allowance.workers


def _cores(options: Options, matrix: Matrix) -> int:
    """How many cells have a core of their own at once."""
    return at_once(replace(matrix.allowance, workers=_workers(options, matrix), memory_bytes=0))


def _sources(
    options: Options, wanted: Wanted, matrix: Matrix, notices: Aloud
) -> Mapping[str, Source]:
    """Where releases between the ends may be found."""
    found: dict[str, Source] = {}
    if not wanted.no_index:
        fetcher = fetcher_of(options, matrix, notices=notices)
        pypi = PyPI(fetcher=fetcher, index=matrix.index)
        found["pypi"] = ReleasesOnly(source=pypi) if options.offline else pypi
    folders = tuple(Path(each) for each in wanted.find_links if "://" not in each)
    if folders:
        found["folder"] = Folder(folders=folders)
    return found
