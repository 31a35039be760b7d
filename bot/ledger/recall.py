"""What a ledger remembers, with a door to what it keeps folded: see `ledger.fold`."""

from __future__ import annotations

from bot.core.memory import Memory
from bot.ledger.files import FileLedger
from bot.ports import Ledger


def memory_of(ledger: Ledger) -> Memory:
    """Fold every fact of `ledger`; what cells showed in old runs is read when it is asked for."""
    memory = Memory(told_then=ledger.folded) if isinstance(ledger, FileLedger) else Memory()
    return memory.fold(ledger.facts())
