"""A proof uses as few components as can show it, and says of itself whether it did what it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from bot.core.finding import Flip, Group, group
from bot.core.model import Failure, Json, Link, Observation, Phase, Probe, Reason
from bot.core.outcome import Culprit, Diverged, Ending, Explanation, Outcome, Passed, Verdict
from bot.steps.house import House
from bot.steps.prove import prove, showing, title
from bot.steps.shrink import Sides, Smallest
from tests.unit.steps.fakes import FakeDriver, FakeShell, cell_of, closure, component, house, probe

INDEX = {"engine": ["1", "2"], "client": ["1"]}
APART = Sides(good=closure(engine="1", client="1"), bad=closure(engine="2", client="1"))
PROBE = probe("p", {"words": ["guilty"]})
SHOWN = Diverged(link=Link.TEXT, diff="", shape="value")


def seen(value: str) -> Observation:
    return Observation(probe="p", seen=((Link.TEXT, value),))


SMALL = Smallest(probe=PROBE, good=seen("fine"), bad=seen("broken"), calls=3)


def explained(package: str = "engine") -> Explanation:
    culprit = Culprit(package=package, last_good="1", first_bad="2")
    return Explanation(ending=Ending.CONCLUSIVE, culprits=(culprit,))


def cause(verdict: Verdict = Verdict.REGRESSED) -> Group:
    before: Outcome = Passed() if verdict is Verdict.REGRESSED else SHOWN
    after: Outcome = SHOWN if verdict is Verdict.REGRESSED else Passed()
    flip = Flip(
        row="row",
        trigger="engine==2",
        cell=cell_of(engine="2", client="1"),
        baseline=cell_of(engine="1", client="1"),
        probe=PROBE,
        verdict=verdict,
        before=before,
        after=after,
    )
    return group([flip])[0]


def home_of(end: Callable[[Sequence[str]], int | None], **drivers: FakeDriver) -> House:
    """Return a house whose commands end so; `engine` and `client` have drivers of their own."""
    components = {name: component(name, driver=name) for name in INDEX}
    made = house(INDEX, components=components)
    known = {
        "engine": FakeDriver(name="engine", shows="seen = ENGINE"),
        "client": FakeDriver(name="client", shows="seen = CLIENT"),
        **drivers,
    }
    return replace(made, drivers=known, shell=FakeShell(end=end))


def shell_of(home: House) -> FakeShell:
    assert isinstance(home.shell, FakeShell)
    return home.shell


def says_what_it_did(argv: Sequence[str]) -> int:
    """End as a good proof does: 1 with the bad release, 0 with the good one."""
    return 1 if "engine==2" in argv else 0


def repro(home: House, name: str) -> str:
    content = home.ledger.blob(name)
    assert content is not None
    return content.decode()


def test_the_engine_alone_is_proof_enough() -> None:
    home = home_of(says_what_it_did)
    told = prove(home, cause(), explained(), APART, SMALL)
    assert told.verified
    assert "seen = ENGINE" in repro(home, told.repro)
    assert "client==" not in told.fails
    assert len(shell_of(home).ran) == 4, "each line twice"
    assert (told.finding, told.calls) == (cause().search, 3)


def test_more_components_are_tried_where_fewer_do_not_prove_it() -> None:
    ends = [0]

    def end(argv: Sequence[str]) -> int:
        return ends.pop() if ends else says_what_it_did(argv)

    client = FakeDriver(name="client", shows="seen = CLIENT(base_url)")
    server = FakeDriver(name="engine", shows="seen = ENGINE", serves="base_url = START")
    home = home_of(end, client=client, engine=server)
    told = prove(home, cause(), explained(), APART, SMALL)
    assert told.verified, shell_of(home).ran
    text = repro(home, told.repro)
    assert text.index("base_url = START") < text.index("seen = CLIENT(base_url)")
    assert len(shell_of(home).ran) == 5, (
        "the first proof never failed, so nobody ran its other half"
    )


@pytest.mark.parametrize("ends", [(0, 0), (1, 1), (0, 1), (None, 0), (1, None)])
def test_an_unverified_proof_is_kept_and_says_so(ends: tuple[int | None, int | None]) -> None:
    home = home_of(lambda argv: ends[0] if "engine==2" in argv else ends[1])
    told = prove(home, cause(), explained(), APART, SMALL)
    assert not told.verified
    assert "seen = ENGINE" in repro(home, told.repro), "the one with the fewest components"


def test_a_proof_that_holds_once_only_is_not_verified() -> None:
    ends = [1, 0, 1, 1]
    home = home_of(lambda _: ends.pop(0))
    assert not prove(home, cause(), explained(), APART, SMALL).verified
    assert ends == []


def test_what_cannot_be_installed_is_no_failure_of_the_file() -> None:
    home = home_of(says_what_it_did)
    home = replace(home, shell=FakeShell(end=says_what_it_did, output="No solution found"))
    assert not prove(home, cause(), explained(), APART, SMALL).verified


def test_a_death_by_a_signal_is_a_failure_like_any_other() -> None:
    home = home_of(lambda argv: -11 if "engine==2" in argv else 0)
    assert prove(home, cause(), explained(), APART, SMALL).verified


class Reader(FakeDriver):
    """Shows the fields that are expected, or everything where nothing is."""

    def show(self, probe: Probe, link: Link) -> str:
        look = probe.look(link)
        golden = look.golden if look else None
        return f"seen = READ({sorted(golden)})" if isinstance(golden, dict) else "seen = ALL()"


@pytest.mark.parametrize(
    ("turns", "text"),
    [
        (0, "seen = READ(['content'])"),
        (1, "seen = READ(['content', 'finish_reason'])"),
        (2, "seen = ALL()"),
    ],
)
def test_the_field_that_differs_is_tried_before_the_whole_message(turns: int, text: str) -> None:
    left = [turns]

    def end(argv: Sequence[str]) -> int:
        if "engine==2" in argv and left[0]:
            left[0] -= 1
            return 0
        return says_what_it_did(argv)

    def said(content: str) -> Observation:
        message: Json = {"content": content, "finish_reason": "stop"}
        return Observation(probe="p", seen=((Link.TEXT, message),))

    home = home_of(end, engine=Reader(name="engine"))
    small = replace(SMALL, good=said("fine"), bad=said("broken"))
    told = prove(home, cause(), explained(), APART, small)
    assert told.verified
    assert text in repro(home, told.repro)


def test_where_nobody_shows_the_link_the_question_is_kept_without_a_proof() -> None:
    mute = {name: FakeDriver(name=name, shows="") for name in INDEX}
    home = home_of(says_what_it_did, **mute)
    told = prove(home, cause(), explained(), APART, SMALL)
    assert (told.repro, told.verified, told.fails) == ("", False, "")
    assert repro(home, told.request) == '{"words": ["guilty"]}'
    assert shell_of(home).ran == []


def test_a_proof_without_the_culprit_would_prove_nothing() -> None:
    home = home_of(says_what_it_did)
    assert prove(home, cause(), explained("stranger"), APART, SMALL).repro == ""


def test_what_was_never_seen_is_not_expected() -> None:
    home = home_of(says_what_it_did)
    unseen = replace(SMALL, good=Observation(probe="p"))
    assert prove(home, cause(), explained(), APART, unseen).repro == ""


def test_a_repair_is_proved_the_other_way_round() -> None:
    home = home_of(lambda argv: 1 if "engine==1" in argv else 0)
    works_now = Sides(good=APART.bad, bad=APART.good)
    told = prove(home, cause(Verdict.FIXED), explained(), works_now, SMALL)
    assert told.verified
    assert "engine==1" in told.fails
    assert "engine==2" in told.passes


@pytest.mark.parametrize(
    ("reason", "guard"),
    [
        (Reason.OUT_OF_MEMORY, "resource.setrlimit"),
        (Reason.TIMEOUT, "faulthandler"),
        (Reason.CRASH, ""),
    ],
)
def test_a_proof_that_eats_memory_or_hangs_is_guarded(reason: Reason, guard: str) -> None:
    failure = Failure(phase=Phase.PROBE, reason=reason, message="", link=Link.TEXT)
    home = home_of(says_what_it_did)
    small = replace(SMALL, bad=Observation(probe="p", failure=failure))
    text = repro(home, prove(home, cause(), explained(), APART, small).repro)
    assert [each for each in ("resource.setrlimit", "faulthandler") if each in text] == (
        [guard] if guard else []
    )


def test_the_title_names_culprit_interval_and_link() -> None:
    assert title(cause(), explained()) == "engine 1 -> 2: another answer at text"


def test_a_probe_that_a_file_can_show_is_proved_before_the_plainest() -> None:
    odd, plain = replace(PROBE, name="odd", ask="elsewhere"), replace(PROBE, name="q")
    first = cause()
    flips = tuple(replace(first.plainest, probe=one) for one in (odd, plain, PROBE))
    several = replace(first, flips=flips)
    mute = FakeDriver(name="client", shows="")

    class Choosy(FakeDriver):
        def show(self, probe: Probe, link: Link) -> str:
            return super().show(probe, link) if probe.ask == PROBE.ask else ""

    home = home_of(says_what_it_did, engine=Choosy(name="engine", shows="seen = 1"), client=mute)
    told = showing(home, several)
    assert [one.probe.name for one in told.flips] == ["q", "odd", "p"]
    assert showing(home_of(says_what_it_did, engine=mute, client=mute), several) == several
