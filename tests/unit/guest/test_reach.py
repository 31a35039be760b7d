"""What a process reached: of tiny distributions in a folder of its own, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.guest.conftest import Guest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc/self/maps")
GUEST = Path(__file__).parents[3] / "bot" / "guest"
BEGIN = f"""
import importlib, json, os, sys
sys.path.insert(0, {str(GUEST)!r})
from main import load_package
load_package()
watch = importlib.import_module("guest.reach").Watch()
sys.path.insert(0, os.environ["PLACE"])
"""
PLAIN = ("imported", "opened", "listed", "late", "spare", "pathlike")


def distribution(place: Path, name: str, *files: str, plugs: str = "", record: str = "") -> None:
    """Install a distribution: its files, and a record of them."""
    info = place / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    for each in files:
        (place / each).parent.mkdir(parents=True, exist_ok=True)
        (place / each).write_text(f"# {name}\n")
    if plugs:
        (info / "entry_points.txt").write_text(plugs)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    listed = "".join(f"{each},sha256=x,1\n" for each in (*files, f"{info.name}/METADATA"))
    (info / "RECORD").write_text(record or listed)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in PLAIN:
        distribution(tmp_path, name, f"{name}/__init__.py", f"{name}/data.txt")
    return tmp_path


def told(place: Path, *program: str) -> dict[str, Any]:
    """Run a program between the beginning of a watch and what it tells."""
    source = "\n".join((BEGIN, *program, "print(json.dumps(watch.told()))"))
    variables = {**os.environ, "PLACE": str(place), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(
        [sys.executable, "-S", "-c", source],
        env=variables, capture_output=True, text=True, check=True, cwd=place,
    )  # fmt: skip
    answer = json.loads(ran.stdout.splitlines()[-1])
    assert isinstance(answer, dict)
    return answer


def test_what_is_imported_opened_or_listed_is_reached(place: Path) -> None:
    found = told(
        place,
        "import imported",
        "open('opened/data.txt').close()",
        "os.listdir(os.environ['PLACE'] + '/listed')",
        "import pathlib; pathlib.Path('pathlike/data.txt').read_text()",
        "watch.ready()",
        "watch.asked('early')",
        "open(os.environ['PLACE'].encode() + b'/late/data.txt').close()",
        "watch.asked('later')",
    )
    assert found == {
        "idle": {"late": ["late"], "spare": ["spare"]},
        "late": {"early": [], "later": ["late"]},
    }


def test_metadata_that_is_read_is_reached(place: Path) -> None:
    found = told(
        place, "watch.ready()", "import importlib.metadata as m; m.version('spare')",
        "watch.asked('p')",
    )  # fmt: skip
    assert found["late"] == {"p": ["spare"]}


def test_who_looks_for_plug_ins_reaches_those_and_not_mere_scripts(place: Path) -> None:
    distribution(place, "script", "script/__init__.py", plugs="[console_scripts]\nx = script:x\n")
    distribution(place, "plug", "plug/__init__.py", plugs="[pydantic]\nx = plug:x\n")
    look = "import importlib.metadata as m; [d.entry_points for d in m.distributions()]"
    found = told(place, "watch.ready()", look, "watch.asked('p')")
    assert found["late"] == {"p": []}
    assert sorted(found["idle"]) == sorted((*PLAIN, "script"))


def test_a_module_that_was_looked_for_is_reached(place: Path) -> None:
    (place / "spare" / "__init__.py").write_text("raise ImportError('not today')\n")
    found = told(place, "try: import spare\nexcept ImportError: pass", "watch.ready()")
    assert "spare" not in found["idle"]


def test_what_is_mapped_is_reached(place: Path) -> None:
    held = "m = mmap.mmap(os.open('spare/data.txt', os.O_RDONLY), 0, prot=mmap.PROT_READ)"
    forget = "watch.paths.pop(os.path.abspath('spare/data.txt'))"
    found = told(place, "import mmap", "watch.ready()", held, forget, "watch.asked('p')")
    assert found["late"] == {"p": ["spare"]}


@pytest.mark.parametrize(
    ("files", "more"),
    [
        (("odd.pth",), {}),
        (("sitecustomize.py",), {}),
        (("odd/__init__.py", "../../share/odd.conf"), {"record": "../../share/odd.conf,,\n"}),
        (("odd/__init__.py",), {"plugs": "[pytest11]\nodd = odd\n"}),
    ],
    ids=["a start hook", "a start module", "a file outside", "a plug-in"],
)
def test_what_may_be_noticed_without_being_opened_is_reached(
    place: Path, files: tuple[str, ...], more: dict[str, str]
) -> None:
    distribution(place / "a" / "b", "odd", *[each for each in files if ".." not in each], **more)
    found = told(place / "a" / "b", "watch.ready()")
    assert found["idle"] == {}


def test_a_script_of_its_own_is_nothing_odd(place: Path) -> None:
    script = "[console_scripts]\nodd = odd:main\n[gui_scripts]\nodder = odd:main\n"
    listed = "odd/__init__.py,,\n../../../bin/odd,,\n__pycache__/x.pyc,,\n"
    distribution(place / "a", "odd", "odd/__init__.py", plugs=script, record=listed)
    assert told(place / "a", "watch.ready()")["idle"] == {"odd": ["odd"]}


def test_what_has_no_record_is_reached(place: Path) -> None:
    (place / "spare-1.0.dist-info" / "RECORD").unlink()
    assert "spare" not in told(place, "watch.ready()")["idle"]


SPAWN = "import os, multiprocessing.util as util\nutil.spawnv_passfds("
ANOTHER = {
    "subprocess.Popen": "import subprocess; subprocess.run(['true'])",
    "os.system": "os.system('true')",
    "os.fork": "p = os.fork()\nif not p: os._exit(0)\nos.waitpid(p, 0)",
    "a process that ended": SPAWN + "b'/bin/true', [b'true'], [])\nos.wait()",
    "a process that runs": SPAWN + "b'/bin/sleep', [b'sleep', b'1'], [])",
    "pkg_resources reads versions off folders": "sys.modules['pkg_resources'] = sys",
}


@pytest.mark.parametrize("why", ANOTHER)
def test_what_another_process_reaches_nobody_knows(place: Path, why: str) -> None:
    assert told(place, ANOTHER[why], "watch.ready()", "watch.asked('p')") == {"why": why}


def test_what_clients_tell_servers_of_the_machine_starts_nothing(place: Path) -> None:
    assert "idle" in told(place, "import platform; platform.platform()", "watch.ready()")


def test_what_is_raised_while_listening_hurts_nobody(place: Path) -> None:
    odd = "class Odd:\n def __fspath__(self): return 7\nsys.audit('open', Odd(), 'r', 0)"
    assert "open: " in told(place, odd, "watch.ready()")["why"]


def test_after_it_has_told_nothing_is_noted(place: Path) -> None:
    found = told(
        place,
        "watch.ready()",
        "first = watch.told()",
        "many = len(watch.paths)",
        "open('spare/data.txt').close()",
        "assert len(watch.paths) == many",
    )
    assert "spare" in found["idle"]


def test_a_session_tells_where_the_job_wants_it(guest: Guest) -> None:
    session = guest("session")
    said: list[str] = []
    line = SimpleNamespace(say=lambda event, **_: said.append(event))
    session.run({"modules": [], "probes": []}, line)
    assert said == ["hello", "bye"]
