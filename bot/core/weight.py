r"""How much there is to fetch, as a lock file tells: the bytes of wheels for a usual Linux machine.

>>> lock = '[[package]]\nname = "a"\nwheels = [{url = "https://h/a-1-py3-none-any.whl", size = 7}]'
>>> wheel_bytes(lock, {"a", "b"})
7
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from urllib.parse import unquote, urlsplit

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from bot.core.model import Json


def wheel_bytes(lock: str, names: Collection[str]) -> int:
    """Return the bytes of one wheel for each of `names` in a `uv.lock` or `pylock.toml`.

    A package whose size the lock does not tell counts nothing; so does text that is no lock.
    """
    try:
        told = tomllib.loads(lock)
    except tomllib.TOMLDecodeError:
        return 0
    packages = [each for key in ("package", "packages") for each in _rows(told, key)]
    wanted = [each for each in packages if canonicalize_name(str(each.get("name"))) in names]
    return sum(max(_sizes(each), default=0) for each in wanted)


def _sizes(package: Mapping[str, Json]) -> Iterator[int]:
    for wheel in _rows(package, "wheels"):
        size = wheel.get("size")
        path = urlsplit(str(wheel.get("url") or "")).path
        file = str(wheel.get("name") or unquote(path.rpartition("/")[2]))
        if isinstance(size, int) and _usual(file):
            yield size


def _usual(file: str) -> bool:
    """Whether a wheel is for any machine, or for x86-64 with the C library of most Linuxes."""
    try:
        *_, tags = parse_wheel_filename(file)
    except InvalidWheelFilename:
        return False
    return any(
        tag.platform == "any" or ("linux" in tag.platform and tag.platform.endswith("_x86_64"))
        for tag in tags
        if "musl" not in tag.platform
    )


def _rows(holder: Mapping[str, Json], key: str) -> list[Mapping[str, Json]]:
    rows = holder.get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
