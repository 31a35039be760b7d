"""Who we say we are to which host: read from the environment, and from nowhere else.

A credential belongs to one origin (scheme, host, port) and the addresses below one path; it is
never sent anywhere else. Its secret is in no text that it makes of itself.

>>> given = known({"PIP_INDEX_URL": "https://me:s3cret@host.test/a/simple"})
>>> chosen("https://host.test/a/pypi/tea/json", given)
Credential(place='https://host.test/a', user='me')
>>> chosen("https://host.test/b/", given) is None, chosen("http://host.test/a/", given) is None
(True, True)
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

_INDEXES: Final = (
    *("UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL"),
    *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"),
)
_NPM: Final = re.compile(r"npm_config_(//.+?)/?:_authtoken", re.IGNORECASE)
_PORTS: Final = {"https": 443, "http": 80}
_HERE: Final = frozenset({"localhost", "127.0.0.1"})  # registries that Docker asks without TLS
_NAMED: Final = {"docker.io": "registry-1.docker.io", "index.docker.io": "registry-1.docker.io"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What opens the addresses below `place`; without a user, `secret` is a bearer token."""

    place: str
    user: str = ""
    secret: str = field(repr=False)


def chosen(url: str, among: Iterable[Credential]) -> Credential | None:
    """Return the credential whose place is nearest to `url`, or None where none covers it."""
    fitting = [one for one in among if _covers(one.place, url)]
    return max(fitting, key=lambda one: len(one.place), default=None)


def known(
    environ: Mapping[str, str],
    *,
    index: str = "",
    registry: str = "",
    github: str = "",
    hub: str = "",
) -> tuple[Credential, ...]:
    """Return every credential that the environment names; the addresses say what some are for.

    `index` is the package index, `registry` that of npm, `github` and `hub` their APIs.
    """
    own = _own(environ, index)
    tokens = (
        (registry, ("NODE_AUTH_TOKEN", "NPM_TOKEN")),
        (github, ("GH_TOKEN", "GITHUB_TOKEN")),
        (hub, ("HF_TOKEN",)),
    )
    bearers = [
        Credential(place=place.rstrip("/"), secret=token)
        for place, names in tokens
        if place and (token := next((environ[one] for one in names if environ.get(one)), ""))
    ]
    return (*own, *_indexes(environ), *_npm(environ), *bearers, *_images(environ))


def bare(url: str) -> str:
    """Return an address without the user and the password in it, if there are any."""
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _own(environ: Mapping[str, str], index: str) -> Iterator[Credential]:
    secret = environ.get("STACKMATRIX_INDEX_PASSWORD", "")
    if index and secret:
        user = environ.get("STACKMATRIX_INDEX_USERNAME", "")
        yield Credential(place=_place(index), user=user, secret=secret)


def _indexes(environ: Mapping[str, str]) -> Iterator[Credential]:
    """What uv and pip are told: in the address itself, or by the name that uv gives an index."""
    for word in (word for name in _INDEXES for word in environ.get(name, "").split()):
        name, _, url = word.partition("=") if re.match(r"[\w.-]+=", word) else ("", "", word)
        called = re.sub(r"[^A-Z0-9]", "_", name.upper())
        parts = urlsplit(url)
        user = environ.get(f"UV_INDEX_{called}_USERNAME", "") if name else ""
        secret = environ.get(f"UV_INDEX_{called}_PASSWORD", "") if name else ""
        user, secret = (
            user or unquote(parts.username or ""),
            secret or unquote(parts.password or ""),
        )
        if user or secret:
            yield Credential(place=_place(bare(url)), user=user, secret=secret)


def _npm(environ: Mapping[str, str]) -> Iterator[Credential]:
    """What npm reads from variables such as `npm_config_//registry.test/:_authToken`."""
    for name, secret in environ.items():
        if found := _NPM.fullmatch(name):
            yield Credential(place=f"https:{found[1]}", secret=secret)


def _images(environ: Mapping[str, str]) -> Iterator[Credential]:
    """What Docker's configuration says of registries, given whole in DOCKER_AUTH_CONFIG."""
    try:
        told = json.loads(environ.get("DOCKER_AUTH_CONFIG") or "{}")
    except ValueError:
        return
    auths = told.get("auths") if isinstance(told, dict) else None
    for host, entry in (auths if isinstance(auths, dict) else {}).items():
        user, secret = _basic(entry.get("auth") if isinstance(entry, dict) else None)
        name = str(host).split("://")[-1].split("/")[0]
        if secret:
            way = "http" if name.partition(":")[0] in _HERE else "https"
            yield Credential(place=f"{way}://{_NAMED.get(name, name)}", user=user, secret=secret)


def _basic(encoded: object) -> tuple[str, str]:
    try:
        user, _, secret = (
            base64.b64decode(str(encoded or ""), validate=True).decode().partition(":")
        )
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, secret


def _place(index: str) -> str:
    """An index and what else its host says of it lie below one path, less the usual last word."""
    return index.rstrip("/").removesuffix("/simple")


def _covers(place: str, url: str) -> bool:
    here, there = urlsplit(place), urlsplit(url)
    root = here.path.rstrip("/")
    below = there.path == root or there.path.startswith(f"{root}/")
    return below and _origin(place) == _origin(url)


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return (parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0))
