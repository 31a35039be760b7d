"""What the processes of a cell reached of its closure, and what a new release may bring with it.

A distribution is out of reach where no process of the cell imported, opened or mapped a file of
it, by all that the guest can see, and nothing of it is looked for at a start or by a plug-in.
Whatever is not told to be out of reach counts as reached.

>>> told = {"idle": {"spare": ["spare"], "late": ["late"]}, "late": {"p": [], "q": ["late"]}}
>>> one = heard(told)
>>> sorted(one.out_of_reach("p")), sorted(one.out_of_reach("q")), one.out_of_reach("r")
(['late', 'spare'], ['spare'], frozenset())
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.model import Json

SCRIPTS = ("console_scripts", "gui_scripts")  # entry points that no library looks for
STARTS = frozenset({"sitecustomize.py", "usercustomize.py"})  # what Python runs before all else


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What one or more processes did not reach, by the names of their probes.

    `idle` holds the distributions that were out of reach once the stack had started, each with
    its names at the top; `late` those of them that a probe, or one before it, reached after all.
    """

    idle: Mapping[str, frozenset[str]] = field(default_factory=dict)
    late: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def out_of_reach(self, probe: str) -> frozenset[str]:
        """Return the distributions that are known to be out of reach of a probe."""
        return frozenset(self.idle) - self.late[probe] if probe in self.late else frozenset()


def heard(told: Json) -> Reach | None:
    """Read what a guest says; None where it could not tell, or says nothing that can be read."""
    fields = told if isinstance(told, dict) else {}
    idle, late = fields.get("idle"), fields.get("late")
    if not isinstance(idle, dict) or not isinstance(late, dict):
        return None
    return Reach(idle=_names(idle), late=_names(late))


def _names(table: Mapping[str, Json]) -> dict[str, frozenset[str]]:
    return {
        name: frozenset(map(str, each)) for name, each in table.items() if isinstance(each, list)
    }


def together(told: Sequence[Reach | None]) -> Reach | None:
    """Return what several processes of a cell reached together; None where one could not tell.

    Of a probe that was asked in several of them, what any reached counts.
    """
    known = [one for one in told if one is not None]
    if not known or len(known) < len(told):
        return None
    names = frozenset(known[0].idle).intersection(*(one.idle for one in known))
    late: dict[str, frozenset[str]] = {}
    for one in known:
        for probe, reached in one.late.items():
            late[probe] = late.get(probe, frozenset()) | (reached & names)
    idle = {name: frozenset[str]().union(*(one.idle[name] for one in known)) for name in names}
    return Reach(idle=idle, late=late)


def brings(files: Iterable[str], plugs: str, tops: Collection[str]) -> str:
    """Say how a release may be noticed by what never reached the one before it, or nothing.

    `files` are the paths of its record, `plugs` is the text of its entry points, and `tops` are
    the names at the top that the release before it had.
    """
    for path in files:
        top, _, rest = path.partition("/")
        if path.startswith(("/", "..")):
            if "/bin/" not in path:
                return f"brings {path}, outside of the packages"
        elif not rest and (top.endswith(".pth") or top in STARTS):
            return f"brings {top}, which runs whenever Python starts"
        elif not top.endswith(".dist-info") and top not in (*tops, "__pycache__"):
            return f"brings {top}, which was not there before"
    found = [line.strip("[] ") for line in plugs.splitlines() if line.strip().startswith("[")]
    plugged = [group for group in found if group not in SCRIPTS]
    return f"brings a plug-in for {plugged[0]}" if plugged else ""
