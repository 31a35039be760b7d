from __future__ import annotations

from math import comb, exp, inf, log2

import pytest

from bot.core.noise import Belief, Channel, Known, Measured, Rates, entropy, jeffreys

EVEN = Rates(good=0.1, bad=0.9)


@pytest.mark.parametrize(("good", "bad"), [(0.5, 0.5), (0.6, 0.5), (-0.1, 0.5), (0.5, 1.1)])
def test_rates_go_up(good: float, bad: float) -> None:
    with pytest.raises(ValueError, match="rates go up"):
        Rates(good=good, bad=bad)


def most_told(rates: Rates) -> float:
    """Brute force: the mutual information of the best share of bad closures."""
    best = 0.0
    for share in range(1, 1000):
        part = share / 1000
        mean = part * rates.bad + (1 - part) * rates.good
        lost = part * entropy(rates.bad) + (1 - part) * entropy(rates.good)
        best = max(best, entropy(mean) - lost)
    return best


@pytest.mark.parametrize(
    "rates", [EVEN, Rates(good=0, bad=0.2), Rates(good=0.5, bad=1), Rates(good=0.05, bad=0.6)]
)
def test_capacity_is_the_most_that_any_mix_of_questions_tells(rates: Rates) -> None:
    assert rates.capacity == pytest.approx(most_told(rates), abs=1e-5)


def test_the_bound() -> None:
    assert Rates(good=0, bad=1).bound(96, 0.05) == pytest.approx(log2(96))
    assert Rates(good=0, bad=0.5).divergence == inf
    assert EVEN.divergence == pytest.approx(0.8 * log2(9))
    assert EVEN.bound(96, 0.05) == pytest.approx(log2(96) / 0.531 + log2(20) / 2.5359, rel=1e-3)


@pytest.mark.parametrize("channel", [Known(rates=EVEN), Measured()])
@pytest.mark.parametrize("asked", [0, 1, 7])
def test_chances_add_up(channel: Channel, asked: int) -> None:
    for side in (channel.good, channel.bad):
        total = sum(comb(asked, shown) * exp(side(shown, asked)) for shown in range(asked + 1))
        assert total == pytest.approx(1)
    total = sum(comb(asked, shown) * exp(jeffreys(shown, asked)) for shown in range(asked + 1))
    assert total == pytest.approx(1)


def test_measured_sides_mirror_each_other() -> None:
    assert Measured().good(2, 9) == Measured().bad(7, 9)


def test_what_good_never_shows_is_proof() -> None:
    belief = Belief(prior=[1.0] * 8, channel=Known(rates=Rates(good=0, bad=0.3)))
    belief.tell(range(3), shown=True)
    assert sum(belief.weights[:3]) > 0.99999
    assert belief.sides(0).odds(1, 1) > 9


@pytest.mark.parametrize("channel", [Known(rates=EVEN), Measured()])
def test_any_set_of_steps_is_a_question(channel: Channel) -> None:
    belief = Belief(prior=[1.0, 2.0, 1.0, 1.0], channel=channel)
    belief.tell_all([], 1, 9)
    belief.tell_all(range(4), 8, 9)
    belief.tell([0, 3], shown=True)
    belief.tell(range(2), shown=False)
    gains = belief.gains()
    assert [belief.gain(range(size)) for size in range(5)] == pytest.approx(gains)
    assert max(gains) in gains[1:4]
    assert belief.gain([0, 3]) > 0
    assert belief.weights.index(max(belief.weights)) == 3
    assert belief.evidence > 3


def test_one_rate_everywhere_has_the_evidence() -> None:
    belief = Belief(prior=[1.0] * 4, channel=Measured())
    belief.tell_all([], 10, 20)
    belief.tell_all(range(4), 10, 20)
    assert belief.evidence < 0
