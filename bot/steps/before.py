"""What is asked last before filing: is it proved today, fit for all to read, and new there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.core.aliases import aliases
from bot.core.draft import named
from bot.core.facts import Drafted, Fact, Reduced, Reproved, RunStarted
from bot.core.life import Life, Step
from bot.core.likeness import likely, queries
from bot.core.policy import FRESH
from bot.core.traits import Traits
from bot.errors import SourceError
from bot.forge import Forge, Issue

BOT = "stackmatrix"  # how we sign steps of our own
TOLD_APART = 5  # answers to one search that are looked at; what is like it comes first


def unfit(drafted: Drafted, life: Life, facts: Iterable[Fact], now: datetime, secret: str) -> str:
    """Return why a finding may not be filed; `secret` is why nobody may know of it."""
    if secret:
        return (
            f"{secret}: tell the security contact of {drafted.target} (see its SECURITY.md), "
            "never its tracker"
        )
    if drafted.traits.tiny and not _by_a_person(life):
        return (
            "seen on the tiny model only: it is to be reproduced without a model or on a public "
            "one, or a person approves it"
        )
    if not drafted.traits.package:
        return "its draft does not say what to search for: run again"
    return _unproved(life.finding, facts, now)


def _by_a_person(life: Life) -> bool:
    """Whether the last approval is a person's word, and none of ours."""
    told = (each.who for each in reversed(life.history) if each.step is Step.APPROVE)
    who = next(told, "").strip().lower()
    return bool(who) and not who.startswith(BOT) and not who.endswith("[bot]")


def _unproved(finding: str, facts: Iterable[Fact], now: datetime) -> str:
    every = tuple(facts)
    begun = {fact.run: fact.body.at for fact in every if isinstance(fact.body, RunStarted)}
    called = aliases(every)
    at, holds = None, False
    for fact in every:
        match fact.body:
            case Reduced(finding=search, verified=verified) if called.of(search) == finding:
                at, holds = begun.get(fact.run), verified
            case Reproved(finding=name, at=when, holds=told) if name == finding:
                at, holds = when, told
            case _:
                pass
    if at is None or not holds:
        return "its proof does not hold (any more)"
    if now - at > FRESH:
        return f"its proof was last run on {at:%Y-%m-%d}: run again, so that it is run today"
    return ""


def told_before(forge: Forge, place: str, traits: Traits) -> Issue | None:
    """Return a person's issue that likely tells the same. Raises `SourceError` for no search."""
    asked = queries(traits)
    if not asked:
        raise SourceError(f"nothing to search {place} for", cure="run again")
    for words in asked:
        found = forge.alike(place, words)
        mine = [one for one in found if not named(one.body)][:TOLD_APART]
        same = next((one for one in mine if likely(one.title, one.body, traits)), None)
        if same is not None:
            return same
    return None
