"""Where either of two upgrades does it, both must be undone: they are named together."""

from __future__ import annotations

from bot.core.explain import Explain
from bot.core.mirror import EACH
from bot.core.outcome import Culprit, Ending
from bot.core.trial import Told, Trial
from tests.unit.core.test_explain import BAD, GOOD, HTTPX, Versions, closer, explain, run


def either(versions: Versions) -> str:
    return "odd" if versions["httpx"] >= "0.28.1" or versions["yarl"] == "2.0" else "ok"


def test_either_of_two_names_both() -> None:
    found = explain(GOOD, BAD, either, releases=HTTPX)
    assert (found.ending, found.why) == (Ending.INTERACTION, EACH)
    assert found.culprits == (
        Culprit(package="httpx", last_good="0.28.0", first_bad="0.28.1"),
        Culprit(package="yarl", last_good="1.0", first_bad="2.0"),
    )
    assert found.signature == "odd"
    assert found.cost.confirm == 6


def test_swapped_ends_give_the_mirror_image() -> None:
    def both(versions: Versions) -> str:
        return "odd" if versions["httpx"] >= "0.28.1" and versions["yarl"] == "2.0" else "ok"

    there = explain(GOOD, BAD, both, releases=HTTPX)
    back = explain(BAD, GOOD, both, releases=HTTPX)
    assert [(c.package, c.first_bad, c.last_good) for c in there.culprits] == [
        (c.package, c.last_good, c.first_bad) for c in back.culprits
    ]


def test_what_is_not_confirmed_from_the_other_end_names_nobody() -> None:
    usual = closer(GOOD, BAD, either)

    def ask(trial: Trial) -> Told:
        whole = trial.fresh and {"httpx", "yarl"} <= dict(trial.versions).keys()
        return Told(signature="else") if whole else usual(trial)

    found = run(Explain(good=GOOD, bad=BAD, releases=HTTPX), ask)
    assert (found.ending, found.culprits) == (Ending.UNEXPLAINED, ())
    assert "something else does it as well" in found.why
