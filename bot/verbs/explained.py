"""An explanation in words for people, and as JSON, whose schema is `explain.schema.json`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.core.mirror import EACH
from bot.core.model import Json
from bot.core.outcome import Culprit, Ending
from bot.steps.inquiry import Found

ABSENT: Final = "(not installed)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What was found, and the seconds that it took."""

    found: Found
    seconds: float
    repro: str = ""


def as_json(told: Explained) -> dict[str, Json]:
    """Return the explanation as its published schema has it."""
    found = told.found
    it = found.explanation
    return {
        "version": 1,
        "ending": it.ending.value,
        "culprits": [_culprit(each) for each in it.culprits],
        "moves_with": [{"package": m.package, "because": m.because} for m in it.moves_with],
        "gaps": list(it.gaps),
        "kind": it.kind or None,
        "first_bad_differs": it.first_differs,
        "signature": it.signature or None,
        "link": it.link.value if it.link else None,
        "responsible": _responsible(found),
        "nature": _nature(found),
        "cells": {
            "search": it.cost.search,
            "ends": it.cost.ends,
            "confirm": it.cost.confirm,
            "speculative": it.cost.speculative,
        },
        "limit": round(it.limit, 3),
        "seconds": round(told.seconds, 3),
        "repro": told.repro or None,
        "confidence": round(it.confidence, 3),
        "why": it.why,
    }


def _culprit(each: Culprit) -> Json:
    told: dict[str, Json] = {
        "package": each.package,
        "last_good": each.last_good,
        "first_bad": each.first_bad,
    }
    return {**told, "yanked": True} if each.yanked else told


def _responsible(found: Found) -> Json:
    it = found.responsible
    if it is None:
        return None
    return {"repo": it.repo or None, "reason": it.reason, "confidence": it.confidence}


def _nature(found: Found) -> Json:
    it = found.nature
    if it is None:
        return None
    return {"is": it.word, "evidence": list(it.evidence), "confidence": it.confidence}


def lines(told: Explained) -> Iterator[str]:
    """Say it in a few lines, the answer first."""
    it = told.found.explanation
    yield from _answer(told)
    for each in it.moves_with:
        yield f"  {each.package} moves along: {each.because}"
    if it.gaps:
        yield f"  inside the interval, not to be tried: {', '.join(it.gaps)}"
    if it.signature:
        yield f"shows: {it.signature}"
    if told.found.nature:
        yield f"looks like: {told.found.nature.word} ({'; '.join(told.found.nature.evidence)})"
    if told.found.responsible and told.found.responsible.repo:
        yield f"to hear of it: {told.found.responsible.repo} ({told.found.responsible.reason})"
    if told.repro and told.found.handed:
        yield f"proof: {told.repro}"
        yield f"  fails:   {told.found.handed.fails}"
        yield f"  passes:  {told.found.handed.passes}"
    cost = it.cost
    cells = f"{cost.search} cells to find it, {cost.ends} for the ends, {cost.confirm} to confirm"
    yield f"{cells}; {told.seconds:.1f} s"


def _answer(told: Explained) -> Iterator[str]:
    it = told.found.explanation
    match it.ending:
        case Ending.CONCLUSIVE | Ending.INTERVAL | Ending.INTERACTION:
            for each in it.culprits:
                yanked = " (yanked)" if each.yanked else ""
                old, new = each.last_good or ABSENT, each.first_bad or ABSENT
                yield f"{each.package} {old} -> {new}{yanked} did it"
            if len(it.culprits) > 1:
                yield f"  {EACH}" if it.why == EACH else "  each of them alone does not"
        case Ending.NO_REGRESSION:
            yield "no regression: both ends show the same"
        case Ending.FLAKY | Ending.UNEXPLAINED | Ending.HORIZON:
            yield f"{it.ending.value}: {it.why}"
