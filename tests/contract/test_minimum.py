"""The declared minimum of a real row: what a release claims, and that it fails with it."""

from __future__ import annotations

import json

from bot.core.model import Json
from tests.contract.test_cli import Kitchen, kitchen
from tests.mini.wheels import write_index, write_wheel

__all__ = ["kitchen"]  # the fixture
TEA = "from cup import colour\nanswer = lambda: colour\n"
CUPS = {"0.9": "green", "1.0": "black", "1.1": "black", "1.2": "green", "1.3": "green"}


def test_a_claim_that_does_not_hold_is_told_with_its_interval(kitchen: Kitchen) -> None:
    wheels = [
        write_wheel(kitchen.root / "files", "cup", version, {"cup.py": f"colour = {said!r}\n"})
        for version, said in CUPS.items()
    ]
    wheels += [
        write_wheel(kitchen.root / "files", "tea", version, {"tea.py": TEA}, ["cup>=1.0"])
        for version in ("1.0", "2.0")
    ]
    write_index(kitchen.root / "index", wheels)
    row: Json = {"components": ["tea"], "suite": ["taste"], "strategy": ["newest", "minimum"]}
    kitchen.matrix(stacks={"tea": row})
    code, out, err = kitchen.ask("run", "--json")
    assert code == 1, err
    told = json.loads(out)
    (finding,) = told["findings"]
    assert finding["trigger"] == "declared minimum of tea: cup 1.0"
    (culprit,) = finding["explanation"]["culprits"]
    assert (culprit["package"], culprit["last_good"], culprit["first_bad"]) == ("cup", "1.2", "1.1")
    assert (finding["target"], finding["draft"]) == ("", "")
    assert finding["verified"]
    assert not [*(kitchen.root / ".stackmatrix" / "outbox").glob("*")]
    constraints = (kitchen.root / "reports" / "constraints-tea.txt").read_text()
    assert "cup==1.3" in constraints
