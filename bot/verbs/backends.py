"""What hardware backends there are, which of them are here, and how the README shows them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.backends import BACKENDS, CPU, Backend, Sign
from bot.effects.hardware import device, instructions, missing


def here() -> Iterator[tuple[str, bool, str]]:
    """Yield each backend, whether it is here, and what was found or what lacks."""
    for backend in BACKENDS.values():
        lacks = missing(backend)
        yield backend.name, not lacks, lacks or _found(backend)


def _found(backend: Backend) -> str:
    told = instructions() if backend.name == CPU else device(backend)
    return told or "it is here"


def table() -> str:
    """Return the backends as the README shows them, in Markdown."""
    lines = [
        "| backend | what it is | how it is found | what a cell gets | runs on | numbers |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_row(backend) for backend in BACKENDS.values())])


def _row(backend: Backend) -> str:
    found = " or ".join(_sign(sign) for sign in backend.signs)
    runs_on = ", ".join(f"`{label}`" for label in backend.runs_on)
    given = "; ".join(_given(backend))
    cells = (f"`{backend.name}`", backend.about, found, given, runs_on, backend.tolerance)
    return f"| {' | '.join(cells)} |"


def _sign(sign: Sign) -> str:
    match sign.kind:
        case "always":
            return "always"
        case "system":
            return f"the system is {' or '.join(sign.what)}"
        case "files":
            holds = f" holds `{sign.holds}`" if sign.holds else " is there"
            return f"`{'`, `'.join(sign.what)}`{holds}"
        case "loader":
            return f"lib{sign.what[0]} and the manifest of a driver, `{sign.what[1]}`"
        case "command":
            return f"`{' '.join(sign.what)}` tells a `{sign.holds}`"


def _given(backend: Backend) -> Iterator[str]:
    if backend.devices:
        yield f"devices `{'`, `'.join(backend.devices)}`"
    if backend.image:
        yield f"image `{backend.image}`"
    if backend.indexes:
        yield f"index {', '.join(backend.indexes)} (wheels `+{backend.local}`)"
    if backend.variables:
        yield ", ".join(f"`{name}={value}`" for name, value in backend.variables)
    if backend.passes:
        yield f"of yours `{'`, `'.join(backend.passes)}`"
