"""Crates and links: who owns what, and what two versions must never share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.effects.shelf import index, link


def crate(root: Path, name: str, **wheels: Mapping[str, str]) -> Path:
    """Write a crate as an installer leaves it: files, and a RECORD for each distribution."""
    place = root / name
    for wheel, files in wheels.items():
        package, _, version = wheel.rpartition("_")
        info = f"{package}-{version}.dist-info"
        told = {f"{info}/METADATA": f"Name: {package}\nVersion: {version}\n", **files}
        told[f"{info}/RECORD"] = "\n".join(f"{file},," for file in [*told, f"{info}/RECORD"])
        for file, text in told.items():
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            (place / file).write_text(text)
    return place


def test_what_is_ones_own_is_one_link(tmp_path: Path) -> None:
    found = index(crate(tmp_path, "c", greet_1={"greet/__init__.py": "", "greet/loud.py": ""}))
    assert found["greet"].own == ("greet", "greet-1.dist-info")
    assert found["greet"].metadata.modules == ("greet",)
    site = tmp_path / "site"
    site.mkdir()
    link([found["greet"]], site, tmp_path)
    assert (site / "greet").is_symlink()


def test_a_folder_that_two_share_is_linked_file_by_file(tmp_path: Path) -> None:
    place = crate(
        tmp_path, "c", one_1={"space/one.py": "1"}, two_1={"space/two.py": "2", "two.py": ""}
    )
    found = index(place)
    assert (found["one"].shared, found["two"].shared) == (("space/one.py",), ("space/two.py",))
    site = tmp_path / "site"
    site.mkdir()
    link([found["one"]], site, tmp_path)
    assert [path.name for path in (site / "space").iterdir()] == ["one.py"]


def test_two_crates_meet_in_one_folder(tmp_path: Path) -> None:
    one = index(crate(tmp_path, "c", one_1={"space/one.py": "1"}))["one"]
    two = index(crate(tmp_path, "d", two_1={"space/two.py": "2"}))["two"]
    site = tmp_path / "site"
    site.mkdir()
    link([one, two], site, tmp_path)
    assert sorted(path.name for path in (site / "space").iterdir()) == ["one.py", "two.py"]


def test_a_script_is_started_by_the_interpreter_beside_it(tmp_path: Path) -> None:
    place = crate(
        tmp_path, "c", greet_1={"greet.py": "", "bin/greet": "#!/old/bin/python\nprint()\n"}
    )
    (wheel,) = index(place).values()
    assert wheel.scripts == ("greet",)
    assert "bin" not in wheel.own
    site, scripts = tmp_path / "site", tmp_path / "env"
    site.mkdir()
    scripts.mkdir()
    link([wheel], site, scripts)
    assert (scripts / "greet").read_text() == f"#!{scripts}/python\nprint()\n"
