"""Sessions that read their certificates once, whatever many connections they open."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import Any

import certifi
import requests
from requests.adapters import HTTPAdapter

from bot.errors import SourceError

CONNECTIONS = 16  # kept open to one host


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


def session() -> requests.Session:
    """Return a session that trusts what the environment says. Raises `SourceError`."""
    made = requests.Session()
    made.mount("https://", _OneContext())
    made.mount("http://", HTTPAdapter(pool_connections=CONNECTIONS, pool_maxsize=CONNECTIONS))
    return made


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
