"""`stackmatrix explain --good GOOD --bad BAD --probe PROBE.py`: a bisection for dependencies.

It needs no matrix: two lists of what was installed, and a program that shows the difference.
Without them it is the fifth step of a run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

import click

from bot.app import PYPI, Options, house_of, index_args
from bot.core.facts import RunEnded, RunStarted
from bot.core.matrix import Matrix
from bot.core.model import Json, Link, Look, Probe
from bot.core.outcome import Ending
from bot.core.pins import Asked
from bot.core.proof import NAME
from bot.effects.clock import now, ticks
from bot.effects.files import put
from bot.envs.shelf import ShelfEnv
from bot.envs.shell import UvShell
from bot.envs.uv import UvEnv
from bot.errors import UsageError
from bot.ledger.files import FileLedger
from bot.ports import Progress, Source
from bot.runners.local import LocalRunner
from bot.solvers.uv import UvSolver
from bot.sources.folder import Folder
from bot.sources.known import ReleasesOnly
from bot.steps.house import House
from bot.steps.inquiry import Found, Inquiry
from bot.steps.question import Question
from bot.verbs import inputs
from bot.verbs.builds import flags_for, where_builds_lie
from bot.verbs.ends import end_of
from bot.verbs.explained import Explained, as_json, lines
from bot.verbs.manual import epilog
from bot.verbs.said import Said, Terminal, matrix_options, options_of
from bot.verbs.step import step
from bot.verbs.taken import Ends

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
HERE: Final = f"{sys.version_info.major}.{sys.version_info.minor}"
COMMAND: Final = """import json, os, subprocess, sys
here = os.path.dirname(sys.executable)
path = here + os.pathsep + os.environ.get("PATH", "")
done = subprocess.run({command!r}, shell=True, cwd={folder!r}, env={{**os.environ, "PATH": path}})
if done.returncode == 125:
    print(json.dumps({{"$": "cannot tell"}}))
else:
    print(json.dumps("fails" if done.returncode else "passes"))
"""  # a shell command as a program; 125 is the exit code by which `git bisect run` skips


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person asks: two ends, a program, and where packages come from."""

    good: str
    bad: str
    probe: Path | None = None
    command: str = ""
    python: str = "3.11"
    cutoff: date | None = None
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    builds: tuple[str, ...] = ()
    seconds: float = 120.0
    proof: bool = True


def explain(options: Options, wanted: Wanted, progress: Progress) -> Explained:
    """Find the upgrades between the two ends that changed what the program shows.

    Raises `UsageError` and `ConfigError` for ends or a program that cannot be used.
    """
    began = ticks()
    places = (wanted.good, wanted.bad)
    ends = inputs.ends(places, lambda where: end_of(where, wanted.python, options.state))
    probe = _probe(wanted)
    with _opened(options, wanted, probe, progress) as (house, shelf):
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
    options: Options, wanted: Wanted, probe: Probe, progress: Progress
) -> Iterator[tuple[House, ShelfEnv]]:
    """A house over a ledger of its own, and the shelf that is its environment."""
    cutoff = datetime.combine(wanted.cutoff, time.max, UTC) if wanted.cutoff else None
    matrix = Matrix(title="explain", file="", index=PYPI, components={}, rows=(), cutoff=cutoff)
    index = _index(wanted)
    root = options.state / "explain"
    with FileLedger.open(root) as ledger:
        started = RunStarted(at=now(), bot="explain", config=wanted.good, suite=probe.digest)
        run = ledger.begin(started)
        house = house_of(options, matrix, {}, ledger, progress, run)
        behind = UvEnv(
            root=options.state / "envs",
            index_args=index,
            offline=options.offline,
            build=True,
            variables={"PYTHONDONTWRITEBYTECODE": "1"},  # a fresh one is asked once, and gone
        )
        shelf = ShelfEnv(
            root=options.state / "shelf",
            behind=behind,
            index_args=index,
            offline=options.offline,
            build=True,
            builds=flags_for(index, wanted.builds),
        )
        solver = UvSolver(
            index_args=index,
            offline=options.offline,
            build=True,
            hashes=False,
            builds=flags_for(index, wanted.builds),
        )
        yield (
            replace(
                house,
                env=shelf,
                solver=solver,
                sources=_sources(wanted, house, offline=options.offline),
                shell=UvShell(index_args=index, offline=options.offline),
            ),
            shelf,
        )
        house.tell(RunEnded(newly_broken=0), job="run")


def _sources(wanted: Wanted, house: House, *, offline: bool) -> Mapping[str, Source]:
    """Where releases between the ends may be found."""
    found = {} if wanted.no_index else dict(house.sources)
    if offline:
        found = {name: ReleasesOnly(source=source) for name, source in found.items()}
    folders = tuple(Path(each) for each in wanted.find_links if "://" not in each)
    if folders:
        found["folder"] = Folder(folders=folders)
    return found


def _index(wanted: Wanted) -> tuple[str, ...]:
    links = tuple(word for each in wanted.find_links for word in ("--find-links", each))
    return (*index_args(PYPI), *links, *(("--no-index",) if wanted.no_index else ()))


@click.command("explain", epilog=epilog("explain"))
@click.option("--good", help="What worked: requirements, a lock, git:REF:PATH of one, or a cell.")
@click.option("--bad", help="What does not: likewise.")
@click.option("--probe", type=click.Path(path_type=Path), help="A program that prints JSON.")
@click.option("--command", "shell", help="A shell command instead: exit 0 is good, 125 unknown.")
@click.option("--python", default=HERE, help="The interpreter to ask with; else this one's.")
@click.option("--exclude-newer", type=click.DateTime(["%Y-%m-%d"]), help="See no later release.")
@click.option("--find-links", multiple=True, help="A folder with wheels; repeatable.")
@click.option("--no-index", is_flag=True, help="Take nothing from an index.")
@click.option("--builds", multiple=True, help="A folder or an index of dev builds; repeatable.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=120.0,
    show_default=True,
    help="Seconds for one answer.",
)
@click.option("--no-proof", is_flag=True, help="Make none: it costs two environments and more.")
@click.option("--json", "out", is_flag=False, flag_value="-", help="Write it there; - prints it.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but errors.")
@matrix_options
@click.pass_obj
def command(terminal: Terminal, /, **given: Any) -> Said:  # noqa: ANN401
    """Name the upgrades that changed an outcome, with intervals.

    With --good, --bad and --probe it explains any two sets of packages. Both ends are asked
    twice, the smallest set of upgrades that flips the answer is searched, each upgrade is
    narrowed to an interval of releases, and confirmed both ways in fresh environments. Exit
    code 0: explained; 10: both ends show the same; 11: an end does not repeat itself; 12: no
    explanation; 13: the good end does not work. Without them it is a step of a run.
    """
    options = options_of(given)
    asked = [given[word] for word in ("good", "bad", "probe", "shell")]
    if not any(asked):
        return _step(terminal, given, options)
    wanted = _wanted(given)
    with terminal.display(given["quiet"]) as display:
        told = explain(options, wanted, display)
    code = EXIT[told.found.explanation.ending]
    if given["out"] and given["out"] != "-":
        put(Path(given["out"]), (json.dumps(as_json(told), indent=1) + "\n").encode())
    return Said(
        lines=tuple(lines(told)),
        json=as_json(told),
        as_json=given["out"] == "-",
        quiet=given["quiet"],
        code=code,
    )


def _step(terminal: Terminal, given: Mapping[str, Any], options: Options) -> Said:
    with terminal.display(given["quiet"]) as display:
        told = step("explain", options, display)
    return Said(
        header=told.header,
        rows=told.rows,
        json=told.json,
        as_json=given["out"] == "-",
        quiet=given["quiet"],
    )


def _wanted(given: Mapping[str, Any]) -> Wanted:
    lacks = [f"--{word}" for word in ("good", "bad") if not given[word]]
    lacks += [] if given["probe"] or given["shell"] else ["--probe or --command"]
    if lacks:
        cure = "name both ends and one program; or none of them, for a step of a run"
        raise UsageError(f"a search needs {' and '.join(lacks)} too", cure=cure)
    if given["probe"] and given["shell"]:
        cure = "leave one of them out"
        raise UsageError("--probe and --command are two ways to say one thing", cure=cure)
    inputs.writable(given["out"] if given["out"] != "-" else None)
    newest: datetime | None = given["exclude_newer"] or given["cutoff"]
    return Wanted(
        good=given["good"],
        bad=given["bad"],
        probe=given["probe"],
        command=given["shell"] or "",
        python=inputs.python(given["python"]),
        cutoff=newest.date() if newest else None,
        find_links=inputs.folders(given["find_links"]),
        no_index=given["no_index"],
        builds=inputs.folders(given["builds"]),
        seconds=given["timeout"],
        proof=not given["no_proof"],
    )
