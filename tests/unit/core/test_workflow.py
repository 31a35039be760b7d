"""A workflow of one's own is those that are tried here, with values for inputs."""

from __future__ import annotations

from pathlib import Path

import yaml

from bot.core.workflow import Answers, own_guest, own_workflow

HERE = Path(__file__).parents[3] / "workflows"
WATCH, SCHEDULE = ((HERE / f"{name}.yml").read_text() for name in ("watch", "schedule"))
ANSWERS = Answers(stackmatrix='odd "name" @ https://h/s', config="a/m.yaml", shards=3, minute=9)


def test_every_job_and_every_line_that_runs_is_there() -> None:
    own = yaml.safe_load(own_workflow(WATCH, SCHEDULE, ANSWERS))
    watch, schedule = yaml.safe_load(WATCH), yaml.safe_load(SCHEDULE)
    assert [*own["jobs"]] == [*watch["jobs"], "alive"]
    assert own["jobs"]["alive"] == schedule["jobs"]["alive"]
    for name, job in watch["jobs"].items():
        mine = own["jobs"][name]
        assert [step.get("run") for step in mine["steps"]] == [
            step.get("run") for step in job["steps"]
        ]
        assert mine["permissions"] == job["permissions"]


def test_values_stand_where_inputs_were_asked_for() -> None:
    text = own_workflow(WATCH, SCHEDULE, ANSWERS)
    own = yaml.safe_load(text)
    assert "inputs." not in text
    assert "secrets.token" not in text
    assert "container:" not in text
    assert own["env"]["STACKMATRIX"] == 'odd "name" @ https://h/s'
    assert (own["env"]["CONFIG"], own["env"]["SHARDS"]) == ("a/m.yaml", "3")
    assert own[True]["schedule"] == [{"cron": "9 5 * * *"}]
    assert "hashFiles('a/m.yaml', " in text


def test_the_others_get_their_values_and_nothing_else() -> None:
    text = (HERE / "pull_request.yml").read_text()
    own = yaml.safe_load(own_guest(text, ANSWERS))
    assert own["env"] == {"STACKMATRIX": 'odd "name" @ https://h/s', "CONFIG": "a/m.yaml"}
    assert own["jobs"] == yaml.safe_load(text)["jobs"]
    comment = (HERE / "comment.yml").read_text()
    assert yaml.safe_load(own_guest(comment, ANSWERS))["env"].keys() == {"STACKMATRIX"}
