"""Which release a file of an index is: wheels and source archives are named by the standard.

>>> release_of("greet-1.4.dev1+g0a1b2c3-py3-none-any.whl")
('greet', '1.4.dev1+g0a1b2c3')
>>> release_of("Greet_It-1.4.tar.gz")
('greet-it', '1.4')
>>> release_of("greet-1.4.txt")
('', '')
"""

from __future__ import annotations

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion


def release_of(file: str) -> tuple[str, str]:
    """Return package and version of a wheel or an sdist, nothing for any other file."""
    try:
        if file.endswith(".whl"):
            package, version, _, _ = parse_wheel_filename(file)
        else:
            package, version = parse_sdist_filename(file)
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return "", ""
    return package, str(version)
