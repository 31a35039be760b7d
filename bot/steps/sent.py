"""What we wrote where, as the ledger knows it: so that what others changed is left alone."""

from __future__ import annotations

from bot.core.facts import Sent
from bot.core.ticks import text_digest
from bot.steps.desk import Desk


def sent(desk: Desk, address: str) -> str:
    """Return the digest of what we wrote at an address last; empty where that is not known."""
    bodies = (fact.body for fact in desk.ledger.facts())
    told = [one.digest for one in bodies if isinstance(one, Sent) and one.where == address]
    return told[-1] if told else ""


def tell_sent(desk: Desk, address: str, body: str) -> None:
    """Remember what was written."""
    desk.tell(Sent(where=address, digest=text_digest(body)), address)
