"""What hosts said last, in a folder: the text, and what to quote when asking again.

A host that gives neither an ETag nor a Last-Modified is asked for everything again; then the hash
of the answer tells whether it changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.effects.files import put

HEADERS = ("Link", "Docker-Content-Digest")  # what a 304 leaves out and somebody needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One answer, as it was kept."""

    text: str
    digest: str
    etag: str = ""
    modified: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that ask for it only if it changed."""
        marks = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in marks.items() if value}


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of answers, each by the question that it answers."""

    root: Path

    def recall(self, question: str) -> Kept | None:
        """Return the last answer to `question`; one that is damaged is none."""
        try:
            kept = json.loads(self._place(question).read_bytes())
            return Kept(
                text=kept["text"],
                digest=kept["digest"],
                etag=kept["etag"],
                modified=kept["modified"],
                headers=dict(kept.get("headers", {})),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, question: str, content: bytes, headers: Mapping[str, str]) -> Kept:
        """Keep an answer over the one that was there."""
        fresh = Kept(
            text=content.decode("utf-8", errors="replace"),
            digest=hashlib.sha256(content).hexdigest(),
            etag=headers.get("ETag", ""),
            modified=headers.get("Last-Modified", ""),
            headers={name: headers[name] for name in HEADERS if name in headers},
        )
        told = {
            "question": question,
            "text": fresh.text,
            "digest": fresh.digest,
            "etag": fresh.etag,
            "modified": fresh.modified,
            "headers": dict(fresh.headers),
        }
        put(self._place(question), json.dumps(told).encode())
        return fresh

    def _place(self, question: str) -> Path:
        return self.root / f"{hashlib.sha256(question.encode()).hexdigest()}.json"
