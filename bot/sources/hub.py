"""Revisions of a model on a hub, as far as the files that change what a stack says are concerned.

A chat template, a tokenizer or the metadata of a GGUF file is upgraded like any package, only
without a version: a revision of these files is one, named by its moment and its commit. What
else changes in a repository, such as a model card, is none.

https://huggingface.co/docs/hub/api
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from typing import Final, Protocol
from urllib.parse import quote

from bot.core.model import Component, Json, Release, digest
from bot.errors import SourceError, UnknownPackageError

MATTER: Final = (
    *("chat_template.jinja", "chat_template.json", "additional_chat_templates/*"),
    *("tokenizer.json", "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json"),
    *("vocab.json", "merges.txt", "tekken.json", "generation_config.json", "*.gguf"),
)
GGUF: Final = "gguf metadata"
PAGES: Final = 20
_COMMIT: Final = re.compile(r"[0-9a-f]{40}")


class Page(Protocol):
    """One answer: JSON, and where it goes on."""

    @property
    def body(self) -> Json:
        """What was answered."""
        ...

    @property
    def following(self) -> str:
        """The address of the next page, "" after the last one."""
        ...


class Fetches(Protocol):
    """What this source needs of a fetcher."""

    def fetch(self, url: str, *, accept: str = ...) -> Page:
        """Return what is at `url`. Raises `SourceError`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A hub of models at `hub`; a package is `OWNER/NAME`, with `@BRANCH` where not `main`."""

    fetcher: Fetches
    hub: str = "https://huggingface.co"

    def releases(self, component: Component) -> Iterable[Release]:
        """The present revision of the files that matter.

        Raises `UnknownPackageError` where there is no such model, or none of its files matters;
        `SourceError` where nobody answers.
        """
        name, _, branch = component.package.partition("@")
        about = self._about(name, branch or "main")
        commit = str(about.get("sha") or "")
        if not _COMMIT.fullmatch(commit):
            raise SourceError(f"{self.hub} names no commit of {name}", cure="check HF_ENDPOINT")
        patterns = component.lookout.files or MATTER
        rows = [row for row in self._tree(name, commit) if _matters(row, patterns)]
        files = [(str(row.get("path")), _content(row)) for row in rows]
        if about.get("gguf") and any(fnmatch("model.gguf", each) for each in patterns):
            files.append((GGUF, f"sha256:{digest(about['gguf'])}"))
        if not files:
            what = f"{component.package} has no file like {', '.join(patterns)}"
            raise UnknownPackageError(what, cure="name those that matter under `files`")
        moment, of = _newest(rows, commit)
        state = digest([[*pair] for pair in sorted(files)])[:12]
        return (
            Release(
                component=component.name,
                version=f"{moment:%Y.%m.%d.%H%M%S}+{state}" if moment else f"0+{state}",
                uploaded=moment,
                origin=f"{self.hub}/{name}/tree/{commit}",
                files=tuple(sorted(files)),
                tags=(branch or "main",),
                notes=f"{self.hub}/{name}/commit/{of}",
            ),
        )

    def _about(self, name: str, branch: str) -> Mapping[str, Json]:
        wanted = "expand=sha&expand=lastModified&expand=gguf"
        url = f"{self.hub}/api/models/{name}/revision/{quote(branch, safe='')}?{wanted}"
        try:
            body = self.fetcher.fetch(url).body
        except UnknownPackageError as error:
            what = f"{self.hub} has no model {name!r} with a branch {branch!r}"
            raise UnknownPackageError(what, cure=error.cure) from error
        return body if isinstance(body, dict) else {}

    def _tree(self, name: str, commit: str) -> list[Mapping[str, Json]]:
        url = f"{self.hub}/api/models/{name}/tree/{commit}?recursive=true&expand=true"
        found: list[Mapping[str, Json]] = []
        for _ in range(PAGES):
            page = self.fetcher.fetch(url)
            rows = page.body if isinstance(page.body, list) else []
            found += [row for row in rows if isinstance(row, dict)]
            url = page.following
            if not url:
                break
        return found


def _matters(row: Mapping[str, Json], patterns: Iterable[str]) -> bool:
    path = str(row.get("path"))
    return row.get("type") == "file" and any(fnmatch(path, pattern) for pattern in patterns)


def _content(row: Mapping[str, Json]) -> str:
    """Return what names the content of a file: large ones by sha256, others by git's own hash."""
    large = row.get("lfs")
    if isinstance(large, dict) and large.get("oid"):
        return f"sha256:{large['oid']}"
    return f"git:{row.get('oid')}"


def _newest(rows: Iterable[Mapping[str, Json]], commit: str) -> tuple[datetime | None, str]:
    """Return when one of these files changed last, and by which commit."""
    told = [last for row in rows if isinstance(last := row.get("lastCommit"), dict)]
    dated = [
        (when, str(last.get("id") or commit)) for last in told if (when := _time(last.get("date")))
    ]
    return max(dated) if dated else (None, commit)


def _time(value: Json) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.astimezone(UTC) if found else None
