"""What a project asks of reporters: its form and its policies, and whether they are as they were.

>>> changes({"a.yml": "0123456789ab"}, {"a.yml": "ba9876543210", "AGENTS.md": "00"})
('a.yml changed (0123456789ab to ba9876543210)', 'AGENTS.md is new (00)')
>>> changes({"a.yml": "0123"}, {})
('a.yml is gone (it was 0123)',)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WATCHED: Final = (  # where projects say how they want to be told, and by whom
    "CONTRIBUTING.md",
    ".github/CONTRIBUTING.md",
    "docs/CONTRIBUTING.md",
    "AGENTS.md",
    "AI_POLICY.md",
    ".github/AI_POLICY.md",
)
FORMS: Final = ".github/ISSUE_TEMPLATE"
_SHORT = 12  # digits of a digest, where a person reads it


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """Return what differs between two readings, each in a few words; both are digests by path."""
    told: list[str] = []
    for path in (*before, *(path for path in now if path not in before)):
        old, new = before.get(path, "")[:_SHORT], now.get(path, "")[:_SHORT]
        if old and new and before[path] != now[path]:
            told.append(f"{path} changed ({old} to {new})")
        elif old and not new:
            told.append(f"{path} is gone (it was {old})")
        elif new and not old:
            told.append(f"{path} is new ({new})")
    return tuple(told)
