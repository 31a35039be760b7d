"""What people list: requirements files and other tools' locks, and what is wrong in them."""

from __future__ import annotations

import pytest

from bot.core.pins import from_pylock, from_requirements, from_uv_lock
from bot.errors import ConfigError

LINUX = {"sys_platform": "linux", "python_version": "3.11", "extra": ""}


def test_a_closure_with_hashes_is_exact() -> None:
    text = (
        "# locked\nhttpx==0.27.2 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nanyio===4.7.0\n"
    )
    asked = from_requirements(text, "good.txt")
    assert asked.exact
    assert asked.versions == {"httpx": "0.27.2", "anyio": "4.7.0"}


def test_a_range_and_a_prefix_leave_a_choice() -> None:
    assert not from_requirements("httpx>=0.27\n", "r.txt").exact
    assert not from_requirements("httpx==0.27.*\n", "r.txt").exact


def test_every_line_that_cannot_be_used_is_told_with_its_place() -> None:
    with pytest.raises(ConfigError) as trouble:
        from_requirements(
            "-r base.txt\nhttpx==\\\n 0.27\nnot a requirement\nx @ https://x/y\n", "r"
        )
    places = [(each.line, each.what) for each in trouble.value.problems]
    assert [line for line, _ in places] == [1, 4, 5]


UV_LOCK = """
version = 1
[[package]]
name = "app"
version = "0"
source = { virtual = "." }
dependencies = [
    { name = "httpx", extra = ["http2"] },
    { name = "colorama", marker = "sys_platform == 'win32'" },
]
[[package]]
name = "httpx"
version = "0.27.2"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "anyio" }]
[package.optional-dependencies]
http2 = [{ name = "h2" }]
[[package]]
name = "anyio"
version = "4.7.0"
source = { registry = "https://pypi.org/simple" }
[[package]]
name = "h2"
version = "4.1.0"
source = { registry = "https://pypi.org/simple" }
[[package]]
name = "colorama"
version = "0.4.6"
source = { registry = "https://pypi.org/simple" }
"""


def test_a_lock_of_uv_gives_what_is_needed_here() -> None:
    asked = from_uv_lock(UV_LOCK, "uv.lock", LINUX)
    assert asked.lines == ("anyio==4.7.0", "h2==4.1.0", "httpx==0.27.2")


def test_a_standard_lock_gives_what_is_needed_here() -> None:
    text = (
        'lock-version = "1.0"\n[[packages]]\nname = "Httpx"\nversion = "0.27.2"\n'
        '[[packages]]\nname = "colorama"\nversion = "1"\nmarker = "sys_platform == \'win32\'"\n'
    )
    assert from_pylock(text, "pylock.toml", LINUX).lines == ("httpx==0.27.2",)


def test_a_lock_that_is_no_toml_is_one_clear_problem() -> None:
    with pytest.raises(ConfigError, match="no TOML"):
        from_uv_lock("[[package", "uv.lock", LINUX)
