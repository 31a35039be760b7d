"""Base images that a container can start from: rows of data, the first that fits is taken.

A row says which Python an image has, since that is what a stack asks for. Those with a `suite`
are made here by `stackmatrix image build`; the others come from a registry by `docker pull`.

>>> [row.name for row in images_for("3.11")]
['debian-12', 'python-3.11']
>>> reference("debian-13"), reference("my/own:1")
('stackmatrix/debian-13', 'my/own:1')
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A base image: the engine's name for it, the Python in it, the Debian suite it is made of."""

    name: str
    reference: str
    python: str
    suite: str = ""


IMAGES: Final = (
    Image(name="debian-12", reference="stackmatrix/debian-12", python="3.11", suite="bookworm"),
    Image(name="debian-13", reference="stackmatrix/debian-13", python="3.13", suite="trixie"),
    Image(name="python-3.11", reference="python:3.11-slim", python="3.11"),
    Image(name="python-3.12", reference="python:3.12-slim", python="3.12"),
    Image(name="python-3.13", reference="python:3.13-slim", python="3.13"),
    Image(name="python-3.14", reference="python:3.14-slim", python="3.14"),
)


def images_for(python: str) -> tuple[Image, ...]:
    """Return the rows whose Python is `python` (`3.11`), those made here first."""
    return tuple(row for row in IMAGES if row.python == python)


def reference(name: str) -> str:
    """Return the engine's name for an image: of a row, or `name` itself where it is none."""
    return next((row.reference for row in IMAGES if row.name == name), name)


def python_in(name: str) -> str:
    """Return the Python that an image has, by its name or reference; "" of one that is no row."""
    return next((row.python for row in IMAGES if name in (row.name, row.reference)), "")


def of_suite(suite: str) -> Image | None:
    """Return the image that is made of a Debian suite."""
    return next((row for row in IMAGES if row.suite == suite), None)
