"""`stackmatrix bless`: review proposed goldens of one's own suite, one by one or all at once.

What the baseline of the last run showed is proposed in `goldens/pending/`, as files that a pull
request shows; accepted values move to `goldens/`, each with its reason beside it. The suite that
comes along is not touched: its goldens are derived, and never recorded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from bot.app import Options, remembered
from bot.core.blessing import Proposal, accepted, proposals, unused
from bot.core.model import Json, Observation, Probe
from bot.core.plan import BASELINE
from bot.core.sanitise import plain
from bot.drivers.suite import Goldens, goldens_of
from bot.effects.clock import now
from bot.effects.files import put
from bot.errors import UsageError
from bot.ports import Progress
from bot.steps.house import House
from bot.steps.verdicts import observations, planned_of, rule
from bot.verbs.manual import epilog
from bot.verbs.said import Said, Terminal

WAITING = 1  # exit code while proposals are pending
SIDE = 400  # characters of a value that a review shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Everything that waits for a person, with where it would go, and what is unused."""

    waiting: tuple[tuple[Proposal, Goldens], ...]
    unused: tuple[str, ...]
    held: tuple[str, ...]


def review(options: Options, progress: Progress) -> Review:
    """Return the proposals of the last run. Raises `UsageError` where there is nothing to review.

    Probes of open findings are held back, by name.
    """
    house = remembered(options, progress)
    if not house.matrix.suite:
        cure = "put probes of your own into a folder and name it in matrix.yaml: `suite: [FOLDER]`"
        raise UsageError("the goldens that come along are derived, not blessed", cure=cure)
    places = goldens_of([Path(folder) for folder in house.matrix.suite])
    open_ = _open(house)
    waiting = []
    for row in house.matrix.rows:
        probes = tuple(p for p in house.probes[row.name] if p.name.split("/")[0] in places)
        seen = _baseline(house, row.name, probes)
        waiting += [
            (one, places[one.probe.split("/")[0]])
            for one in proposals(probes, seen, house.comparators, open_)
        ]
    return Review(waiting=tuple(waiting), unused=tuple(_unused(places)), held=tuple(sorted(open_)))


def _open(house: House) -> frozenset[str]:
    """The probes that something is broken for: a finding is open on them."""
    return frozenset(each.probe.name for each in rule(house) if each.verdict.bad)


def _baseline(house: House, row: str, probes: tuple[Probe, ...]) -> Mapping[str, Observation]:
    base = next(
        (each.cell for each in planned_of(house) if each.row == row and each.trigger == BASELINE),
        None,
    )
    told = {probe.name: observations(house, base.key, probe) for probe in probes} if base else {}
    return {name: seen[0] for name, seen in told.items() if seen}


def _unused(places: Mapping[str, Goldens]) -> Iterator[str]:
    for file in {place.file for place in places.values()}:
        keys = frozenset(
            place.key(probe)
            for place in places.values()
            if place.file == file
            for probe in place.probes
        )
        for key in unused(_table(file), keys):
            yield f"{file}: {key}"


def _table(file: Path) -> dict[str, Json]:
    if not file.is_file():
        return {}
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as trouble:
        raise UsageError(f"{file} is no JSON: {trouble}", cure="mend that file") from None
    return read if isinstance(read, dict) else {}


def propose(waiting: Review) -> tuple[Path, ...]:
    """Write what waits into `goldens/pending/`, one file for each file of goldens."""
    files: dict[Path, dict[str, Json]] = {}
    for one, place in waiting.waiting:
        file = place.file.parent / "pending" / place.file.name
        files.setdefault(file, {})[one.name] = {"golden": one.golden, "seen": one.seen}
    for file, told in files.items():
        put(file, _text(told))
    return tuple(files)


def accept(one: Proposal, place: Goldens, reason: str) -> None:
    """Move one value to its golden, and say why beside it."""
    key = place.key(one.probe)
    put(place.file, _text(accepted(_table(place.file), key, one)))
    why = place.file.parent / "reasons" / place.file.name
    told: Json = {"reason": reason, "accepted": now().date().isoformat()}
    put(why, _text(dict(sorted({**_table(why), one.name: told}.items()))))


def drop(one: Proposal, place: Goldens) -> None:
    """Take one value out of the pending file, and the file away when it was the last."""
    file = place.file.parent / "pending" / place.file.name
    left = {name: told for name, told in _table(file).items() if name != one.name}
    if left:
        put(file, _text(left))
    else:
        file.unlink(missing_ok=True)


def _text(told: Mapping[str, Json]) -> bytes:
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()


def sides(one: Proposal) -> tuple[Text, ...]:
    """Return a proposal as a person compares it: the golden beside what was seen."""
    golden = "none yet" if one.golden is None else _shown(one.golden)
    return (
        Text(one.name, style="bold"),
        Text.assemble(("  golden  ", "red"), golden),
        Text.assemble(("  seen    ", "green"), _shown(one.seen)),
    )


def _shown(value: Json) -> str:
    told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return plain(repr(told) if isinstance(value, str) else told, width=SIDE)


@click.command("bless", epilog=epilog("bless"))
@click.argument("names", nargs=-1)
@click.option("--accept", "verdict", flag_value="accept", help="Accept those named, or all.")
@click.option("--reject", "verdict", flag_value="reject", help="Drop the proposals named, or all.")
@click.option("--one-by-one", "verdict", flag_value="ask", help="Ask about each, in this terminal.")
@click.option("--reason", default="", help="Why: kept beside each accepted golden.")
@click.option("--config", default="matrix.yaml", show_default=True, help="The matrix.")
@click.option("--state", default=".stackmatrix", show_default=True, help="The ledger.")
@click.pass_obj
def command(terminal: Terminal, /, **given: Any) -> Said:  # noqa: ANN401
    """Review goldens that the last run proposes for probes of your own.

    Without a flag they are listed, and written to goldens/pending for a pull request to show.
    Nothing is accepted silently, and no probe of an open finding is.
    """
    options = Options(config=Path(given["config"]), state=Path(given["state"]), reports=Path())
    with terminal.display(False) as display:  # noqa: FBT003 - said by its name: quiet
        waiting = review(options, display)
    chosen = [each for each in waiting.waiting if not given["names"] or _named(each[0], given)]
    if given["verdict"] == "accept" and not given["reason"]:
        raise UsageError("a golden needs a reason", cure="add --reason 'why this is right'")
    done = _carry_out(terminal, given["verdict"], chosen, given["reason"])
    left = len(waiting.waiting) - done
    if given["verdict"] is None:
        propose(waiting)
    lines: list[str | Text] = []
    for one, _ in chosen if given["verdict"] is None else ():
        lines += [*sides(one), ""]
    lines += [f"unused golden: {each}" for each in waiting.unused]
    lines += [f"held back, part of an open finding: {each}" for each in waiting.held]
    lines.append(f"{done} settled, {left} waiting")
    return Said(lines=tuple(lines), code=WAITING if left else 0)


def _named(one: Proposal, given: Mapping[str, Any]) -> bool:
    return one.name in given["names"] or one.probe in given["names"]


def _carry_out(
    terminal: Terminal, verdict: str | None, chosen: list[tuple[Proposal, Goldens]], reason: str
) -> int:
    """Accept, reject or skip each; returns how many are settled."""
    done = 0
    for one, place in chosen if verdict else ():
        word = terminal.choose(sides(one), ("accept", "reject", "skip")) if verdict == "ask" else ""
        word = word or str(verdict)
        if word == "accept":
            accept(one, place, reason or terminal.hear("why is this right?"))
        if word in ("accept", "reject"):
            drop(one, place)
            done += 1
    return done
