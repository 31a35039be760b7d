"""Each invariant catches the fault it is for, and lets what is right pass."""

from __future__ import annotations

import pytest

from bot.compare import messages, text
from bot.core.invariants import Broken, broken, grouped, unsteady
from bot.core.model import Failure, Json, Link, Look, Observation, Phase, Probe, Reason

ALL = tuple(Look(link=link, compare="text") for link in Link)


def ask(seen: dict[str, Json], **fields: Json) -> list[str]:
    probe = Probe(name="x/y", ask="chat", request=fields, looks=ALL)
    told = Observation(probe="x/y", seen=tuple((Link(k), v) for k, v in seen.items()))
    return [each.invariant for each in broken([probe], {"x/y": told})]


def step(logprob: float, *top: tuple[int, float]) -> Json:
    return {"id": 1, "logprob": logprob, "top": [[i, p] for i, p in top]}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({"prompt_ids": [1, 2], "usage": {"prompt_tokens": 2}}, []),
        ({"prompt_ids": [1, 2], "usage": {"prompt_tokens": 3}}, ["prompt tokens are counted"]),
        ({"prompt_ids": [1, 2], "usage": {"prompt_tokens": None}}, []),
        ({"output_ids": [1, 2], "usage": {"completion_tokens": 3}}, []),
        (
            {"output_ids": [1, 2], "usage": {"completion_tokens": 1}},
            ["generated tokens are counted"],
        ),
        ({"logprobs": [step(-0.1, (1, -0.1), (2, -2.5))]}, []),
        ({"logprobs": [step(1.376)]}, ["no log-probability is positive"]),
        ({"logprobs": [step(-0.1, (2, -2.5), (1, -0.1))]}, ["candidates come in order"]),
        ({"logprobs": [step(-0.1, (1, -0.1), (2, -0.1))]}, ["chances add up to one at most"]),
        ({"logprobs": [step(-0.1)], "output_ids": [1, 2, 3]}, ["one log-probability per token"]),
        ({"logprobs": [step(-0.1)], "output_ids": [1]}, []),
    ],
)
def test_what_breaks_within_one_answer(seen: dict[str, Json], expected: list[str]) -> None:
    assert ask(seen) == expected


def test_what_is_lossless_comes_back() -> None:
    look = Look(link=Link.TEXT, compare="text", absolute=True, golden=" a")
    probe = Probe(name="x/y", ask="encode", request={"text": " a"}, looks=(look,))
    wrong = Observation(probe="x/y", seen=((Link.TEXT, "a"),))
    right = Observation(probe="x/y", seen=((Link.TEXT, " a"),))
    assert [each.link for each in broken([probe], {"x/y": wrong})] == [Link.TEXT]
    assert not list(broken([probe], {"x/y": right}))


def test_a_streamed_answer_is_the_plain_one() -> None:
    look = Look(link=Link.MESSAGE, compare="message")
    plain = Probe(name="chat/a", ask="chat", request={"messages": []}, looks=(look,))
    asked: Json = {"messages": [], "stream": True}
    streamed = Probe(name="stream/a", ask="chat", request=asked, looks=(look,))

    def told(name: str, content: str | None, role: str | None = "assistant") -> Observation:
        message: Json = {"role": role, "content": content}
        return Observation(probe=name, seen=((Link.MESSAGE, message),))

    both = [plain, streamed]
    same = {"chat/a": told("chat/a", None), "stream/a": told("stream/a", "")}
    assert not list(broken(both, same))
    (found,) = broken(both, {**same, "stream/a": told("stream/a", "b")})
    assert (found.probe, found.link) == ("stream/a", Link.MESSAGE)
    assert found.invariant == "a streamed answer is the plain one"
    (found,) = broken(both, {**same, "stream/a": told("stream/a", None, None)})
    assert found.invariant == "a stream says who speaks"


def test_the_same_question_has_one_answer() -> None:
    looks = tuple(Look(link=link, compare="text") for link in (Link.PROMPT, Link.TEXT))
    probe = Probe(name="x/y", ask="chat", request={}, looks=looks)

    def told(value: str) -> dict[str, Observation]:
        seen = ((Link.PROMPT, "p"), (Link.TEXT, value))
        return {"x/y": Observation(probe="x/y", seen=seen)}

    comparators = {"text": text.text, "json": messages.json}
    assert not list(unsteady([probe], told("a"), told("a"), comparators))
    (found,) = unsteady([probe], told("a"), told("b"), comparators)
    assert found.link is Link.TEXT


def test_what_the_machine_stopped_is_no_second_answer() -> None:
    probe = Probe(name="x/y", ask="chat", request={}, looks=(Look(link=Link.TEXT, compare="text"),))
    said = {"x/y": Observation(probe="x/y", seen=((Link.TEXT, "a"),))}

    def failed(reason: Reason) -> dict[str, Observation]:
        failure = Failure(phase=Phase.PROBE, reason=reason, message="died")
        return {"x/y": Observation(probe="x/y", failure=failure)}

    comparators = {"text": text.text}
    assert not list(unsteady([probe], said, failed(Reason.KILLED), comparators))
    assert len(list(unsteady([probe], said, failed(Reason.CRASH), comparators))) == 1


def test_a_row_is_one_invariant_at_one_link_of_one_family() -> None:
    def found(probe: str, link: Link, invariant: str) -> Broken:
        return Broken(probe=probe, link=link, invariant=invariant, what="")

    every = [
        found("x/a", Link.TEXT, "one"),
        found("y/a", Link.TEXT, "one"),
        found("x/b", Link.TEXT, "one"),
        found("x/b", Link.USAGE, "one"),
        found("x/b", Link.TEXT, "two"),
    ]
    rows = [[each.probe for each in row] for row in grouped(every)]
    assert rows == [["x/a", "x/b"], ["y/a"], ["x/b"], ["x/b"]]
