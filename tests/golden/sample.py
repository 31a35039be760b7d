"""The shared sample matrix: everything a report can hold, once, with hostile text in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.core.brakes import Brake
from bot.core.model import (
    NOT_EXPOSED,
    Cell,
    Closure,
    Json,
    Link,
    Phase,
    Pin,
    Reason,
    Release,
)
from bot.core.outcome import (
    Cost,
    Culprit,
    Diverged,
    Ending,
    Explanation,
    Failed,
    MovesWith,
    NotRun,
    Outcome,
    Passed,
    Unsolvable,
    Verdict,
)
from bot.core.phrases import GOOD_WORDS
from bot.core.report import (
    CellView,
    Change,
    ComponentView,
    Delta,
    FindingView,
    Past,
    Report,
    Result,
    Tally,
    Tested,
)
from bot.core.stats import Rate

AT = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
BEFORE = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
HOSTILE = (
    "\x1b[31mTraceback\x1b[0m (most recent call last):\n"
    "  thanks @octocat and @github/security, this fixes #12 and closes GH-7\n"
    "  resolves https://github.com/octo/hello/issues/12\n"
    "</pre></details><script>alert(1)</script><img src=x onerror=alert(2)>\n"
    "```\n# I left the fence\n```\n"
    "\u202egnp.exe\u202c zero\u200bwidth and a bell\x07\n"
    "token ghp_0123456789abcdefghijABCDEFGHIJ012345 and sk-proj-0123456789abcdef0123\n"
    "javascript:alert(3) {{ 7*7 }} {% raw %} ${jndi:ldap://x}\n" + "A" * 3000
)
BASE = {
    "xllamacpp": "2026.5.9000",
    "openai": "3.53.0",
    "jinja2": "3.1.6",
    "httpx": "0.28.1",
    "anyio": "4.9.0",
}
CALL: Json = {"name": "get_weather", "arguments": {"city": "Zürich", "unit": "°C"}}


def closure(**versions: str) -> Closure:
    """A closure that differs from the baseline in `versions`."""
    pins = {**BASE, **versions}
    return Closure(
        pins=tuple(
            Pin(name=name, version=version, hashes=(f"sha256:{'ab' * 32}",))
            for name, version in pins.items()
        )
    )


def cell(row: str, **versions: str) -> Cell:
    """A cell of `row`, its stack in the words of the baseline."""
    pinned = closure(**versions)
    stack = tuple((name, pinned.versions[name]) for name in ("xllamacpp", "openai"))
    return Cell(
        row=row,
        components=stack,
        closure=pinned,
        backend="cpu",
        model="tiny-chat",
        interpreter="3.11",
    )


def result(
    probe: str, verdict: Verdict, outcome: Outcome, *, signature: str = "", log: str = ""
) -> Result:
    """A result that was held against a passing baseline."""
    return Result(
        probe=probe,
        outcome=outcome,
        before=None if verdict is Verdict.NEW else Passed(),
        verdict=verdict,
        signature=signature,
        log=log,
    )


PASSED = result("hello", Verdict.STILL_GOOD, Passed(unheld=(Link.LOGPROBS,)))
COUNT = Diverged(
    link=Link.MESSAGE,
    diff='- {"tool_calls": [{"name": "get_weather"}]}\n+ {"tool_calls": []}',
    shape="tool calls: count",
)
LOST_CALL = replace(
    result("weather", Verdict.REGRESSED, COUNT, signature="diverged:message:tool calls: count"),
    expected=(
        (Link.PROMPT, "<|user|>Wetter in Zürich? 🦙"),
        (Link.TEXT, "<tool_call>"),
        (Link.MESSAGE, {"tool_calls": [CALL]}),
    ),
    seen=(
        (Link.PROMPT, "<|user|>Wetter in Zürich? 🦙"),
        (Link.LOGPROBS, NOT_EXPOSED),
        (Link.TEXT, "<tool_call>"),
        (Link.MESSAGE, {"tool_calls": []}),
    ),
    log=HOSTILE,
)
CRASH = result(
    "stream",
    Verdict.REGRESSED,
    Failed(phase=Phase.PROBE, reason=Reason.CRASH, message=HOSTILE, link=Link.STREAM),
    signature="failed:probe:crash:Segmentation fault",
    log="SIGSEGV",
)
NEW_ENGINE = cell("chat", xllamacpp="2026.5.9093", httpx="0.29.0", anyio="4.10.0")
ALL_NEWEST = cell("chat", xllamacpp="2026.5.9093", openai="3.54.0", jinja2="3.2.0", httpx="0.29.0")


def view(
    row: str, trigger: str, where: Cell | None, word: str, results: tuple[Result, ...]
) -> CellView:
    """A cell view with its tally counted from its results."""
    words = [one.verdict for one in results]
    grey = {Verdict.FLAKY, Verdict.SPURIOUS, Verdict.INCONCLUSIVE}
    bad = sum(one.bad or one is Verdict.STILL_BAD for one in words)
    unsure = sum(one in grey for one in words)
    moved = tuple(
        (name, BASE.get(name, ""), version)
        for name, version in (where.closure.versions if where else {}).items()
        if BASE.get(name) != version
    )
    return CellView(
        name=where.name if where else f"{trigger}@cpu/tiny-chat",
        row=row,
        trigger=trigger,
        cell=where,
        against="" if trigger == "baseline" else cell(row).name,
        word=word,
        tally=Tally(good=len(words) - bad - unsure, bad=bad, grey=unsure),
        results=results,
        environment="uv",
        executed=True,
        seconds=12.5,
        moved=moved,
        backend="cpu",
        drift={"baseline": 2e-7, "xllamacpp==2026.5.9093": 0.004}.get(trigger),
        history=(
            Past(run=5, at=BEFORE, word="good"),
            Past(run=7, at=AT, word="good" if word in GOOD_WORDS else word),
        ),
    )


CELLS = (
    view("chat", "baseline", cell("chat"), "baseline", (PASSED,)),
    view("chat", "xllamacpp==2026.5.9093", NEW_ENGINE, "regressed", (PASSED, LOST_CALL, CRASH)),
    view(
        "chat",
        "openai==3.54.0",
        cell("chat", openai="3.54.0"),
        "fixed",
        (PASSED, result("usage", Verdict.FIXED, Passed())),
    ),
    view("chat", "newest", ALL_NEWEST, "regressed", (PASSED, LOST_CALL)),
    replace(
        view(
            "agents <b>&</b> tools",
            "jinja2==3.2.0",
            None,
            "unsolvable",
            (result("hello", Verdict.REGRESSED, Unsolvable(conflict="see the cell")),),
        ),
        conflict="Because xllamacpp depends on jinja2<3.2 and you require jinja2==3.2.0, "
        "we can conclude that your requirements are unsatisfiable. @octocat",
    ),
    view(
        "agents <b>&</b> tools",
        "openai==3.54.0",
        cell("agents <b>&</b> tools", openai="3.54.0"),
        "flaky",
        (PASSED, result("stream", Verdict.FLAKY, COUNT)),
    ),
    view(
        "agents <b>&</b> tools",
        "newest",
        cell("agents <b>&</b> tools", openai="3.54.0", jinja2="3.2.0"),
        "inconclusive",
        (result("hello", Verdict.INCONCLUSIVE, NotRun(why="no network: pypi.org")),),
    ),
)
REPRO = '''# /// script
# dependencies = ["xllamacpp"]
# ///
"""The smallest question that still shows it."""
import json, sys

answer = json.loads(sys.stdin.read() or "{}")
assert answer.get("tool_calls"), "no tool call `get_weather` @ Zürich"
'''
FINDINGS = (
    FindingView(
        finding="5f0c2f9a31d7",
        row="chat",
        cell=NEW_ENGINE.name,
        verdict=Verdict.REGRESSED,
        probes=("weather",),
        link=Link.MESSAGE,
        signature="diverged:message:tool calls: count",
        diff=COUNT.diff,
        explanation=Explanation(
            ending=Ending.INTERVAL,
            culprits=(
                Culprit(package="xllamacpp", last_good="2026.5.9091", first_bad="2026.5.9093"),
            ),
            moves_with=(MovesWith(package="httpx", because="xllamacpp 2026.5.9093 needs >=0.29"),),
            gaps=("2026.5.9092",),
            kind="parser",
            signature="diverged:message:tool calls: count",
            link=Link.MESSAGE,
            cost=Cost(ends=2, search=5, confirm=2, speculative=1),
            limit=6.0,
            confidence=0.98,
        ),
        swap=(
            ("prompt", "as in the working stack"),
            ("message", "differs"),
            ("usage", "cannot be fed"),
        ),
        repro=REPRO,
        repro_name="repro.py",
        fails="uv run --with xllamacpp==2026.5.9093 repro.py",
        passes="uv run --with xllamacpp==2026.5.9091 repro.py",
        verified=True,
        target="xorbitsai/xllamacpp",
        draft="outbox/5f0c2f9a31d7/issue.md",
        thread="https://github.com/xorbitsai/xllamacpp/issues/7",
        state="acknowledged",
        tested=(
            Tested(pinned="httpx==0.29.0 | good", word="as the good end"),
            Tested(pinned="xllamacpp==2026.5.9093 <b> | good fresh", word="as the bad end"),
        ),
        because="OpenAI chat completions: tool_calls holds every call of the turn",
    ),
    FindingView(
        finding="90e1aa77b2c4",
        row="chat",
        cell=ALL_NEWEST.name,
        verdict=Verdict.CHANGED,
        probes=("stream", "usage"),
        link=None,
        signature="failed:start:exception:ImportError: <b>@octocat</b> fixes #12",
        diff=HOSTILE,
        explanation=Explanation(
            ending=Ending.INTERACTION,
            culprits=(
                Culprit(package="jinja2", last_good="3.1.6", first_bad="3.2.0"),
                Culprit(package="openai", last_good="3.53.0", first_bad="3.54.0", yanked=True),
            ),
            cost=Cost(ends=2, search=9),
        ),
    ),
)
REPORT = Report(
    title="stackmatrix of the sample",
    lines={"jinja2": 12, "openai": 17},
    run=7,
    at=AT,
    bot="0.1.0",
    suite="c0ffee" * 10,
    delta=Delta(
        newly_broken=("5f0c2f9a31d7",),
        newly_fixed=("usage counts prompt tokens twice",),
        newly_flaky=("stream in agents",),
        still_broken=("90e1aa77b2c4",),
        releases=(
            Release(
                component="xllamacpp",
                version="2026.5.9093",
                uploaded=datetime(2026, 11, 21, 22, 0, tzinfo=UTC),
                origin="pypi",
            ),
            Release(component="openai", version="3.54.0", uploaded=None, origin="pypi"),
            Release(
                component="jinja2", version="3.2.0", uploaded=None, origin="pypi", yanked="<oops>"
            ),
        ),
    ),
    findings=FINDINGS,
    cells=CELLS,
    upstreams={"xllamacpp": "xorbitsai/xllamacpp"},
    promises={"network": "cut while probing", "home": "an empty one"},
    executed=6,
    repeats=Rate(hits=1, total=412),
    brakes=(Brake(target="o/<r>", filed=5, accepted=2, fixed=1, invalid=1, ignored=1),),
    components=(
        ComponentView(
            name="xllamacpp",
            role="engine",
            package="xllamacpp",
            upstream="https://github.com/xorbitsai/xllamacpp",
            source="pypi",
            releases=(
                Release(
                    component="xllamacpp", version="2026.5.9000", uploaded=BEFORE, origin="pypi"
                ),
                Release(component="xllamacpp", version="2026.5.9093", uploaded=AT, origin="pypi"),
            ),
        ),
        ComponentView(
            name="openai",
            role="client",
            package="openai",
            upstream="https://github.com/openai/openai-python",
            source="pypi",
        ),
    ),
    changes=(
        Change(run=7, at=AT, kind="newly broken", name="5f0c2f9a31d7", title="xllamacpp: <b>"),
        Change(run=5, at=BEFORE, kind="newly flaky", name="chat e==2 p", title=HOSTILE),
    ),
    model="tiny-chat",
    model_digest="cd" * 32,
    platform="Linux x86_64",
)
