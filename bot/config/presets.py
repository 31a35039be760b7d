"""`extends`: what a matrix takes over from a preset of ours, or from another file of yours.

What a file says itself counts; where both have a table, theirs are laid together, and an entry
that is null takes the one of the preset away. Lists are taken whole.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bot.config.tree import Tree, problem
from bot.core.model import Json
from bot.errors import ConfigError, Problem

PRESETS: Final = Path(__file__).parent.parent / "suite" / "presets"
OURS: Final = "stackmatrix:"
DEEPEST: Final = 8  # files that extend each other


def names() -> tuple[str, ...]:
    """Return the presets that come along, by name."""
    return tuple(sorted(file.stem for file in PRESETS.glob("*.yaml")))


def listed() -> tuple[tuple[str, str], ...]:
    """Return each preset as a matrix names it, with the sentence on its first line."""
    files = [PRESETS / f"{name}.yaml" for name in names()]
    firsts = [file.read_text(encoding="utf-8").partition("\n")[0] for file in files]
    return tuple(
        (f"{OURS}{file.stem}", first.removeprefix("# "))
        for file, first in zip(files, firsts, strict=True)
    )


def extended(tree: Tree, depth: int = 0) -> Json:
    """Return the data of a file with what it extends below it.

    What cannot be found, read or ended is a problem of `tree`, at its `extends`.
    """
    data = tree.data
    if not isinstance(data, dict):
        return data
    below: Json = {}
    for word in _words(data.get("extends")):
        try:
            below = laid(below, _one(tree, word, depth))
        except ConfigError as trouble:
            tree.problems.extend(trouble.problems)
    kept = {key: value for key, value in data.items() if key != "extends"}
    return laid(below, kept)


def laid(below: Json, above: Json) -> Json:
    """Return `above` laid over `below`: tables together, everything else whole."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    both = {**below, **{key: laid(below.get(key), value) for key, value in above.items()}}
    return {key: value for key, value in both.items() if value is not None or key not in below}


def _words(told: Json) -> list[str]:
    if isinstance(told, str):
        return [told]
    return [str(one) for one in told] if isinstance(told, list) else []


def _one(tree: Tree, word: str, depth: int) -> Json:
    """Return what `word` stands for. Raises `ConfigError` where it stands for nothing."""
    ours = word.startswith(OURS)
    file = PRESETS / f"{word.removeprefix(OURS)}.yaml" if ours else tree.file.parent / word
    if depth >= DEEPEST:
        what = f"`extends: {word}` comes back to itself"
        raise ConfigError((_told(tree, what, "take it out of one of the files"),))
    if ours and file.stem not in names():
        cure = f"there are {', '.join(OURS + name for name in names())}"
        raise ConfigError((_told(tree, f"there is no preset `{word}`", cure),))
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as trouble:
        why = trouble.strerror if isinstance(trouble, OSError) else trouble
        cure = f"name a file beside this one, or a preset, as in {OURS}{names()[0]}"
        raise ConfigError((_told(tree, f"`{word}` cannot be read: {why}", cure),)) from None
    other = Tree.parse(file, text)
    data = extended(other, depth + 1)
    if other.problems:
        raise ConfigError(tuple(other.problems))
    if not isinstance(data, dict):
        raise ConfigError((_told(tree, f"`{word}` holds no table", "write keys and values"),))
    return {key: value for key, value in data.items() if key != "version"}


def _told(tree: Tree, what: str, cure: str) -> Problem:
    return problem(tree.file, tree.place(("extends",)), what, cure)
