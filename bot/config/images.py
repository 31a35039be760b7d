"""What a stack may say of base images: one, or several that it is crossed with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.config.shape import StackFile
from bot.config.tree import Tree, problem
from bot.core.images import python_in
from bot.core.model import Json
from bot.errors import Problem

CONTAINED = "docker"


def listed(given: object) -> tuple[str, ...]:
    """Return the images that a value of `image` names: a text is one, nothing is none."""
    if isinstance(given, str):
        return (given,) if given else ()
    return tuple(map(str, given)) if isinstance(given, list | tuple) else ()


def only(images: tuple[str, ...]) -> str:
    """Return the one image that is named, "" where they are none or several."""
    return images[0] if len(images) == 1 else ""


def wrong_images(
    tree: Tree, name: str, entry: Mapping[str, Json], packages: str
) -> Iterator[Problem]:
    """Yield what is wrong with the images of stack `name`, whose packages are of one source."""
    images = listed(entry.get("image"))
    for what, cure in (
        *_unreachable(name, entry, images, packages),
        *_beside(name, entry, tree.data, packages),
        *_several(name, entry, images),
        *_lacking(name, entry, images),
    ):
        key = "image" if images else "env"
        yield problem(tree.file, tree.place(("stacks", name, key)), what, cure)


def _unreachable(
    name: str, entry: Mapping[str, Json], images: tuple[str, ...], packages: str
) -> Iterator[tuple[str, str]]:
    """What runs beside all containers cannot be told to run in one."""
    asks = "image" if images else f"env: {CONTAINED}" if entry.get("env") == CONTAINED else ""
    if asks and packages == "npm":
        what = f"stack `{name}` is of npm: its cells run in Node on this machine, whatever `{asks}`"
        yield f"{what} says", f"leave `{asks}` out"
    elif asks and entry.get("existing"):
        what = f"stack `{name}` exists already, and runs where it is, whatever `{asks}` says"
        yield what, f"leave `{asks}` out"


def _beside(
    name: str, entry: Mapping[str, Json], whole: Json, packages: str
) -> Iterator[tuple[str, str]]:
    """What all stacks ask for, and this one cannot have, it must be let off from."""
    usual = whole if isinstance(whole, dict) else {}
    asked = usual.get("env") == CONTAINED and not usual.get("fallback")
    if packages == "npm" and asked and entry.get("env") is None:
        what = f"all stacks are to run in containers, and `{name}` is of npm: its cells run in Node"
        yield f"{what} on this machine", "write `env: auto` for this stack, or `fallback: uv`"


def _several(
    name: str, entry: Mapping[str, Json], images: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    if len(set(images)) < len(images):
        yield f"stack `{name}` names an image twice", "name each once"
    if len(images) > 1 and entry.get("env") == "uv":
        what = f"stack `{name}` names images, and `env: uv` uses none"
        yield what, "leave `env` out, or `image`"


def _lacking(
    name: str, entry: Mapping[str, Json], images: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    wanted = entry.get("python")
    wanted = None if isinstance(wanted, list) else wanted  # `columns` speaks of those
    for image in images:
        has = python_in(image)
        if wanted and has and str(wanted) != has:
            what = f"stack `{name}` asks for Python {wanted}, and image {image} has {has}"
            yield what, "leave `python` out: it is what the image has"


def crossed(entry: StackFile, usual: tuple[str, ...], packages: str) -> tuple[str, ...]:
    """Return the images that a stack is crossed with: its own or the usual, where they are several.

    What runs beside all containers is crossed with none.
    """
    images = listed(entry.image) or usual
    beside = packages == "npm" or entry.existing is not None or entry.env == "uv"
    return () if beside or len(images) <= 1 else images


def python_of(entry: StackFile, image: str) -> str:
    """Return the Python of a stack on an image: what it says, else what the image has."""
    said = pythons(entry)[0]
    return said if "python" in entry.model_fields_set else python_in(image) or said


def pythons(entry: StackFile) -> tuple[str, ...]:
    """Return the interpreters that a stack names, the usual one first."""
    return (entry.python,) if isinstance(entry.python, str) else entry.python
