"""What lies inside the packages that were found guilty, at either side of their intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol, runtime_checkable

from bot.core.inside import Declared, Part, between, parts
from bot.core.metadata import Metadata
from bot.core.metadata import read as metadata
from bot.core.model import Closure, Pin
from bot.core.outcome import Culprit, Explanation
from bot.ports import Pages
from bot.steps.house import House
from bot.steps.mixing import Mixtures


def looked_into(mixtures: Mixtures, told: Explanation) -> Explanation:
    """Return `told` with the sources that differ inside each culprit: they lie on the shelf."""

    def inside(package: str, version: str) -> dict[str, Part]:
        pin = mixtures.pins.get((package, version), Pin(name=package, version=version))
        pages = mixtures.shelf.pages(pin, interpreter=mixtures.interpreter)
        known = mixtures.known.get((package, version))
        return named(mixtures.house, package, version) | read(package, version, pages, known)

    culprits = tuple(_each(culprit, inside) for culprit in told.culprits)
    return replace(told, culprits=culprits)


@runtime_checkable
class Holds(Protocol):
    """A driver that knows what a release of its component brings along."""

    def inside(self, version: str) -> Mapping[str, Part]:
        """Return the sources of others by their names."""
        ...


def named(house: House, package: str, version: str) -> dict[str, Part]:
    """Return what the version of a package says that it holds, where its driver can read that."""
    found: dict[str, Part] = {}
    for driver in house.drivers.values():
        if package == (driver.package or driver.name) and isinstance(driver, Holds):
            found |= driver.inside(version)
    return found


@runtime_checkable
class Open(Protocol):
    """A room that shows what is installed in it."""

    def pages(self, package: str) -> Pages | None:
        """Open a distribution; None where it is not there, or cannot be read."""
        ...


def opened(
    house: House, told: Explanation, ends: tuple[Closure, Closure], interpreter: str
) -> Explanation:
    """Return `told` with the sources that differ inside each culprit, read where it is installed.

    Each release is looked at alone: nothing is run, so nothing beside it is needed.
    """
    known = {(pin.name, pin.version): pin for end in ends for pin in end.pins}

    def inside(package: str, version: str) -> dict[str, Part]:
        alone = Closure(pins=(known.get((package, version), Pin(name=package, version=version)),))
        with house.env.open(
            alone, interpreter=interpreter, limits=house.limits(), fresh=False
        ) as room:
            pages = room.pages(package) if isinstance(room, Open) else None
            written = read(package, version, pages, _metadata(pages))
            return named(house, package, version) | written

    return replace(told, culprits=tuple(_each(culprit, inside) for culprit in told.culprits))


def _metadata(pages: Pages | None) -> Metadata | None:
    """Return what a distribution of Python declares."""
    paths = [path for path in pages.files if path.endswith(".dist-info/METADATA")] if pages else []
    return metadata(pages.text(paths[0])) if pages and paths else None


def _each(culprit: Culprit, inside: Callable[[str, str], dict[str, Part]]) -> Culprit:
    """Return a culprit with what differs inside; what was not there before holds nothing."""
    if not culprit.last_good or not culprit.first_bad:
        return culprit
    sides = (inside(culprit.package, at) for at in (culprit.last_good, culprit.first_bad))
    found = between(*sides)
    others = tuple(one for one in found if one.commits or one.name != culprit.package)
    return replace(culprit, inside=others)


def read(
    package: str, version: str, pages: Pages | None, known: Metadata | None
) -> dict[str, Part]:
    """Return the sources that one release names; nothing where it cannot be opened."""
    declared = Declared(
        version=version,
        project=known.project if known else "",
        urls=tuple(url for _, url in known.urls) if known else (),
    )
    files = pages.files if pages else {}
    return parts(package, declared, files, pages.text if pages else lambda _: "")
