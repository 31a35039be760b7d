"""In a container too, what a process reached is known, and what is installed can be read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.contained import Contained
from bot.core.model import Failure, Json
from bot.core.protocol import PROTOCOL
from bot.core.reach import heard
from bot.effects.room import GUEST
from bot.ports import Limits
from bot.steps.inside import Open
from tests.real.containers import MEMORY, PYTHON, docker
from tests.real.test_docker import closure

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    ("modules", "idle"), [([], {"markupsafe"}), (["jinja2"], set())], ids=["none", "jinja2"]
)
def test_what_is_loaded_in_a_container_is_reached(
    tmp_path: Path, modules: list[str], idle: set[str]
) -> None:
    """Jinja2 itself is a plug-in of another library, which could always look for it."""
    env = replace(docker(tmp_path), guest=GUEST)
    named: list[Json] = [{"name": name, "setup": {}} for name in modules]
    job: Json = {"protocol": PROTOCOL, "modules": named, "probes": [], "watch": True}
    said: list[Json] = []

    def hear(line: Json) -> float:
        said.append(line)
        return 60.0

    with env.open(closure(), interpreter=PYTHON, limits=Limits(), fresh=False) as room:
        assert not isinstance(room, Failure), room
        room.talk(job, hear, seconds=60.0, memory_bytes=MEMORY)
        assert isinstance(room, Open)
        assert isinstance(room, Contained)
        pages = room.pages("markupsafe")
    assert pages is not None
    assert "markupsafe/__init__.py" in pages.files
    (told,) = [one for one in said if isinstance(one, dict) and one["event"] == "reached"]
    found = heard(told)
    assert found is not None, told
    assert set(found.idle) == idle
