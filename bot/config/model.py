"""`model` in matrix.yaml: a folder, or one commit on a hub; nothing that may move under a run.

Where several are named, the first is that of every row, and the others stand beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.config.shape import ModelFile
from bot.config.tree import Path_, Tree, problem
from bot.core.matrix import TINY, Model
from bot.core.model import Json
from bot.errors import Problem

COMMIT = re.compile(r"[0-9a-f]{40}")
DIGEST = re.compile(r"[0-9a-f]{64}")
REPOSITORY = re.compile(r"(?!.*\.\.)\w[\w.-]*(/\w[\w.-]*)?")
SHORT = 12  # digits of a commit that a model is called by
WHERE = "write `model: FOLDER`, or `model: {hub: ORG/NAME, revision: COMMIT}`"


def wrong_model(tree: Tree) -> Iterator[Problem]:
    """Yield what of `model` names no model, one that can change, or one name for two."""
    told = tree.data.get("model") if isinstance(tree.data, dict) else None
    several = isinstance(told, list)
    seen: set[str] = set()
    for at, one in enumerate(told if isinstance(told, list) else [told]):
        path: Path_ = ("model", at) if several else ("model",)
        for key, what, cure in _wrong(one) if isinstance(one, dict) else ():
            yield problem(tree.file, tree.place((*path, key)), what, cure)
        name = _name(one)
        if name in seen:
            what = f"two of the models are called `{name}`"
            yield problem(tree.file, tree.place(path), what, "give their folders two names")
        seen |= {name} if name else set()


def _name(told: Json) -> str:
    """Return what a model is called, "" where nothing could be."""
    if isinstance(told, dict):
        hub, commit = told.get("hub"), str(told.get("revision"))[:SHORT]
        return f"{hub}@{commit}" if hub else _name(told.get("path"))
    return Path(told).name if isinstance(told, str) else ""


def _wrong(told: Mapping[str, Json]) -> Iterator[tuple[str, str, str]]:
    hub, revision = told.get("hub"), told.get("revision")
    if bool(hub) == bool(told.get("path")):
        yield "hub", "`model` is to be either a folder or a commit on a hub", WHERE
    if hub and not REPOSITORY.fullmatch(str(hub)):
        yield "hub", f"`model.hub` is {hub!r}, which names no repository", "write `hub: ORG/NAME`"
    if hub and not COMMIT.fullmatch(str(revision or "")):
        what = f"`model.revision` is {revision!r}, which is no commit; a branch or a tag can move"
        cure = "pin it: its page of commits on the hub shows the 40 hex digits of each"
        yield "revision", what, cure
    for key in ("revision", "files"):
        if not hub and told.get(key):
            yield key, f"`model.{key}` is for a hub, and no `hub` is named", WHERE
    if told.get("sha256") and not DIGEST.fullmatch(str(told["sha256"])):
        what = f"`model.sha256` is {told['sha256']!r}, which is no digest"
        yield "sha256", what, "copy the 64 hex digits from the report of a run"


def model_of(folder: Path, read: ModelFile) -> Model:
    """Return the model that was asked for; a path is taken from `folder`."""
    if read.hub:
        name = f"{read.hub}@{read.revision[:SHORT]}"
        return Model(
            name=name,
            hub=read.hub,
            revision=read.revision,
            files=read.files,
            sha256=read.sha256,
        )
    if read.path in ("", TINY):
        return Model()
    path = folder / read.path
    return Model(name=path.resolve().name, path=str(path), sha256=read.sha256)


def models_of(folder: Path, read: ModelFile | tuple[ModelFile, ...]) -> tuple[Model, ...]:
    """Return the models that were asked for, the usual one first."""
    several = read if isinstance(read, tuple) else (read,)
    return tuple(model_of(folder, one) for one in several)
