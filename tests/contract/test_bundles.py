"""The contract between a plan and whoever runs it: what passes the door, and what stays outside."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot.core.facts import Body, CellDone, CellStarted, Fact, Observed, RunStarted
from bot.core.job import Head, Job, Task
from bot.core.matrix import Allowance, Model, Row
from bot.core.model import Cell, Closure, Component, Link, Look, Observation, Pin, Probe, Role
from bot.errors import BundleError
from bot.ledger.bundle import BundleLedger
from bot.ledger.carry import countable, opened, pack, unpack
from bot.ledger.door import SUITE, Bundle, read_job, write_job
from bot.ledger.files import FileLedger
from bot.verbs.merge import merge
from tests.unit.ledger.examples import AT

CONFIG, WHAT = "c" * 64, "5" * 64
LOG = b"what an engine printed\n"
PROBE = Probe(
    name="family/hello",
    ask="script",
    request={"source": "print(1)", "odd": "\x00\u202e"},
    looks=(Look(link=Link.TEXT, compare="text", golden={"a": [1, None]}, absolute=True),),
    known=((Link.PROMPT, "hello"),),
)


def cell(version: str) -> Cell:
    pin = Pin(name="toy", version=version, hashes=("sha256:ab",))
    return Cell(
        row="row",
        components=(("toy", version),),
        closure=Closure(pins=(pin,)),
        backend="cpu",
        model="tiny-chat",
        interpreter="3.11",
        model_digest="d" * 64,
    )


CELLS = tuple(cell(f"1.{n}") for n in range(4))
JOB = Job(
    name="shard-001",
    run=1,
    bot="0.1.0",
    config=CONFIG,
    suite=WHAT,
    index="https://pypi.org/simple",
    limits=Allowance(),
    model=Model(sha256="d" * 64),
    components=(
        Component(
            name="toy",
            role=Role.ENGINE,
            source="pypi",
            package="toy",
            upstream="https://example.org/toy",
            options={"threads": 2, "deep": {"list": [1, "two"]}},
        ),
    ),
    rows=(Row(name="row", components=("toy",), suite=("family",), baseline=(("toy", "1.0"),)),),
    probes=(PROBE,),
    tasks=tuple(Task(cell=each, probes=(PROBE.digest,)) for each in CELLS),
)


def head(job: Job = JOB, worker: str = "here process 1") -> Head:
    return Head(
        job=job.name,
        run=job.run,
        bot=job.bot,
        config=job.config,
        suite=job.suite,
        worker=worker,
        platform="Linux x86_64",
        cells=tuple(task.cell.key for task in job.tasks),
    )


def begun(
    root: Path, *cells: Cell, told: str = "fine", attempt: int = 0, done: bool = True
) -> Path:
    """Write the bundle of `JOB` with what `cells` showed."""
    ledger = BundleLedger(root, head(worker=f"{told} process 1"))
    for each in cells:
        seen = Observation(probe=PROBE.name, seen=((Link.TEXT, told),), log=ledger.keep(LOG))
        bodies: list[Body] = [CellStarted(cell=each.key, worker="w")]
        bodies += [
            Observed(cell=each.key, probe=PROBE.digest, sequence=sequence, observation=seen)
            for sequence in ("a", "b")
        ]
        bodies += [CellDone(cell=each.key, environment="uv", seconds=1.0)] if done else []
        for body in bodies:
            ledger.tell(body, job=each.key, attempt=attempt)
    ledger.close()
    return root


def ledger_of(state: Path, config: str = CONFIG) -> Path:
    """Begin run 1 in a ledger."""
    with FileLedger.open(state) as ledger:
        ledger.begin(RunStarted(at=AT, bot="0.1.0", config=config, suite=WHAT))
    return state


def facts(state: Path) -> tuple[Fact, ...]:
    return FileLedger.read(state).facts()


# --- both ways through the door ------------------------------------------------------------------


@pytest.mark.parametrize("name", ["job", "bundle"])
def test_a_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(json.loads((SUITE / f"{name}.schema.json").read_bytes()))


def test_a_job_file_comes_back_as_it_went() -> None:
    content = write_job(JOB)
    assert read_job(content, "here") == JOB
    assert write_job(read_job(content, "here")) == content
    assert content.isascii()


def test_the_keys_of_a_request_keep_their_order() -> None:
    """What `tojson` writes into a prompt depends on it, and equality of dicts does not."""
    (probe,) = read_job(write_job(JOB), "here").probes
    assert json.dumps(probe.request) == json.dumps(PROBE.request)


def test_a_bundle_comes_back_as_it_went_as_a_folder_and_as_bytes(tmp_path: Path) -> None:
    root = begun(tmp_path / "b", *CELLS)
    bundle = opened(root)
    assert (bundle.head.cells, bundle.unfinished, bundle.torn) == (head().cells, (), False)
    assert len(bundle.facts) == 4 * len(CELLS)
    assert list(bundle.blobs.values()) == [LOG]
    packed = unpack(pack(root), "bytes")
    assert (packed.head, packed.facts, packed.blobs) == (bundle.head, bundle.facts, bundle.blobs)
    assert pack(root) == pack(root)


def test_names_in_a_bundle_mean_the_same_on_every_system(tmp_path: Path) -> None:
    root = begun(tmp_path / "b", *CELLS)
    names = [path.name for path in root.rglob("*")]
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789.") for name in names)
    assert not [path for path in root.rglob("*") if path.is_symlink() or path.suffix == ".lock"]
    assert all(path.stat().st_nlink == 1 for path in root.rglob("*") if path.is_file())


# --- what stays outside --------------------------------------------------------------------------

Edit = Callable[[Any], object]
JOB_FAULTS: dict[str, tuple[Edit, str]] = {
    "newer": (lambda job: job.update(version=2), "at version: it is 2"),
    "no version": (lambda job: job.pop("version"), "'version' is a required property"),
    "no run": (lambda job: job.pop("run"), "'run' is a required property"),
    "a name that leads elsewhere": (lambda job: job.update(name="../x"), "at name:"),
    "seconds below zero": (lambda job: job["tasks"][1].update(seconds=-1), "at tasks[1].seconds:"),
    "a cell without a closure": (
        lambda job: job["tasks"][0]["cell"].pop("closure"),
        "tasks[0].cell",
    ),
    "a probe edited": (
        lambda job: job["probes"][0].update(ask="chat"),
        "at tasks[0]: it needs a probe",
    ),
    "a component away": (
        lambda job: job["components"][0].update(name="y"),
        "needs a component toy",
    ),
    "a row away": (lambda job: job["rows"][0].update(name="y"), "needs a row row"),
    "a role that is none": (
        lambda job: job["components"][0].update(role="x"),
        "components[0].role:",
    ),
    "a digest cut short": (lambda job: job.update(suite="abc"), "at suite:"),
}


@pytest.mark.parametrize("fault", JOB_FAULTS)
def test_a_damaged_job_file_is_refused_with_its_place(fault: str) -> None:
    edit, says = JOB_FAULTS[fault]
    raw = json.loads(write_job(JOB))
    edit(raw)
    with pytest.raises(BundleError) as refused:
        read_job(json.dumps(raw).encode(), "jobs/shard-001.json")
    assert refused.value.message.startswith("jobs/shard-001.json: ")
    assert says in refused.value.message
    assert refused.value.cure
    assert refused.value.exit_code == 8


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"null"])
def test_what_is_no_job_file_is_refused(content: bytes) -> None:
    with pytest.raises(BundleError):
        read_job(content, "here")


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def edit_line(root: Path, at: int, edit: Edit) -> None:
    file = root / "facts.ndjson"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    edit(lines[at])
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))


BUNDLE_FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no head": (lambda root: (root / "bundle.json").unlink(), "it has no bundle.json"),
    "a damaged head": (lambda root: (root / "bundle.json").write_text("{"), "it is not JSON"),
    "a damaged blob": (
        lambda root: flip(next(path for path in root.glob("blobs/*/*"))),
        "its content is not what its name says",
    ),
    "a blob away": (lambda root: next(root.glob("blobs/*/*")).unlink(), "names the blob"),
    "a fact of another run": (
        lambda root: edit_line(root, 2, lambda f: f.update(run=7)),
        ":3: a fact of run 7",
    ),
    "a fact of another cell": (
        lambda root: edit_line(root, 1, lambda f: f.update(job="a" * 64)),
        "facts.ndjson:2: a fact of run 1",
    ),
    "a fact that no cell tells": (
        lambda root: edit_line(
            root, 0, lambda f: f["body"].update(kind="RunEnded", newly_broken=0)
        ),
        "at body.kind:",
    ),
    "a reason that is none": (
        lambda root: edit_line(root, 1, lambda f: f["body"].pop("observation")),
        "facts.ndjson:2: at body: 'observation' is a required property",
    ),
    "a line cut in two": (
        lambda root: (root / "facts.ndjson").write_text('{"v": 1,\n"run": 1}\n'),
        "facts.ndjson:1: it is not JSON",
    ),
}


@pytest.mark.parametrize("fault", BUNDLE_FAULTS)
def test_a_damaged_bundle_is_refused_with_its_place_and_the_others_are_taken(
    tmp_path: Path, fault: str
) -> None:
    damage, says = BUNDLE_FAULTS[fault]
    state = ledger_of(tmp_path / "state")
    sound = begun(tmp_path / "sound", CELLS[0])
    bad = begun(tmp_path / "bad", CELLS[1])
    damage(bad)
    taken, refused = merge([bad, sound], state)
    assert len(taken) == len(refused) == 1
    assert taken[0].where == str(sound)
    assert says in refused[0] or "there is no bundle in" in refused[0], refused
    assert str(bad) in refused[0]
    assert "mend:" in refused[0]
    assert {fact.job for fact in facts(state) if isinstance(fact.body, CellDone)} == {CELLS[0].key}


@pytest.mark.parametrize("other", ["config", "run"])
def test_a_bundle_of_another_run_is_refused(tmp_path: Path, other: str) -> None:
    state = tmp_path / "state"
    if other == "config":
        ledger_of(state, config="e" * 64)
    else:
        (state / "facts").mkdir(parents=True)
    taken, refused = merge([begun(tmp_path / "b", CELLS[0])], state)
    assert taken == ()
    assert ("its config is cccccccccccc" if other == "config" else "it is of run 1") in refused[0]


# --- merging -------------------------------------------------------------------------------------


def test_bundles_merge_in_any_order_twice_and_late(tmp_path: Path) -> None:
    bundles = [begun(tmp_path / f"b{at}", each) for at, each in enumerate(CELLS)]
    whole = merged(tmp_path / "whole", bundles)
    for seed in range(5):
        shuffled = random.Random(seed).sample(bundles, len(bundles))
        state = ledger_of(tmp_path / f"state{seed}")
        for some in (shuffled[:2], shuffled[1:], shuffled):
            merge(some, state)
        assert facts(state) == whole
        assert FileLedger.read(state).blob(opened(bundles[0]).facts[1].body.observation.log) == LOG  # type: ignore[union-attr]
    taken, _ = merge(bundles, tmp_path / "whole")
    assert [one.facts for one in taken] == [0] * len(bundles)


def merged(state: Path, bundles: list[Path]) -> tuple[Fact, ...]:
    merge(bundles, ledger_of(state))
    return facts(state)


def test_the_same_cells_done_twice_give_the_same_ledger_in_any_order(tmp_path: Path) -> None:
    first = begun(tmp_path / "first", *CELLS, told="once")
    second = begun(tmp_path / "second", *CELLS, told="again")
    third = begun(tmp_path / "third", *CELLS, told="by another number", attempt=10)
    ways = [[first, second, third], [third, second, first], [second, third, first]]
    assert len({merged(tmp_path / f"s{at}", way) for at, way in enumerate(ways)}) == 1
    told = [f.attempt for f in facts(tmp_path / "s0") if isinstance(f.body, CellDone)]
    assert sorted(told) == [0, 0, 0, 0, 10, 10, 10, 10]


def test_what_was_in_flight_counts_as_begun_and_not_as_seen(tmp_path: Path) -> None:
    root = begun(tmp_path / "b", CELLS[0], done=False)
    bundle = opened(root)
    assert len(bundle.unfinished) == len(CELLS)
    assert [type(fact.body) for fact in countable(bundle)] == [CellStarted]
    state = ledger_of(tmp_path / "state")
    taken, _ = merge([root], state)
    assert "did not come to their end" in taken[0].notes[0]
    merge([begun(tmp_path / "again", CELLS[0], told="whole")], state)
    seen = {fact.body.observation.seen for fact in facts(state) if isinstance(fact.body, Observed)}
    assert seen == {((Link.TEXT, "whole"),)}


def test_a_torn_bundle_is_taken_without_its_last_line_and_gone_on_with(tmp_path: Path) -> None:
    root = begun(tmp_path / "b", *CELLS[:2])
    file = root / "facts.ndjson"
    file.write_bytes(file.read_bytes()[:-5])
    bundle: Bundle = opened(root)
    assert bundle.torn
    assert len(bundle.facts) == 7
    BundleLedger(root, head()).close()
    assert not opened(root).torn
    with pytest.raises(BundleError, match="holds a bundle of job shard-001"):
        BundleLedger(root, head(replace(JOB, name="shard-002")))
