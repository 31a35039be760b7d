"""A file for another stackmatrix is told as that, and as nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.test_read import GOOD, only, read


@pytest.mark.parametrize(
    ("version", "what", "cure"),
    [
        ("2", "for a newer stackmatrix: version 2, and this one reads 1", "install a newer"),
        ("2\nlater: {key: 1}\nindex: 3", "for a newer stackmatrix: version 2", "install a newer"),
        ("0", "there never was a version 0", "write `version: 1`"),
        ("one", "`version` is 'one'", "of that kind"),
        ("true", "`version` is True, which is no number", "write `version: 1`"),
    ],
)
def test_another_version_is_the_only_mistake(
    tmp_path: Path, version: str, what: str, cure: str
) -> None:
    line, column, told, mend = only(tmp_path, GOOD.replace("version: 1", f"version: {version}"))
    assert (line, column) == (1, 1)
    assert what in told
    assert cure in mend


def test_the_version_that_there_is_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD).rows
