"""A thousand packages polled twice, without and with hosts in between that are slow, dead, silent.

    python benchmarks/polling.py [PACKAGES]

Each poll is `stackmatrix watch` as a user runs it, on an index that nginx serves on loopback. Bytes
are those that nginx sent, headers included. What the bad hosts add to a first poll, and a second
poll beside the first, are ratios within this run.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.real import registries, thousand

COMMAND = [sys.executable, "-c", "from bot.cli import main; main()", "watch", "--quiet"]


def poll(work: Path, site: registries.Site, count: int) -> tuple[float, int, int]:
    """Watch once; returns seconds, bytes that the index sent, and how often it said 304."""
    before, began = len(site.said()), time.perf_counter()
    subprocess.run(COMMAND, cwd=work, check=True, capture_output=True)
    seconds = time.perf_counter() - began
    said = site.said(before + count)[before:]
    return seconds, sum(sent for _, sent, _ in said), sum(s == 304 for s, *_ in said)  # noqa: PLR2004


def main(count: int) -> None:
    """Poll twice in each way, and print what it took."""
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        folder = Path(scratch)
        thousand.write_packages(folder / "site", count)
        index = stack.enter_context(registries.nginx(folder / "site", folder))
        slow = stack.enter_context(thousand.slow(0.2))
        others = {
            "slow": slow.url,
            "dead": stack.enter_context(thousand.dead()),
            "silent": stack.enter_context(thousand.silent()),
        }
        seconds: dict[str, float] = {}
        for name, beside in (("alone", {}), ("with bad hosts", others)):
            work = folder / name
            work.mkdir()
            (work / "matrix.yaml").write_text(thousand.matrix(index.url, count, beside))
            for turn in ("first", "second"):
                took, sent, unchanged = poll(work, index, count)
                seconds[f"{name} {turn}"] = took
                told = f"{sent / 1e6:9.3f} MB   304: {unchanged}"
                print(f"{name:15} {turn:7} {took:7.1f} s {told}")
                if turn == "first":
                    whole = sent
            print(f"{name:15} second / first, in bytes: {sent / whole:.4f}")
        ratio = seconds["with bad hosts first"] / seconds["alone first"]
        print(f"bad hosts add to a first poll: {ratio:.2f} x; Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
