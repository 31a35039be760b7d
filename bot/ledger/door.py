"""The door through which job files come in and bundles come back; what is damaged stays outside.

Everything is held against the published schemas, `suite/job.schema.json` and `bundle.schema.json`,
then against itself: probes by their digests, blobs by their names, facts by the cells of the job.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cattrs import BaseValidationError

from bot.core.facts import CellDone, CellStarted, CellStopped, Fact, Observed
from bot.core.job import Head, Job
from bot.core.model import Json
from bot.errors import BundleError
from bot.ledger.codec import CONVERTER, Unread, decode

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

VERSION: Final = 1
LONG: Final = 300  # letters of what a schema says about a value
SUITE: Final = Path(__file__).parent.parent / "suite"
AGAIN: Final = "fetch or write it again; it was damaged on its way, or edited"
NEWER: Final = "use the same stackmatrix on both sides"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle that came through the door. `unfinished` are cells without an end in it.

    `where` is its file or folder; `torn` tells that a crash cut off the last line of its facts.
    """

    where: str
    head: Head
    facts: tuple[Fact, ...]
    blobs: Mapping[str, bytes]
    torn: bool = False

    @property
    def unfinished(self) -> tuple[str, ...]:
        """The cells that were to be run and did not come to their end."""
        done = {fact.body.cell for fact in self.facts if isinstance(fact.body, CellDone)}
        return tuple(cell for cell in self.head.cells if cell not in done)


def write_job(job: Job) -> bytes:
    """Return the content of the file of `job`, the keys of its requests in their order.

    What a template makes of a tool or a schema depends on that order.
    """
    told = {"version": VERSION, **CONVERTER.unstructure(job)}
    return json.dumps(told, indent=1).encode("ascii") + b"\n"


def read_job(content: bytes, where: str) -> Job:
    """Read a job file. Raises `BundleError` that says where it is wrong, and how to mend it."""
    job: Job = _read(content, where, "job", Job)
    known = {probe.digest for probe in job.probes}
    components = {one.name for one in job.components}
    rows = {row.name for row in job.rows}
    for at, task in enumerate(job.tasks):
        strange = [
            *(f"a probe {name[:12]}" for name in task.probes if name not in known),
            *(f"a component {n}" for n, _ in task.cell.components if n not in components),
            *(f"a row {task.cell.row}" for _ in [0] if task.cell.row not in rows),
        ]
        if strange:
            what = f"{where}: at tasks[{at}]: it needs {strange[0]}, which the file does not hold"
            raise BundleError(what, cure="plan again: `stackmatrix plan --shards N`")
    return job


def read_comment(content: bytes, where: str) -> dict[str, Any]:
    """Read what a pull request is to be told: `core.remark`. Raises `BundleError`.

    A pattern's end lets a line break pass, as Python reads it; here nothing of that kind does.
    """
    raw = _json(content, where)
    _hold_schema(raw, where, "comment")
    if not json.dumps(raw, ensure_ascii=False).isprintable() or "\\" in json.dumps(raw):
        raise BundleError(f"{where}: a text in it is more than a word", cure=AGAIN)
    return raw if isinstance(raw, dict) else {}


def write_head(head: Head) -> bytes:
    """Return the content of `bundle.json`."""
    told = {"version": VERSION, **CONVERTER.unstructure(head)}
    return json.dumps(told, indent=1, sort_keys=True).encode("ascii") + b"\n"


def read_bundle(files: Mapping[str, bytes], where: str) -> Bundle:
    """Read a bundle from its files, by relative path. Raises `BundleError`."""
    if "bundle.json" not in files:
        raise BundleError(f"{where} is no bundle: it has no bundle.json", cure=AGAIN)
    head: Head = _read(files["bundle.json"], f"{where}/bundle.json", "bundle", Head)
    content = files.get("facts.ndjson", b"")
    whole = content.rfind(b"\n") + 1
    lines = enumerate(content[:whole].splitlines(), start=1)
    facts = tuple(_fact(line, head, f"{where}/facts.ndjson:{number}") for number, line in lines)
    blobs = {Path(name).name: held for name, held in files.items() if name.startswith("blobs/")}
    _hold(facts, blobs, where)
    torn = whole < len(content)
    return Bundle(where=where, head=head, facts=facts, blobs=blobs, torn=torn)


def _hold(facts: Iterable[Fact], blobs: Mapping[str, bytes], where: str) -> None:
    """Hold blobs against their names and against what the facts name."""
    from hashlib import sha256  # noqa: PLC0415 - beside its only use

    for name, content in blobs.items():
        if sha256(content).hexdigest() != name:
            what = f"{where}/blobs/{name[:2]}/{name}: its content is not what its name says"
            raise BundleError(what, cure=AGAIN)
    for fact in facts:
        for name in _named(fact):
            if name not in blobs:
                what = f"{where}: a fact of cell {fact.job[:12]} names the blob {name}, not there"
                raise BundleError(what, cure=AGAIN)


def _named(fact: Fact) -> Iterator[str]:
    """Yield the blobs that a fact names."""
    match fact.body:
        case Observed(observation=seen) if seen.log:
            yield seen.log
        case CellStopped(log=log) if log:
            yield log
        case _:
            return


def _fact(line: bytes, head: Head, where: str) -> Fact:
    """Read one line of facts of the cells of `head`."""
    raw = _json(line, where)
    _hold_schema(raw, where, "fact")
    fact = decode(line.decode())
    if isinstance(fact, Unread):
        raise BundleError(f"{where}: {fact.why}", cure=AGAIN)
    body = fact.body
    cell = (
        body.cell
        if isinstance(body, CellStarted | Observed | CellStopped | CellDone)
        else "of no cell"
    )
    if fact.run != head.run or fact.job != cell or cell not in head.cells:
        what = f"{where}: a fact of run {fact.run} and cell {cell[:12]}, which is not of this job"
        raise BundleError(what, cure=AGAIN)
    return fact


def _read(content: bytes, where: str, schema: str, shape: type[Any]) -> Any:  # noqa: ANN401 - a Job or a Head
    raw = _json(content, where)
    version = raw.get("version") if isinstance(raw, dict) else None
    if isinstance(version, int) and version != VERSION:
        what = f"{where}: at version: it is {version}, and this stackmatrix reads {VERSION}"
        raise BundleError(what, cure=NEWER)
    _hold_schema(raw, where, schema)
    try:
        return CONVERTER.structure(raw, shape)
    except (BaseValidationError, KeyError, TypeError, ValueError) as fault:
        raise BundleError(f"{where}: {fault}", cure=AGAIN) from None


def _json(content: bytes, where: str) -> Json:
    try:
        read: Json = json.loads(content)
    except (ValueError, RecursionError) as fault:
        raise BundleError(f"{where}: it is not JSON: {fault}", cure=AGAIN) from None
    return read


def _hold_schema(raw: Json, where: str, name: str) -> None:
    """Raise `BundleError` with the place where `raw` leaves its schema."""
    fault = next(
        iter(
            sorted(_validator(name).iter_errors(raw), key=lambda e: list(map(str, e.absolute_path)))
        ),
        None,
    )
    if fault is not None:
        at = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in fault.absolute_path)
        what = fault.message if len(fault.message) < LONG else f"{fault.message[:LONG]}..."
        raise BundleError(f"{where}: at {at.lstrip('.') or 'its top'}: {what}", cure=AGAIN)


@cache
def _validator(name: str) -> Draft202012Validator:
    """Return what holds values against a published schema; loaded where it is needed first."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - most verbs need none

    if name == "fact":
        schema = json.loads((SUITE / "bundle.schema.json").read_bytes())
        return Draft202012Validator({"$ref": "#/$defs/fact", "$defs": schema["$defs"]})
    return Draft202012Validator(json.loads((SUITE / f"{name}.schema.json").read_bytes()))
