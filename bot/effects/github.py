"""GitHub's REST API through github3's session, with the manners that the library does not have.

The API's version is pinned, what did not change is not sent twice (ETags, kept on the disk),
writes go one after the other with a second between them, and a limit is waited for as long as
GitHub says. A write that may or may not have arrived raises `UnsureError`: who asked must look.
Rules: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from github3 import GitHub
from github3.session import GitHubSession

from bot.core.model import Json
from bot.effects.clock import now, sleep, ticks
from bot.effects.files import put
from bot.errors import SourceError

API = "https://api.github.com"
VERSION = "2022-11-28"  # of the API; a later one leaves out fields that github3 needs
PACE = 1.0  # seconds between writes
LONGEST = 120.0  # seconds that are waited for a limit; a longer one ends the run
TRIES = 3
PAGES = 30  # of a hundred entries
_MOVED = frozenset({301, 302, 307, 308})
_BUSY = frozenset({429, 500, 502, 503, 504})


class UnsureError(SourceError):
    """A write was sent, and nobody can say whether it arrived: look before you repeat it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer: its status, its JSON (None for none), and where the next page is."""

    status: int
    body: Json
    next: str = ""

    def __getitem__(self, name: str) -> Json:
        """Return one field of an object; None where it is not there."""
        return self.body.get(name) if isinstance(self.body, dict) else None

    @property
    def items(self) -> tuple[dict[str, Json], ...]:
        """The objects of a list, or of a search's `items`."""
        listed = self["items"] if isinstance(self.body, dict) else self.body
        return (
            tuple(one for one in listed if isinstance(one, dict))
            if isinstance(listed, list)
            else ()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """How a GitHub App proves who it is: its id, its private key (PEM), the installation."""

    id: str
    key: bytes
    installation: int


class Caller:
    """Asks GitHub, politely; not for several threads. `wait` is the clock's, or a test's."""

    def __init__(
        self,
        agent: str,
        cache: Path,
        *,
        token: str = "",
        app: App | None = None,
        wait: Callable[[float], None] = sleep,
    ) -> None:
        """Log in as a token, or as an App at one installation, or not at all."""
        self.session = GitHubSession(default_connect_timeout=10, default_read_timeout=20)
        self.session.headers.update({"X-GitHub-Api-Version": VERSION, "User-Agent": agent})
        self.authenticated = bool(token or app)
        self._cache = cache
        self._wait = wait
        self._wrote = -PACE
        if app is not None:
            library = GitHub(session=self.session)
            library.login_as_app_installation(app.key, str(app.id), app.installation)
        elif token:
            self.session.token_auth(token)

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Answer:
        """Return an answer, of whatever status below 500. Raises `SourceError` for no answer."""
        url = f"{API}{path}"
        kept = self._recall(url, params)
        headers = {"If-None-Match": kept["etag"]} if kept else {}
        for attempt in range(TRIES):
            try:
                told = self.session.get(url, params=params, headers=headers)
            except OSError as trouble:
                why = (str(trouble).splitlines() or [type(trouble).__name__])[0]
            else:
                if told.status_code not in _BUSY and not _limited(told):
                    return self._taken(url, params, told, kept)
                why = f"HTTP {told.status_code}"
                self._obey(told)
            self._wait(2.0**attempt)
        raise SourceError(f"{url} does not answer: {why}", cure="try again later")

    def pages(self, path: str, params: Mapping[str, str | int]) -> Iterator[dict[str, Json]]:
        """Yield the entries of every page. Raises `SourceError` for any page that fails."""
        answer = self.get(path, {**params, "per_page": 100})
        for _ in range(PAGES):
            if answer.status != OK:
                raise refused(answer, path)
            yield from answer.items
            if not answer.next:
                return
            answer = self.get(answer.next)
        raise SourceError(f"{path} has more than {PAGES} pages", cure="narrow what is asked")

    def ask(self, query: str, variables: Mapping[str, Json]) -> Answer:
        """Return the answer to a query of GraphQL, which changes nothing; as `get` for the rest."""
        body: Json = {"query": query, "variables": dict(variables)}
        for attempt in range(TRIES):
            try:
                told = self.session.post(f"{API}/graphql", json=body)
            except OSError as trouble:
                why = (str(trouble).splitlines() or [type(trouble).__name__])[0]
            else:
                if told.status_code not in _BUSY and not _limited(told):
                    return _answer(told)
                why = f"HTTP {told.status_code}"
                self._obey(told)
            self._wait(2.0**attempt)
        raise SourceError(f"{API}/graphql does not answer: {why}", cure="try again later")

    def write(self, method: str, path: str, body: Json) -> Answer:
        """Send one write, a second after the last one.

        Raises `UnsureError` where it may have arrived, or was put off: look, then ask again.
        """
        self._wait(max(0.0, self._wrote + PACE - ticks()))
        try:
            told = self._sent(method, f"{API}{path}", body)
        except OSError as trouble:
            raise UnsureError(f"{path}: {trouble}", cure="try again") from trouble
        finally:
            self._wrote = ticks()
        if told.status_code in _BUSY or _limited(told):
            self._obey(told)
            raise UnsureError(f"{path}: HTTP {told.status_code}", cure="try again later")
        return _answer(told)

    def _sent(self, method: str, url: str, body: Json) -> Any:  # noqa: ANN401
        """Send a write to where its place has moved, too; a library would make it a reading."""
        for _ in range(TRIES):
            told = self.session.request(method, url, json=body, allow_redirects=False)
            where = told.headers.get("Location", "")
            if told.status_code not in _MOVED or not where.startswith(f"{API}/"):
                break
            url = where
        return told

    def _obey(self, told: Any) -> None:  # noqa: ANN401 - a response of the library's
        """Wait for as long as GitHub says. Raises `SourceError` where that is too long."""
        seconds = told.headers.get("Retry-After", "") or _until_reset(told)
        if told.headers.get("X-RateLimit-Remaining") == "0" and not seconds:
            raise SourceError(
                "GitHub's hourly limit is used up",
                cure="try again within the hour, or with a token",
            )
        if seconds.isdigit() and float(seconds) > LONGEST:
            raise SourceError(f"GitHub asks to wait {seconds} s", cure="try again after that")
        self._wait(float(seconds) if seconds.isdigit() else 0.0)

    def _taken(self, url: str, params: object, told: Any, kept: dict[str, Any] | None) -> Answer:  # noqa: ANN401
        if told.status_code == UNCHANGED and kept:
            return Answer(status=OK, body=kept["body"], next=kept["next"])
        answer = _answer(told)
        etag = told.headers.get("ETag", "")
        if answer.status == OK and etag:
            keep = {"etag": etag, "body": answer.body, "next": answer.next}
            put(self._place(url, params), json.dumps(keep).encode())
        return answer

    def _place(self, url: str, params: object) -> Path:
        """Where an answer is kept: what one login may see is not another's."""
        name = f"{url} {params} {self.session.auth!r}"
        return self._cache / f"{hashlib.sha256(name.encode()).hexdigest()}.json"

    def _recall(self, url: str, params: object) -> dict[str, Any] | None:
        try:
            kept = json.loads(self._place(url, params).read_bytes())
        except (OSError, ValueError):
            return None
        return kept if isinstance(kept, dict) and {"etag", "body", "next"} <= set(kept) else None


OK = 200
UNCHANGED = 304
_NO = {
    401: ("the token is not valid", "make a new one and set STACKMATRIX_TOKEN"),
    403: ("this login may not do that", "give the token the right to write issues there"),
    404: ("there is no such place, or this login may not see it", "check the name and the token"),
    410: ("issues are disabled there, or this one was deleted", "nothing can be done from here"),
    422: ("GitHub does not take it as it is", "this is a bug of stackmatrix: report it"),
}


def refused(answer: Answer, path: str) -> SourceError:
    """Return the error that says what a refusal means."""
    what, cure = _NO.get(answer.status, ("it refuses", "try again later"))
    return SourceError(f"{path}: {what} (HTTP {answer.status})", cure=cure)


def _limited(told: Any) -> bool:  # noqa: ANN401 - a response of the library's
    """Whether a 403 is a limit, which passes, and no refusal, which does not."""
    if told.status_code != 403:  # noqa: PLR2004
        return False
    spent = told.headers.get("X-RateLimit-Remaining") == "0"
    return spent or "Retry-After" in told.headers or "secondary rate limit" in told.text


def _until_reset(told: Any) -> str:  # noqa: ANN401 - a response of the library's
    """Return the seconds until a used-up limit is whole again, if that is soon: a search's is."""
    reset = told.headers.get("X-RateLimit-Reset", "")
    if told.headers.get("X-RateLimit-Remaining") != "0" or not reset.isdigit():
        return ""
    seconds = max(1, int(reset) + 1 - int(now().timestamp()))
    return str(seconds) if seconds <= LONGEST else ""


def _answer(told: Any) -> Answer:  # noqa: ANN401 - a response of the library's
    try:
        body: Json = told.json() if told.content else None
    except ValueError:
        body = None
    further = urlsplit(told.links.get("next", {}).get("url", ""))  # its host is not believed
    more = f"{further.path}?{further.query}" if further.path else ""
    return Answer(status=told.status_code, body=body, next=more)
