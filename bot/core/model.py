"""The words of stackmatrix, one meaning each. Read this page first; every other page uses it.

component    a thing that is upgraded: an engine, a tokenizer, a client, a chat template
role         what the component does in the chain
release      component + version + upload time + where from + digests + yanked?
closure      every resolved pin of an environment, with hashes; named by the hash of its content
stack        one release per component, plus its closure
backend      hardware target: a row of data in `core.backends`
environment  where a cell runs (uv, docker, node, existing); it writes down what it promises
cell         stack x backend x model x interpreter
chain        request -> client -> template -> tokenizer -> engine -> sampler -> parser -> message
link         one boundary of the chain where a value can be seen, in causal order
probe        one question to a cell: the request, the links it looks at, a comparator for each
observation  what one probe showed in one cell, link by link, or how it failed; a fact
golden       what a probe is held against: absolute and committed, or relative to the baseline
baseline     the last good stack of a matrix row
phase        where a cell can stop: resolve, install, start, probe
outcome      of one probe in one cell (see `core.outcome`)
verdict      two outcomes of the same probe, compared
signature    the normalised failure; no paths, build numbers or addresses
culprit      smallest set of upgrades that flips the outcome, each with (last good, first bad]
reduction    the smallest (stack, probe) that still shows it, as one runnable file
finding      a regression with a fingerprint and a life
job file     cells to run, each with its closure, probes and limits; what a runner is handed
bundle       what a runner hands back for a job file: facts and blobs

>>> pins = (Pin(name="openai", version="3.54.0"), Pin(name="httpx", version="0.28.1"))
>>> closure = Closure(pins=pins)
>>> closure.version("httpx")
'0.28.1'
>>> cell = Cell(row="chat", components=(("xllamacpp", "2026.10"), ("openai", "3.54")),
...             closure=closure, backend="cpu", model="tiny-chat", interpreter="3.11")
>>> cell.name
'xllamacpp-2026.10+openai-3.54@cpu/tiny-chat'
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

from bot.core.blocks import Block
from bot.core.lookout import EVERYTHING, Lookout
from bot.core.release import Release as Release  # noqa: PLC0414 - a word of this page

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"


class Role(StrEnum):
    """What a component does in the chain."""

    CLIENT = "client"
    HARNESS = "harness"
    TRANSPORT = "transport"
    TEMPLATE = "template"
    TOKENIZER = "tokenizer"
    ENGINE = "engine"
    GRAMMAR = "grammar"
    PARSER = "parser"
    RUNTIME = "runtime"
    MODEL = "model"


class Link(StrEnum):
    """One boundary of the chain where a value can be seen; the order here is the causal order."""

    REQUEST = "request"
    PROMPT = "prompt"
    PROMPT_IDS = "prompt_ids"
    LOGPROBS = "logprobs"
    OUTPUT_IDS = "output_ids"
    TEXT = "text"
    STREAM = "stream"
    MESSAGE = "message"
    USAGE = "usage"


class Phase(StrEnum):
    """Where a cell can stop."""

    RESOLVE = "resolve"
    INSTALL = "install"
    START = "start"
    PROBE = "probe"


class Authority(StrEnum):
    """What stands behind an expectation; only a specified or implied one can make a bug report."""

    SPECIFIED = "specified"
    IMPLIED = "implied"
    UNSPECIFIED = "unspecified"


def digest(value: Json) -> str:
    """Return the sha256 (64 hex digits) of `value` as canonical JSON: sorted keys, no spaces."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A thing that is upgraded, and where its releases are announced.

    Without a driver it is only watched: nothing here installs it, and no stack may hold it.
    """

    name: str
    role: Role
    source: str
    package: str
    upstream: str
    scheme: str = "pep440"
    driver: str = "script"
    follow: tuple[str, ...] = ("newest",)
    prereleases: bool = False
    skip: tuple[Block, ...] = ()
    options: Mapping[str, Json] = field(default_factory=dict)
    lookout: Lookout = EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One resolved distribution; `hashes` are `sha256:...`, any of which the file may have."""

    name: str
    version: str
    hashes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Render as the requirement `name==version`."""
        return f"{self.name}=={self.version}"


def package_of(name: str) -> str:
    """Return the package behind a pin's name: npm's `outer/node_modules/inner` is an `inner`."""
    return name.rpartition("/node_modules/")[2]


@dataclass(frozen=True, kw_only=True)
class Closure:
    """Every resolved pin of an environment, sorted by name."""

    pins: tuple[Pin, ...]

    def __post_init__(self) -> None:
        """Sort the pins, so that equal sets are equal closures."""
        object.__setattr__(self, "pins", tuple(sorted(self.pins, key=lambda pin: pin.name)))

    @cached_property
    def digest(self) -> str:
        """The name of this closure: the hash of names, versions and file hashes."""
        return digest([[pin.name, pin.version, list(pin.hashes)] for pin in self.pins])

    @cached_property
    def versions(self) -> dict[str, str]:
        """Version by distribution name."""
        return {pin.name: pin.version for pin in self.pins}

    def version(self, name: str) -> str | None:
        """Return the version of `name` here, or None when it is not installed."""
        return self.versions.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Why a set of requirements has no closure, in the solver's words."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """A question to a solver.

    `pins` must hold exactly; `prefer` holds where nothing forbids it (versions of a known
    closure); `cutoff` hides what was uploaded after it (None: nothing is hidden).
    """

    pins: tuple[str, ...]
    prefer: Closure | None = None
    cutoff: datetime | None = None
    interpreter: str = "3.11"
    lowest: bool = False

    @property
    def key(self) -> str:
        """The name of this question: equal questions have equal answers at equal times."""
        prefer = self.prefer.digest if self.prefer else ""
        cutoff = self.cutoff.isoformat() if self.cutoff else ""
        lowest: list[Json] = ["lowest"] if self.lowest else []
        return digest([list(self.pins), prefer, cutoff, self.interpreter, *lowest])


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A stack on a backend with a model under an interpreter, inside one row of the matrix."""

    row: str
    components: tuple[tuple[str, str], ...]
    closure: Closure
    backend: str
    model: str
    interpreter: str
    model_digest: str = ""
    image: str = ""  # the base image, where the stack is crossed with several
    options: str = ""  # a hash of what its drivers are told besides, where that is anything

    @property
    def name(self) -> str:
        """The readable id: `component-version+...@backend/model`, or `...@backend,image/model`."""
        stack = "+".join(f"{name}-{version}" for name, version in self.components)
        place = f"{self.backend},{self.image}" if self.image else self.backend
        return f"{stack}@{place}/{self.model}"

    @cached_property
    def key(self) -> str:
        """What its results are valid for: the row's set-up, model, closure and scope."""
        model: list[Json] = [self.model, self.model_digest]
        more: list[Json] = [each for each in (self.image, self.options) if each]
        scope: list[Json] = [self.row, self.backend, model, self.interpreter, *more]
        stack: list[Json] = [[name, version] for name, version in self.components]
        return digest([scope, stack, self.closure.digest])


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a probe looks at one link: the comparator's name, its options, and the authority."""

    link: Link
    compare: str
    authority: Authority = Authority.SPECIFIED
    because: str = ""
    absolute: bool = False
    golden: Json = None
    pending: bool = False  # has no golden yet, and wants one


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One question to a cell.

    `ask` names what a guest is asked to do (`chat`, `render`, `encode`, `script`); `request` is
    handed to the guest as it stands. What is `given` at a link takes the place of what the stack
    itself would show there (a link swap); what is `known` is used only where no part of the stack
    makes it: an engine without a template of its own is handed the committed prompt. `digest`
    covers everything that is asked.
    """

    name: str
    ask: str
    request: Json
    looks: tuple[Look, ...]
    seconds: float = 60.0
    given: tuple[tuple[Link, Json], ...] = ()
    known: tuple[tuple[Link, Json], ...] = ()

    @cached_property
    def digest(self) -> str:
        """The name of the question; a golden that changes does not ask anything new."""
        looks: list[Json] = [look.link.value for look in self.looks]
        question = [self.name, self.ask, self.request, looks]
        given: list[Json] = [[link.value, value] for link, value in self.given]
        return digest([*question, given] if given else question)

    def look(self, link: Link) -> Look | None:
        """Return how this probe looks at `link`, or None when it does not."""
        return next((look for look in self.looks if look.link is link), None)


class Reason(StrEnum):
    """Why something stopped; `spurious` ones are the machine's fault and nobody's regression."""

    EXCEPTION = "exception"
    CRASH = "crash"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out of memory"
    WRONG_ANSWER = "wrong answer"
    NOT_INSTALLABLE = "not installable"
    HASH_MISMATCH = "hash mismatch"
    NETWORK = "network"
    DISK = "disk"
    KILLED = "killed"
    ELSEWHERE = "computed elsewhere"

    @property
    def spurious(self) -> bool:
        """Whether the machine, and not the stack, is at fault."""
        return self in {Reason.NETWORK, Reason.DISK, Reason.KILLED}

    @property
    def passes(self) -> bool:
        """Whether another day or another machine may well see something else."""
        return self.spurious or self is Reason.ELSEWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How a probe or a cell failed; `link` is the one that was being asked."""

    phase: Phase
    reason: Reason
    message: str
    link: Link | None = None


NOT_EXPOSED: Json = {"$": "not exposed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one probe showed in one cell, link by link, or how it failed. Never a judgement.

    `seen` keeps causal order; `log` names a blob with what the process printed.
    """

    probe: str
    seen: tuple[tuple[Link, Json], ...] = ()
    failure: Failure | None = None
    log: str = ""
    seconds: float = field(default=0.0, compare=False)

    def at(self, link: Link) -> Json:
        """Return the value at `link`, or NOT_EXPOSED."""
        return next((value for where, value in self.seen if where is link), NOT_EXPOSED)

    @property
    def content(self) -> str:
        """The hash of what was seen: equal for equal behaviour, whatever the log and the clock."""
        failure: Json = None
        if self.failure:
            failure = [self.failure.phase, self.failure.reason, self.failure.message]
        return digest([self.probe, [[link.value, value] for link, value in self.seen], failure])
