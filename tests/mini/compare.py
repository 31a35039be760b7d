"""Holds a report against what the oracle expects, and says every difference in a sentence.

Strict in both directions: what is missing is a difference, and so is a cell, a probe or a
regression that nobody drew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from bot.core.model import Json

Record = Mapping[str, Json]
OPEN = {"new", "flaky"}  # verdicts whose findings the oracle leaves open


def differences(expected: Json, report: Json) -> list[str]:
    """Return one sentence for each thing in which `report` is not what `expected` wants.

    `report` has `cells`, `findings` and `executed` (see `World.expected` for the other side).
    """
    wanted, told = _record(expected), _record(report)
    rows = _record(wanted["rows"])
    found = [*_executed(wanted, told)]
    for name, row in rows.items():
        cells = [cell for cell in _records(told["cells"]) if cell["row"] == name]
        findings = [one for one in _records(told["findings"]) if one["row"] == name]
        found += [f"{name}: {what}" for what in _cells(_record(_record(row)["cells"]), cells)]
        found += [f"{name}: {what}" for what in _findings(_record(row)["findings"], findings)]
    strangers = {str(cell["row"]) for cell in _records(told["cells"])} - set(rows)
    return found + [f"{name}: a row that nobody configured" for name in sorted(strangers)]


def _executed(wanted: Record, told: Record) -> Iterator[str]:
    if wanted["executed"] != told["executed"]:
        yield f"{told['executed']} cells were executed, not {wanted['executed']}"


def _cells(wanted: Record, cells: list[Record]) -> Iterator[str]:
    told = {str(cell["trigger"]): cell for cell in cells}
    if len(told) != len(cells):
        yield f"a trigger has two cells: {sorted(str(cell['trigger']) for cell in cells)}"
    if "baseline" not in told:
        yield "there is no baseline"
    for trigger in sorted(set(told) - set(wanted) - {"baseline"}):
        yield f"{trigger}: a cell that nobody wants"
    for trigger, cell in wanted.items():
        if trigger not in told:
            yield f"{trigger}: no such cell"
        else:
            yield from (f"{trigger}: {what}" for what in _cell(_record(cell), told[trigger]))


def _cell(wanted: Record, told: Record) -> Iterator[str]:
    results = {str(result["probe"]): result for result in _records(told["results"])}
    if wanted["unsolvable"]:
        words = {_word(result) for result in results.values()} or {str(told["word"])}
        if words != {"unsolvable"}:
            yield f"should be unsolvable, is {sorted(words)}"
        return
    verdicts = _record(wanted["verdicts"])
    for probe in sorted(set(results) ^ set(verdicts)):
        yield f"{probe}: {'not asked' if probe in verdicts else 'asked by nobody'}"
    for probe, verdict in verdicts.items():
        seen = results.get(probe)
        if seen is not None and seen["verdict"] != verdict:
            yield f"{probe}: should be {verdict}, is {seen['verdict']} ({_word(seen)})"


def _word(result: Record) -> str:
    return str(_record(result["outcome"])["word"])


def _findings(wanted: Json, told: list[Record]) -> Iterator[str]:
    left = [one for one in told if one["verdict"] not in OPEN]
    for finding in _records(wanted):
        probes = set(strings(finding["probes"]))
        match = next((one for one in left if probes & set(strings(one["probes"]))), None)
        if match is None:
            if not finding["optional"]:
                yield f"no finding about {sorted(probes)}"
            continue
        left.remove(match)
        yield from (f"{sorted(probes)}: {what}" for what in _finding(finding, match))
    for one in left:
        yield f"a finding about {one['probes']} that nobody expects"


def _finding(wanted: Record, told: Record) -> Iterator[str]:
    if set(strings(told["probes"])) != set(strings(wanted["probes"])):
        yield f"it is about {told['probes']}"
    if told["trigger"] not in strings(wanted["triggers"]):
        yield f"it shows at {told['trigger']}, not at any of {wanted['triggers']}"
    for key in ("verdict", "link", "verified"):
        if told[key] != wanted[key] and not _left_open(key, wanted):
            yield f"{key} should be {wanted[key]}, is {told[key]}"
    yield from _proof(wanted, str(told.get("repro") or ""))
    if told["explanation"] is None:
        yield "it is not explained"
    else:
        yield from explanation_differences(wanted, _record(told["explanation"]))


def _proof(wanted: Record, repro: str) -> Iterator[str]:
    """The proof still asks what makes it fail, and nothing that does not matter."""
    for key, there in (("keeps", True), ("drops", False)):
        for word in strings(wanted[key]):
            if (word in repro) is not there:
                yield f"the proof {'lacks' if there else 'still has'} {word}"


def _left_open(key: str, wanted: Record) -> bool:
    """A crash may be seen at any link, and nobody has to prove a repair."""
    return wanted[key] is None if key == "link" else key == "verified" and bool(wanted["optional"])


def explanation_differences(wanted: Record, told: Record) -> Iterator[str]:
    """Yield what is wrong in the explanation `told` of the finding `wanted`."""
    for key in ("ending", "kind"):
        if told[key] != wanted[key]:
            yield f"{key} should be {wanted[key]}, is {told[key]}"
    blamed, guilty = _guilt(told["culprits"]), _guilt(wanted["culprits"])
    moved = {str(one["package"]) for one in _records(told["moves_with"])}
    if not wanted["together"]:
        if blamed != guilty:
            yield f"culprits should be {_say(guilty)}, are {_say(blamed)}"
        if moved != set(strings(wanted["moves_with"])):
            yield f"{sorted(moved)} are said to move along, not {wanted['moves_with']}"
        return
    if not blamed or not blamed <= guilty:
        yield f"culprits should be among {_say(guilty)}, are {_say(blamed)}"
    if {name for name, *_ in blamed} | moved != {name for name, *_ in guilty}:
        yield f"{_say(guilty)} move as one, but {_say(blamed)} and {sorted(moved)} are named"


Blamed = tuple[str, str, str, bool]


def _guilt(culprits: Json) -> set[Blamed]:
    return {
        (str(one["package"]), str(one["last_good"]), str(one["first_bad"]), bool(one["yanked"]))
        for one in _records(culprits)
    }


def _say(guilty: set[Blamed]) -> str:
    told = (f"{n} ({good}, {bad}]{' yanked' if y else ''}" for n, good, bad, y in sorted(guilty))
    return ", ".join(told) or "nobody"


def _record(value: Json) -> Record:
    assert isinstance(value, dict), value
    return value


def _records(value: Json) -> list[Record]:
    assert isinstance(value, list), value
    return [_record(each) for each in value]


def strings(value: Json) -> list[str]:
    """Return `value` as the list of texts that it has to be."""
    assert isinstance(value, list), value
    return cast("list[str]", value)
