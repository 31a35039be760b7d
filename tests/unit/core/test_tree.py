"""The machine: what it proposes, what it takes, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from bot.core.tree import Tree


class Letters(Tree[str, int]):
    """A text less some of its letters; nothing may be left without a vowel, if `strict`."""

    def text(self, value: str) -> str:
        return value

    def edits(self, value: str) -> Sequence[int]:
        return range(len(value))

    def levels(self) -> Iterator[Sequence[int]]:
        yield [at for at in self.edits(self.best) if at % 2]
        yield self.edits(self.best)

    def edited(self, value: str, edits: Sequence[int]) -> str | None:
        left = "".join(one for at, one in enumerate(value) if at not in edits)
        return left if "!" in left else None


def run(machine: Letters, shows: Callable[[str], bool]) -> Letters:
    while candidates := machine.propose():
        assert len(set(candidates)) == len(candidates)
        for one in candidates:
            assert len(one) < len(machine.best)
            machine.tell(one, shows(one))
    return machine


@pytest.mark.parametrize("width", [1, 2, 5])
def test_what_is_left_is_least(width: int) -> None:
    machine = run(Letters("ab!cdefgh!", width=width), lambda one: "d" in one and "g" in one)
    assert sorted(machine.best) == ["!", "d", "g"]
    assert machine.done


@pytest.mark.parametrize("width", [1, 3])
def test_what_can_go_only_after_another_is_found_at_the_end(width: int) -> None:
    def shows(one: str) -> bool:
        return "a" not in one or "b" in one

    assert run(Letters("bca!", width=width), shows).best == "!"


def test_telling() -> None:
    machine = Letters("abc!")
    assert not machine.done
    with pytest.raises(ValueError, match="nobody asked"):
        machine.tell("zzz", still=True)
    (one, *_) = machine.propose()
    machine.tell(one, still=False)
    machine.tell(one, still=True)
    assert (machine.calls, machine.best) == (1, "abc!")
    assert one not in machine.propose()


def test_what_is_known_is_not_asked() -> None:
    known: dict[str, bool] = {}

    def shows(one: str) -> bool:
        return known.setdefault(one, "d" in one)

    first = run(Letters("ab!cdefgh!"), shows)
    again = Letters("ab!cdefgh!", known=known)
    assert (again.done, again.best, again.calls) == (True, first.best, 0)


def test_a_tree_of_nothing_is_done_at_once() -> None:
    assert Letters("!").done


def test_one_that_proposes_nothing_leaves_its_input_and_ends() -> None:
    class Lazy(Letters):
        def propose(self) -> tuple[str, ...]:
            return ()

    assert run(Lazy("a!b"), lambda _: True).best == "a!b"
