"""The house keeps its manners: sizes, empty doors, floors, tables, and a README that is true."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from click.testing import CliRunner

from bot import app
from bot.cli import STEPS, main_group
from bot.verbs.backends import table as backends_table
from bot.verbs.drivers import table

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BOT = sorted(file for file in (ROOT / "bot").rglob("*.py") if "suite" not in file.parts)
CODE = [file for file in BOT if file.name != "__init__.py"]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
GUEST = sorted((ROOT / "bot" / "guest").glob("*.py"))


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


def lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def functions(file: Path) -> Iterator[tuple[str, int]]:
    """Yield each function of a file with its length: the lines of its body, without docstring."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            last = body[-1].end_lineno if body else None
            yield f"{name(file)}:{node.name}", (last - body[0].lineno + 1) if last else 0


# --- sizes and names ---------------------------------------------------------------------------


@pytest.mark.parametrize("file", [*BOT, *TESTS], ids=name)
def test_no_file_is_too_long(file: Path) -> None:
    assert lines(file) <= 350


def test_most_files_are_short() -> None:
    assert median(lines(file) for file in CODE) <= 110


def test_functions_are_short() -> None:
    sizes = dict(pair for file in CODE for pair in functions(file))
    assert {where: size for where, size in sizes.items() if size > 60} == {}
    assert median(sizes.values()) <= 8


def test_every_door_is_empty() -> None:
    doors = [*(ROOT / "bot").rglob("__init__.py"), *(ROOT / "tests").rglob("__init__.py")]
    assert len(doors) > 10
    assert [name(door) for door in doors if door.read_bytes()] == []


def test_every_folder_of_code_has_a_door() -> None:
    folders = {file.parent for file in (*BOT, *TESTS) if "committed" not in file.parts}
    assert [name(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_nothing_is_named_by_its_lack_of_a_place() -> None:
    words = re.compile(r"util|helper|manager|common|misc", re.IGNORECASE)
    driven = {driver.name.replace("-", "_") for driver in app.DRIVERS.values()}
    named = [file for file in (*BOT, *TESTS) if words.search(file.stem)]
    assert [name(file) for file in named if file.stem.removeprefix("test_") not in driven] == []


# --- the guest -----------------------------------------------------------------------------------


@pytest.mark.parametrize("file", GUEST, ids=name)
def test_a_guest_speaks_python_3_8(file: Path) -> None:
    ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 8))


# Where the packages of a guest have other names than its file: what comes along, or stands beside.
DRIVES = {
    "llama_cpp": {"xllamacpp"},
    "openvino_genai": {"openvino_genai", "openvino", "openvino_tokenizers", "transformers"},
}


@pytest.mark.parametrize("file", GUEST, ids=name)
def test_a_guest_needs_the_standard_library_and_what_it_drives(file: Path) -> None:
    """What a driver of that name exercises is there; everything else may not be."""
    guests = {driver.guest for driver in app.DRIVERS.values()} | {file.stem}
    mine = {guest for guest in guests if file.stem == guest or file.stem.startswith(f"{guest}_")}
    driven = {name for guest in mine for name in DRIVES.get(guest, {guest})}
    # numpy is what these components themselves speak
    allowed = {*sys.stdlib_module_names, "guest", "numpy", *driven}
    assert imported(file) - allowed == set()


def imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found


# --- the floors ----------------------------------------------------------------------------------


def floors(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check who imports whom in the copy of the house in `folder`."""
    tool = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", tool, "--no-cache", "--config", "pyproject.toml"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "bot", tmp_path / "bot", ignore=shutil.ignore_patterns("*.gguf"))
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    return tmp_path


def test_nobody_looks_up(copy: Path) -> None:
    ran = floors(copy)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("bot/core/model.py", "import bot.compare.text", "You may only look down"),
        ("bot/core/model.py", "import subprocess", "The pure rooms do no I/O"),
        ("bot/sources/pypi.py", "import requests", "Only effects opens sockets"),
        ("bot/render/html.py", "import bot.sources.pypi", "You may only look down"),
        ("bot/verbs/run.py", "import bot.trackers.github", "A run cannot file"),
    ],
)
def test_a_planted_import_is_caught(copy: Path, file: str, line: str, contract: str) -> None:
    with (copy / file).open("a", encoding="utf-8") as planted:
        planted.write(f"\n{line}\n")
    ran = floors(copy)
    assert ran.returncode != 0
    broken = [told for told in ran.stdout.splitlines() if re.search(r" BROKEN( \(.*\))?\s*$", told)]
    assert any(contract in told for told in broken), ran.stdout


# --- the README ----------------------------------------------------------------------------------


def block(mark: str) -> list[str]:
    """Return the lines of the fenced block right after `<!-- mark -->`."""
    found = re.search(
        rf"^<!-- {mark} -->\n```\w*\n(.*?)^```$",
        README.read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    assert found, f"the README has no block after <!-- {mark} -->"
    return found[1].splitlines()


@pytest.mark.parametrize("mark", ["run", "test"])
def test_each_command_is_one_line_and_scripts_find_it(mark: str) -> None:
    (line,) = block(mark)
    script = [str(ROOT / ".ci" / "readme.sh"), mark]
    found = subprocess.run(script, capture_output=True, text=True, check=True).stdout
    assert found == line + "\n"


def test_the_readme_shows_the_help_as_it_is() -> None:
    shown = CliRunner().invoke(main_group, ["--help"], prog_name="stackmatrix", terminal_width=100)
    assert "\n".join(block("help")).strip() == shown.output.strip()


@pytest.mark.parametrize(
    "word",
    [
        *app.COMPARATORS,
        *(renderer.name for renderer in app.RENDERERS),
    ],
)
def test_every_row_of_a_table_is_documented(word: str) -> None:
    rows = [row for row in README.read_text(encoding="utf-8").splitlines() if row.startswith("|")]
    assert any(row.startswith(f"| `{word}` |") for row in rows)


def test_the_readme_lists_the_drivers_as_they_are() -> None:
    """Mend it with `stackmatrix drivers --table`, between the two marks."""
    text = README.read_text(encoding="utf-8")
    shown = text.partition("<!-- drivers -->\n")[2].partition("\n<!-- end -->")[0]
    assert shown == table()


def test_the_readme_lists_the_backends_as_they_are() -> None:
    """Mend it with `stackmatrix drivers --backends`, between the two marks."""
    text = README.read_text(encoding="utf-8")
    shown = text.partition("<!-- backends -->\n")[2].partition("\n<!-- end of backends -->")[0]
    assert shown == backends_table()


def test_every_step_is_a_command_and_a_function() -> None:
    source = (ROOT / "bot" / "pipeline.py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    defined = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert [step for step in defined if not step.startswith("_")] == list(STEPS)
    assert set(STEPS) < set(main_group.commands)


def test_every_link_of_the_documents_leads_somewhere() -> None:
    for file in (README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", file.read_text(encoding="utf-8")):
            assert target.startswith("https://") or (ROOT / target).exists(), target


# --- the rest ------------------------------------------------------------------------------------


def test_the_workflows_are_in_step() -> None:
    ours = {file.name: file.read_text() for file in (ROOT / "workflows").glob("*.yml")}
    theirs = {file.name: file.read_text() for file in (ROOT / ".github/workflows").glob("*.yml")}
    assert ours
    assert ours == theirs


def test_no_file_knows_a_machine() -> None:
    places = re.compile(rb"(?<![\w.])/(?:work|root|home/runner)/")
    found = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if found.returncode:
        pytest.skip("needs a git checkout")
    files = [ROOT / file for file in found.stdout.split("\0") if file]
    text = [file for file in files if file.is_file() and b"\0" not in file.read_bytes()[:4096]]
    assert len(text) > 100
    ours = {Path(__file__), ROOT / "tests" / "unit"}
    assert [
        name(file) for file in text if file not in ours and places.search(file.read_bytes())
    ] == []
