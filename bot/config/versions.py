"""The version of matrix.yaml: a file for another stackmatrix is told as that, and as nothing else.

There is one version so far. A second one brings the step from the first with it, here.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.config.tree import Tree, problem
from bot.errors import Problem

VERSION = 1


def wrong_version(tree: Tree) -> Iterator[Problem]:
    """Yield what is wrong with the version, where it is a number that this stackmatrix cannot read.

    Whatever else such a file holds is not looked at: its keys are those of another version.
    """
    given = tree.data.get("version") if isinstance(tree.data, dict) else None
    if not isinstance(given, int) or (given == VERSION and given is not True):
        return
    if isinstance(given, bool):
        what, cure = f"`version` is {given}, which is no number", f"write `version: {VERSION}`"
    elif given > VERSION:
        what = f"it is for a newer stackmatrix: version {given}, and this one reads {VERSION}"
        cure = "install a newer stackmatrix, or write the file as this one reads it"
    else:
        what = f"there never was a version {given} of this file"
        cure = f"write `version: {VERSION}`; `stackmatrix config check` says what else is wrong"
    yield problem(tree.file, tree.place(("version",)), what, cure)
