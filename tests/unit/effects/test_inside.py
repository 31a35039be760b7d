"""What a container is given to read, and where packages may come from."""

from __future__ import annotations

from pathlib import Path

from bot.effects.inside import local_indexes, named


def test_a_cell_reads_what_its_set_up_names_and_nothing_else(tmp_path: Path) -> None:
    model = tmp_path / "model.gguf"
    model.write_bytes(b"")
    setup = {"model": str(model), "url": "/v1", "root": "/", "gone": str(tmp_path / "no"), "n": 3}
    job = {
        "modules": [{"name": "llama_cpp", "setup": setup}],
        "probes": [{"request": {"path": str(tmp_path)}}],
    }
    assert named(job) == {str(model): model}  # type: ignore[arg-type]
    assert named({}) == {}
    assert named(None) == {}


def test_an_index_on_this_disk_is_seen_with_what_lies_beside_it(tmp_path: Path) -> None:
    simple = tmp_path / "with space" / "simple"
    simple.mkdir(parents=True)
    args = ("--default-index", simple.as_uri(), "--index=https://example.org/simple")
    assert local_indexes(args) == {str(simple.parent): simple.parent}
    assert local_indexes(("--no-index",)) == {}
