"""The worked example of CONTRIBUTING.md works: its files, on the real package, asked for real."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bot.app import SUITE
from bot.core.model import Failure, Json, Link, Probe
from bot.core.protocol import PROTOCOL, Hearing, question
from bot.drivers.plain import Plain
from bot.drivers.suite import read_suite
from bot.envs.uv import UvEnv
from tests.real.stacks import LIMITS, PYTHON, closed

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
HOST, GUEST = re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)[:2]
(FAMILY,) = re.findall(r"^```yaml\n(family.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def driver() -> Plain:
    space: dict[str, object] = {}
    exec(compile(HOST, "mistune.py", "exec"), space)  # noqa: S102 - our own document
    found = space["MISTUNE"]
    assert isinstance(found, Plain)
    return found


def test_the_host_half_is_a_driver() -> None:
    mistune = driver()
    assert mistune.requirements("mistune", "3.0.0") == ("mistune==3.0.0",)
    probe = Probe(name="markdown/x", ask="markdown", request={}, looks=())
    assert "mistune.html" in mistune.show(probe, Link.MESSAGE)
    assert not mistune.show(probe, Link.TEXT)


@pytest.mark.real
@pytest.mark.network
def test_two_files_and_a_row_are_enough(tmp_path: Path) -> None:
    guests = tmp_path / "guest"
    shutil.copytree(SUITE.parent / "guest", guests)
    (guests / "mistune.py").write_text(GUEST, encoding="utf-8")
    folder = tmp_path / "suite"
    folder.mkdir()
    (folder / "markdown.yaml").write_text(FAMILY, encoding="utf-8")
    probes = read_suite((folder,), ("markdown",))
    mistune = driver()
    env = UvEnv(root=tmp_path / "envs", guest=guests)
    with env.open(closed("mistune"), interpreter=PYTHON, limits=LIMITS, fresh=False) as room:
        assert not isinstance(room, Failure)
        hearing = Hearing([probe.name for probe in probes])
        asked: list[Json] = [question(probe) for probe in probes]
        modules: list[Json] = [{"name": mistune.guest, "setup": mistune.setup(tmp_path, {})}]
        job: Json = {
            "protocol": PROTOCOL,
            "modules": modules,
            "probes": asked,
        }
        talk = room.talk(job, hearing.hear, seconds=60, memory_bytes=LIMITS.memory_bytes)
    heard = hearing.finish(returncode=talk.returncode, stopped_by="", log="")
    told = {one.probe: one.at(Link.MESSAGE) for one in heard.observations}
    assert told["markdown/emphasis"] == "<p><strong>bold</strong> and <em>soft</em></p>\n"
