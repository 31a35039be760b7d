"""The rows of a matrix: one for each stack, or for each image that a stack is crossed with.

Where a stack has several interpreters or models, and a strategy that promises what stands together,
each further one makes a row beside the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

from bot.config.existing import existing_of
from bot.config.images import CONTAINED, crossed, listed, only, python_of, pythons
from bot.config.shape import StackFile
from bot.core.matrix import NO_PYTHON, Model, Row
from bot.core.model import Component, Json, digest
from bot.core.strategy import COVERING

_PYTHON = {"npm": NO_PYTHON}


def rows_of(
    name: str,
    entry: StackFile,
    source: str,
    folder: Path,
    usual: tuple[str, ...],
    models: Sequence[Model] = (),
) -> Iterator[Row]:
    """Yield the row of a stack, or one for each image, each with the rows that stand beside it."""
    plain = _row(name, entry, source, folder)
    plain = replace(plain, model=models[0].name) if models else plain
    for row in _on_images(plain, entry, crossed(entry, usual, source)):
        yield row
        if set(COVERING) & set(row.strategy) and not row.existing:
            yield from _beside(row, entry, models)


def _on_images(plain: Row, entry: StackFile, images: tuple[str, ...]) -> Iterator[Row]:
    for image in images:
        yield replace(
            plain,
            name=f"{plain.name}@{image}",
            stack=plain.name,
            env=CONTAINED,
            image=image,
            interpreter=python_of(entry, image),
        )
    if not images:
        yield plain


def _beside(row: Row, entry: StackFile, models: Sequence[Model]) -> Iterator[Row]:
    """Yield the row once more for each other interpreter and model, and for each two of them."""
    several = pythons(entry) if len(pythons(entry)) > 1 else (row.interpreter,)
    called = [one.name for one in models] or [row.model]
    for python, model in product(several, called):
        words = [f"python-{python}"] if python != row.interpreter else []
        words += [model] if model != row.model else []
        if words:
            where = f"{row.name}@{','.join(words)}"
            yield replace(row, name=where, interpreter=python, model=model, beside=row.name)


def telling(row: Row, components: Mapping[str, Component]) -> Row:
    """Return `row` with what its drivers are told besides: another word makes other cells."""
    told: dict[str, Json] = {
        name: dict(components[name].options) for name in row.components if components[name].options
    }
    return replace(row, options=digest(told)[:16] if told else "")


def _row(name: str, entry: StackFile, source: str, folder: Path) -> Row:
    existing = existing_of(entry, folder)
    image = only(listed(entry.image))
    return Row(
        name=name,
        components=entry.components,
        suite=entry.suite,
        backends=entry.backends,
        interpreter=existing or _PYTHON.get(source, python_of(entry, image)),
        baseline=tuple(entry.baseline.items()),
        strategy=entry.strategy,
        env=entry.env or "",
        image=image,
        existing=existing,
    )
