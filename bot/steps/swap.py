"""Ask the broken stack, stage by stage, with the working stack's values in its hands."""

from __future__ import annotations

from bot.core.facts import Swapped
from bot.core.finding import Group
from bot.core.model import Failure
from bot.core.swap import questions, stages
from bot.steps.ask import ask, modules
from bot.steps.house import House
from bot.steps.shrink import Sides
from bot.steps.verdicts import observations


def swap(house: House, group: Group, apart: Sides) -> Swapped:
    """Return the table of one finding; empty where the working side has nothing to hand on."""
    flip = group.plainest
    house = house.at(flip.cell)
    good = observations(house, flip.working.key, flip.probe)
    if not good or good[0].failure is not None:
        return Swapped(finding=group.search)
    asked = tuple(questions(flip.probe, good[0]))
    guests = modules(house, [name for name, _ in flip.cell.components], flip.cell.model)
    with house.env.open(
        apart.bad, interpreter=flip.cell.interpreter, limits=house.limits(), fresh=False
    ) as room:
        if isinstance(room, Failure):
            return Swapped(finding=group.search)
        told = {one.probe: one for one in ask(house, room, guests, asked).observations}
    table = stages(asked, good[0], told, house.comparators)
    return Swapped(
        finding=group.search, table=tuple((stage.link.value, stage.word) for stage in table)
    )
