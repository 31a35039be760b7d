"""`stackmatrix diff`: what can be seen to differ between releases of one component.

It needs no configuration: a driver knows the package, and what it is asked. Where there is a
matrix.yaml that names the component, its driver, package, options and limits are taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from bot.app import (
    DRIVERS,
    SUITE,
    Options,
    assets_of,
    house_of,
    matrix_of,
    settled,
    suite_digest,
)
from bot.core.backends import BACKENDS, CPU
from bot.core.facts import RunEnded, RunStarted
from bot.core.matrix import Matrix, Row
from bot.core.model import Cell, Closure, Component, Json, Probe, Requirements, digest
from bot.core.versions import PEP440, SEMVER
from bot.drivers.llama_server import LLAMA_SERVER, with_program
from bot.drivers.model import held
from bot.drivers.suite import read_suite
from bot.effects.clock import now
from bot.effects.files import put
from bot.effects.uv import PYPI
from bot.envs.existing import ExistingEnv
from bot.errors import UnknownProbeError, UsageError
from bot.ledger.files import FileLedger
from bot.ports import Driver, Progress
from bot.runners.local import LocalRunner
from bot.steps.again import compare
from bot.steps.close import close
from bot.steps.differ import Subject, sides, unreachable
from bot.steps.house import House
from bot.steps.single import check
from bot.steps.verdicts import waits
from bot.verbs.changelog import Changelog, as_json, lines
from bot.verbs.manual import epilog
from bot.verbs.misspelt import (
    check_released,
    check_words,
    unknown_component,
    unresolved_offline,
)
from bot.verbs.said import Said, Terminal, matrix_options, options_of

ROW = "diff"
UNCOMPARED = 1  # exit code where neither side of a pair could be asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is compared: versions (or URLs) of one component, and how they are asked."""

    component: str
    versions: tuple[str, ...]
    suite: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    python: str = "3.11"
    backend: str = "cpu"
    options: Mapping[str, Json] = field(default_factory=dict)


def diff(options: Options, question: Question, progress: Progress) -> Changelog:
    """Ask every version, compare neighbours; a single version is held against what must hold.

    Raises `UsageError` for what nobody knows (a component, a version, a family of probes), and
    for a server or a program of the user's own that does not answer.
    """
    with _opened(options, question, progress) as house:
        probes = house.probes[ROW]
        subjects = tuple(_subjects(house, question, options))
        driver = house.driver(question.component)
        if not driver.source:
            _check_reached(house, subjects, probes[0])
        seen = sides(house, subjects, probes)
        if len(subjects) == 1:
            told = check(house, subjects[0], seen[subjects[0]], probes, heavy=driver.big)
            return Changelog(component=question.component, probes=len(probes), releases=(told,))
        pairs = tuple(
            compare(house, pair, seen, probes, heavy=driver.big) for pair in pairwise(subjects)
        )
        return Changelog(component=question.component, probes=len(probes), pairs=pairs)


@contextmanager
def _opened(options: Options, question: Question, progress: Progress) -> Iterator[House]:
    matrix = settled(options, _matrix(options, question), progress)
    component = matrix.components[question.component]
    driver = DRIVERS[component.driver]
    if driver.source:
        check_words(component, question.versions, question.beside)
    asked = _probes(matrix, question, driver.asks, driver.suite)
    probes = {ROW: held(asked, matrix.model, (driver,), SUITE)}
    root = options.state / "diff"
    with FileLedger.open(root) as ledger:
        words: list[Json] = [question.component, *question.versions, now().isoformat()]
        started = RunStarted(at=now(), bot="diff", config=digest(words), suite=suite_digest(probes))
        run = ledger.begin(started)
        house = house_of(options, matrix, probes, ledger, progress, run)
        if not driver.source:
            house = _of_the_user(house, options, component)
        _check_hardware(house, driver, question.backend)
        yield house.within(ROW, question.backend)
        house.tell(RunEnded(newly_broken=0), job="run")


def _check_hardware(house: House, driver: Driver, backend: str) -> None:
    """Refuse what could only be told to be not run. Raises `UsageError`."""
    if backend != CPU and backend not in driver.backends:
        cure = f"use one of {', '.join(driver.backends)}"
        raise UsageError(f"`{driver.name}` does not compute on {backend}", cure=cure)
    if backend in house.lacks:
        raise UsageError(waits(house, backend), cure="ask on a machine that has it")


def _of_the_user(house: House, options: Options, component: Component) -> House:
    """Install nothing for a server of the user's own; a key passes only where one is named.

    It is asked one thing at a time: both sides may be one server with one slot.
    """
    key = component.options.get("api_key_variable")
    passes = (key,) if isinstance(key, str) else ()
    env = ExistingEnv(root=options.state / "envs", passes=passes)
    return replace(house, env=env, places={}, runner=LocalRunner(workers=1))


def _check_reached(house: House, subjects: Sequence[Subject], probe: Probe) -> None:
    """Refuse what does not answer before anything is asked at length. Raises `UsageError`."""
    for subject in subjects:
        why = unreachable(house, subject, probe)
        if why is not None:
            what = f"{subject.version} cannot be asked: {why.message}"
            raise UsageError(what, cure="start it, or mend its address or path")


def _matrix(options: Options, question: Question) -> Matrix:
    """A matrix of one row, with what the user's own says of the component."""
    if question.backend not in BACKENDS:
        cure = f"use one of {', '.join(BACKENDS)}"
        raise UsageError(f"there is no backend `{question.backend}`", cure=cure)
    if not re.fullmatch(r"3\.\d+", question.python):
        cure = "write a version of two numbers, such as --python 3.11"
        raise UsageError(f"`{question.python}` is no version of Python", cure=cure)
    own = matrix_of(options) if options.config.is_file() else None
    component = own.components.get(question.component) if own else None
    known = component or _catalogued(question.component, own)
    known = replace(known, options={**known.options, **question.options})
    cutoff = datetime.combine(options.cutoff, time.max, UTC) if options.cutoff else None
    row = Row(
        name=ROW,
        components=(question.component,),
        suite=question.suite,
        backends=(question.backend,),
        interpreter=question.python,
    )
    whole = own or Matrix(title="diff", file="", index=PYPI, components={}, rows=())
    return replace(
        whole, components={question.component: known}, rows=(row,), cutoff=cutoff or whole.cutoff
    )


def _catalogued(name: str, own: Matrix | None) -> Component:
    for driver in DRIVERS.values():
        if name in (driver.name, driver.package):
            return Component(
                name=name,
                role=driver.role,
                source=driver.source,
                package=driver.package or driver.name,
                upstream=driver.upstream,
                driver=driver.name,
                scheme=SEMVER if driver.source == "npm" else PEP440,
            )
    packages = {driver.package for driver in DRIVERS.values() if driver.package}
    raise unknown_component(name, {*DRIVERS, *packages, *(own.components if own else ())})


def _probes(
    matrix: Matrix, question: Question, asks: frozenset[str], suite: tuple[str, ...]
) -> tuple[Probe, ...]:
    names = question.suite or suite
    if not names:
        what = f"`{question.component}` has no probes of its own"
        raise UsageError(what, cure="name some with --suite FAMILY, see bot/suite/probes")
    folders = (SUITE, *(Path(folder) for folder in matrix.suite))
    try:
        probes = tuple(probe for probe in read_suite(folders, names) if probe.ask in asks)
    except UnknownProbeError as trouble:
        raise UsageError(trouble.message, cure=trouble.cure) from None
    if not probes:
        what = f"`{question.component}` answers nothing of {', '.join(names)}"
        raise UsageError(what, cure=f"it is asked {', '.join(sorted(asks))}")
    return probes


def _subjects(house: House, question: Question, given: Options) -> Iterator[Subject]:
    """Resolve each version, leaning to what the one before it had.

    A release that nothing installs is a finding; one that never was is a slip of the pen.
    """
    component = house.matrix.components[question.component]
    driver = house.driver(question.component)
    row = house.row(ROW)
    before: Closure | None = None
    for at, version in enumerate(question.versions):
        options: Mapping[str, Json] = {
            **component.options,
            **({} if driver.source else {"url": version}),
        }
        if driver is LLAMA_SERVER:
            options = with_program(options, assets_of(given))
        setup = driver.setup(house.models[row.model], options)
        guests: list[Json] = [{"name": driver.guest, "setup": setup}]
        pins = (*driver.requirements(component.package, version), *question.beside)
        asked = Requirements(
            pins=pins, prefer=before, cutoff=house.matrix.cutoff, interpreter=question.python
        )
        answer = close(house, asked) if driver.source else Closure(pins=())
        if isinstance(answer, Closure):
            before = answer
            cell = Cell(
                row=ROW,
                components=((question.component, version),),
                closure=answer,
                backend=question.backend,
                model=row.model,
                model_digest=row.model_digest,
                options=row.options,
                interpreter=question.python,
            )
            yield Subject(version=version, cell=cell, guests=guests, draw=at)
        elif given.offline:
            raise unresolved_offline(question.component, version, answer.why)
        else:
            check_released(house, component, version)
            yield Subject(version=version, cell=None, conflict=answer.why, draw=at)


def subjects_of(words: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Read `COMPONENT OLD NEW [NEWER ...]` or `COMPONENT@VERSION`. Raises `UsageError`."""
    cure = "write `stackmatrix diff COMPONENT OLD NEW` or `stackmatrix diff COMPONENT@VERSION`"
    at = words[0].find("@", 1) if len(words) == 1 else -1  # the first one may begin a scope of npm
    if at > 0 and words[0][at + 1 :]:
        return words[0][:at], (words[0][at + 1 :],)
    if len(words) < 3:  # noqa: PLR2004 - a component and two versions
        raise UsageError("`diff` needs a component and two versions", cure=cure)
    return words[0], tuple(words[1:])


@click.command("diff", epilog=epilog("diff"))
@click.argument("words", nargs=-1, metavar="COMPONENT OLD NEW [NEWER ...] | COMPONENT@VERSION")
@click.option("--json", "out", type=click.Path(dir_okay=False), help="Write the findings here.")
@click.option("--backend", default="cpu", show_default=True, help="The hardware to ask on.")
@click.option("--python", default="3.11", show_default=True, help="The cells' interpreter.")
@click.option("--suite", multiple=True, help="A family of probes, or FAMILY/CASE; repeatable.")
@click.option("--with", "beside", multiple=True, help="A requirement to put beside; repeatable.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but errors.")
@matrix_options
@click.pass_obj
def command(terminal: Terminal, /, **given: Any) -> Said:  # noqa: ANN401
    """List what differs between releases of one component.

    Neighbouring versions are compared link by link, all else held where the solver can; every
    divergence was seen three times. `diff COMPONENT@VERSION` holds one release against goldens
    and invariants, `diff endpoint URL1 URL2` compares two servers that run already. Exit code 1
    where neither side could be asked, and so nothing was compared.
    """
    name, versions = subjects_of(given["words"])
    question = Question(
        component=name,
        versions=versions,
        suite=given["suite"],
        beside=given["beside"],
        python=given["python"],
        backend=given["backend"],
    )
    with terminal.display(given["quiet"]) as display:
        told = diff(options_of(given), question, display)
    if given["out"]:
        put(Path(given["out"]), (json.dumps(as_json(told), indent=1) + "\n").encode())
    code = UNCOMPARED if any(pair.uncompared for pair in told.pairs) else 0
    return Said(lines=tuple(lines(told)), quiet=given["quiet"], code=code)
