"""The issue that a responsible project would get: a fixed form filled with measured facts.

The order is what a maintainer needs: what to run, what comes out, where it changed, what is
innocent, how sure this is. What was not measured says so. Nothing here is a guess in prose.

>>> from bot.core.outcome import Verdict
>>> from bot.core.report import Tally
>>> finding = FindingView(finding="f", row="r", cell="engine-2", verdict=Verdict.REGRESSED,
...     probes=("p",), link=None, signature="diverged:text:length", diff="")
>>> cell = CellView(name="engine-2", row="r", trigger="newest", cell=None, against="",
...     word="regressed", tally=Tally(), results=())
>>> title, body = draft(finding, cell)
>>> title
'[stackmatrix] engine-2: text differs (length)'
>>> "not measured" in body
True
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.core.model import NOT_EXPOSED, Json, Link, package_of
from bot.core.outcome import Culprit, Ending, Explanation
from bot.core.phrases import NOT_MEASURED, ending, headline, interval
from bot.core.report import CellView, FindingView
from bot.core.sanitise import code, colourless, defang, excerpt, fenced, inline, plain, quoted

LIMIT = 65_000  # a tracker takes 65,535 characters; the rest is for what it adds itself
TITLE = 200
LONG = 4000  # a command longer than this is no command that a person pastes

_MARK = re.compile(r"^(?:Finding|Release|Page): `([0-9a-f]{16})`$", re.MULTILINE)
_NAME = re.compile(r"(@[A-Za-z0-9._~-]+/)?[A-Za-z0-9._~-]+")
_PAGES = {"node": "https://www.npmjs.com/package/{}/v/{}"}  # by environment
_CURL = re.compile(r"^a server alone: (curl .*)$", re.MULTILINE)
_PAGE = re.compile(r"https://[\w./~-]+")
_VERSION = re.compile(r"[A-Za-z0-9._+!-]+")


NAMED: Final = 12  # probes named in a sentence: who reads it needs one, the proof


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """How much of each part there is room for; the next stage is always smaller."""

    value: int
    lines: int
    pins: int
    proof: int
    moved: int


_STAGES = (
    _Room(value=4000, lines=200, pins=400, proof=30_000, moved=200),
    _Room(value=1500, lines=60, pins=60, proof=20_000, moved=60),
    _Room(value=500, lines=20, pins=20, proof=8_000, moved=20),
    _Room(value=200, lines=5, pins=0, proof=0, moved=5),
)


def draft(
    finding: FindingView, cell: CellView, *, bot: str = "", platform: str = ""
) -> tuple[str, str]:
    """Return the title and the body (markdown, at most `LIMIT` characters) for `finding`.

    `cell` is where it shows; `bot` is our version, `platform` the system the cell ran on.
    """
    title = inline_title(f"[stackmatrix] {headline(finding)}")
    body = ""
    for room in _STAGES:
        body = "\n\n".join(_parts(finding, cell, room, (bot, platform))) + "\n"
        if len(body) <= LIMIT:
            return title, body
    return title, body


def answers(
    finding: FindingView, cell: CellView, *, bot: str = "", platform: str = ""
) -> Iterator[Mapping[str, str]]:
    """Yield what a form's fields can be filled with, by name; each time less of it.

    Parts of the draft are `see`, `differs`, `changed`, `where`, `sure` and `answer`; the rest are
    single facts. What was not measured is left out.
    """
    there = cell.cell
    for room in _STAGES:
        expected, observed = _sides(finding, cell)
        shown = (("expected", expected), ("observed", observed or finding.diff))
        values = {
            name: quoted(text[: room.value], lines=room.lines) for name, text in shown if text
        }
        pins = [str(pin) for pin in there.closure.pins] if there else []
        python = _plainly(f"Python {there.interpreter}") if there else ""
        told = {
            "see": "\n\n".join(_proof(finding, room)),
            "differs": "\n\n".join(_difference(finding, cell, room)),
            "changed": "\n\n".join(_place(finding, cell, room)),
            "where": "\n\n".join(_where(cell, room, platform)),
            "sure": _certainty(finding),
            "answer": _answer(finding, bot),
            "program": finding.repro.rstrip("\n") if len(finding.repro) <= room.proof else "",
            **dict(_run(finding)),
            "python": python,
            "os": _plainly(platform),
            "os-name": _plainly(platform.partition(" ")[0]),
            "packages": excerpt("\n".join(map(_pin, pins)), lines=room.pins) if room.pins else "",
            **values,
        }
        yield {name: text for name, text in told.items() if text}


def _plainly(text: str) -> str:
    """Return a short fact as it is where nothing in it could be markup."""
    return text if re.fullmatch(r"[A-Za-z0-9]+(?:[ ._-][A-Za-z0-9]+)*", text) else inline(text)


def _run(finding: FindingView) -> Iterator[tuple[str, str]]:
    """Yield the two commands, bare and as they are shown."""
    told = (("fails", finding.fails), ("passes", finding.passes))
    lines = "\n".join(f"# {word}\n{command}" for word, command in told if command)
    if lines and len(lines) < LONG:
        yield "commands", lines
        yield "run", fenced(lines, "sh")


def named(body: str) -> str:
    """Return the fingerprint that an issue's body carries, or nothing.

    It is the last line of that kind: what stands before may be quoted from a stranger's log.
    """
    found = _MARK.findall(body.replace("\r\n", "\n"))
    return found[-1] if found else ""


def inline_title(text: str) -> str:
    """Return `text` as a title: one line, at most 200 characters, mentioning nobody."""
    line = " ".join(plain(text).split())
    return defang(line if len(line) <= TITLE else f"{line[: TITLE - 3]}...")


def _parts(
    finding: FindingView, cell: CellView, room: _Room, about: tuple[str, str]
) -> Iterator[str]:
    yield "## How to see it"
    yield from _proof(finding, room)
    yield "## What differs"
    yield from _difference(finding, cell, room)
    yield "## Where it changed"
    yield from _place(finding, cell, room)
    yield "## Where it was measured"
    yield from _where(cell, room, about[1])
    yield "## How sure this is"
    yield _certainty(finding)
    yield "## How to answer"
    yield _answer(finding, about[0])


def _proof(finding: FindingView, room: _Room) -> Iterator[str]:
    commands = (("fails", finding.fails), ("passes", finding.passes))
    told = [f"# {word}\n{command}" for word, command in commands if 0 < len(command) < LONG]
    asks = _CURL.search(finding.repro)
    told += [f"# a server of either, at $BASE_URL\n{asks[1]}"] if asks and told else []
    yield fenced("\n".join(told), "sh") if told else f"Two commands: {NOT_MEASURED}."
    if not finding.repro:
        yield f"A smallest proof: {NOT_MEASURED}."
        return
    name = code(finding.repro_name or "repro.py")
    if len(finding.repro) > room.proof:
        yield f"{name} is attached; it is too long to show here."
    else:
        yield f"{name}:"
        yield fenced(finding.repro.rstrip("\n"), "python" if "py" in name else "")
    checked = "in fresh environments, it failed and passed as said above"
    yield f"Checked: {checked if finding.verified else NOT_MEASURED}."


def _difference(finding: FindingView, cell: CellView, room: _Room) -> Iterator[str]:
    first = f"The first place in the chain that differs: {_link(finding.link)}."
    most = min(NAMED, room.moved)
    probes = ", ".join(map(code, finding.probes[:most]))
    more = len(finding.probes) - most
    yield f"{first} Probes: {probes or NOT_MEASURED}{f' and {more} more' if more > 0 else ''}."
    expected, observed = _sides(finding, cell)
    observed = observed or finding.diff  # what failed shows no value: then how it failed
    for word, value in (("Expected", expected), ("Observed", observed)):
        yield f"{word}:"
        yield quoted(value[: room.value], lines=room.lines) if value else f"{NOT_MEASURED}."
    if finding.diff != observed:
        yield quoted(finding.diff[: room.value * 4], "diff", lines=room.lines)
    yield f"What stands behind the expectation: {inline(finding.because) or NOT_MEASURED}."


def _sides(finding: FindingView, cell: CellView) -> tuple[str, str]:
    """Return what was expected and what was seen at the first divergent link, as text."""
    results = {result.probe: result for result in cell.results}
    for result in (results[name] for name in finding.probes if name in results):
        if finding.link is not None:
            expected, seen = dict(result.expected), dict(result.seen)
            if finding.link in expected or finding.link in seen:
                return _text(expected.get(finding.link)), _text(seen.get(finding.link))
    return "", ""


def _text(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and value:
        return value
    if value == NOT_EXPOSED:
        return "not exposed"
    return json.dumps(colourless(value), indent=1, ensure_ascii=False)


def _place(finding: FindingView, cell: CellView, room: _Room) -> Iterator[str]:
    explained = finding.explanation
    yield f"Result of the search: {ending(explained)}."
    culprits = explained.culprits if explained else ()
    yield (
        "\n".join(
            line
            for one in culprits[: room.moved]
            for line in (f"* {_culprit(one, cell)}", *_inside(one, room))
        )
        or f"Interval: {NOT_MEASURED}."
    )
    if explained and explained.gaps:
        gaps = ", ".join(map(code, explained.gaps[: room.moved]))
        yield f"Could not be tested inside the interval: {gaps}."
    if explained and explained.moves_with:
        along = explained.moves_with[: room.moved]
        yield "Had to move along:"
        yield "\n".join(f"* {code(one.package)}: {inline(one.because)}" for one in along)
    yield _innocent(explained, cell, room)


def _culprit(culprit: Culprit, cell: CellView) -> str:
    told = f"{code(culprit.package)} {inline(interval(culprit))}"
    if cell.cell is None or cell.cell.closure.version(culprit.package) is None:
        return told
    package = package_of(culprit.package)
    if not _NAME.fullmatch(package):
        return told
    page = _PAGES.get(cell.environment, "https://pypi.org/project/{}/{}/")
    pages = [
        f"[{inline(version)}]({page.format(package, version)})"
        for version in (culprit.last_good, culprit.first_bad)
        if _VERSION.fullmatch(version)
    ]
    return f"{told} ({' to '.join(pages)})" if pages else told


def _inside(culprit: Culprit, room: _Room) -> Iterator[str]:
    """Say what differs inside a package: its own commits, and those of what it brings along."""
    for one in culprit.inside[: room.moved]:
        sides = f"{code(one.last_good)} to {code(one.first_bad)}"
        page = f" ([compare]({one.compare}))" if _PAGE.fullmatch(one.compare) else ""
        yield f"  * inside it, {code(one.name)}: {sides}{page}"


def _innocent(explained: Explanation | None, cell: CellView, room: _Room) -> str:
    told = {Ending.CONCLUSIVE, Ending.INTERVAL, Ending.INTERACTION}
    if explained is None or explained.ending not in told or not explained.culprits:
        return f"What else moved and is innocent: {NOT_MEASURED}."
    guilty = {one.package for one in explained.culprits}
    along = {one.package for one in explained.moves_with}
    others = [one for one in cell.moved if one[0] not in guilty | along]
    if not others:
        return "Nothing else moved."
    lines = [
        f"* {code(name)} {inline(before) or 'absent'} to {inline(after) or 'absent'}"
        for name, before, after in others[: room.moved]
    ]
    if len(others) > room.moved:
        lines.append(f"* and {len(others) - room.moved} more")
    return "Also moved, and found innocent:\n\n" + "\n".join(lines)


def _where(cell: CellView, room: _Room, platform: str) -> Iterator[str]:
    there = cell.cell
    facts = (
        ("platform", platform),
        ("interpreter", there.interpreter if there else ""),
        ("environment", cell.environment),
        ("backend", there.backend if there else ""),
        ("model", there.model if there else ""),
    )
    yield "\n".join(f"* {name}: {inline(value) or NOT_MEASURED}" for name, value in facts)
    pins = [str(pin) for pin in there.closure.pins] if there else []
    if not pins or not room.pins:
        yield f"Installed packages: {len(pins) or NOT_MEASURED}."
        return
    listed = "\n".join(map(_pin, excerpt("\n".join(pins), lines=room.pins).split("\n")))
    title = f"<details><summary>Installed packages ({len(pins)})</summary>"
    yield f"{title}\n\n{fenced(listed)}\n\n</details>"


def _pin(line: str) -> str:
    """Return a pin as it can be copied; what is no pin of a package acts on nobody either."""
    name, _, version = line.partition("==")
    whole = _NAME.fullmatch(name) and _VERSION.fullmatch(version)
    return line if whole else defang(line)


def _certainty(finding: FindingView) -> str:
    explained = finding.explanation
    sure = f"{explained.confidence:.0%}" if explained and explained.confidence else NOT_MEASURED
    cost = explained.cost if explained else None
    cells = f"{cost.ends} ends, {cost.search} searched, {cost.confirm} confirming" if cost else ""
    lines = (
        ("nature", (explained.kind if explained else "") or "not determined"),
        ("confidence", sure),
        ("environments run", cells or NOT_MEASURED),
        ("signature", finding.signature or NOT_MEASURED),
    )
    return "\n".join(f"* {name}: {inline(value)}" for name, value in lines)


def _answer(finding: FindingView, bot: str) -> str:
    version = f" {inline(bot)}" if bot else ""
    return (
        f"I am stackmatrix{version}, a bot that compares releases of local-LLM stacks, and I may "
        "err. Maintainers can answer with a comment of one line: `fix VERSION` once it is mended, "
        "`dup #N`, `invalid REASON`, `expected`, `test VERSION`, or `stop`, and nothing more will "
        "be filed in this project. A person reads every other answer.\n\n"
        f"Finding: {code(finding.finding)}"
    )


def _link(link: Link | None) -> str:
    return code(link.value) if link else NOT_MEASURED
