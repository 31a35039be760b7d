"""The rows of a matrix: one for each stack, or for each image that a stack is crossed with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bot.config.existing import existing_of
from bot.config.images import CONTAINED, crossed, listed, only, python_of
from bot.config.shape import StackFile
from bot.core.matrix import NO_PYTHON, Row

_PYTHON = {"npm": NO_PYTHON}


def rows_of(
    name: str, entry: StackFile, source: str, folder: Path, usual: tuple[str, ...]
) -> Iterator[Row]:
    """Yield the row of a stack, or one for each of the images that it is crossed with."""
    plain = _row(name, entry, source, folder)
    images = crossed(entry, usual, source)
    for image in images:
        python = python_of(entry, image)
        yield replace(
            plain,
            name=f"{name}@{image}",
            stack=name,
            env=CONTAINED,
            image=image,
            interpreter=python,
        )
    if not images:
        yield plain


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
