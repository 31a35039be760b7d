"""The model that engines load: on the disk, named by its content, held to goldens of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from bot.core.matrix import TINY, Matrix, Model, Row
from bot.core.model import Link, Probe, Role, digest
from bot.drivers.suite import families, read_suite
from bot.effects.content import fingerprint
from bot.effects.hub import snapshot
from bot.errors import ConfigError, Problem, SuiteError
from bot.ports import Driver

_fingerprint = cache(fingerprint)  # of what comes along and does not change


def settle(
    matrix: Matrix, tiny: Path, root: Path, *, offline: bool, say: Callable[[str], None]
) -> Matrix:
    """Return `matrix` with its models on the disk, and rows and digest that speak of their content.

    `tiny` is the folder of the model that comes along, `root` the place for those of a hub.
    Raises `ConfigError` where a folder is missing, `SuiteError` where its digest is another one,
    and whatever `effects.hub` raises.
    """

    def on_disk(asked: Model) -> Model:
        return _found(matrix, asked, tiny, root, offline=offline, say=say)

    model, others = on_disk(matrix.model), tuple(map(on_disk, matrix.others))
    whole = replace(matrix, model=model, others=others)
    return replace(
        whole,
        rows=tuple(_named(row, whole.model_of(row)) for row in matrix.rows),
        digest=digest([matrix.digest, *(word for one in (model, *others) for word in _told(one))]),
    )


def _named(row: Row, model: Model) -> Row:
    return replace(row, model=model.name, model_digest=model.sha256)


def _told(model: Model) -> tuple[str, str]:
    return (model.name, model.sha256)


def _found(
    matrix: Matrix,
    asked: Model,
    tiny: Path,
    root: Path,
    *,
    offline: bool,
    say: Callable[[str], None],
) -> Model:
    """Return one model, on the disk and with the digest of its files."""
    if asked.hub:
        path = snapshot(asked.hub, asked.revision, asked.files, root, offline=offline, say=say)
    else:
        path = Path(asked.path) if asked.path else tiny
    if not path.is_dir():
        line, column = matrix.place("model")
        what, cure = f"the model {path} is no folder", "name the folder that holds its files"
        told = Problem(file=matrix.file, line=line, column=column, what=what, cure=cure)
        raise ConfigError((told,))
    found = fingerprint(path)
    if asked.sha256 not in ("", found):
        what = f"the model {asked.name} has the digest {found}, and {asked.sha256} was asked for"
        raise SuiteError(what, cure="mend `model` in matrix.yaml, or the files")
    return replace(asked, path=str(path), sha256=found)


def held(
    probes: Sequence[Probe], model: Model, drivers: Sequence[Driver], suite: Path
) -> tuple[Probe, ...]:
    """Return `probes` without the goldens of `suite` that do not speak of `model`.

    They come from the tiny model: with another one the sides of a comparison are held against
    each other only. What needs no model (a client's replays, a template engine's renderings) and
    what is of a user's own suite stays as it is.
    """
    tiny = suite / "model"
    if model.name == TINY or model.sha256 == _fingerprint(tiny):
        return tuple(probes)
    asks = {ask for driver in drivers if _loads(driver, tiny) for ask in driver.asks}
    ours = {probe.name for probe in read_suite((suite,), families((suite,)))}
    return tuple(
        _unheld(probe) if probe.ask in asks and probe.name in ours else probe for probe in probes
    )


def _loads(driver: Driver, tiny: Path) -> bool:
    """Whether what a driver answers depends on the model."""
    return driver.role is Role.ENGINE or bool(driver.files(tiny))


def _unheld(probe: Probe) -> Probe:
    """Drop the goldens, and the ids of our tokenizer; a prompt is a question to any model."""
    looks = tuple(replace(look, absolute=False, golden=None, pending=False) for look in probe.looks)
    known = tuple((link, value) for link, value in probe.known if link is Link.PROMPT)
    return replace(probe, looks=looks, known=known)
