"""What matrix.yaml says of where releases are announced, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from bot.config.tree import Tree, problem
from bot.errors import Problem


def wrong_index(tree: Tree) -> Iterator[Problem]:
    """Yield what is wrong with the index: a password in it would be in every fact and report."""
    index = tree.data.get("index") if isinstance(tree.data, dict) else None
    if isinstance(index, str) and "@" in urlsplit(index).netloc:
        what = "`index` holds a name or a password, which would be in every report"
        cure = "take it out, and set STACKMATRIX_INDEX_USERNAME and STACKMATRIX_INDEX_PASSWORD"
        yield problem(tree.file, tree.place(("index",)), what, cure)
