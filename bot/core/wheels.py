"""Which interpreters and platforms the wheels of a release are for, by their names (PEP 425).

>>> offers(["tea-1.0-cp311-cp311-manylinux_2_17_x86_64.whl", "tea-1.0-cp311-cp311-win_amd64.whl"])
{'cp311': ('manylinux_2_17_x86_64', 'win_amd64')}
>>> served(["tea-1.0-cp312-abi3-win_amd64.whl"], "3.13", "win_amd64")
True
>>> served(["tea-1.0-cp311-cp311-macosx_11_0_arm64.whl"], "3.11", "linux_x86_64")
False
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename


def offers(wheels: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the platforms that there are wheels for, by the interpreter's tag; sorted."""
    found: dict[str, set[str]] = {}
    for tag in _tags(wheels):
        found.setdefault(tag.interpreter, set()).add(tag.platform)
    return {python: tuple(sorted(found[python])) for python in sorted(found)}


def served(wheels: Iterable[str], python: str, machine: str) -> bool:
    """Whether any of these wheels is for Python `python` on `machine`, such as `linux_x86_64`.

    A guess by names: which C library a `manylinux` one needs is for an installer to say.
    """
    return any(_runs(tag, python) and _fits(tag.platform, machine) for tag in _tags(wheels))


def _tags(wheels: Iterable[str]) -> Iterator[Tag]:
    for wheel in wheels:
        try:
            yield from parse_wheel_filename(wheel)[3]
        except InvalidWheelFilename:
            continue


def _runs(tag: Tag, python: str) -> bool:
    """A stable ABI (`abi3`) serves every later Python; `py3` serves any."""
    major, _, minor = python.partition(".")
    if tag.interpreter == f"cp{major}{minor}" or tag.interpreter in {f"py{major}", "py2.py3"}:
        return True
    since = tag.interpreter.removeprefix(f"cp{major}")
    return tag.abi == "abi3" and since.isdigit() and minor.isdigit() and int(since) <= int(minor)


def _fits(platform: str, machine: str) -> bool:
    system, _, processor = machine.partition("_")
    named = {"linux": ("linux", "manylinux", "musllinux"), "macosx": ("macosx",)}
    if platform in ("any", machine):
        return True
    ends = platform.endswith((f"_{processor}", "_universal2"))
    return ends and platform.startswith(named.get(system, (system,)))
