"""What GitHub's entries say: plain JSON objects, of which any field may be missing or odd.

>>> address_of({"repository_url": "https://api.github.com/repos/o/r", "number": 7})
'https://github.com/o/r/issues/7'
"""

from __future__ import annotations

import re

from bot.core.model import Json
from bot.errors import UsageError

ISSUE = re.compile(r"https://github\.com/([^/]+/[^/]+)/issues/(\d+)(?:#issuecomment-(\d+))?")


def parts(address: str) -> tuple[str, int]:
    """Return owner/name and number of an issue's address. Raises `UsageError`."""
    found = ISSUE.match(address)
    if not found:
        raise UsageError(f"{address} is no issue on GitHub", cure="see `issues list`")
    return found[1], int(found[2])


def text(raw: dict[str, Json], name: str) -> str:
    """Return a text of an entry; empty where there is none."""
    value = raw.get(name)
    return value if isinstance(value, str) else ""


def entry(raw: dict[str, Json], name: str) -> int:
    """Return a number of an entry; 0 where there is none."""
    value = raw.get(name)
    return value if isinstance(value, int) else 0


def number(raw: dict[str, Json]) -> int:
    """Return an issue's number."""
    return entry(raw, "number")


def within(raw: dict[str, Json], place: str) -> bool:
    """Whether an issue is of this repository, whatever the search says."""
    return place_of(raw).lower() == place.lower()


def place_of(raw: dict[str, Json]) -> str:
    """Return owner/name of the repository of an issue."""
    return text(raw, "repository_url").partition("/repos/")[2]


def address_of(raw: dict[str, Json]) -> str:
    """Return where people read an issue."""
    return f"https://github.com/{place_of(raw)}/issues/{number(raw)}"


def login_of(raw: dict[str, Json]) -> str:
    """Return who wrote it."""
    user = raw.get("user") or raw.get("author")
    return text(user, "login") if isinstance(user, dict) else ""


def committer(raw: dict[str, Json]) -> str:
    """Return who made a commit."""
    commit = raw.get("commit")
    author = commit.get("author") if isinstance(commit, dict) else None
    return login_of(raw) or (text(author, "name") if isinstance(author, dict) else "") or "somebody"


def day(raw: dict[str, Json]) -> str:
    """Return when a commit was made, as YYYY-MM-DD."""
    commit = raw.get("commit")
    author = commit.get("author") if isinstance(commit, dict) else None
    return (text(author, "date") if isinstance(author, dict) else "")[:10] or "an unknown day"
