"""What `stackmatrix init` writes beside the matrix: a workflow for GitHub, or a timer."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from importlib.metadata import Distribution, version
from pathlib import Path
from typing import Final

from bot.app import SUITE
from bot.core.model import Json
from bot.core.timer import Timer
from bot.core.workflow import Answers, own_guest, own_workflow
from bot.errors import UsageError

FOLDER: Final = Path(".github/workflows")
PLACES: Final = (SUITE / "workflows", SUITE.parent.parent / "workflows")  # of a wheel, a checkout
UNITS: Final = "~/.config/systemd/user"
NOWHERE: Final = (
    "no workflow: a runner cannot fetch this stackmatrix, which was not installed from an address; "
    "say where it is to be had: --stackmatrix 'stackmatrix @ git+https://HOST/OWNER/REPO@COMMIT'"
)
_LOGIN: Final = re.compile(r"(?<=//)[^/@]*@")


def requirement() -> str:
    """Return what pip has to be told to install this stackmatrix elsewhere; "" where nobody knows.

    An installation remembers its address: https://peps.python.org/pep-0610/
    """
    told = Distribution.from_name("stackmatrix").read_text("direct_url.json")
    if told is None:
        return f"stackmatrix=={version('stackmatrix')}"
    return of_address(json.loads(told))


def of_address(told: Json) -> str:
    """Return the requirement of a remembered address, without a login; "" for a local one."""
    here = told if isinstance(told, dict) else {}
    url, vcs = _LOGIN.sub("", str(here.get("url", ""))), here.get("vcs_info")
    if url.startswith("file:"):
        return ""
    if isinstance(vcs, dict):
        return f"stackmatrix @ {vcs['vcs']}+{url}@{vcs['commit_id']}"
    return f"stackmatrix @ {url}"


def template(name: str) -> str:
    """Return one of the workflows that come along. Raises `UsageError` where it does not."""
    for place in PLACES:
        if (place / name).is_file():
            return (place / name).read_text(encoding="utf-8")
    raise UsageError(f"{name} is not installed", cure="install stackmatrix again")


def workflows(answers: Answers, *, pulls: bool) -> Mapping[Path, bytes]:
    """Return the workflows for a repository of one's own, by their paths in it."""
    own = own_workflow(template("watch.yml"), template("schedule.yml"), answers)
    files = {FOLDER / "stackmatrix.yml": own.encode()}
    for name in ("pull_request.yml", "comment.yml") if pulls else ():
        text = own_guest(template(name), answers)
        files[FOLDER / f"stackmatrix-{name}"] = text.encode()
    return files


def timer_of(folder: Path, config: str, minute: int) -> Timer:
    """Return the timer that runs the matrix of a folder with the stackmatrix that runs now."""
    command = Path(sys.argv[0]).absolute()
    beside = Path(sys.executable).with_name("stackmatrix")
    found = command if command.name == "stackmatrix" else beside
    return Timer(folder=str(folder.absolute()), command=str(found), minute=minute, config=config)


def units(timer: Timer) -> Mapping[Path, bytes]:
    """Return the units of systemd, by name."""
    return {
        Path("stackmatrix.service"): timer.service.encode(),
        Path("stackmatrix.timer"): timer.unit.encode(),
    }


def how_to(timer: Timer) -> tuple[str, ...]:
    """Say what a person does with the units, or with a line for cron instead."""
    return (
        f"mkdir -p {UNITS} && cp stackmatrix.service stackmatrix.timer {UNITS}/",
        "systemctl --user daemon-reload && systemctl --user enable --now stackmatrix.timer",
        "loginctl enable-linger   # so that it runs while nobody is logged in",
        "or, without systemd, this line by `crontab -e`:",
        timer.cron,
    )
