"""The tracker that tells nobody: drafts in a folder, for a person to read and send, or not.

This is the default. Nothing leaves the machine; a draft that did not change is not touched, so a
file's date says when the finding last changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.effects.files import drop, put
from bot.errors import LedgerError, UsageError

TITLE = 256  # characters of a title that trackers take
BODY = 65_535  # and of a body

_ISSUE = "issue.md"
_CARD = "issue.json"
_AGAIN = "`stackmatrix run` writes it again"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class Outbox:
    """Implements `ports.Tracker` on a folder: one folder per draft."""

    def __init__(self, root: Path) -> None:
        """Use the folder `root`, which is made when the first draft comes."""
        self._root = root

    def deliver(self, name: str, title: str, body: str, attachments: Mapping[str, bytes]) -> str:
        """Write `issue.md`, `issue.json` and the attachments; returns the path of `issue.md`.

        Idempotent by `name`. The path is relative to the working folder where that is possible.
        Raises `LedgerError` when the folder cannot be written.
        """
        folder = self._root / _file_name(name)
        files = {_file_name(file): content for file, content in attachments.items()}
        card = {"title": title, "body": _ISSUE, "attachments": sorted(files)}
        texts = {_ISSUE: f"# {title}\n\n{body}", _CARD: json.dumps(card, indent=1) + "\n"}
        files |= {file: text.encode("utf-8", errors="replace") for file, text in texts.items()}
        try:
            for path, content in _changed(folder, files):
                put(path, content)
        except OSError as fault:
            raise LedgerError(
                f"{folder} cannot be written: {fault.strerror}",
                cure="make room or mend the permissions of the outbox, then run again",
            ) from fault
        return _relative(folder / _ISSUE)

    def withdraw(self, name: str) -> None:
        """Remove a draft and all that lies beside it; one that is not there is gone already."""
        drop(self._root / _file_name(name))

    def read(self, name: str) -> tuple[str, str]:
        """Return the title and the body of a draft, after its shape was checked.

        Who sends it reads nothing else of a run. Raises `UsageError` for what is no draft of ours.
        """
        folder = self._root / _file_name(name)
        try:
            card = json.loads((folder / _CARD).read_text(encoding="utf-8"))
            text = (folder / _ISSUE).read_text(encoding="utf-8")
        except (OSError, ValueError) as fault:
            raise UsageError(f"{folder} holds no draft: {fault}", cure=_AGAIN) from None
        title = card.get("title") if isinstance(card, dict) else None
        whole = isinstance(card, dict) and set(card) == {"title", "body", "attachments"}
        if not whole or not isinstance(title, str) or not 0 < len(title) <= TITLE:
            raise UsageError(f"{folder / _CARD} is not the card of a draft", cure=_AGAIN)
        head = f"# {title}\n\n"
        body = text.removeprefix(head)
        if not text.startswith(head) or not 0 < len(body) <= BODY:
            raise UsageError(f"{folder / _ISSUE} is not the draft of its card", cure=_AGAIN)
        return title, body


def _file_name(name: str) -> str:
    """Return `name` as one harmless part of a path; it stays readable."""
    return _UNSAFE.sub("-", name).strip(".-")[:100] or "unnamed"


def _changed(folder: Path, files: Mapping[str, bytes]) -> Iterator[tuple[Path, bytes]]:
    for name, content in files.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            yield path, content


def _relative(path: Path) -> str:
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)
