"""A behavioural changelog for people and for programs; its schema is `suite/diff.schema.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from rich.text import Text

from bot.core.behaviour import Divergence
from bot.core.invariants import Broken, grouped
from bot.core.model import Json
from bot.core.parting import error
from bot.core.sanitise import plain
from bot.steps.again import Pair
from bot.steps.single import Checked, Wrong

WIDE = 160  # characters of a value that a terminal gets to see
LINES = 8  # lines of a difference
_SIDES = {"--- expected": "--- old", "+++ seen": "+++ new"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changelog:
    """What was found: pairs of neighbours, or one release against goldens and invariants."""

    component: str
    probes: int
    pairs: tuple[Pair, ...] = ()
    releases: tuple[Checked, ...] = ()


def as_json(told: Changelog) -> Json:
    """Return a changelog as `--json OUT` holds it."""
    return {
        "version": 1,
        "component": told.component,
        "probes": told.probes,
        "pairs": [_pair(pair) for pair in told.pairs],
        "releases": [
            {"version": each.version, "broken": [_wrong(one) for one in each.broken]}
            for each in told.releases
        ],
    }


def _pair(pair: Pair) -> Json:
    return {
        "old": pair.old,
        "new": pair.new,
        "moved": [
            {"package": each.package, "old": each.old, "new": each.new} for each in pair.moved
        ],
        "divergences": [_divergence(each) for each in pair.divergences],
        "invariants": [
            {
                "version": version,
                "probe": rows[0].probe,
                "link": rows[0].link.value,
                "invariant": rows[0].invariant,
                "what": rows[0].what,
                "probes": [each.probe for each in rows],
            }
            for version, rows in _invariants(pair)
        ],
        "unreproduced": list(pair.unreproduced),
        "unasked": [{"version": version, **error(why)} for version, why in pair.unasked],
    }


def _invariants(pair: Pair) -> Iterator[tuple[str, tuple[Broken, ...]]]:
    """Yield what breaks on each side, row by row."""
    for version in dict.fromkeys((pair.old, pair.new)):
        for row in grouped(each for told, each in pair.invariants if told == version):
            yield version, row


def _divergence(each: Divergence) -> Json:
    parting = each.parting
    return {
        "probe": each.probe,
        "link": parting.link.value if parting.link else None,
        "phase": parting.phase.value,
        "mode": each.mode,
        "authority": parting.authority.value,
        "old": parting.old,
        "new": parting.new,
        "signature": each.signature,
        "difference": parting.text,
        "right": each.right or None,
        "probes": list(each.probes),
    }


def _wrong(each: Wrong) -> Json:
    return {
        "probe": each.probe,
        "link": each.link.value if each.link else None,
        "phase": each.phase.value,
        "kind": each.kind,
        "what": each.what,
        "signature": each.signature,
        "seen": each.seen,
        "expected": each.expected,
        "probes": list(each.probes),
    }


def lines(told: Changelog) -> Iterator[str | Text]:
    """Yield what a person reads: each pair, what moved, and one paragraph per divergence."""
    for pair in told.pairs:
        yield from _lines_of_pair(told, pair)
    for each in told.releases:
        yield from _lines_of_release(told, each)


def _lines_of_pair(told: Changelog, pair: Pair) -> Iterator[str | Text]:
    yield Text(f"{told.component} {pair.old} -> {pair.new}", style="bold")
    if pair.moved:
        moved = ", ".join(f"{m.package} {m.old or 'none'} -> {m.new or 'none'}" for m in pair.moved)
        yield f"  moves along: {moved}"
    if pair.uncompared:
        yield from dict.fromkeys(
            f"  {version} cannot be asked, in phase {why.phase}: {clip(why.message)}"
            for version, why in pair.unasked
        )
        yield Text("  nothing was compared", style="bold red")
    elif not pair.divergences:
        yield f"  {told.probes} probes, nothing differs"
    for each in pair.divergences:
        yield from _lines_of_divergence(each)
    broken = list(_invariants(pair))
    if broken:
        yield Text("  what must hold, and does not:", style="bold")
    for version, rows in broken:
        first = rows[0]
        more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
        yield f"    {version}: {first.invariant}: {first.probe}{more}, at {first.link}"
        yield f"      {clip(first.what)}"
    if pair.unreproduced:
        yield f"  seen, but not three times, and so not counted: {len(pair.unreproduced)}"


def _lines_of_divergence(each: Divergence) -> Iterator[str | Text]:
    parting = each.parting
    where = f"at {parting.link}" if parting.link else f"in phase {parting.phase}"
    winner = "no winner" if parting.authority.value == "unspecified" else ""
    held = f"{each.right} is as its golden says" if each.right in ("old", "new") else ""
    notes = ", ".join(note for note in (each.mode, parting.authority.value, winner, held) if note)
    style = "yellow" if winner else "red"
    more = f" and {len(each.probes) - 1} more" if len(each.probes) > 1 else ""
    yield Text.assemble("  ", (where, style), f": {each.probe or 'every probe'}{more} ({notes})")
    shown = parting.text or f"- {value(parting.old)}\n+ {value(parting.new)}"
    for line in shown.splitlines()[:LINES]:
        yield Text(f"      {clip(_SIDES.get(line, line))}", style="dim")


def _lines_of_release(told: Changelog, each: Checked) -> Iterator[str | Text]:
    yield Text(f"{told.component} {each.version}", style="bold")
    if not each.broken:
        yield f"  {told.probes} probes, goldens and invariants hold"
    for one in each.broken:
        where = f"at {one.link}" if one.link else f"in phase {one.phase}"
        more = f" and {len(one.probes) - 1} more" if len(one.probes) > 1 else ""
        head = (where, "red")
        yield Text.assemble("  ", head, f": {one.probe or 'every probe'}{more} ({one.kind})")
        for line in one.what.splitlines()[:LINES]:
            yield Text(f"      {clip(line)}", style="dim")


def value(told: Json) -> str:
    """Return a value in one line."""
    return told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)


def clip(line: str) -> str:
    """Return a line that a terminal can take: no power over it, and not too wide."""
    return plain(line, width=WIDE)
