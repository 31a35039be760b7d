"""Who we say we are, put onto requests: by a password, by a token, or by what a registry hands out.

A registry of images answers with a challenge that names who gives tokens for it (the token flow
of the distribution specification); such a token lives in this process only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from bot.core.credentials import Credential, chosen

_PART = re.compile(r'(\w+)="([^"]*)"')


@dataclass(slots=True)
class Bearer(AuthBase):
    """Shows a token."""

    token: str = field(repr=False)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token onto a request."""
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


@dataclass(slots=True)
class Identity:
    """Which credential, or which token that a registry gave, a request shows."""

    credentials: Sequence[Credential] = ()
    _tokens: dict[str, str] = field(default_factory=dict, repr=False)

    def of(self, url: str) -> AuthBase | None:
        """Return what to show at `url`; None leaves it to the user's netrc, if there is one."""
        token = self._tokens.get(_repository(url))
        if token:
            return Bearer(token)
        found = chosen(url, self.credentials)
        if found is None:
            return None
        return HTTPBasicAuth(found.user, found.secret) if found.user else Bearer(found.secret)

    def answers(self, url: str, challenge: str) -> str:
        """Return the address that gives a token for `url`, "" where that is not asked for."""
        scheme, _, rest = challenge.partition(" ")
        told = dict(_PART.findall(rest))
        realm = told.pop("realm", "")
        if scheme.lower() != "bearer" or not realm or self._tokens.get(_repository(url)):
            return ""
        asked = {name: told[name] for name in ("service", "scope") if name in told}
        return f"{realm}?{urlencode(asked)}" if asked else realm

    def asks(self, realm: str, url: str) -> AuthBase | None:
        """Return what to show whoever gives tokens: only a host of the registry's own domain."""
        found = chosen(url, self.credentials)
        if found is None or not _related(realm, url):
            return None
        return HTTPBasicAuth(found.user or "token", found.secret)

    def remember(self, url: str, token: str) -> None:
        """Show `token` wherever `url` and its neighbours are asked for."""
        self._tokens[_repository(url)] = token


def _repository(url: str) -> str:
    """Return what one token is for: a repository of a registry."""
    found = re.match(r"(https?://[^/]+/v2/.+?)/(?:tags|manifests|blobs)/", url)
    return found[1] if found else url


def _related(one: str, other: str) -> bool:
    here, there = urlsplit(one), urlsplit(other)
    same = (here.hostname or "").split(".")[-2:] == (there.hostname or "").split(".")[-2:]
    return same and here.scheme == there.scheme
