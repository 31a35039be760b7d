"""Where everything is put together: the tables of adapters, and a configuration into a `House`.

To add an adapter, write its file and add its row here.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bot.compare import logprobs, messages, stream, text, tokens
from bot.config.options import Options as Options  # noqa: PLC0414 - known to all by this name
from bot.config.security import dangers
from bot.config.targets import targets
from bot.core.difference import Comparator
from bot.core.facts import RunStarted
from bot.core.matrix import NO_PYTHON, Matrix, Row
from bot.core.model import Probe, digest
from bot.drivers.anthropic import ANTHROPIC
from bot.drivers.ctranslate2 import CTRANSLATE2
from bot.drivers.endpoint import ENDPOINT
from bot.drivers.gpt4all import GPT4ALL
from bot.drivers.httpx import HTTPX
from bot.drivers.huggingface_jinja import HUGGINGFACE_JINJA
from bot.drivers.huggingface_transformers import HUGGINGFACE_TRANSFORMERS
from bot.drivers.instructor import INSTRUCTOR
from bot.drivers.jinja2 import JINJA2
from bot.drivers.json_repair import JSON_REPAIR
from bot.drivers.langchain_openai import LANGCHAIN_OPENAI
from bot.drivers.litellm import LITELLM
from bot.drivers.llama_server import LLAMA_SERVER
from bot.drivers.llguidance import LLGUIDANCE
from bot.drivers.minijinja import MINIJINJA
from bot.drivers.mistral_common import MISTRAL_COMMON
from bot.drivers.mistralrs import MISTRALRS, MISTRALRS_GGUF
from bot.drivers.model import held, settle
from bot.drivers.node_llama_cpp import NODE_LLAMA_CPP
from bot.drivers.ollama import OLLAMA
from bot.drivers.ollama_node import OLLAMA_NODE
from bot.drivers.onnxruntime_genai import ONNXRUNTIME_GENAI
from bot.drivers.openai import OPENAI
from bot.drivers.openai_node import OPENAI_NODE
from bot.drivers.openvino_genai import OPENVINO_GENAI
from bot.drivers.outlines_core import OUTLINES_CORE
from bot.drivers.partial_json_parser import PARTIAL_JSON_PARSER
from bot.drivers.pydantic import PYDANTIC
from bot.drivers.pydantic_ai import PYDANTIC_AI
from bot.drivers.script import SCRIPT
from bot.drivers.sentencepiece import SENTENCEPIECE
from bot.drivers.suite import families, read_suite
from bot.drivers.tiktoken import TIKTOKEN
from bot.drivers.tokenizers import TOKENIZERS
from bot.drivers.transformers import TRANSFORMERS
from bot.drivers.transformers_torch import TRANSFORMERS_TORCH
from bot.drivers.vllm_cpu import VLLM_CPU
from bot.drivers.xgrammar import XGRAMMAR
from bot.drivers.xllamacpp import XLLAMACPP
from bot.effects.aloud import Aloud
from bot.effects.asset import Assets
from bot.effects.clock import now, sleep
from bot.effects.hardware import lacking, machine
from bot.effects.machine import at_once, worker
from bot.effects.npm import node_version, obstacle
from bot.effects.room import stored
from bot.effects.uv import PYPI as PYPI  # noqa: PLC0414 - as above
from bot.effects.uv import index_args as index_args  # noqa: PLC0414
from bot.environments import Ground, swept
from bot.envs.shell import UvShell
from bot.envs.uv import UvEnv
from bot.errors import ConfigError, Problem, SuiteError, UsageError
from bot.kits import Kits
from bot.ledger.files import FileLedger
from bot.ledger.recall import memory_of
from bot.ports import Driver, Ledger, Progress, Renderer
from bot.registries import SOURCES as SOURCES  # noqa: PLC0414 - as above
from bot.registries import fetcher_of, sources_of
from bot.render.advisories import AdvisoriesRenderer
from bot.render.atom import AtomRenderer
from bot.render.badges import BadgesRenderer
from bot.render.constraints import ConstraintsRenderer
from bot.render.html import HtmlRenderer
from bot.render.json import JsonRenderer
from bot.render.junit import JunitRenderer
from bot.render.markdown import MarkdownRenderer
from bot.render.sarif import SarifRenderer
from bot.render.updates import UpdatesRenderer
from bot.runners.local import LocalRunner
from bot.solvers.uv import UvSolver
from bot.sources.declared import Declared
from bot.steps.house import House
from bot.steps.watching import misnamed_in
from bot.trackers.outbox import Outbox

ERRANDS: Final = 32  # lanes in which sources are asked at a time
SUITE: Final = Path(__file__).parent / "suite"

DRIVERS: Final[Mapping[str, Driver]] = {
    driver.name: driver
    for driver in (
        XLLAMACPP,
        LLAMA_SERVER,
        OPENAI,
        JINJA2,
        MINIJINJA,
        TOKENIZERS,
        SENTENCEPIECE,
        TIKTOKEN,
        MISTRAL_COMMON,
        SCRIPT,
        XGRAMMAR,
        OUTLINES_CORE,
        LLGUIDANCE,
        ONNXRUNTIME_GENAI,
        CTRANSLATE2,
        GPT4ALL,
        MISTRALRS,
        MISTRALRS_GGUF,
        OPENVINO_GENAI,
        PYDANTIC_AI,
        LANGCHAIN_OPENAI,
        LITELLM,
        INSTRUCTOR,
        PYDANTIC,
        PARTIAL_JSON_PARSER,
        JSON_REPAIR,
        HTTPX,
        ANTHROPIC,
        OLLAMA,
        ENDPOINT,
        TRANSFORMERS,
        TRANSFORMERS_TORCH,
        VLLM_CPU,
        HUGGINGFACE_JINJA,
        OPENAI_NODE,
        NODE_LLAMA_CPP,
        OLLAMA_NODE,
        HUGGINGFACE_TRANSFORMERS,
    )
}
RENDERERS: Final[tuple[Renderer, ...]] = (
    HtmlRenderer(),
    MarkdownRenderer(),
    JsonRenderer(),
    JunitRenderer(),
    ConstraintsRenderer(),
    BadgesRenderer(),
    AtomRenderer(),
    AdvisoriesRenderer(),
    UpdatesRenderer(),
    SarifRenderer(),
)
COMPARATORS: Final[Mapping[str, Comparator]] = {
    "text": text.text,
    "ids": tokens.ids,
    "logprobs": logprobs.logprobs,
    "json": messages.json,
    "message": messages.message,
    "stream": stream.stream,
    "usage": messages.usage,
}


def matrix_of(options: Options) -> Matrix:
    """Read the configuration. Raises `ConfigError` with everything that is wrong in it.

    Names and versions that the index does not know are told along, where it can be asked.
    """
    from bot.config import read  # noqa: PLC0415 - pydantic loads for long; not every verb needs it

    known = read.Known(
        drivers=frozenset(DRIVERS),
        suites=frozenset(families((SUITE,))),
        sources={name: driver.source for name, driver in DRIVERS.items()},
        backends={name: frozenset(driver.backends) for name, driver in DRIVERS.items()},
    )
    try:
        return read.read_matrix(options.config, known, cutoff=options.cutoff)
    except ConfigError as trouble:
        found = () if options.offline else _misnamed(options, read.salvage(options.config, known))
        raise ConfigError((*trouble.problems, *found)) from None


def _misnamed(options: Options, matrix: Matrix) -> tuple[Problem, ...]:
    quick = fetcher_of(options, matrix, wait=lambda _: None)  # a courtesy
    sources = sources_of(matrix, quick)
    return misnamed_in(matrix, sources, LocalRunner(workers=8))


@contextmanager
def opened(options: Options, progress: Progress, *, whole: bool = True) -> Iterator[House]:
    """Open the ledger for one run, new or resumed, and yield the house.

    A `whole` run that finds one to go on with says so; to a step alone that is nothing special.

    Raises `ConfigError`, `SuiteError`, `LedgerError`.
    """
    matrix = settled(options, matrix_of(options), progress)
    probes = {row.name: probes_of(matrix, row) for row in matrix.rows}
    suite = suite_digest(probes)
    bot = version("stackmatrix")
    with FileLedger.open(options.state) as ledger:
        started = RunStarted(at=now(), bot=bot, config=matrix.digest, suite=suite)
        run = ledger.begin(started)
        for notice in ledger.notices:
            progress.note(notice)
        if ledger.resumed and whole:
            progress.note(f"run {run} had not ended; it goes on where it was")
        house = house_of(options, matrix, probes, ledger, progress, run)
        with swept([kit.env for kit in house.places.values()]):
            yield house


def remembered(options: Options, progress: Progress) -> House:
    """Return the house of the last run that ended, for reading only: it takes no lock.

    Raises `UsageError` where no run has ended, or where the last one was asked something else.
    """
    matrix = settled(options, matrix_of(options), progress)
    probes = {row.name: probes_of(matrix, row) for row in matrix.rows}
    house = house_of(options, matrix, probes, FileLedger.read(options.state), progress, 0)
    run = max(house.memory.ended, default=0)
    started = house.memory.runs.get(run)
    if started is None:
        cure = "run `stackmatrix run` first, or name the folder with --state"
        raise UsageError(f"no run has ended in {options.state}", cure=cure)
    if (started.config, started.suite) != (matrix.digest, house.suite):
        what = f"{options.config} or its probes have changed since run {run}"
        raise UsageError(what, cure="run `stackmatrix run` again")
    return replace(house, run=run, clock=lambda: started.at)


def house_of(
    options: Options,
    matrix: Matrix,
    probes: Mapping[str, tuple[Probe, ...]],
    ledger: Ledger,
    progress: Progress,
    run: int,
) -> House:
    """Put a house together for a matrix and its probes, over a ledger that is open."""
    index = index_args(matrix.index)
    root = options.state / "envs"
    ground = Ground(root=root, index_args=index, offline=options.offline, asked=options.env)
    kits = Kits(ground=ground)
    used = {name for row in matrix.rows for name in row.backends}
    fetcher = fetcher_of(options, matrix, notices=Aloud(progress))
    return House(
        matrix=matrix,
        bot=version("stackmatrix"),
        suite=suite_digest(probes),
        platform=f"{platform.system()} {platform.machine()}",
        probes=probes,
        models={one.name: Path(one.path) for one in (*matrix.others, matrix.model)},
        sources=sources_of(matrix, fetcher),
        declared=Declared(fetcher, matrix.index),
        stored=partial(stored, root),
        solver=UvSolver(index_args=index, offline=options.offline),
        drivers=DRIVERS,
        env=UvEnv(root=root, index_args=index, offline=options.offline),
        runner=LocalRunner(workers=options.workers or at_once(matrix.allowance)),
        errands=LocalRunner(workers=ERRANDS),
        tracker=Outbox(root=options.state / "outbox"),
        renderers=RENDERERS,
        shell=UvShell(index_args=index, offline=options.offline),
        ledger=ledger,
        memory=memory_of(ledger),
        comparators=COMPARATORS,
        progress=progress,
        clock=now,
        pause=sleep,
        worker=worker(),
        targets=targets(),
        dangers=dangers(),
        vault=Outbox(root=options.state / "private"),
        run=run,
        kits=kits.usual(),
        places=kits.places(matrix),
        lacks=lacking(used),
        machine=machine(used),
    )


def probes_of(matrix: Matrix, row: Row) -> tuple[Probe, ...]:
    """Read the probes of a row: those it names, else what its drivers are asked by default.

    Raises `SuiteError` when a file or a name of them is wrong, or nothing would be asked.
    """
    folders = (SUITE, *(Path(folder) for folder in matrix.suite))
    drivers = [DRIVERS[matrix.components[name].driver] for name in row.components]
    asks = {ask for driver in drivers for ask in driver.asks}
    usual = dict.fromkeys(family for driver in drivers for family in driver.suite)
    names = row.suite or tuple(usual)
    probes = tuple(probe for probe in read_suite(folders, names) if probe.ask in asks)
    if not probes:
        cure = f"name probe families under `suite`: {', '.join(families(folders))}"
        raise SuiteError(f"stack `{row.name}` is asked nothing", cure=cure)
    return held(probes, matrix.model_of(row), drivers, SUITE)


def assets_of(options: Options) -> Assets:
    """Return where programs are kept that come as release assets."""
    place = options.state / "assets"
    return Assets(root=place, fetcher=fetcher_of(options), offline=options.offline)


def settled(options: Options, matrix: Matrix, progress: Progress) -> Matrix:
    """Return `matrix` with its model on the disk and every row named by it; see `settle`.

    What a row of npm packages shows depends on the Node that is here.
    """
    root = options.state / "models"
    whole = settle(matrix, SUITE / "model", root, offline=options.offline, say=progress.note)
    if obstacle() or all(row.interpreter != NO_PYTHON for row in whole.rows):
        return whole
    node = f"node {node_version()}"
    rows = (
        replace(row, interpreter=node) if row.interpreter == NO_PYTHON else row
        for row in whole.rows
    )
    return replace(whole, rows=tuple(rows))


def suite_digest(probes: Mapping[str, tuple[Probe, ...]]) -> str:
    """Return the name of everything that is asked and of what it is held against."""
    return digest(
        [
            [row, probe.digest, [[look.link.value, look.golden] for look in probe.looks]]
            for row, each in sorted(probes.items())
            for probe in each
        ]
    )
