"""Why nothing may be written at a place, asked before every single thing that is written there."""

from __future__ import annotations

from bot.core.lives import stops
from bot.core.policy import WEEK, same
from bot.steps.desk import Desk


def why_silent(desk: Desk, place: str, *, last_word: bool = False) -> str:
    """Return why nothing may be written at `place`, `owner/name`; empty where something may.

    With `last_word` somebody's stop is only just being answered, and does not count yet. Raises
    `SourceError` where the place does not answer.
    """
    said = stops(desk.ledger.facts())
    word = next((said[at] for at in ("", same(place)) if at in said), None)
    if word and not last_word:
        return f"{word.who} said stop on {word.at:%Y-%m-%d}: {word.why}"
    switched = desk.stop()
    if switched:
        return switched
    forge = desk.forge()
    own = forge.stopped(desk.policy.own) if desk.policy.own else ""
    return own or forge.standing(place, since=desk.now - WEEK).refusal


def for_ever(desk: Desk, place: str) -> bool:
    """Whether somebody at `place` wants nothing more: what waits for a word there waits in vain."""
    return same(place) in stops(desk.ledger.facts())
