"""A small Debian as a folder in one file, for machines that reach no registry of images.

It is made by `debootstrap`, which needs root, from the mirror that it knows or a given one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bot.effects.process import run
from bot.errors import MissingToolError

PACKAGES: Final = "python3,python3-venv,ca-certificates,libgomp1,libstdc++6"  # of most engines
SECONDS: Final = 1200.0
_PASSED: Final = ("PATH", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY")
_SHOWN: Final = 5  # lines of what a tool said last


@contextmanager
def debian(suite: str, mirror: str = "") -> Iterator[Path]:
    """Yield a tar of a minimal Debian `suite` with Python; it is gone afterwards.

    Raises `MissingToolError` where debootstrap is missing, may not work, or fails.
    """
    if shutil.which("debootstrap") is None or os.getuid() != 0:
        cure = "install debootstrap and be root, or `docker pull python:3.12-slim`"
        raise MissingToolError("an image is made by debootstrap, as root", cure=cure)
    with tempfile.TemporaryDirectory(prefix="image-") as scratch:
        root, archive = Path(scratch) / "root", Path(scratch) / "root.tar"
        flags = ("--variant=minbase", f"--include={PACKAGES}")
        _do(scratch, "debootstrap", *flags, suite, str(root), *((mirror,) if mirror else ()))
        for each in (root / "var/cache/apt/archives").glob("*.deb"):
            each.unlink()
        _do(scratch, "tar", "-C", str(root), "-cf", str(archive), ".")
        yield archive


def _do(folder: str, *argv: str) -> None:
    env = {name: os.environ[name] for name in _PASSED if name in os.environ}
    ran = run(argv, cwd=Path(folder), env={**env, "LC_ALL": "C"}, seconds=SECONDS)
    if ran.returncode != 0:
        told = "\n".join(ran.output.strip().splitlines()[-_SHOWN:])
        cure = "is the mirror reached, and is there room on the disk?"
        raise MissingToolError(f"{argv[0]} failed: {told}", cure=cure)
