"""A whole workflow on the runner beside this: one job after the other, as they need each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from tests.real.actions import Status
from tests.real.artifacts import Artifacts
from tests.real.runner import TOKEN, Room, World, shown

Json = Any
Change = Callable[[Room], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """How a workflow went: what became of each job, its rooms, and the artifacts."""

    results: dict[str, str] = field(default_factory=dict)
    rooms: dict[str, list[Room]] = field(default_factory=dict)
    artifacts: Artifacts

    @property
    def printed(self) -> str:
        return "\n".join(room.printed for rooms in self.rooms.values() for room in rooms)

    @property
    def done(self) -> list[str]:
        """The scripts that were run, each once."""
        every = [one for rooms in self.rooms.values() for room in rooms for one in room.done]
        return list(dict.fromkeys(every))


def read(file: Path) -> Mapping[str, Json]:
    """Read a workflow; YAML's `on` is a word here."""
    told = yaml.safe_load(file.read_text())
    return {"on": told.pop(True), **told}


def event(name: str, **more: Json) -> dict[str, Json]:
    """Return GitHub's side of a run that this event began."""
    return {
        "event_name": name,
        "event": {"repository": {"fork": False, "private": True}, **more},
        "repository": "owner/app",
        "server_url": "https://github.com",
        "workflow_ref": "owner/app/.github/workflows/stackmatrix.yml@refs/heads/main",
        "run_id": "1",
        "run_attempt": "1",
        "token": TOKEN,
    }


def run_workflow(world: World, workflow: Mapping[str, Json], between: Change | None = None) -> Went:
    """Run every job whose `if` holds; `between` may touch a room before its steps begin."""
    called = (workflow["on"].get("workflow_call") or {}).get("inputs", {})
    inputs = {name: one.get("default") for name, one in called.items()} | dict(world.inputs)
    world = replace(world, inputs=inputs)
    went = Went(artifacts=Artifacts(world.here / "artifacts"))
    needs: dict[str, Json] = {}
    for name, job in workflow["jobs"].items():
        asked = job.get("needs", [])
        asked = [asked] if isinstance(asked, str) else asked
        contexts = _contexts(world, {each: needs[each] for each in asked})
        status = Status(
            failed=any(needs[each]["result"] == "failure" for each in asked),
            skipped=any(needs[each]["result"] == "skipped" for each in asked),
        )
        outputs: dict[str, Json] = {}
        if not world.words.holds(job.get("if", "success()"), contexts, status):
            went.results[name] = "skipped"
        elif "uses" in job:
            went.results[name] = _call(world, job, contexts, went)
        else:
            went.rooms[name] = _rooms(world, workflow, (name, job), contexts, went, between)
            failed = any(room.failed for room in went.rooms[name])
            went.results[name] = "failure" if failed else "success"
            given = job.get("outputs", {})
            outputs = {one: went.rooms[name][-1].told(text) for one, text in given.items()}
        needs[name] = {"result": went.results[name], "outputs": outputs}
    return went


def _contexts(world: World, needs: Mapping[str, Json]) -> dict[str, Json]:
    return {
        "github": dict(world.github),
        "inputs": dict(world.inputs),
        "vars": dict(world.variables),
        "secrets": dict(world.secrets),
        "needs": dict(needs),
    }


def _call(world: World, job: Mapping[str, Json], contexts: dict[str, Json], went: Went) -> str:
    """Run a workflow of the same repository that a job calls."""
    given = {part: world.words.value(job.get(part, {}), contexts, Status()) for part in CALLED}
    inner = replace(world, inputs=given["with"], secrets=given["secrets"])
    called = run_workflow(inner, read(world.source / job["uses"]))
    went.rooms.update(called.rooms)
    went.results.update(called.results)
    return "failure" if "failure" in called.results.values() else "success"


CALLED = ("with", "secrets")


def _rooms(
    world: World,
    workflow: Mapping[str, Json],
    named: tuple[str, Mapping[str, Json]],
    contexts: dict[str, Json],
    went: Went,
    between: Change | None,
) -> list[Room]:
    """Run a job once for each entry of its matrix, or once."""
    name, job = named
    words = world.words
    told = words.value(job.get("strategy", {}).get("matrix", {}), contexts, Status())
    rooms = []
    for number, entry in enumerate(told.get("include", [{}]), start=1):
        mine = {**contexts, "matrix": entry}
        env = words.value(workflow.get("env", {}), contexts, Status())
        env |= words.value(job.get("env", {}), mine, Status())
        room = Room(
            world=world,
            name=f"{name}-{number}" if entry else name,
            artifacts=went.artifacts,
            contexts=mine,
            env={one: shown(value) for one, value in env.items()},
        )
        room.place.mkdir(parents=True)
        if between:
            between(room)
        for step in job["steps"]:
            room.step(step)
        assert words.value([job["runs-on"], job.get("name", name)], mine, Status())
        rooms.append(room)
    return rooms
