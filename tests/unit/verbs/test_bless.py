"""Nothing is blessed silently: proposals are files, accepted values have a reason, rest is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.compare import text
from bot.core.blessing import Proposal, proposals, unused
from bot.core.model import Failure, Json, Link, Observation, Phase, Probe, Reason
from bot.drivers.suite import Goldens, goldens_of, read_suite
from bot.errors import SuiteError
from bot.verbs.bless import Review, accept, drop, propose, sides

FAMILY = """\
family: mine
ask: encode
cases: [{id: hi, text: one}, {id: ho, text: two}]
links:
  text: {compare: text, absolute: pending}
"""
COMPARATORS = {"text": text.text}


def suite(folder: Path, goldens: Json = None) -> tuple[Probe, ...]:
    (folder / "probes").mkdir(parents=True, exist_ok=True)
    (folder / "probes" / "mine.yaml").write_text(FAMILY)
    if goldens is not None:
        (folder / "goldens").mkdir(exist_ok=True)
        (folder / "goldens" / "mine.json").write_text(json.dumps(goldens))
    return read_suite((folder,), ("mine",))


def saw(probe: str, value: Json) -> Observation:
    return Observation(probe=probe, seen=((Link.TEXT, value),))


def test_a_pending_look_is_relative_until_it_has_a_golden(tmp_path: Path) -> None:
    (look,) = suite(tmp_path)[0].looks
    assert (look.absolute, look.pending) == (False, True)
    hi, ho = suite(tmp_path, {"mine/hi": {"text": "one"}})
    assert (hi.looks[0].absolute, hi.looks[0].golden) == (True, "one")
    assert ho.looks[0].pending


def test_only_a_pending_look_may_lack_a_golden(tmp_path: Path) -> None:
    folder = tmp_path / "probes"
    folder.mkdir()
    (folder / "mine.yaml").write_text(FAMILY.replace("pending", "true"))
    with pytest.raises(SuiteError, match="has no golden") as told:
        read_suite((tmp_path,), ("mine",))
    assert "absolute: pending" in told.value.cure


def test_what_is_proposed(tmp_path: Path) -> None:
    probes = suite(tmp_path, {"mine/hi": {"text": "one"}})
    seen = {"mine/hi": saw("mine/hi", "uno"), "mine/ho": saw("mine/ho", "two")}
    changed, fresh = proposals(probes, seen, COMPARATORS, frozenset())
    assert (changed.name, changed.golden, changed.seen) == ("mine/hi:text", "one", "uno")
    assert changed.difference
    assert (fresh.golden, fresh.seen) == (None, "two")
    same = {"mine/hi": saw("mine/hi", "one")}
    assert not list(proposals(probes, same, COMPARATORS, frozenset()))


def test_an_open_finding_and_a_failure_are_not_blessed_away(tmp_path: Path) -> None:
    probes = suite(tmp_path)
    seen = {"mine/hi": saw("mine/hi", "uno")}
    assert not list(proposals(probes, seen, COMPARATORS, frozenset({"mine/hi"})))
    failure = Failure(phase=Phase.PROBE, reason=Reason.EXCEPTION, message="no", link=Link.TEXT)
    failed = {"mine/hi": Observation(probe="mine/hi", failure=failure)}
    assert not list(proposals(probes, failed, COMPARATORS, frozenset()))


def test_a_proposal_is_a_file_until_it_is_accepted_with_a_reason(tmp_path: Path) -> None:
    suite(tmp_path)
    place = goldens_of((tmp_path,))["mine"]
    hi = Proposal(probe="mine/hi", link=Link.TEXT, seen="uno", golden=None)
    ho = Proposal(probe="mine/ho", link=Link.TEXT, seen="due", golden=None)
    (file,) = propose(Review(waiting=((hi, place), (ho, place)), unused=(), held=()))
    assert file == tmp_path / "goldens" / "pending" / "mine.json"
    assert json.loads(file.read_text())["mine/hi:text"] == {"golden": None, "seen": "uno"}
    assert not place.file.exists()
    accept(hi, place, "it is Italian")
    drop(hi, place)
    assert json.loads(place.file.read_text()) == {"mine/hi": {"text": "uno"}}
    why = json.loads((tmp_path / "goldens" / "reasons" / "mine.json").read_text())
    assert why["mine/hi:text"]["reason"] == "it is Italian"
    assert list(json.loads(file.read_text())) == ["mine/ho:text"]
    drop(ho, place)
    assert not file.exists()
    assert read_suite((tmp_path,), ("mine/hi",))[0].looks[0].golden == "uno"


def test_sides_cannot_take_over_a_terminal() -> None:
    one = Proposal(probe="mine/hi", link=Link.TEXT, seen="\x1b[2Jgone", golden=None)
    assert all("\x1b" not in line.plain for line in sides(one))


def test_a_golden_that_nobody_uses_is_told() -> None:
    assert unused({"mine/hi": {}, "mine/old": {}}, frozenset({"mine/hi"})) == ("mine/old",)


def test_where_goldens_lie(tmp_path: Path) -> None:
    suite(tmp_path)
    place = Goldens(
        file=tmp_path / "goldens" / "mine.json", prefix="mine", probes=("mine/hi", "mine/ho")
    )
    assert goldens_of((tmp_path,)) == {"mine": place}
    assert place.key("mine/hi") == "mine/hi"
