"""Releases in a folder: wheels, what cannot be installed here, and what is no release at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bot.core.model import Component, Role
from bot.sources.folder import Folder


def test_every_file_of_a_package_makes_a_release(tmp_path: Path) -> None:
    names = (
        "greet_me-1.0-py3-none-any.whl",
        "greet_me-1.0-cp311-cp311-win32.whl",
        "greet_me-1.1.tar.gz",
        "other-2.0-py3-none-any.whl",
        "notes.txt",
        "greet_me-x.whl",
    )
    for name in names:
        (tmp_path / name).write_text(name)
    component = Component(
        name="Greet.Me", role=Role.RUNTIME, source="", package="Greet.Me", upstream=""
    )
    found = {each.version: each for each in Folder(folders=(tmp_path,)).releases(component)}
    assert {version: len(each.wheels) for version, each in found.items()} == {"1.0": 2, "1.1": 0}
    assert found["1.1"].digests == (f"sha256:{hashlib.sha256(names[2].encode()).hexdigest()}",)
    assert found["1.0"].uploaded is None
