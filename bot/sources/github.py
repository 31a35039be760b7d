"""Releases, tags and nightly assets of a repository on GitHub, by REST or by GraphQL.

Where the environment has a token, a hundred repositories are asked in one question; else each is
asked alone, with what it said last as a condition: an answer of "not modified" costs nothing of
the hourly allowance. Only the newest pages are read: what is older was read before.

https://docs.github.com/rest/releases https://docs.github.com/graphql
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from bot.core.lookout import ASSETS, TAGS, Lookout, placed
from bot.core.model import Component, Json, Release
from bot.errors import SourceError

ACCEPT: Final = "application/vnd.github+json"
VERSION: Final = {"X-GitHub-Api-Version": "2022-11-28"}
PAGES: Final = 3  # of a hundred each
BATCH: Final = 100  # repositories in one question
_FIELDS: Final = """
fragment all on Repository {
  nameWithOwner
  releases(first: 20, orderBy: {field: CREATED_AT, direction: DESC}) {
    nodes {
      tagName url isDraft isPrerelease publishedAt
      tagCommit { oid }
      releaseAssets(first: 40) { nodes { id name updatedAt } }
    }
  }
  refs(refPrefix: "refs/tags/", first: 40,
       orderBy: {field: TAG_COMMIT_DATE, direction: DESC}) {
    nodes {
      name
      target {
        oid
        ... on Commit { committedDate }
        ... on Tag { target { oid ... on Commit { committedDate } } }
      }
    }
  }
}"""


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

    def fetch(
        self, url: str, *, accept: str = ..., headers: Mapping[str, str] | None = ...
    ) -> Page:
        """Return what is at `url`. Raises `SourceError`."""
        ...

    def post(self, url: str, body: Json, *, headers: Mapping[str, str] | None = ...) -> Page:
        """Return the answer to a question that is JSON itself. Raises `SourceError`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A release or a tag, whichever interface told of it."""

    tag: str
    commit: str = ""
    moment: datetime | None = None
    early: bool = False
    page: str = ""
    assets: tuple[tuple[str, str, datetime | None, str], ...] = ()  # name, id, moment, digest


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHub:
    """GitHub's API at `api`; `graphql` is where questions in batches go, "" without a token."""

    fetcher: Fetches
    api: str = "https://api.github.com"
    graphql: str = ""

    def releases(self, component: Component) -> Iterable[Release]:
        """Every version that is announced on the newest pages.

        Raises `UnknownPackageError` where there is no such repository, else `SourceError`.
        """
        word = TAGS if component.lookout.kind == TAGS else "releases"
        read = _tag if component.lookout.kind == TAGS else _release
        url = f"{self.api}/repos/{component.package}/{word}?per_page=100"
        rows = self._rows(url)
        told = [read(row) for row in rows if not row.get("draft")]
        return tuple(_versions(component, url.partition("?")[0], told))

    def many(
        self, components: Sequence[Component]
    ) -> Mapping[str, tuple[Release, ...] | SourceError]:
        """Return the releases of a hundred components, by name, for one question of GraphQL.

        Empty without a token: then each is asked alone. Raises `SourceError` as `releases` does.
        """
        if not self.graphql or not components:
            return {}
        places = dict.fromkeys(one.package for one in components)
        asked = {f"r{at}": place for at, place in enumerate(places)}
        data = self._ask(asked)
        found = {place: data.get(alias) for alias, place in asked.items()}
        return {one.name: self._of(one, found[one.package]) for one in components}

    def _ask(self, asked: Mapping[str, str]) -> Mapping[str, Json]:
        parts = [
            f'{alias}: repository(owner: "{owner}", name: "{name}") {{ ...all }}'
            for alias, (owner, _, name) in ((key, at.partition("/")) for key, at in asked.items())
        ]
        query = f"query {{ {' '.join(parts)} }} {_FIELDS}"
        answer = _table(self.fetcher.post(self.graphql, {"query": query}).body)
        if not _table(answer.get("data")):
            first = next(
                (str(_table(one).get("message")) for one in _list(answer.get("errors"))), ""
            )
            cure = "check that the token may read; without one, each repository is asked alone"
            raise SourceError(f"{self.graphql} refuses to answer: {first}", cure=cure)
        return _table(answer["data"])

    def _of(self, component: Component, data: Json) -> tuple[Release, ...] | SourceError:
        if not isinstance(data, dict):
            what = f"{self.graphql} knows no repository {component.package!r}"
            return SourceError(what, cure="check its spelling, and that the token may read it")
        word = "refs" if component.lookout.kind == TAGS else "releases"
        read = _ref if component.lookout.kind == TAGS else _node
        rows = [_table(one) for one in _list(_table(data.get(word)).get("nodes"))]
        told = [read(row) for row in rows if not row.get("isDraft")]
        origin = f"{self.graphql}#{component.package}"
        return tuple(_versions(component, origin, told))

    def _rows(self, url: str) -> Iterator[Mapping[str, Json]]:
        for _ in range(PAGES):
            page = self.fetcher.fetch(url, accept=ACCEPT, headers=VERSION)
            if not isinstance(page.body, list):
                cure = "check that GITHUB_API_URL is an API of GitHub's"
                raise SourceError(f"{url} is no list.", cure=cure)
            yield from (_table(row) for row in page.body)
            url = page.following
            if not url:
                return


def _versions(component: Component, origin: str, told: Sequence[_Told]) -> Iterator[Release]:
    look, seen = component.lookout, set[str]()
    if look.kind == ASSETS:
        yield from _by_asset(component, origin, told)
        return
    for one in told:
        version = placed(one.tag, _place(one)) if look.moves(one.tag) else look.named(one.tag)
        if version and version not in seen:
            seen.add(version)
            yield Release(
                component=component.name,
                version=version,
                uploaded=_moment(one) if look.moves(one.tag) else one.moment,
                origin=origin,
                digests=tuple(sorted(digest for *_, digest in one.assets if digest)),
                files=_files(look, one),
                tags=(one.tag,) if look.moves(one.tag) else (),
                early=one.early,
                notes=one.page,
            )


def _by_asset(component: Component, origin: str, told: Sequence[_Told]) -> Iterator[Release]:
    """One version for each day, or whatever else `match` finds in the names of assets."""
    found: dict[str, list[tuple[_Told, tuple[str, str, datetime | None, str]]]] = {}
    for one in told:
        for asset in one.assets:
            if version := component.lookout.named(asset[0]):
                found.setdefault(version, []).append((one, asset))
    for version, pairs in found.items():
        moments = [asset[2] for _, asset in pairs if asset[2]]
        yield Release(
            component=component.name,
            version=version,
            uploaded=min(moments, default=None),
            origin=origin,
            digests=tuple(sorted(asset[3] for _, asset in pairs if asset[3])),
            files=tuple(sorted((asset[0], asset[1]) for _, asset in pairs)),
            early=any(one.early for one, _ in pairs),
            notes=pairs[0][0].page,
        )


def _files(look: Lookout, one: _Told) -> tuple[tuple[str, str], ...]:
    """Assets by what names their content; a tag by itself is its commit."""
    if one.assets:
        return tuple(sorted((name, known) for name, known, *_ in one.assets))
    return (("commit", one.commit),) if one.commit and not look.moves(one.tag) else ()


def _place(one: _Told) -> str:
    """Return where a moving tag is: when it was put there last, else at which commit."""
    moment = _moment(one)
    return f"{moment:%Y%m%d%H%M}" if moment else one.commit


def _moment(one: _Told) -> datetime | None:
    """A release whose assets are put there anew every night is as old as the newest of them."""
    return max((each for *_, each, _ in one.assets if each), default=one.moment)


def _release(row: Mapping[str, Json]) -> _Told:
    assets = (_table(each) for each in _list(row.get("assets")))
    return _Told(
        tag=str(row.get("tag_name") or ""),
        moment=_time(row.get("published_at")),
        early=bool(row.get("prerelease")),
        page=str(row.get("html_url") or ""),
        assets=tuple(
            (
                str(each.get("name") or ""),
                f"id:{each.get('node_id') or each.get('id')}",
                _time(each.get("updated_at")),
                str(each.get("digest") or ""),
            )
            for each in assets
        ),
    )


def _tag(row: Mapping[str, Json]) -> _Told:
    return _Told(
        tag=str(row.get("name") or ""), commit=str(_table(row.get("commit")).get("sha") or "")
    )


def _node(row: Mapping[str, Json]) -> _Told:
    assets = (_table(each) for each in _list(_table(row.get("releaseAssets")).get("nodes")))
    return _Told(
        tag=str(row.get("tagName") or ""),
        commit=str(_table(row.get("tagCommit")).get("oid") or ""),
        moment=_time(row.get("publishedAt")),
        early=bool(row.get("isPrerelease")),
        page=str(row.get("url") or ""),
        assets=tuple(
            (str(one.get("name") or ""), f"id:{one.get('id')}", _time(one.get("updatedAt")), "")
            for one in assets
        ),
    )


def _ref(row: Mapping[str, Json]) -> _Told:
    target = _table(row.get("target"))
    commit = _table(target.get("target")) or target
    return _Told(
        tag=str(row.get("name") or ""),
        commit=str(commit.get("oid") or ""),
        moment=_time(commit.get("committedDate")),
    )


def _table(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list) else []


def _time(value: Json) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
