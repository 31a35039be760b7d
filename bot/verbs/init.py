"""`stackmatrix init`: write the commented sample matrix, to be made one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bot.app import SUITE
from bot.errors import UsageError

# The sample is the repository's own matrix: a wheel carries it in the suite, a checkout has it
# at its root. There is one source of it.
PLACES: Final = (SUITE / "matrix.yaml", SUITE.parent.parent / "matrix.yaml")


def sample() -> bytes:
    """Return the commented matrix that comes along. Raises `UsageError` where none does."""
    for place in PLACES:
        if place.is_file():
            return place.read_bytes()
    raise UsageError("the sample matrix is not installed", cure="install stackmatrix again")


def init(file: Path) -> Path:
    """Write the sample to `file` and return it. Raises `UsageError` where a file is already."""
    content = sample()
    try:
        with file.open("xb") as new:
            new.write(content)
    except FileExistsError:
        cure = "edit it, or name another with --config; nothing was changed"
        raise UsageError(f"{file} is there already", cure=cure) from None
    except OSError as trouble:
        cure = "make its folder, or name another file with --config"
        raise UsageError(f"{file} cannot be written: {trouble.strerror}", cure=cure) from None
    return file
