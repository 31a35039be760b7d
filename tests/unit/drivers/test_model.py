"""A model is known by its content; goldens of the tiny one are held against no other."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import COMPARATORS, DRIVERS, SUITE
from bot.core.judge import outcome
from bot.core.matrix import Matrix, Model, Row
from bot.core.model import Cell, Closure, Link, Observation, Probe
from bot.core.outcome import Diverged, Passed
from bot.drivers.model import held, settle
from bot.drivers.suite import read_suite
from bot.effects.content import fingerprint
from bot.errors import ConfigError, SuiteError

TINY = SUITE / "model"
ROW = Row(name="chat", components=("xllamacpp",), suite=("chat",))


def settled(model: Model, root: Path) -> Matrix:
    matrix = Matrix(title="", file="m.yaml", index="", components={}, rows=(ROW,), model=model)
    return settle(matrix, TINY, root, offline=True, say=lambda _: None)


def own(folder: Path, text: str = "weights") -> Model:
    folder.mkdir(exist_ok=True)
    (folder / "a.gguf").write_text(text)
    return Model(name=folder.name, path=str(folder))


def test_a_digest_covers_names_and_contents_and_nothing_hidden(tmp_path: Path) -> None:
    (tmp_path / "one/.git").mkdir(parents=True)
    (tmp_path / "one/sub").mkdir()
    (tmp_path / "one/sub/a").write_text("x")
    (tmp_path / "one/.git/HEAD").write_text("y")
    (tmp_path / "two/sub").mkdir(parents=True)
    (tmp_path / "two/sub/a").symlink_to(tmp_path / "one/sub/a")
    first = fingerprint(tmp_path / "one")
    assert len(first) == 64
    assert fingerprint(tmp_path / "two") == first
    (tmp_path / "one/sub/a").rename(tmp_path / "one/sub/b")
    assert fingerprint(tmp_path / "one") != first


def test_two_models_of_one_name_never_share_a_cell(tmp_path: Path) -> None:
    keys, digests = set(), set()
    for text in ("weights", "other weights"):
        matrix = settled(own(tmp_path / "mine", text), tmp_path)
        (row,) = matrix.rows
        cell = Cell(
            row=row.name,
            components=(("xllamacpp", "1"),),
            closure=Closure(pins=()),
            backend="cpu",
            model=row.model,
            interpreter="3.11",
            model_digest=row.model_digest,
        )
        assert cell.name.endswith("@cpu/mine")
        keys.add(cell.key)
        digests.add(matrix.digest)
    assert len(keys) == 2
    assert len(digests) == 2


def test_another_digest_than_was_asked_for_is_refused(tmp_path: Path) -> None:
    model = own(tmp_path / "mine")
    found = settled(model, tmp_path).model.sha256
    assert settled(replace(model, sha256=found), tmp_path).model.sha256 == found
    with pytest.raises(SuiteError, match="was asked for"):
        settled(replace(model, sha256="0" * 64), tmp_path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no folder"):
        settled(Model(name="mine", path=str(tmp_path / "none")), tmp_path)


def probe(name: str, model: Model, *drivers: str) -> Probe:
    asked = read_suite((SUITE,), (name,))
    (found,) = held(asked, model, [DRIVERS[driver] for driver in drivers], SUITE)
    return found


def test_goldens_hold_for_the_tiny_model_and_for_nothing_but_it(tmp_path: Path) -> None:
    copied = Path(shutil.copytree(TINY, tmp_path / "copy"))
    tiny = settled(Model(), tmp_path).model
    copy = settled(Model(name="copy", path=str(copied)), tmp_path).model
    (copied / "tokenizer.json").open("a").write("\n")
    perturbed = settled(Model(name="copy", path=str(copied)), tmp_path).model
    wrong = Observation(probe="chat/sum-2-2", seen=((Link.TEXT, "something else"),))
    for model, kind in ((tiny, Diverged), (copy, Diverged), (perturbed, Passed)):
        asked = probe("chat/sum-2-2", model, "xllamacpp", "openai")
        assert isinstance(outcome(asked, wrong, (), COMPARATORS), kind)
    right = replace(wrong, seen=((Link.TEXT, "4"),))
    told = outcome(asked, wrong, (right,), COMPARATORS)
    assert isinstance(told, Diverged), "the sides are still held against each other"


def test_what_no_model_makes_keeps_its_goldens(tmp_path: Path) -> None:
    model = settled(own(tmp_path / "mine"), tmp_path).model
    for family, driver in (("replay", "openai"), ("render", "jinja2"), ("encode", "tokenizers")):
        name = read_suite((SUITE,), (family,))[0].name
        kept = probe(name, model, driver) == read_suite((SUITE,), (name,))[0]
        assert kept is (family != "encode"), family


def test_prompts_are_asked_of_any_model_and_ids_of_ours_alone(tmp_path: Path) -> None:
    model = settled(own(tmp_path / "mine"), tmp_path).model
    asked = probe("chat/sum-2-2", model, "ctranslate2")
    assert [link for link, _ in asked.known] == [Link.PROMPT]


def test_a_users_own_probes_keep_the_goldens_that_were_blessed_with_their_model(
    tmp_path: Path,
) -> None:
    model = settled(own(tmp_path / "mine"), tmp_path).model
    suite = tmp_path / "suite"
    suite.mkdir()
    (suite / "own.yaml").write_text(
        "family: own\ntitle: t\nask: chat\ncases: [{id: hi, messages: []}]\n"
        "links: {text: {compare: text, absolute: true, golden: hello}}\n"
    )
    asked = read_suite((SUITE, suite), ("own",))
    assert held(asked, model, [DRIVERS["xllamacpp"]], SUITE) == asked
