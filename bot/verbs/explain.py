"""`stackmatrix explain --good GOOD --bad BAD --probe PROBE.py`: a bisection for dependencies.

It needs no matrix: two lists of what was installed, and a program that shows the difference.
Without them it is the fifth step of a run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

import click

from bot.app import PYPI, Options, house_of, index_args
from bot.core.facts import RunEnded, RunStarted
from bot.core.matrix import Matrix
from bot.core.metadata import environment_of
from bot.core.model import Closure, Failure, Json, Link, Look, Pin, Probe, Requirements
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
from bot.steps.close import close
from bot.steps.house import House
from bot.steps.inquiry import Found, Inquiry, Question
from bot.verbs.ends import end_of
from bot.verbs.explained import Explained, as_json, lines
from bot.verbs.manual import epilog
from bot.verbs.said import Said, Terminal, matrix_options, options_of
from bot.verbs.step import step

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
    seconds: float = 120.0


def explain(options: Options, wanted: Wanted, progress: Progress) -> Explained:
    """Find the upgrades between the two ends that changed what the program shows.

    Raises `UsageError` and `ConfigError` for ends or a program that cannot be used.
    """
    began = ticks()
    ends = [end_of(where, wanted.python, options.state) for where in (wanted.good, wanted.bad)]
    probe = _probe(wanted)
    with _opened(options, wanted, probe, progress) as (house, shelf):
        good, bad = (
            _closure(house, shelf, asked, where, wanted)
            for asked, where in zip(ends, (wanted.good, wanted.bad), strict=True)
        )
        question = Question(
            good=good,
            bad=bad,
            probe=probe,
            roots=_roots(ends),
            interpreter=wanted.python,
        )
        found: Found = Inquiry(
            house=house, shelf=shelf, question=question, errands=LocalRunner(workers=ERRANDS)
        ).run()
    repro = _kept(options, found) if found.handed else ""
    return Explained(found=found, seconds=ticks() - began, repro=repro)


def _kept(options: Options, found: Found) -> str:
    """Write the proof where the state is; return its path."""
    place = options.state / "explain" / "proofs" / found.question.key[:16] / NAME
    put(place, (found.handed.text if found.handed else "").encode())
    return str(place)


def _roots(ends: list[Asked]) -> frozenset[str]:
    """The packages that a person named; a list of everything names nobody in particular."""
    return frozenset(name for asked in ends if not asked.exact for name in asked.versions)


def _probe(wanted: Wanted) -> Probe:
    request: dict[str, Json]
    if wanted.probe is None:
        source = COMMAND.format(command=wanted.command, folder=str(Path.cwd()))
        request = {"source": source, "command": wanted.command}
    else:
        request = {"source": _source(wanted.probe)}
    return Probe(
        name=wanted.probe.name if wanted.probe else "command",
        ask="script",
        request=request,
        looks=(Look(link=Link.MESSAGE, compare="json"),),
        seconds=wanted.seconds,
    )


def _source(probe: Path) -> str:
    try:
        source = probe.read_text(encoding="utf-8")
        compile(source, str(probe), "exec")
    except (OSError, UnicodeDecodeError) as trouble:
        cure = "name a Python program that prints one JSON value"
        raise UsageError(f"{probe} cannot be read: {trouble}", cure=cure) from None
    except (SyntaxError, ValueError) as trouble:
        where = f"{probe}:{getattr(trouble, 'lineno', None) or 1}"
        cure = "mend the program; it must run on both sides"
        raise UsageError(f"{where}: {trouble}", cure=cure) from None
    return source


def _whole(house: House, shelf: ShelfEnv, asked: Asked, wanted: Wanted) -> Closure | None:
    """Return the closure of pins among which nothing is missing: then there is nothing to solve."""
    closure = Closure(pins=tuple(Pin(name=n, version=v) for n, v in asked.versions.items()))
    found = shelf.declared(closure, interpreter=wanted.python, limits=house.limits())
    if isinstance(found, Failure):
        return None
    environment = environment_of(wanted.python)
    needed = {wish.name for each in found.values() for wish in each.wants(environment, frozenset())}
    return closure if needed <= found.keys() else None


def _closure(house: House, shelf: ShelfEnv, asked: Asked, where: str, wanted: Wanted) -> Closure:
    """Resolve an end; what a person really had is taken even if its requirements forbid it."""
    if asked.exact and (whole := _whole(house, shelf, asked, wanted)):
        return whole
    answer = close(
        house,
        Requirements(pins=asked.lines, cutoff=house.matrix.cutoff, interpreter=wanted.python),
    )
    if isinstance(answer, Closure):
        return answer
    if not asked.exact:
        raise UsageError(f"{where} does not resolve: {answer.why}", cure="mend it, or pin it all")
    house.progress.note(f"{where} contradicts itself, and is taken as it stands: {answer.why}")
    return Closure(pins=tuple(Pin(name=n, version=v) for n, v in asked.versions.items()))


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
            root=options.state / "envs", index_args=index, offline=options.offline, build=True
        )
        shelf = ShelfEnv(
            root=options.state / "shelf",
            behind=behind,
            index_args=index,
            offline=options.offline,
            build=True,
        )
        solver = UvSolver(index_args=index, offline=options.offline, build=True, hashes=False)
        yield (
            replace(
                house,
                env=shelf,
                solver=solver,
                sources=_sources(wanted, house),
                shell=UvShell(index_args=index, offline=options.offline),
            ),
            shelf,
        )
        house.tell(RunEnded(newly_broken=0), job="run")


def _sources(wanted: Wanted, house: House) -> Mapping[str, Source]:
    """Where releases between the ends may be found."""
    found = {} if wanted.no_index else dict(house.sources)
    if wanted.find_links:
        found["folder"] = Folder(folders=tuple(Path(each) for each in wanted.find_links))
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
@click.option("--timeout", default=120.0, show_default=True, help="Seconds for one answer.")
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
    if not (given["good"] and given["bad"]) or bool(given["probe"]) == bool(given["shell"]):
        what = "a search needs --good, --bad, and --probe or --command"
        raise UsageError(what, cure="name both ends and one program; or none of them, for a step")
    newest: datetime | None = given["exclude_newer"] or given["cutoff"]
    return Wanted(
        good=given["good"],
        bad=given["bad"],
        probe=given["probe"],
        command=given["shell"] or "",
        python=given["python"],
        cutoff=newest.date() if newest else None,
        find_links=tuple(str(Path(each).resolve()) for each in given["find_links"]),
        no_index=given["no_index"],
        seconds=given["timeout"],
    )
