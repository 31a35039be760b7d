"""`policy` in matrix.yaml: how far, how often, and what cannot be, with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config.read import Known, read_matrix
from bot.core.policy import Policy, Rule, Way
from bot.errors import ConfigError

HEAD = """\
version: 1
components: {one: {role: engine, upstream: https://github.com/o/r}}
stacks: {row: {components: [one]}}
policy:
"""
KNOWN = Known(drivers=frozenset({"script"}), suites=frozenset())


def read(folder: Path, text: str) -> Policy:
    file = folder / "matrix.yaml"
    file.write_text(HEAD + "".join(f"  {line}\n" for line in text.splitlines()))
    return read_matrix(file, KNOWN).policy


def test_what_a_target_leaves_out_is_as_for_all(tmp_path: Path) -> None:
    text = "own: me/mine\nper_week: 2\ndelay_hours: 3\nall_per_week: 9\ntargets:\n"
    text += "  o/r: {way: file, most_per_week: 7, consent: here}\n  p/q: own\n"
    told = read(tmp_path, text)
    assert told.rule("https://github.com/o/r") == Rule(
        way=Way.FILE, per_week=2, most_per_week=7, delay_hours=3, consent="here"
    )
    assert told.rule("https://github.com/p/q") == Rule(way=Way.OWN, per_week=2, delay_hours=3)
    assert (told.own, told.all_per_week, told.default.way) == ("me/mine", 9, Way.DRAFT)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("default: publish", "5:3: `policy.default` is 'publish'"),
        ("targets: {o/r: publish}", "`policy.targets.o/r.way` is 'publish'"),
        ("targets: {o/r: {way: file, per_day: 3}}", "is not a key that stackmatrix knows"),
        ("targets: {https://pypi.org/project/x/: file}", "is no repository on GitHub"),
        ("targets: {o: press}", "5:13: `o` is no repository on GitHub"),
        ("targets: {o/r: own}", "5:13: `own` means issues in a repository of yours"),
        ("default: own", "5:3: `own` means issues in a repository of yours"),
        ("own: mine", "`policy.own` is 'mine'"),
        ("per_week: -1", "`policy.per_week` is -1"),
    ],
)
def test_what_cannot_be_is_told_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert says in caught.value.message
