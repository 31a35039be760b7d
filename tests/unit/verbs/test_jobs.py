"""What a job file carries of the place where it was planned."""

from __future__ import annotations

from dataclasses import replace

from bot.core.matrix import Homes, Row
from bot.core.model import Cell
from bot.steps.house import House
from bot.verbs.jobs import job_of, tasks_of
from tests.unit.steps.fakes import cell_of, env_of, house


def planned(env: str, image: str = "") -> tuple[House, Cell]:
    row = Row(name="row", components=("a",), suite=("family",), image=image)
    made = house({"a": ["1.0"]}, row=row)
    homes = Homes(env="auto", image="debian-12")
    env_ = replace(env_of(made), name=env)
    return replace(made, env=env_, matrix=replace(made.matrix, homes=homes)), cell_of(a="1.0")


def test_a_row_of_a_job_says_itself_where_it_runs() -> None:
    for env in ("docker", "uv"):
        made, cell = planned(env)
        (row,) = job_of(made, "shard-001", tasks_of(made, [cell])).rows
        assert (row.env, row.image) == (env, "debian-12")


def test_what_is_asked_for_by_the_row_stays() -> None:
    made, cell = planned("docker", image="debian-13")
    (row,) = job_of(made, "shard-001", tasks_of(made, [cell])).rows
    assert row.image == "debian-13"


def test_a_row_that_no_word_chooses_a_place_for_has_none() -> None:
    made, cell = planned("node")
    assert job_of(made, "shard-001", tasks_of(made, [cell])).rows[0].env == ""


def test_cells_whose_hardware_is_not_here_are_planned_for_a_machine_that_has_it() -> None:
    made, cell = planned("uv")
    away = replace(made, lacks={"cuda": "no such hardware"})
    cuda = replace(cell, backend="cuda")
    assert away.needs(cuda) == ()
    (task,) = tasks_of(away, [cuda])
    assert task.probes
