"""Environments laid together: everything that a distribution installed, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.effects.layers import OWN, lay, owned

SITE = "lib/python3.11/site-packages"


def write(layer: Path, name: str, content: str = "x") -> Path:
    place = layer / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(content)
    return place


def installed(layer: Path, name: str, files: list[str], *more: str) -> None:
    """Write a distribution whose RECORD names `files`, and `more` that it did not install."""
    for file in files:
        write(layer / SITE, file, f"{name} {file}")
    info = f"{name.replace('-', '_')}-1.0.dist-info"
    write(layer / SITE, f"{info}/METADATA", f"Name: {name}\nVersion: 1.0\n\nText")
    record = [*files, *more, f"{info}/METADATA", f"{info}/RECORD"]
    write(layer / SITE, f"{info}/RECORD", "".join(f"{file},,\n" for file in record))


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    made = tmp_path / "layers" / "one" / "env"
    write(made, "pyvenv.cfg")
    (made / "bin").mkdir()
    (made / "bin" / "python").symlink_to("/usr/bin/python3")
    (made / "lib64").symlink_to("lib")
    write(tmp_path, "secret", "canary")
    installed(made, "Big-Pot", ["pot/__init__.py", "pot/a.b.py", "../../../bin/pot"])
    installed(made, "lid", ["space/lid.py"], "../../../../../../secret", "/etc/passwd", "gone.py")
    installed(made, "rim", ["space/rim.py", "../../../share/rim/data"])
    write(made / SITE, "pot/__pycache__/__init__.cpython-311.pyc")
    return made


def test_files_are_sorted_out_by_whose_they_are(layer: Path) -> None:
    found = owned(layer)
    assert set(found) == {"big-pot", "lid", "rim", OWN}
    assert set(found["big-pot"]) == {
        "bin/pot",
        f"{SITE}/pot/__init__.py",
        f"{SITE}/pot/__pycache__/__init__.cpython-311.pyc",
        f"{SITE}/pot/a.b.py",
        f"{SITE}/Big_Pot-1.0.dist-info/METADATA",
        f"{SITE}/Big_Pot-1.0.dist-info/RECORD",
    }
    assert set(found[OWN]) == {"pyvenv.cfg", "bin/python", "lib64"}
    assert not any(".." in name or name.startswith("/") for each in found.values() for name in each)
    write(layer, "later")
    assert owned(layer) == found  # it was written down


def test_an_environment_is_laid_of_parts_in_their_places(layer: Path, tmp_path: Path) -> None:
    other = tmp_path / "layers" / "two" / "env"
    installed(other, "rim", ["space/rim.py", "space/lid.py"])
    found, place = owned(layer), tmp_path / "env"
    rim = owned(other)["rim"]
    lay(place, [(layer, found[OWN]), (layer, found["lid"]), (other, rim)])
    assert (place / SITE / "space/rim.py").samefile(other / SITE / "space/rim.py")
    assert (place / SITE / "space/lid.py").read_text() == "lid space/lid.py"  # the first stays
    assert (place / "bin" / "python").readlink() == Path("/usr/bin/python3")
    assert (place / "lib64" / "python3.11").is_dir()
    assert not (place / "bin" / "pot").exists()
    assert not (place / "share").exists()


def test_where_no_hard_link_can_be_made_files_are_copied(
    layer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", refuse)
    found, place = owned(layer), tmp_path / "env"
    lay(place, [(layer, found[OWN]), (layer, found["rim"])])
    assert (place / SITE / "space/rim.py").read_text() == "rim space/rim.py"
    assert not (place / SITE / "space/rim.py").samefile(layer / SITE / "space/rim.py")
    assert (place / "bin" / "python").is_symlink()
