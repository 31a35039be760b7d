"""The README's run command does what is promised, on a machine that has next to nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDS = ("debootstrap", "unshare", "chroot", "git")


def obstacle() -> str:
    """Say why no bare machine can be built here, or nothing."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return "a bare machine is built by root, on Linux"
    missing = [tool for tool in NEEDS if shutil.which(tool) is None]
    return f"needs {', '.join(missing)}; .ci/tools.sh installs it" if missing else ""


@pytest.mark.bare
@pytest.mark.network
@pytest.mark.real
@pytest.mark.skipif(bool(obstacle()), reason=obstacle() or "-")
def test_a_stranger_gets_a_report_from_the_printed_line() -> None:
    """Minutes: a bare Debian, a clone, the line, a look at the report, and a second run.

    The folder is not pytest's: a chroot with its packages is too much to be kept three times.
    """
    with tempfile.TemporaryDirectory(prefix="stackmatrix-bare-") as folder:
        ran = subprocess.run(
            [str(ROOT / ".ci" / "bare.sh"), folder],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=1800,
        )
    assert ran.returncode == 0, ran.stdout[-6000:]
    assert "the second run took" in ran.stdout
