from __future__ import annotations

import pytest

from bot.core.wheels import offers, served

WHEELS = (
    "tea-1.0-cp310-cp310-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
    "tea-1.0-cp312-abi3-musllinux_1_2_aarch64.whl",
    "tea-1.0-cp311-cp311-macosx_11_0_universal2.whl",
    "no wheel",
)


def test_platforms_by_interpreter() -> None:
    assert offers(WHEELS) == {
        "cp310": ("manylinux2014_x86_64", "manylinux_2_17_x86_64"),
        "cp311": ("macosx_11_0_universal2",),
        "cp312": ("musllinux_1_2_aarch64",),
    }


@pytest.mark.parametrize(
    ("python", "machine", "there"),
    [
        ("3.10", "linux_x86_64", True),
        ("3.11", "linux_x86_64", False),
        ("3.11", "macosx_arm64", True),
        ("3.11", "linux_aarch64", False),
        ("3.12", "linux_aarch64", True),
        ("3.14", "linux_aarch64", True),
        ("3.10", "win_amd64", False),
    ],
)
def test_whether_one_serves(python: str, machine: str, *, there: bool) -> None:
    assert served(WHEELS, python, machine) is there


def test_what_is_pure_python_serves_everybody() -> None:
    assert served(["tea-1.0-py3-none-any.whl"], "3.13", "win_amd64")
    assert served(["tea-1.0-py2.py3-none-any.whl"], "3.13", "win_amd64")
    assert not served([], "3.13", "win_amd64")
