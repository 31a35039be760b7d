"""Lanes at doors: who waits for whom, and who is asked for many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.core.model import Component, Release
from bot.errors import SourceError
from bot.ports import Done, Job
from bot.steps.polling import LANES, MANY, lanes, poll
from tests.unit.steps.fakes import Said, component, house, release


def at(source: str, package: str) -> Component:
    return replace(component(f"{source} {package}"), source=source, package=package)


def test_components_behind_one_door_share_few_lanes_and_every_door_comes_first() -> None:
    index = [at("pypi", f"tea-{n}") for n in range(50)]
    others = [at("url", f"https://{host}/{n}") for host in ("a", "b") for n in range(2)]
    found = list(lanes([*index, *others]))
    assert len(found) == LANES + 4
    assert [lane[0].source for lane in found[:3]] == ["pypi", "url", "url"]
    assert sorted(one.name for lane in found for one in lane) == sorted(
        one.name for one in (*index, *others)
    )
    assert all(len({one.source for one in lane}) == 1 for lane in found)


def test_what_is_asked_for_many_stays_together() -> None:
    forge = [at("github", f"a/{n}") for n in range(MANY + 1)]
    found = list(lanes([at("pypi", "tea"), *forge], {"github"}))
    assert [len(lane) for lane in found] == [MANY, 1, 1]


@dataclass
class Forge:
    """Answers for many, except for those whose name is odd; or not at all."""

    down: bool = False
    asked: list[str] = field(default_factory=list)

    def releases(self, component: Component) -> Iterable[Release]:
        self.asked.append(component.name)
        if component.name == "lost":
            raise SourceError("lost", cure="x")
        return [release(component.name, "1.0")]

    def many(
        self, components: Sequence[Component]
    ) -> Mapping[str, tuple[Release, ...] | SourceError]:
        if self.down:
            raise SourceError("no token", cure="x")
        return {
            one.name: SourceError("lost", cure="x")
            if one.name == "lost"
            else (release(one.name, "2.0"),)
            for one in components
            if one.name != "odd"
        }


NAMES = ("even", "odd", "lost")


def polled(forge: Forge) -> tuple[dict[str, str], list[str]]:
    components = {name: component(name) for name in NAMES}
    home = replace(house({}, components=components), sources={"fake": forge})
    found = poll(home, tuple(components.values()))
    assert isinstance(home.progress, Said)
    told = {
        name: "lost" if isinstance(answer, SourceError) else answer[0].version
        for name, answer in found.items()
    }
    return told, home.progress.notes


def test_who_is_left_out_of_the_answer_for_many_is_asked_alone() -> None:
    forge = Forge()
    assert polled(forge) == ({"even": "2.0", "odd": "1.0", "lost": "lost"}, [])
    assert forge.asked == ["odd"]


def test_where_many_are_refused_each_is_asked_alone() -> None:
    forge = Forge(down=True)
    told, notes = polled(forge)
    assert told == {"even": "1.0", "odd": "1.0", "lost": "lost"}
    assert notes == ["no token; asking one by one"]
    assert sorted(forge.asked) == sorted(NAMES)


@dataclass
class Interrupted:
    """A runner that somebody stops while the first question is put."""

    forge: Forge

    @property
    def stopped(self) -> bool:
        return bool(self.forge.asked)

    def run(self, jobs: Iterable[Job], work: Callable[[Job], Done]) -> Iterator[tuple[Job, Done]]:
        return ((job, work(job)) for job in jobs)


def test_who_is_interrupted_asks_nobody_else() -> None:
    forge = Forge(down=True)
    components = {name: component(name) for name in NAMES}
    home = replace(house({}, components=components), sources={"fake": forge})
    poll(replace(home, errands=Interrupted(forge)), tuple(components.values()))
    assert forge.asked == ["even"]
