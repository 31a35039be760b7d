"""Models from a hub, by the commit that names them: fetched once, whole, and never changed.

The library `huggingface_hub` speaks to the hub; it brings the settings that people know, such as
HF_ENDPOINT and HF_TOKEN. What it fetches lands in a draft, which becomes the snapshot when it is
complete: a snapshot that is there needs no hub any more.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from bot.core.model import digest
from bot.effects.content import sha256_of
from bot.effects.files import exclusive
from bot.errors import MissingToolError, SourceError, SuiteError

PIP = "pip install 'stackmatrix[hub]'"


def snapshot(
    hub: str,
    revision: str,
    files: Sequence[str],
    root: Path,
    *,
    offline: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> Path:
    """Return the folder below `root` that holds the commit `revision` of the repository `hub`.

    `files` are patterns for the names to fetch, all where there are none. Raises `SourceError`
    where the hub does not give it, `SuiteError` where it gives something else than it announced,
    and `MissingToolError` where the library is not installed.
    """
    chosen = f"-{digest(list(files))[:12]}" if files else ""
    place = root / hub.replace("/", "--") / f"{revision}{chosen}"
    if place.is_dir():
        return place
    if offline:
        what = f"{hub}@{revision} is not in {place}, and --offline asks nobody"
        raise SourceError(what, cure="run once without --offline, or give a folder of it")
    draft = place.with_name(f".{place.name}")
    with exclusive(root / f"{draft.parent.name}.lock"):
        if not place.is_dir():
            say(f"fetching {hub}@{revision} into {place}")
            _fetch(hub, revision, files, draft)
            shutil.rmtree(draft / ".cache", ignore_errors=True)
            draft.replace(place)
    return place


def _fetch(hub: str, revision: str, files: Sequence[str], draft: Path) -> None:
    library = _library()
    api = library.HfApi(endpoint=os.environ.get("HF_ENDPOINT"), library_name="stackmatrix")
    library.utils.disable_progress_bars()
    draft.mkdir(parents=True, exist_ok=True)
    try:
        wanted = _chosen(api.list_repo_tree(hub, recursive=True, revision=revision), files)
        for each in wanted:
            path = Path(api.hf_hub_download(hub, each.path, revision=revision, local_dir=draft))
            _check(path, each)
    except (OSError, ValueError, library.errors.HTTPError) as trouble:
        raise _told(hub, revision, trouble, library.errors) from trouble
    if not wanted:
        what = f"{hub}@{revision} holds no file like {', '.join(files) or '*'}"
        raise SourceError(what, cure="mend `files` in matrix.yaml; its page on the hub lists them")


def _library() -> Any:  # noqa: ANN401 - an optional library, known to no type checker
    try:
        import huggingface_hub  # noqa: PLC0415 - an extra that only some people need
        import huggingface_hub.errors  # noqa: PLC0415 - as above
        import huggingface_hub.utils  # noqa: PLC0415 - as above
    except ImportError as trouble:
        what = "a model from a hub needs the library huggingface_hub, which is not installed"
        raise MissingToolError(what, cure=PIP) from trouble
    return huggingface_hub


def _chosen(tree: Any, files: Sequence[str]) -> list[Any]:  # noqa: ANN401 - as above
    """Return the files of a tree that are wanted; folders have no size."""
    return [
        each
        for each in tree
        if hasattr(each, "size")
        and (not files or any(fnmatch(each.path, pattern) for pattern in files))
    ]


def _check(path: Path, announced: Any) -> None:  # noqa: ANN401 - as above
    """Hold a large file against the digest by which its commit names it."""
    if announced.lfs and sha256_of(path) != announced.lfs.sha256:
        path.unlink()
        what = f"{announced.path} is not what the hub announced: its sha256 differs"
        raise SuiteError(what, cure="fetch it again; a proxy may have changed it")


def _told(hub: str, revision: str, trouble: Exception, errors: Any) -> SourceError:  # noqa: ANN401
    """Say what the hub refused, and how to mend it."""
    status = getattr(getattr(trouble, "response", None), "status_code", None)
    cure = "check the network, HF_ENDPOINT and the proxy, or try again later"
    if isinstance(trouble, errors.RevisionNotFoundError):
        cure = "mend `revision` in matrix.yaml: the page of its commits on the hub lists them"
    elif isinstance(trouble, errors.EntryNotFoundError) and status:
        cure = "the hub lists a file that it does not hold; choose others with `files`"
    elif isinstance(trouble, errors.RepositoryNotFoundError) or status in (401, 403):
        cure = "mend `hub` in matrix.yaml; for a private or gated model set HF_TOKEN"
    said = " ".join(str(trouble).split())
    return SourceError(f"{hub}@{revision} cannot be fetched: {said}", cure=cure)
