"""Every driver keeps the contract, and what it hands to a proof runs on the real thing."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from bot.app import DRIVERS, SUITE
from bot.core.backends import BACKENDS, CPU
from bot.core.model import NOT_EXPOSED, Json, Link, Look, Probe
from bot.core.proof import NAME, Proof, commands, expecting, write
from bot.drivers.suite import families, read_suite
from bot.envs.shell import UvShell
from bot.ports import Driver
from tests.real.stacks import MODEL, PYTHON, ask, closed

GUESTS = Path(str(SUITE)).parent / "guest"
PROBES = read_suite((SUITE,), families((SUITE,)))
SCRIPT = Probe(
    name="greet/hi",
    ask="script",
    request={"source": "print('\"hi\"')"},
    looks=(Look(link=Link.TEXT, compare="text"),),
)
NAMED = {probe.name: probe for probe in (*PROBES, SCRIPT)}
ASKED = {probe.name.split("/")[0]: probe for probe in reversed((*PROBES, SCRIPT))}

everyone = pytest.mark.parametrize("driver", DRIVERS.values(), ids=DRIVERS.keys())


@everyone
def test_a_driver_is_named_as_its_row(driver: Driver) -> None:
    assert DRIVERS[driver.name] is driver
    where = Path("node", f"{driver.guest}.mjs") if driver.source == "npm" else f"{driver.guest}.py"
    assert (GUESTS / where).is_file()
    assert driver.asks


@everyone
def test_the_exact_pin_comes_first(driver: Driver) -> None:
    first, *_ = driver.requirements("some-package", "1.2.3")
    assert first == "some-package==1.2.3"


@everyone
def test_a_driver_on_another_backend_tells_its_guest(driver: Driver) -> None:
    assert set(driver.backends) <= set(BACKENDS)
    for backend in driver.backends:
        there = driver.on(backend)
        setup = there.setup(MODEL, {})
        assert isinstance(setup, dict)
        assert setup.get("backend", CPU) == backend
        assert there.requirements("some-package", "1.2.3")[0] == "some-package==1.2.3"
    lost = next(name for name in BACKENDS if name not in driver.backends)
    assert driver.on(lost) == driver


def test_prebuilt_parts_are_those_of_the_backend() -> None:
    driver = DRIVERS["node-llama-cpp"]
    parts = [driver.on(name).requirements("p", "3.1.0")[1] for name in ("cpu", "vulkan", "cuda")]
    assert parts[1:] == [parts[0].replace("==", f"-{name}==") for name in ("vulkan", "cuda")]


@everyone
def test_the_setup_is_json_and_the_files_are_there(driver: Driver) -> None:
    setup = driver.setup(MODEL, {})
    assert json.loads(json.dumps(setup)) == setup
    for name, path in driver.files(MODEL).items():
        assert path.is_file()
        assert Path(name).name == name


@contextmanager
def guests() -> Iterator[ModuleType]:
    """The guest package under the name it has inside a cell."""
    import_module("bot.guest.main").load_package()
    yield import_module("guest.script")


def test_a_guest_of_the_standard_library_answers_for_itself() -> None:
    with guests() as script:
        assert script.answers("script") == {link.value for link in Link}


@everyone
def test_what_it_shows_compiles_together_with_what_it_starts(driver: Driver) -> None:
    for probe in ASKED.values():
        for streamed in (False, True):
            request = dict(probe.request) if isinstance(probe.request, dict) else {}
            asked = Probe(
                name="a/b",
                ask=probe.ask,
                request={**request, "stream": streamed},
                looks=probe.looks,
            )
            for link in Link:
                text = driver.show(asked, link)
                if text:
                    whole = compile(f"{driver.serve()}\n\n{text}", "proof", "exec")
                    assert "seen" in whole.co_names or "seen" in text


# On the real thing -----------------------------------------------------------------------------

STACKS = {
    "jinja2": ("render",),
    "minijinja": ("render",),
    "tokenizers": ("encode",),
    "xllamacpp+openai": ("chat", "stream", "untrained"),
    "packaging/script": ("greet",),
}


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rooms")


@pytest.mark.real
@pytest.mark.network
@pytest.mark.parametrize("stack", STACKS)
def test_every_link_of_every_family_is_answered(stack: str, rooms: Path) -> None:
    packages, _, driver = stack.partition("/")
    pins = tuple(packages.split("+"))
    probes = [ASKED[family] for family in STACKS[stack]]
    heard = ask(rooms, closed(*pins), (driver,) if driver else pins, probes)
    assert heard.stopped is None
    assert len(heard.observations) == len(probes)
    for probe, observation in zip(probes, heard.observations, strict=True):
        assert observation.failure is None, observation
        for look in probe.looks:
            assert observation.at(look.link) != NOT_EXPOSED, (probe.name, look.link)


PROOFS = [
    ("jinja2", ("jinja2",), "render", Link.PROMPT),
    ("minijinja", ("minijinja",), "render", Link.PROMPT),
    ("tokenizers", ("tokenizers",), "encode", Link.PROMPT_IDS),
    ("tokenizers", ("tokenizers",), "encode", Link.TEXT),
    ("tokenizers", ("tokenizers",), "encode/bom", Link.PROMPT_IDS),
    ("jinja2", ("jinja2",), "render/json-unicode", Link.PROMPT),
    ("minijinja", ("minijinja",), "render/json-unicode", Link.PROMPT),
    ("script", ("packaging",), "greet", Link.TEXT),
    ("openai", ("openai",), "chat", Link.REQUEST),
    *(
        ("xllamacpp", ("xllamacpp",), "chat", link)
        for link in (Link.PROMPT, Link.PROMPT_IDS, Link.OUTPUT_IDS, Link.TEXT, Link.MESSAGE)
    ),
    ("xllamacpp", ("xllamacpp",), "chat", Link.USAGE),
    ("xllamacpp", ("xllamacpp",), "untrained", Link.LOGPROBS),
    ("openai", ("xllamacpp", "openai"), "chat", Link.MESSAGE),
    ("openai", ("xllamacpp", "openai"), "chat/weather-paris-and-rome", Link.MESSAGE),
    ("openai", ("xllamacpp", "openai"), "stream", Link.MESSAGE),
    ("openai", ("xllamacpp", "openai"), "stream/weather-paris-and-rome", Link.MESSAGE),
    ("openai", ("xllamacpp", "openai"), "stream/think-sum", Link.MESSAGE),
    ("openai", ("xllamacpp", "openai"), "stream/cjk-greeting", Link.MESSAGE),
    ("openai", ("xllamacpp", "openai"), "stream", Link.USAGE),
]


@pytest.mark.real
@pytest.mark.network
@pytest.mark.parametrize(("name", "packages", "asked", "link"), PROOFS)
def test_a_proof_ends_well_where_it_is_right_and_with_1_where_it_is_wrong(
    name: str, packages: tuple[str, ...], asked: str, link: Link, rooms: Path
) -> None:
    drivers = tuple(DRIVERS[each] for each in packages if each in DRIVERS) or (DRIVERS[name],)
    probe = NAMED.get(asked) or ASKED[asked]
    heard = ask(rooms, closed(*packages), tuple(each.name for each in drivers), [probe])
    # the request needs an engine to be seen in a cell; a proof of it does not
    expected = _wire(probe) if link is Link.REQUEST else heard.observations[0].at(link)
    right = _proof(probe, link, expected, drivers, packages)
    wrong = _proof(probe, link, _spoiled(expected), drivers, packages)
    assert len(write(right).splitlines()) <= 60
    assert _end(right, drivers) == (0, "as expected")
    assert _end(wrong, drivers) == (1, "expected:")


def _wire(probe: Probe) -> Json:
    request = dict(probe.request) if isinstance(probe.request, dict) else {}
    return {**request, "model": "tiny-chat"}


def _spoiled(value: Json) -> Json:
    """Another value of the same shape, so that the file fails by comparing."""
    match value:
        case str():
            return value + "?"
        case list():
            return [*value, "planted"]
        case dict():
            return {**value, "planted": True}
        case _:
            return "planted"


def _proof(
    probe: Probe, link: Link, expected: Json, drivers: tuple[Driver, ...], packages: tuple[str, ...]
) -> Proof:
    asked = expecting(probe, link, expected)
    shown = next(text for each in reversed(drivers) if (text := each.show(asked, link)))
    starts = "\n\n".join(each.serve() for each in drivers if "base_url" in shown)
    pins = tuple(str(pin) for pin in closed(*packages).pins)
    return Proof(
        title="a proof of the contract",
        shared=(),
        wrong=pins,
        right=pins,
        interpreter=PYTHON,
        request=probe.request,
        expected=expected,
        body=f"{starts}\n\n{shown}",
        tolerant=link is Link.LOGPROBS,
        files=tuple((name, _sha(path)) for name, path in _files(drivers).items()),
    )


def _files(drivers: tuple[Driver, ...]) -> dict[str, Path]:
    return {name: path for each in drivers for name, path in each.files(MODEL).items()}


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _end(proof: Proof, drivers: tuple[Driver, ...]) -> tuple[int | None, str]:
    """Run the command that the proof prints; return its exit code and what it says last.

    An engine's threads write into the same pipe, so these words need not begin a line.
    """
    files = {name: path.read_bytes() for name, path in _files(drivers).items()}
    command = shlex.split(commands(proof)[1])
    ran = UvShell().run(command, files={NAME: write(proof).encode(), **files}, seconds=120)
    told = re.findall("as expected|expected:", ran.output)
    return ran.returncode, told[-1] if told else ran.output[-2000:]
