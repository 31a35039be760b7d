"""The committed sample is what its ledger says, and its ledger is what the cells really showed."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from rich.console import Console

from bot.app import Options, remembered
from bot.core.facts import Fact, Observed
from bot.core.model import Cell, Json
from bot.effects.site import LIST
from bot.ledger.carry import opened as bundle_in
from bot.ledger.packed import unpacked
from bot.steps.house import House
from bot.steps.repeats import cells_of
from bot.verbs.display import Display
from bot.verbs.jobs import job_of, perform, task_of
from bot.verbs.render import again

pytestmark = pytest.mark.real
ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "reports" / "sample"
LEDGER = SAMPLE / "ledger"
AT_RANDOM = 3  # cells
ANEW = "`nox -s sample -- draw` draws it anew"
SAY = Display(Console(stderr=True), quiet=True)


def options(state: Path, reports: Path) -> Options:
    return Options(config=ROOT / "matrix.yaml", state=state, reports=reports, offline=True)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the committed ledger, drawn without a network."""
    folder = tmp_path_factory.mktemp("sample")
    again(options(folder / "none", folder), LEDGER, SAY)
    return folder


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The committed ledger, read as it is."""
    with unpacked(LEDGER) as state:
        yield remembered(options(state, tmp_path_factory.mktemp("none")), SAY)


def test_the_sample_is_drawn_again_byte_for_byte(drawn: Path) -> None:
    committed = json.loads((SAMPLE / LIST).read_text())
    assert json.loads((drawn / LIST).read_text()) == committed, ANEW
    for name in committed:
        assert (drawn / name).read_bytes() == (SAMPLE / name).read_bytes(), f"{name}: {ANEW}"


def test_each_kind_of_page_shows_something_that_is_not_green(drawn: Path) -> None:
    report = json.loads((drawn / "report.json").read_text())
    assert report["findings"]
    assert any(cell["word"] not in ("baseline", "still-good", "new") for cell in report["cells"])
    for kind in ("cells", "findings", "components"):
        pages = [path.read_text() for path in (drawn / kind).iterdir()]
        assert any('class="word bad"' in page for page in pages), kind


def shown(house: House, facts: tuple[Fact, ...], cell: Cell) -> Mapping[str, Json]:
    """What a cell showed first of each probe, at the links that no hardware touches."""
    probes = {probe.name: probe for probe in house.probes[cell.row]}
    told: dict[str, Json] = {}
    for fact in facts:
        body = fact.body
        if isinstance(body, Observed) and body.cell == cell.key:
            seen = body.observation
            free = {look.link for look in probes[seen.probe].looks if look.absolute}
            values: Json = {link.value: value for link, value in seen.seen if link in free}
            told.setdefault(seen.probe, values)
    return told


@pytest.mark.network
@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_cells_at_random_show_the_same_today(house: House, tmp_path: Path) -> None:
    """Which cells depends on the sample alone, so a red test is red again."""
    facts = house.ledger.facts()
    cells = sorted((one for one in cells_of(house) if one.backend == "cpu"), key=lambda c: c.key)
    chosen = random.Random(facts[0].id).sample(cells, AT_RANDOM)
    tasks = [task_of(house, cell, house.probes[cell.row], 30.0) for cell in chosen]
    bundle = tmp_path / "bundle"
    perform(
        job_of(house, "again", tasks), bundle, rooms=tmp_path / "rooms", worker="w", progress=SAY
    )
    today = bundle_in(bundle).facts
    for cell in chosen:
        before, now = shown(house, facts, cell), shown(house, today, cell)
        assert now == before, cell.name
        assert before.keys() == {probe.name for probe in house.probes[cell.row]}
    spoiled = {**before, next(iter(before)): "spoiled"}
    assert shown(house, today, chosen[-1]) != spoiled
