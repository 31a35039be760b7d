"""Node rows for real: npm's registry, locks, rooms, and what JavaScript makes of the suite.

Mixed rows, such as an engine in Python before a client in JavaScript, are not tried: a room
holds one kind of packages.
"""

from __future__ import annotations

import base64
import shutil
import socket
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import COMPARATORS, SUITE
from bot.core.model import (
    NOT_EXPOSED,
    Closure,
    Component,
    Conflict,
    Failure,
    Json,
    Link,
    Look,
    Observation,
    Phase,
    Pin,
    Probe,
    Reason,
    Requirements,
    Role,
)
from bot.core.protocol import PROTOCOL, Heard, Hearing, question
from bot.drivers.huggingface_jinja import HUGGINGFACE_JINJA
from bot.drivers.huggingface_transformers import HUGGINGFACE_TRANSFORMERS
from bot.drivers.node_llama_cpp import NODE_LLAMA_CPP
from bot.drivers.ollama_node import OLLAMA_NODE
from bot.drivers.openai_node import OPENAI_NODE
from bot.drivers.suite import read_suite
from bot.effects.http import Fetcher
from bot.effects.npm import registry
from bot.effects.room import network_obstacle
from bot.envs.node import NodeEnv
from bot.ports import Driver, Limits
from bot.solvers.npm import NpmSolver
from bot.sources.npm import Npm
from tests.real.stacks import CUTOFF, MODEL

pytestmark = [
    pytest.mark.real,
    pytest.mark.network,
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed"),
]


def closed(*pins: str, prefer: Closure | None = None) -> Closure:
    answer = NpmSolver().close(Requirements(pins=pins, cutoff=CUTOFF, prefer=prefer))
    assert isinstance(answer, Closure), answer
    return answer


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> NodeEnv:
    return NodeEnv(root=tmp_path_factory.mktemp("node"))


def ask(env: NodeEnv, driver: Driver, version: str, probes: Sequence[Probe]) -> Heard:
    closure = closed(*driver.requirements(driver.package, version))
    asked: list[Json] = [question(probe) for probe in probes]
    modules: list[Json] = [{"name": driver.guest, "setup": driver.setup(MODEL, {})}]
    job: Json = {"protocol": PROTOCOL, "modules": modules, "probes": asked}
    hearing = Hearing([probe.name for probe in probes])
    with env.open(closure, interpreter="", limits=Limits(), fresh=False) as room:
        assert not isinstance(room, Failure), room
        done = room.talk(job, hearing.hear, seconds=60, memory_bytes=2**32)
    return hearing.finish(returncode=done.returncode, stopped_by=done.stopped_by, log="")


def shown(heard: Heard) -> dict[str, Observation]:
    assert heard.stopped is None
    return {each.probe: each for each in heard.observations}


def chosen(*names: str) -> list[Probe]:
    families = dict.fromkeys(name.partition("/")[0] for name in names)
    found = {probe.name: probe for probe in read_suite((SUITE,), tuple(families))}
    return [found[name] for name in names]


def test_the_registry_tells_releases_with_moments_and_hashes(tmp_path: Path) -> None:
    source = Npm(Fetcher(cache_dir=tmp_path, user_agent="stackmatrix-tests"), registry())
    package = HUGGINGFACE_JINJA.package
    jinja = Component(name="j", role=Role.TEMPLATE, source="npm", package=package, upstream="")
    found = {release.version: release for release in source.releases(jinja)}
    assert {"0.1.0", "0.5.1", "0.5.11"} <= set(found)
    assert all(release.uploaded for release in found.values())
    assert found["0.5.11"].digests[0].startswith("sha512:")


def test_a_closure_leans_to_the_one_that_is_known() -> None:
    newest = closed("openai==4.60.0")
    old = Pin(name="ms", version="2.1.2")
    known = Closure(pins=tuple(old if pin.name == "ms" else pin for pin in newest.pins))
    assert newest.version("ms") != "2.1.2"
    assert closed("openai==4.60.0", prefer=known).version("ms") == "2.1.2"
    assert all(pin.hashes for pin in newest.pins)


def test_contradictions_are_values() -> None:
    for pins in (("openai==99.0.0",), ("openai==7.57.0", "zod==1.0.0")):
        answer = NpmSolver().close(Requirements(pins=pins, cutoff=CUTOFF))
        assert isinstance(answer, Conflict)
        assert "openai" in answer.why


def test_an_archive_of_another_hash_is_not_installed(env: NodeEnv) -> None:
    nothing = f"sha512-{base64.b64encode(bytes(64)).decode()}"
    wrong = Closure(pins=(Pin(name="@huggingface/jinja", version="0.5.11", hashes=(nothing,)),))
    with env.open(wrong, interpreter="", limits=Limits(), fresh=True) as room:
        assert isinstance(room, Failure)
    assert (room.phase, room.reason) == (Phase.INSTALL, Reason.HASH_MISMATCH)
    assert not list((env.root / "rooms").iterdir())


def test_a_template_renders_as_its_golden_says_or_as_the_release_has_it(env: NodeEnv) -> None:
    probes = chosen(*RENDERED)
    first, second, third = (shown(ask(env, HUGGINGFACE_JINJA, v, probes)) for v in OLD_AND_NEW)
    (look,) = probes[0].looks
    assert COMPARATORS["text"](look.golden, third[probes[0].name].at(Link.PROMPT), ()) is None
    assert first[probes[0].name].at(Link.PROMPT) == {
        "error": "Unknown statement type: UnaryOperator"
    }
    assert second["render/masked-basic"].at(Link.PROMPT) == {
        "error": "Unknown statement type: generation"
    }
    assert isinstance(third["render/masked-basic"].at(Link.PROMPT), str)
    assert third["render/chatml-no-trim"].at(Link.PROMPT) == NOT_EXPOSED


RENDERED = ("render/chatml-default", "render/chatml-no-trim", "render/masked-basic")
OLD_AND_NEW = ("0.1.3", "0.5.3", "0.5.11")


def test_a_template_that_never_ends_is_charged_to_its_probe(env: NodeEnv) -> None:
    (good,) = chosen("render/chatml-default")
    request: Json = {"source": "{% for x in range(1000000000) %}{{ x }}{% endfor %}"}
    looks = (Look(link=Link.PROMPT, compare="text"),)
    endless = Probe(name="render/endless", ask="render", request=request, looks=looks, seconds=1)
    heard = ask(env, HUGGINGFACE_JINJA, "0.5.11", [endless, good])
    (told,) = heard.observations
    assert told.failure is not None
    assert told.failure.link is Link.PROMPT
    assert heard.remains == (good.name,)


REPLAYED = ("replay/capital-france", "replay/capital-france-streamed", "replay-openai/embeddings")


def test_a_client_is_replayed_whatever_cuts_the_answer(env: NodeEnv) -> None:
    found = shown(ask(env, OPENAI_NODE, "7.57.0", chosen(*REPLAYED)))
    plain, streamed, embedded = (found[name] for name in REPLAYED)
    said = {"role": "assistant", "content": "The capital of France is Paris."}
    assert plain.at(Link.MESSAGE) == {**said, "finish_reason": "stop"}
    assert streamed.at(Link.MESSAGE) == plain.at(Link.MESSAGE)
    assert plain.at(Link.STREAM) == NOT_EXPOSED
    assert embedded.at(Link.MESSAGE) != NOT_EXPOSED
    request = plain.at(Link.REQUEST)
    assert isinstance(request, dict)
    assert (request["path"], request["arrived"]) == ("/v1/chat/completions", 1)


def test_an_engine_is_called_and_says_what_it_learned(env: NodeEnv) -> None:
    (chat,) = chosen("chat/capital-france")
    told = shown(ask(env, NODE_LLAMA_CPP, "3.22.1", [chat]))[chat.name]
    assert told.failure is None
    for link in (Link.PROMPT, Link.PROMPT_IDS, Link.OUTPUT_IDS, Link.TEXT, Link.MESSAGE):
        look = chat.look(link)
        assert look is not None
        assert COMPARATORS[look.compare](look.golden, told.at(link), ()) is None, link


def test_lines_of_json_are_put_together_wherever_they_are_cut(env: NodeEnv) -> None:
    names = ("replay-ollama/text", "replay-ollama/calls", "replay-ollama/create")
    text, calls, made = (shown(ask(env, OLLAMA_NODE, "0.6.4", chosen(*names)))[n] for n in names)
    assert text.at(Link.MESSAGE) == {
        "role": "assistant",
        "content": "Héllo 東京 👨\u200d👩\u200d👧 e\u0301.",
        "finish_reason": "stop",
    }
    assert text.at(Link.USAGE) == {"prompt_eval_count": 7, "eval_count": 5}
    called = calls.at(Link.MESSAGE)
    assert isinstance(called, dict)
    assert called["tool_calls"] == [{"name": "f", "arguments": {"a": "東", "b": [1, None]}}] * 3
    request = made.at(Link.REQUEST)
    assert isinstance(request, dict)
    assert request["body"] == {
        "from": "base",
        "model": "tiny-chat",
        "stream": False,
        "system": "s",
    }


READ = ("chat/capital-france", "stream/capital-france", "encode-kinds/gpt2-scripts")


def test_a_model_is_read_as_it_lies_on_the_disk(env: NodeEnv) -> None:
    chat, streamed, kinds = probes = chosen(*READ)
    told = shown(ask(env, HUGGINGFACE_TRANSFORMERS, "4.3.1", probes))
    links = (Link.PROMPT, Link.PROMPT_IDS, Link.OUTPUT_IDS, Link.TEXT, Link.MESSAGE, Link.USAGE)
    whole = [(chat, link) for link in links] + [(streamed, Link.MESSAGE), (kinds, Link.PROMPT_IDS)]
    for probe, link in whole:
        look = probe.look(link)
        assert look is not None
        found = COMPARATORS[look.compare](look.golden, told[probe.name].at(link), ())
        assert found is None, (probe.name, link)


def test_probabilities_are_those_of_the_weights(env: NodeEnv) -> None:
    (chat,) = chosen("chat/capital-france")
    asked = replace(chat, looks=(Look(link=Link.LOGPROBS, compare="logprobs"),))
    found = shown(ask(env, HUGGINGFACE_TRANSFORMERS, "4.3.1", [asked]))[chat.name]
    told = found.at(Link.LOGPROBS)
    assert isinstance(told, list)
    ids = chat.look(Link.OUTPUT_IDS)
    assert ids is not None
    assert [each["id"] for each in told if isinstance(each, dict)] == ids.golden
    for each in told:
        assert isinstance(each, dict)
        assert isinstance(each["logprob"], float)
        assert -0.01 < each["logprob"] <= 0  # the model knows this answer by heart


@pytest.mark.enable_socket
@pytest.mark.skipif(bool(network_obstacle()), reason="the network cannot be cut here")
def test_a_cell_of_node_does_not_reach_this_machine(env: NodeEnv, tmp_path: Path) -> None:
    guest = tmp_path / "guest"
    (guest / "node").mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        (guest / "node" / "main.mjs").write_text(REACH.replace("PORT", str(port)))
        heard: list[Json] = []

        def hear(line: Json) -> float:
            heard.append(line)
            return 20.0

        with replace(env, guest=guest).open(
            Closure(pins=()), interpreter="", limits=Limits(), fresh=True
        ) as room:
            assert not isinstance(room, Failure)
            room.talk({}, hear, seconds=20, memory_bytes=2**31)
    assert heard == ["ECONNREFUSED"]


REACH = """
import { connect } from "node:net";
import { writeSync } from "node:fs";
const say = (word) => writeSync(Number(process.argv[3]), JSON.stringify(word) + "\\n");
const socket = connect(PORT, "127.0.0.1");
socket.on("connect", () => { say("reached"); socket.destroy(); });
socket.on("error", (error) => say(error.code));
"""
