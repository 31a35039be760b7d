"""A small polite fetcher: it asks only for what changed, waits when told to, and remembers.

What a host said last is kept, with its ETag or Last-Modified for a conditional request, or the
hash of its body where the host gives neither. While the host is down the kept answer stands in,
marked stale. `file://` addresses are read from the disk, so that an index in a folder behaves as
one on the network does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests

from bot.core.manners import Manners
from bot.core.model import Json
from bot.effects.answers import on_disk, parsed, refuse, whole
from bot.effects.clock import sleep
from bot.effects.credentials import Identity
from bot.effects.hosts import Hosts, NotAskedError, busy, told_to_wait
from bot.effects.kept import Kept, Shelf
from bot.effects.trust import session
from bot.errors import SourceError

CONNECT = 10.0  # seconds to connect, at most
TRICKLE = 4  # how often a host may be as silent as it may be, within one answer
RETRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One answer: its JSON, whether it differs from the last one, and whether it is an old one.

    `following` is the address of the next page, where there is one (RFC 8288).
    """

    body: Json
    changed: bool
    stale: bool = False
    notice: str = ""
    following: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer as text, with those of its headers that somebody needs."""

    text: str
    changed: bool
    stale: bool = False
    notice: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json = None  # what a text that was asked for as JSON says


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One question: how, where, and in which words."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Json = None

    @property
    def key(self) -> str:
        """What the answer is kept by; a plain GET by what it accepts and where."""
        key = f"{self.headers.get('Accept', '')} {self.url}"
        if self.method == "GET":
            return key
        return f"{self.method} {key} {json.dumps(self.body, sort_keys=True)}"

    @property
    def json(self) -> bool:
        """Whether the answer has to be JSON."""
        return "json" in self.headers.get("Accept", "") and self.method != "HEAD"

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


@dataclass(slots=True)
class Fetcher:
    """Fetches JSON; safe for several threads. `notices` gathers what a person should know.

    `offline` asks nobody: what was kept is the answer.
    """

    cache_dir: Path
    user_agent: str
    wait: Callable[[float], None] = sleep
    session: requests.Session = field(default_factory=session)
    notices: list[str] = field(default_factory=list)
    offline: bool = False
    manners: Manners = field(default_factory=Manners)
    identity: Identity = field(default_factory=Identity)
    hosts: Hosts = field(init=False)

    def __post_init__(self) -> None:
        """Begin a run in which nobody was asked yet."""
        self.hosts = Hosts(self.manners, self.wait)

    def json(
        self,
        url: str,
        *,
        accept: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """Return the JSON at `url`; `fetch` tells more. Raises `SourceError` as `fetch` does."""
        return self.fetch(url, accept=accept, headers=headers).body

    def fetch(
        self,
        url: str,
        *,
        accept: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        """Ask `url` and return its JSON; a kept answer stands in for a host that is down.

        Raises `UnknownPackageError` for 404 and 410, `ForeignAnswerError` for what is not JSON,
        `SourceError` for every other refusal, and for a host that is down when nothing was kept.
        """
        if urlsplit(url).scheme == "file":
            return Fetched(body=parsed(url, on_disk(url)), changed=True)
        return _parsed(url, self._answer(self._asked("GET", url, accept, headers)))

    def post(self, url: str, body: Json, *, headers: Mapping[str, str] | None = None) -> Fetched:
        """Ask `url` a question that is JSON itself; raises as `fetch` does."""
        asked = self._asked("POST", url, "application/json", headers, body)
        return _parsed(url, self._answer(asked))

    def text(self, url: str, *, accept: str = "*/*") -> Answer:
        """Return what is at `url` as text; raises as `fetch` does."""
        if urlsplit(url).scheme == "file":
            return Answer(text=on_disk(url), changed=True)
        return self._answer(self._asked("GET", url, accept, None))

    def head(self, url: str, *, accept: str = "*/*") -> Answer:
        """Return what a host says of `url` without sending it; raises as `fetch` does."""
        return self._answer(self._asked("HEAD", url, accept, None))

    def save(self, url: str, to: Path) -> None:
        """Write what is at `url` into the file `to`, as it comes and however large it is.

        Raises `SourceError` for every refusal and for a host that is down.
        """
        if self.offline:
            _remembered(url, None)
        asked = _Asked(method="GET", url=url, headers={"Accept-Encoding": "identity"})
        try:
            with self._ask(asked, None) as answer:
                if not answer.ok:
                    refuse(url, answer.status_code)
                with to.open("wb") as file:
                    file.writelines(answer.iter_content(1 << 20))
        except (requests.RequestException, NotAskedError) as error:
            raise SourceError(
                f"{url} does not answer: {_first_line(error)}", cure=_NETWORK
            ) from error

    def _asked(
        self,
        method: str,
        url: str,
        accept: str,
        headers: Mapping[str, str] | None,
        body: Json = None,
    ) -> _Asked:
        return _Asked(
            method=method, url=url, headers={"Accept": accept, **(headers or {})}, body=body
        )

    def _answer(self, asked: _Asked) -> Answer:
        kept = Shelf(self.cache_dir).recall(asked.key)
        if self.offline:
            return _remembered(asked.url, kept)
        try:
            with self._ask(asked, kept) as answer:
                return self._heard(asked, answer, kept)
        except NotAskedError as error:
            return self._stand_in(asked, kept, str(error))
        except requests.RequestException as error:
            self.hosts.failed(asked.host, _first_line(error), dead=True)
            return self._stand_in(asked, kept, _first_line(error))

    def _heard(self, asked: _Asked, answer: requests.Response, kept: Kept | None) -> Answer:
        if answer.status_code == requests.codes.not_modified and kept:
            return Answer(text=kept.text, changed=False, headers=kept.headers)
        if busy(answer):
            why = f"HTTP {answer.status_code}"
            self.hosts.failed(asked.host, why, dead=False)
            return self._stand_in(asked, kept, why)
        if not answer.ok:
            refuse(asked.url, answer.status_code)
        content = whole(answer, TRICKLE * self.manners.patience)
        body: Json = None
        if asked.json:
            body = parsed(asked.url, content.decode("utf-8", errors="replace"))
        fresh = Shelf(self.cache_dir).keep(asked.key, content, answer.headers)
        changed = kept is None or (kept.digest, kept.headers) != (fresh.digest, fresh.headers)
        return Answer(text=fresh.text, changed=changed, headers=fresh.headers, body=body)

    def _ask(self, asked: _Asked, kept: Kept | None) -> requests.Response:
        """Ask until there is an answer, with pauses that the host or we choose."""
        for attempt in range(RETRIES):
            try:
                answer = self._once(asked, kept)
            except requests.Timeout:
                raise  # it was waited for long enough
            except requests.ConnectionError:
                self.hosts.later(asked.host, 0.5 * 2**attempt)
                continue
            if not busy(answer):
                self.hosts.answered(asked.host)
                return answer
            answer.close()
            self.hosts.later(asked.host, told_to_wait(answer, 0.5 * 2**attempt))
        return self._once(asked, kept)

    def _once(self, asked: _Asked, kept: Kept | None) -> requests.Response:
        answer = self._send(asked, kept)
        challenge = answer.headers.get("WWW-Authenticate", "")
        realm = self.identity.answers(asked.url, challenge)
        if answer.status_code != requests.codes.unauthorized or not realm:
            return answer
        answer.close()
        given = self.session.get(
            realm,
            headers={"User-Agent": self.user_agent},
            auth=self.identity.asks(realm, asked.url),
            timeout=self._timeout,
        )
        told = given.json() if given.ok else {}
        token = str(told.get("token") or told.get("access_token") or "")
        if not token:
            return given
        self.identity.remember(asked.url, token)
        return self._send(asked, kept)

    def _send(self, asked: _Asked, kept: Kept | None) -> requests.Response:
        conditions = kept.conditions if kept and asked.method != "POST" else {}
        with self.hosts.turn(asked.host):
            return self.session.request(
                asked.method,
                asked.url,
                headers={"User-Agent": self.user_agent, **asked.headers, **conditions},
                json=asked.body,
                auth=self.identity.of(asked.url),
                timeout=self._timeout,
                stream=True,
            )

    @property
    def _timeout(self) -> tuple[float, float]:
        return (min(CONNECT, self.manners.patience), self.manners.patience)

    def _stand_in(self, asked: _Asked, kept: Kept | None, why: str) -> Answer:
        if kept is None:
            raise SourceError(f"{asked.url} does not answer: {why}", cure=_NETWORK)
        notice = f"{asked.url} does not answer ({why}); its last known answer is used."
        self.notices.append(notice)
        return Answer(
            text=kept.text, changed=False, stale=True, notice=notice, headers=kept.headers
        )


_NETWORK = "check the network, the proxy and the certificates, or try again later"


def _remembered(url: str, kept: Kept | None) -> Answer:
    if kept is None:
        what = f"{url} was never asked here, and --offline asks nobody"
        raise SourceError(what, cure="run once without --offline")
    return Answer(text=kept.text, changed=False, stale=True, headers=kept.headers)


def _parsed(url: str, answer: Answer) -> Fetched:
    links = requests.utils.parse_header_links(answer.headers.get("Link", ""))
    onward = next((str(each["url"]) for each in links if each.get("rel") == "next"), "")
    return Fetched(
        body=parsed(url, answer.text) if answer.body is None else answer.body,
        changed=answer.changed,
        stale=answer.stale,
        notice=answer.notice,
        following=urljoin(url, onward) if onward else "",
    )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
