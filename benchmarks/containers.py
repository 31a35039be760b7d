"""A cell in a container against the bare `docker run` of the same guest, taken in turns.

    python benchmarks/containers.py [TURNS]

Both start the same image with the same guards, mounts and job, on an environment that is prepared
already. The one is `DockerEnv.open` and `talk` as a run uses them, room, job file, exit code and
flags included; the other is the engine's own command with `--rm`, its output thrown away.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bot.core.model import Closure, Failure
from bot.envs.docker import PROBE_GUARDS, DockerEnv
from bot.ports import Limits

GUEST = """
import json, os, sys
job = json.load(open(sys.argv[1]))
os.write(int(sys.argv[2]), b'{"event": "bye"}\\n')
"""
NOTHING = Closure(pins=())
MEMORY = 2**30
CHANNEL = 'exec "$@" 3 3>&1 1>&2'
GUARDS = (
    "--network=none", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges",
    f"--pids-limit={PROBE_GUARDS['pids_limit']}", "--init", "--ipc=private", "--log-driver=none",
    f"--memory={MEMORY}", f"--memory-swap={MEMORY}", "--cpu-shares=512", "--user=65534:65534",
)  # fmt: skip


def cell(env: DockerEnv) -> tuple[float, float]:
    """Return the seconds of a whole cell, room included, and of its guest alone."""
    began = time.perf_counter()
    with env.open(NOTHING, interpreter="3.11", limits=Limits(), fresh=False) as room:
        if isinstance(room, Failure):
            sys.exit(room.message)
        opened = time.perf_counter()
        talk = room.talk({}, lambda _: 30.0, seconds=30.0, memory_bytes=MEMORY)
        asked = time.perf_counter() - opened
    if talk.returncode != 0:
        sys.exit(talk.log.decode())
    return time.perf_counter() - began, asked


def bare(env: DockerEnv, folder: Path, place: Path) -> float:
    """Return the seconds of the engine's own command."""
    mounts = {
        f"/stackmatrix/{place.relative_to(env.root.resolve())}/env": place / "env",
        "/stackmatrix-guest": folder / "guest",
        "/stackmatrix-job.json": folder / "job.json",
    }
    flags = [f"--mount=type=bind,src={src},dst={dst},readonly" for dst, src in mounts.items()]
    flags += [f"--tmpfs={where}:{how}" for where, how in PROBE_GUARDS["tmpfs"].items()]
    python = f"{next(iter(mounts))}/bin/python"
    image, _ = env.image_for("3.11")
    guest = (python, "-s", "/stackmatrix-guest/main.py", "/stackmatrix-job.json")
    argv = ["docker", "run", "--rm", *GUARDS, *flags, image, "/bin/sh", "-c", CHANNEL, "sh", *guest]
    began = time.perf_counter()
    subprocess.run(argv, check=True, capture_output=True)
    return time.perf_counter() - began


def main(turns: int) -> None:
    """Take turns and print the medians."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve()
        (folder / "guest").mkdir()
        (folder / "guest" / "main.py").write_text(GUEST)
        (folder / "job.json").write_text(json.dumps({}))
        folder.chmod(0o755)
        env = DockerEnv(root=folder / "envs", guest=folder / "guest")
        cell(env)
        (place,) = [each for each in (env.root / "store").iterdir() if each.is_dir()]
        ours: list[tuple[float, float]] = []
        theirs: list[float] = []
        for _ in range(turns):
            ours.append(cell(env))
            theirs.append(bare(env, folder, place))
    whole, talk = (statistics.median(times) for times in zip(*ours, strict=True))
    plain = statistics.median(theirs)
    print(f"bare docker run   {plain * 1000:7.0f} ms")
    print(f"cell              {whole * 1000:7.0f} ms   {whole / plain:.2f} x")
    print(f"  its guest alone {talk * 1000:7.0f} ms   {talk / plain:.2f} x")
    print(f"median of {turns} turns; Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
