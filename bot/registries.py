"""Where releases are announced: the table of sources, and who asks them, in whose name.

To add a source, write its file and add its row here. Credentials come from the environment
(`core.credentials`) and go into requests, and nowhere else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, Final

from bot.config.options import Options
from bot.core.credentials import known
from bot.core.manners import Manners
from bot.core.matrix import Matrix
from bot.effects.credentials import Identity
from bot.effects.http import Fetcher
from bot.effects.npm import obstacle, registry
from bot.ports import Source
from bot.sources.github import GitHub
from bot.sources.hub import Hub
from bot.sources.npm import Npm
from bot.sources.oci import Oci
from bot.sources.pypi import PyPI
from bot.sources.url import Url

GITHUB: Final = "https://api.github.com"
HUB: Final = "https://huggingface.co"
SOURCES: Final[Mapping[str, Callable[[Fetcher, Matrix], Source]]] = {
    "pypi": lambda fetcher, matrix: PyPI(fetcher=fetcher, index=matrix.index),
    "npm": lambda fetcher, _: Npm(fetcher, registry()),
    "github": lambda fetcher, _: GitHub(fetcher=fetcher, api=github(), graphql=graphql(fetcher)),
    "oci": lambda fetcher, _: Oci(fetcher=fetcher),
    "hub": lambda fetcher, _: Hub(fetcher=fetcher, hub=hub()),
    "url": lambda fetcher, _: Url(fetcher=fetcher),
}


def github() -> str:
    """Return GitHub's API, or that of the server that GITHUB_API_URL names."""
    return (os.environ.get("GITHUB_API_URL") or GITHUB).rstrip("/")


def graphql(fetcher: Fetcher) -> str:
    """Return where GraphQL is asked, "" without a token: nobody may without one."""
    place = os.environ.get("GITHUB_GRAPHQL_URL") or f"{github().removesuffix('/v3')}/graphql"
    return place if fetcher.identity.of(place) else ""


def hub() -> str:
    """Return the hub of models, or the one that HF_ENDPOINT names."""
    return (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")


def fetcher_of(options: Options, matrix: Matrix | None = None, **more: Any) -> Fetcher:  # noqa: ANN401 - fields of a Fetcher
    """Return a fetcher that is who the environment says, for what `matrix` asks."""
    of_npm = matrix is not None and "npm" in _wanted(matrix)
    credentials = known(
        os.environ,
        index=matrix.index if matrix else "",
        registry=registry() if of_npm else "",
        github=github().removesuffix("/v3"),
        hub=hub(),
    )
    return Fetcher(
        cache_dir=options.state / "http",
        user_agent=f"stackmatrix/{version('stackmatrix')}",
        offline=options.offline,
        identity=Identity(credentials),
        manners=matrix.manners if matrix else Manners(),
        **more,
    )


def sources_of(matrix: Matrix, fetcher: Fetcher) -> Mapping[str, Source]:
    """Return a source for each kind that `matrix` wants; `pypi` is always among them."""
    return {name: SOURCES[name](fetcher, matrix) for name in ("pypi", *_wanted(matrix))}


def _wanted(matrix: Matrix) -> tuple[str, ...]:
    """Return the sources that can be asked here, besides the usual one."""
    named = dict.fromkeys(one.source for one in matrix.components.values())
    usable = [name for name in named if name in SOURCES and name != "pypi"]
    return tuple(name for name in usable if name != "npm" or not obstacle())
