"""A small polite fetcher: it asks only for what changed, waits when told to, and remembers.

What a host said last is kept in a folder, with its ETag or Last-Modified for a conditional
request, or the hash of its body where the host gives neither. While the host is down the kept
answer stands in, marked stale. `file://` addresses are read from the disk, so that an index in
a folder behaves as one on the network does.
"""

from __future__ import annotations

import hashlib
import json
import os
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit
from urllib.request import url2pathname

import certifi
import requests
from requests.adapters import HTTPAdapter

from bot.core.model import Json
from bot.effects.clock import sleep
from bot.effects.files import put
from bot.errors import SourceError, UnknownPackageError

TIMEOUT = (10.0, 60.0)
RETRIES = 3
CONNECTIONS = 16  # kept open to one host
LONGEST_WAIT = 60.0
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One answer: its JSON, whether it differs from the last one, and whether it is an old one."""

    body: Json
    changed: bool
    stale: bool = False
    notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What a host said last, and what to quote when asking again."""

    text: str
    digest: str
    etag: str = ""
    modified: str = ""

    @property
    def conditions(self) -> dict[str, str]:
        marks = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in marks.items() if value}


class _OneContext(HTTPAdapter):
    """Reads the certificates once: many connections at a time would each read the bundle."""

    def __init__(self) -> None:
        """Read the certificates that the environment names, or those that come with `requests`."""
        self._context = _trusted()
        super().__init__(pool_maxsize=CONNECTIONS)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - requests' own
        """Hand the one context to every connection."""
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 - likewise
        """Hand it to those that go through a proxy, too."""
        return super().proxy_manager_for(proxy, **kwargs, ssl_context=self._context)

    def cert_verify(self, *_: object) -> None:
        """Leave the connection alone: its context verifies already."""

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - likewise
        """Return where to connect, without a bundle to be read again."""
        where, tls = super().build_connection_pool_key_attributes(*args, **kwargs)
        return where, {name: told for name, told in tls.items() if not name.startswith("ca_cert")}


def _remembered(url: str, kept: _Kept | None) -> Fetched:
    if kept is None:
        what = f"{url} was never asked here, and --offline asks nobody"
        raise SourceError(what, cure="run once without --offline")
    return Fetched(body=_parse(url, kept.text), changed=False, stale=True)


def _session() -> requests.Session:
    session = requests.Session()
    session.mount("https://", _OneContext())
    return session


@dataclass(slots=True)
class Fetcher:
    """Fetches JSON; safe for several threads. `notices` gathers what a person should know.

    `offline` asks nobody: what was kept is the answer.
    """

    cache_dir: Path
    user_agent: str
    wait: Callable[[float], None] = sleep
    session: requests.Session = field(default_factory=_session)
    notices: list[str] = field(default_factory=list)
    offline: bool = False

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

        Raises `UnknownPackageError` for 404 and 410, `SourceError` for every other refusal, for
        what is not JSON, and for a host that is down when nothing was kept.
        """
        if urlsplit(url).scheme == "file":
            return self._from_disk(url)
        kept = self._recall(url, accept)
        if self.offline:
            return _remembered(url, kept)
        try:
            answer = self._ask(url, {"Accept": accept, **(headers or {})}, kept)
        except requests.RequestException as error:
            return self._stand_in(url, kept, _first_line(error))
        if answer.status_code == requests.codes.not_modified and kept:
            return Fetched(body=_parse(url, kept.text), changed=False)
        if answer.status_code in BUSY:
            return self._stand_in(url, kept, f"HTTP {answer.status_code}")
        if not answer.ok:
            _refuse(url, answer.status_code)
        return self._take(url, accept, answer, kept)

    def save(self, url: str, to: Path) -> None:
        """Write what is at `url` into the file `to`, as it comes and however large it is.

        Raises `SourceError` for every refusal and for a host that is down.
        """
        if self.offline:
            _remembered(url, None)
        try:
            with self._ask(url, {"Accept-Encoding": "identity"}, None, stream=True) as answer:
                if not answer.ok:
                    _refuse(url, answer.status_code)
                with to.open("wb") as file:
                    file.writelines(answer.iter_content(1 << 20))
        except requests.RequestException as error:
            raise SourceError(
                f"{url} does not answer: {_first_line(error)}", cure=_NETWORK
            ) from error

    def _from_disk(self, url: str) -> Fetched:
        path = Path(url2pathname(urlsplit(url).path))
        page = path / "index.json" if path.is_dir() else path
        try:
            text = page.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise UnknownPackageError(f"There is no {page}.", cure=_SPELLING) from error
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"{page} cannot be read: {error}", cure="mend the file") from error
        return Fetched(body=_parse(url, text), changed=True)

    def _ask(
        self, url: str, headers: Mapping[str, str], kept: _Kept | None, *, stream: bool = False
    ) -> requests.Response:
        asked = {"User-Agent": self.user_agent, **headers, **(kept.conditions if kept else {})}
        get = partial(
            self.session.get,
            url,
            headers=asked,
            timeout=TIMEOUT,
            stream=stream,
        )
        for attempt in range(RETRIES):
            try:
                answer = get()
            except (requests.ConnectionError, requests.Timeout):
                self.wait(0.5 * 2**attempt)
                continue
            if answer.status_code not in BUSY:
                return answer
            self.wait(_told_to_wait(answer, 0.5 * 2**attempt))
        return get()

    def _stand_in(self, url: str, kept: _Kept | None, why: str) -> Fetched:
        if kept is None:
            raise SourceError(f"{url} does not answer: {why}", cure=_NETWORK)
        notice = f"{url} does not answer ({why}); its last known answer is used."
        self.notices.append(notice)
        return Fetched(body=_parse(url, kept.text), changed=False, stale=True, notice=notice)

    def _take(
        self, url: str, accept: str, answer: requests.Response, kept: _Kept | None
    ) -> Fetched:
        text = answer.content.decode("utf-8", errors="replace")
        body = _parse(url, text)
        digest = hashlib.sha256(answer.content).hexdigest()
        fresh = {
            "url": url,
            "text": text,
            "digest": digest,
            "etag": answer.headers.get("ETag", ""),
            "modified": answer.headers.get("Last-Modified", ""),
        }
        put(self._place(url, accept), json.dumps(fresh).encode())
        return Fetched(body=body, changed=kept is None or kept.digest != digest)

    def _place(self, url: str, accept: str) -> Path:
        return self.cache_dir / f"{hashlib.sha256(f'{accept} {url}'.encode()).hexdigest()}.json"

    def _recall(self, url: str, accept: str) -> _Kept | None:
        try:
            kept = json.loads(self._place(url, accept).read_bytes())
            return _Kept(
                text=kept["text"],
                digest=kept["digest"],
                etag=kept["etag"],
                modified=kept["modified"],
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None


_NETWORK = "check the network, the proxy and the certificates, or try again later"
_SPELLING = "check the spelling of the name, and the index that it is looked up in"


def _trusted() -> ssl.SSLContext:
    """Return what connections trust: a file or folder that the environment names, or certifi's."""
    names = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
    told = next((name for name in names if os.environ.get(name)), "")
    path = Path(os.environ[told] if told else certifi.where())
    try:
        if path.is_dir():
            return ssl.create_default_context(capath=path)
        return ssl.create_default_context(cafile=path)
    except OSError as trouble:
        what = f"the certificates in {path} cannot be read: {trouble}"
        raise SourceError(what, cure=f"mend the variable {told}, or unset it") from trouble


def _told_to_wait(answer: requests.Response, otherwise: float) -> float:
    """Read Retry-After (RFC 9110: seconds or a date), in seconds, capped at a minute."""
    told = answer.headers.get("Retry-After", "")
    if told.isdigit():
        return min(float(told), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return otherwise
    left = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(left, 0.0), LONGEST_WAIT)


def _refuse(url: str, status: int) -> NoReturn:
    if status in {404, 410}:
        raise UnknownPackageError(f"{url} does not exist (HTTP {status}).", cure=_SPELLING)
    cure = "check that the address is right and that it may be read without signing in"
    raise SourceError(f"{url} refuses to answer (HTTP {status}).", cure=cure)


def _parse(url: str, text: str) -> Json:
    try:
        body: Json = json.loads(text)
    except ValueError as error:
        cure = "check that the address is an index that speaks JSON (PEP 691)"
        raise SourceError(f"{url} does not answer with JSON: {error}", cure=cure) from error
    return body


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
