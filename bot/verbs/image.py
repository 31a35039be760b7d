"""`stackmatrix image`: the base images that containers of cells begin with."""

from __future__ import annotations

import click

from bot.core.images import IMAGES, of_suite
from bot.core.model import Json
from bot.effects.debian import debian
from bot.verbs.manual import epilog
from bot.verbs.said import Said, talk_options

SUITES = tuple(row.suite for row in IMAGES if row.suite)
HEADER = ("image", "reference", "Python", "here as")


@click.group("image")
def group() -> None:
    """Make or list the base images of containers."""


@group.command("build", epilog=epilog("build"))
@click.option("--suite", type=click.Choice(SUITES), default=SUITES[0], show_default=True)
@click.option("--mirror", default="", help="Where Debian's packages come from.")
@click.option("--again", is_flag=True, help="Make it anew although it is here.")
@talk_options
def build_command(*, suite: str, mirror: str, again: bool, quiet: bool, as_json: bool) -> Said:
    """Make a small Debian with Python, for machines that reach no registry.

    It takes a minute, debootstrap, and root. An image that is here already is left alone.
    """
    from bot.effects.engine import Engine  # noqa: PLC0415 - its SDK loads for long

    row = of_suite(suite)
    if row is None:
        raise RuntimeError(f"no image is made of {suite}")
    engine = Engine()
    known = "" if again else engine.digest(row.reference)
    made = not known
    if made:
        with debian(suite, mirror) as archive:
            known = engine.bring(archive, row.reference)
    told: Json = {"image": row.reference, "id": known, "made": made}
    word = "made" if made else "is here already"
    line = f"{row.reference} {word}: {known}"
    return Said(lines=(line,), json=told, as_json=as_json, quiet=quiet)


@group.command("list", epilog=epilog("list"))
@talk_options
def list_command(*, quiet: bool, as_json: bool) -> Said:
    """Show the base images by name, and which of them are here.

    A stack takes the first that has its Python, or the one that `image` names: one of these, or
    any reference that the engine knows.
    """
    from bot.effects.engine import Engine  # noqa: PLC0415 - as above

    engine = Engine()
    here = {row.name: engine.digest(row.reference) for row in IMAGES}
    rows = tuple((row.name, row.reference, row.python, here[row.name] or "no") for row in IMAGES)
    told: list[Json] = [
        {"image": name, "reference": reference, "python": python, "id": here[name]}
        for name, reference, python, _ in rows
    ]
    return Said(header=HEADER, rows=rows, json=told, as_json=as_json, quiet=quiet)
