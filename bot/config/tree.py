"""A YAML file as plain data that remembers the line and column of everything in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TypeAlias

import yaml

from bot.core.model import Json
from bot.errors import ConfigError, Problem

Path_: TypeAlias = tuple[str | int, ...]
_DEEPEST = 12  # keys and items from the root; no key of ours lies deeper than five


def problem(file: Path, place: tuple[int, int], what: str, cure: str) -> Problem:
    """Say what is wrong at `place` (line, column) of `file`, and how to mend it."""
    return Problem(file=str(file), line=place[0], column=place[1], what=what, cure=cure)


class Tree:
    """Plain data of a YAML file, and where each path of it stands."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.data: Json = None
        self.places: dict[Path_, tuple[int, int]] = {}
        self.problems: list[Problem] = []

    @classmethod
    def parse(cls, file: Path, text: str) -> Tree:
        """Parse; a YAML error ends it, since nothing after it can be understood."""
        tree = cls(file)
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as trouble:
            mark = trouble.problem_mark
            place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            what = f"is not YAML: {trouble.problem}"
            cure = "mind the indentation, and quote text that holds `:` or `#`"
            raise ConfigError((problem(file, place, what, cure),)) from None
        except yaml.reader.ReaderError as trouble:
            before = text[: trouble.position]
            place = (before.count("\n") + 1, trouble.position - before.rfind("\n"))
            what = f"holds a character that YAML forbids: {trouble.character!r}"
            raise ConfigError((problem(file, place, what, "remove it"),)) from None
        tree.data = tree.walk(node, ()) if node is not None else {}
        return tree

    def place(self, path: Path_) -> tuple[int, int]:
        """Return the place of the longest known beginning of `path`."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def walk(self, node: yaml.Node, path: Path_) -> Json:
        """Turn a node into plain data, noting where it stands."""
        self.places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        if len(path) > _DEEPEST:
            return self._too_deep(path)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.walk(child, (*path, at)) for at, child in enumerate(node.value)]
        return self._scalar(node)

    def _scalar(self, node: yaml.Node) -> Json:
        """Turn a scalar into its value; one that cannot be (a 13th month) stays its text."""
        try:
            value = yaml.SafeLoader("").construct_object(node)
        except (yaml.MarkedYAMLError, ValueError) as trouble:
            said = trouble.problem if isinstance(trouble, yaml.MarkedYAMLError) else trouble
            what = f"`{node.value}` cannot be read: {said}"
            place = (node.start_mark.line + 1, node.start_mark.column + 1)
            self.problems.append(problem(self.file, place, what, "quote or mend it"))
            return str(node.value)
        return value.isoformat() if isinstance(value, date) else value

    def _too_deep(self, path: Path_) -> Json:
        what = "goes deeper than any key does; an alias that holds itself?"
        self.problems.append(problem(self.file, self.places[path], what, "write it out"))
        return None

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> Json:
        found: dict[str, Json] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            here = (*path, key)
            place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if key in found:
                what = f"`{key}` stands twice here; only one of them can count"
                self.problems.append(problem(self.file, place, what, "remove one of the two"))
            self.places[here] = place
            found[key] = self.walk(value_node, here)
        return found


def meant(word: str, among: list[str]) -> str:
    """Return a cure that says what a word may have meant, else what there is."""
    close = get_close_matches(word, among, n=1)
    known = ", ".join(among) if among else "none is defined"
    return f"did you mean `{close[0]}`?" if close else f"use one of: {known}"


def table(data: Json, key: str) -> dict[str, dict[str, Json]]:
    """Return the entries of one table of the file, as far as they are tables themselves."""
    table = data.get(key) if isinstance(data, dict) else None
    items = table.items() if isinstance(table, dict) else ()
    return {name: entry for name, entry in items if isinstance(entry, dict)}


def names(entry: Mapping[str, Json], key: str) -> list[str]:
    """Return the names in a list, or those that a table is keyed by."""
    listed = entry.get(key)
    return [str(item) for item in listed] if isinstance(listed, list | dict) else []
