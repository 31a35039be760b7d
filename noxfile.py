"""What a contributor runs. `nox -l` is the help page; `nox -s NAME` runs one, `nox` the first two.

Every session builds its own environment, with uv where it is found and virtualenv otherwise.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "test"]

ROOT = Path(__file__).parent
DEV = nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "dev")
# Most tests wait for processes; tests/conftest.py says which files come first.
TWO_AT_A_TIME = ("--numprocesses", "2", "--dist", "loadfile", "--no-loadscope-reorder")
SAMPLE = ROOT / "reports" / "sample"
PACK = (
    "import sys; from pathlib import Path; from bot.ledger.packed import pack; "
    "pack(Path(sys.argv[1]), Path(sys.argv[2]))"
)
MANY = {"STACKMATRIX_CELLS": "300"}


def _install(session: nox.Session) -> None:
    """Install stackmatrix as it stands in the working tree, and the tools of the `dev` group."""
    session.install("--editable", ".", *DEV)


def _engine(session: nox.Session) -> None:
    """Start a container engine with its base image; without one the session fails."""
    session.run(".ci/docker.sh", "python", external=True)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, spelling, types, who may import whom, and the workflows."""
    _install(session)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run(
        "ruff", "check", "--isolated", "--target-version=py38", "--select=E9,F", "bot/guest"
    )
    session.run("codespell")
    session.run("lint-imports")
    session.run("mypy")
    files = [str(file.relative_to(ROOT)) for file in _workflows()]
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files)
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml")
    session.run("zizmor", "--offline", "--quiet", *files, "action.yml")


@nox.session
def test(session: nox.Session) -> None:
    """Every test but the bare machine's; a missing tool skips its tests by name."""
    _install(session)
    everything = "--no-skips" in session.posargs
    chosen = () if everything else ("-m", "not bare")
    if everything:
        _engine(session)
    session.run("pytest", *TWO_AT_A_TIME, "--durations=20", *chosen, *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """The quick tests, and which branches of bot/core they leave out."""
    _install(session)
    session.run(
        "pytest", "tests/unit", "tests/property", "bot/core", "--cov", "--cov-report=term-missing",
        *session.posargs,
    )  # fmt: skip


@nox.session(venv_backend="none")
def ci(session: nox.Session) -> None:
    """What `.ci/run` runs after it has installed the tools: lint, then every test, no skips."""
    session.notify("lint")
    session.notify("test", posargs=["--no-skips", *session.posargs])


@nox.session
def full(session: nox.Session) -> None:
    """Everything in `ci`; 300 cells, upgrades, 20 A/A runs, worlds (`-- N`), faults, big."""
    _install(session)
    worlds = session.posargs[0] if session.posargs else "20"
    _engine(session)
    session.run("pytest", "--no-skips")
    session.run("pytest", "tests/real/test_docker.py", env={"STACKMATRIX_DOCKER": "all"})
    session.run("stackmatrix", "image", "build", "--suite", "trixie")
    session.run("pytest", "tests/real/test_images.py")
    session.run("pytest", "tests/mini", env={"STACKMATRIX_WORLDS": worlds})
    session.run("pytest", "tests/real/test_shards.py", "tests/real/test_dask.py", env=MANY)
    session.run("pytest", "tests/real/test_upgrades.py", env={"STACKMATRIX_UPGRADES": "all"})
    session.run("pytest", "tests/real/test_aa.py", env={"STACKMATRIX_AA": "20"})
    session.run("pytest", "tests/real/test_github_season.py", env={"STACKMATRIX_FAULTS": "200"})
    session.run("pytest", "tests/real/test_github_day.py", env={"STACKMATRIX_FINDINGS": "1000"})
    session.run(
        "pytest", "tests/property/test_covering_models.py", env={"STACKMATRIX_COVERING": "all"}
    )
    session.run("pytest", "tests/real/test_big.py", env={"STACKMATRIX_BIG": "1"})


@nox.session
def sample(session: nox.Session) -> None:
    """Run this repository's matrix from nothing, make it the sample (`-- draw`: draw it again)."""
    session.install(".")  # not editable: what logs tell of our files is where everybody has them
    place = Path(session.create_tmp()).resolve()
    state = place / ".stackmatrix"
    for part in ("facts", "blobs", "outbox"):
        shutil.rmtree(state / part, ignore_errors=True)
    into = ["--config", str(ROOT / "matrix.yaml"), "--reports", str(SAMPLE)]
    ledger = str(SAMPLE / "ledger.tar.xz")
    with session.chdir(place):
        if "draw" not in session.posargs:
            session.run("stackmatrix", "run", *into, "--env", "uv", "--fail-on", "never")
            session.run("python", "-c", PACK, str(state), ledger)
        session.run("stackmatrix", "render", "--ledger", ledger, *into)


@nox.session(venv_backend="none")
def workflows(session: nox.Session) -> None:
    """Copy workflows/, which is canonical, to .github/workflows, where GitHub looks."""
    _copy(_workflows(), ROOT / ".github" / "workflows")
    session.log("copied; `nox -s lint` checks them")


def _workflows() -> list[Path]:
    return sorted((ROOT / "workflows").glob("*.yml"))


def _copy(files: list[Path], into: Path) -> None:
    """Make `into` hold exactly `files`."""
    into.mkdir(parents=True, exist_ok=True)
    for old in into.glob("*.yml"):
        old.unlink()
    for file in files:
        shutil.copyfile(file, into / file.name)
