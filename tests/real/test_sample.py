"""The committed sample is what its ledger says, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from bot.app import Options
from bot.effects.site import LIST
from bot.verbs.display import Display
from bot.verbs.render import again

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "reports" / "sample"
LEDGER = SAMPLE / "ledger.tar.xz"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the committed ledger, drawn without a network."""
    folder = tmp_path_factory.mktemp("sample")
    options = Options(
        config=ROOT / "matrix.yaml", state=folder / "none", reports=folder, offline=True
    )
    again(options, LEDGER, Display(Console(stderr=True), quiet=True))
    return folder


@pytest.mark.real
def test_the_sample_is_drawn_again_byte_for_byte(drawn: Path) -> None:
    committed = json.loads((SAMPLE / LIST).read_text())
    assert json.loads((drawn / LIST).read_text()) == committed, "`nox -s sample` makes it anew"
    for name in committed:
        assert (drawn / name).read_bytes() == (SAMPLE / name).read_bytes(), name


@pytest.mark.real
def test_each_kind_of_page_shows_something_that_is_not_green(drawn: Path) -> None:
    report = json.loads((drawn / "report.json").read_text())
    assert report["findings"]
    assert any(cell["word"] not in ("baseline", "still-good", "new") for cell in report["cells"])
    for kind in ("cells", "findings", "components"):
        pages = [path.read_text() for path in (drawn / kind).iterdir()]
        assert any('class="word bad"' in page for page in pages), kind
