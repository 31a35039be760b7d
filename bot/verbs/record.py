"""`stackmatrix record`: an app's own traffic, redacted, as probes that a matrix can use."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click
import yaml

from bot.core.model import Json
from bot.core.recording import Recorded, Recording
from bot.effects.files import put
from bot.effects.proxy import Answer, Asked, Proxy
from bot.errors import UsageError
from bot.verbs.manual import epilog
from bot.verbs.said import Said, Terminal, talk_options

NAME: Final = "recorded"
_ASKED: Final = """\
# Questions of an app, as it asked them; made by `stackmatrix record`. Private things that were
# recognised are stand-ins: read the cases before you share them.
family: {name}
title: what an app asked
ask: chat
cases: {name}.json
seconds: 120
links:
"""
_REPLAYED: Final = """\
# Answers that an app got, replayed to clients whole and in pieces; made by `stackmatrix record`.
family: {name}-replay
title: what an app was answered, as clients read it
ask: replay
cases: {name}-replay.json
seconds: 30
links:
"""
_LINKS: Final = {
    "request": ("json", "implied", "the same call should put the same body on the wire"),
    "prompt": ("text", "implied", "the same chat should make the same prompt"),
    "prompt_ids": ("ids", "implied", "the same prompt should make the same ids"),
    "output_ids": ("ids", "implied", "greedy decoding, within what near ties allow"),
    "text": ("text", "implied", "greedy decoding, within what near ties allow"),
    "stream": ("stream", "unspecified", "nobody promises where a stream is cut"),
    "message": ("message", "implied", "the app relies on it"),
    "usage": ("usage", "implied", "the app relies on it"),
}
_CLIENTS: Final = ("request", "stream", "message", "usage")


@dataclass(slots=True)
class Recorder:
    """Writes the folder anew with each chat that is heard, so that what is there is whole."""

    out: Path
    name: str = NAME
    limit: int = 0
    note: Callable[[str], None] = lambda _line: None
    recording: Recording = field(default_factory=Recording)
    enough: threading.Event = field(default_factory=threading.Event)

    def heard(self, asked: Asked, answer: Answer) -> None:
        """Take one exchange; an answer that broke off is left out."""
        if not answer.whole or self.enough.is_set():
            return
        chat = self.recording.hear(
            asked.path, asked.body, answer.status, dict(answer.headers), answer.body
        )
        if chat is None:
            return
        if chat.streamed:
            put(self.out / "streams" / f"{chat.name}.sse", chat.body.encode())
        for path, text in files(self.name, self.recording.chats):
            put(self.out / path, text.encode())
        self.note(f"{chat.name}: {'streamed' if chat.streamed else 'whole'}, HTTP {chat.status}")
        if self.limit and len(self.recording.chats) >= self.limit:
            self.enough.set()


def files(name: str, chats: list[Recorded]) -> Iterator[tuple[str, str]]:
    """Yield the files of both families: their probes and their cases."""
    yield f"probes/{name}.yaml", _ASKED.format(name=name) + _links(tuple(_LINKS))
    yield f"{name}.json", _json([chat.case for chat in chats])
    yield f"probes/{name}-replay.yaml", _REPLAYED.format(name=name) + _links(_CLIENTS)
    yield f"{name}-replay.json", _json([chat.replay for chat in chats])


def _links(names: tuple[str, ...]) -> str:
    told = {
        name: dict(zip(("compare", "authority", "because"), _LINKS[name], strict=True))
        for name in names
    }
    text: str = yaml.safe_dump(told, sort_keys=False, width=90)
    return "".join(f"  {line}\n" for line in text.splitlines())


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def record(recorder: Recorder, proxy: Proxy, listening: Callable[[str], None]) -> None:
    """Listen until enough was heard, or a person says so (Ctrl-C).

    Raises `UsageError` where there is something in the folder, or the proxy cannot listen.
    """
    if recorder.out.exists() and any(recorder.out.iterdir()):
        cure = "name another folder with --out, or empty it; nothing was changed"
        raise UsageError(f"there is something in {recorder.out} already", cure=cure)
    with proxy.listening() as url, suppress(KeyboardInterrupt):
        listening(url)
        while not recorder.enough.wait(0.2):
            pass


def said(recorder: Recorder) -> Said:
    """Return what was recorded and what was redacted, and how a matrix uses it."""
    heard = recorder.recording
    kinds = sorted(heard.redactor.counts.items())
    told: dict[str, Json] = {
        "chats": len(heard.chats),
        "streamed": sum(chat.streamed for chat in heard.chats),
        "asked again": heard.repeated,
        "passed on without a probe": heard.passed,
        "redacted": dict(kinds),
    }
    rows = [(name, str(count)) for name, count in told.items() if name != "redacted"]
    rows += [(f"redacted: {kind}", str(count)) for kind, count in kinds]
    lines: tuple[str, ...] = ("nothing was written: no chat was heard",)
    if heard.chats:
        family = f"{recorder.name}, {recorder.name}-replay"
        lines = (
            f"read {recorder.out} before you share it: only known kinds of secret are found",
            f"in matrix.yaml: `suite: [{recorder.out}]`, and in a stack `suite: [{family}]`",
        )
    return Said(header=("what", "how many"), rows=tuple(rows), lines=lines, json=told)


@click.command("record", epilog=epilog("record"))
@click.option("--upstream", required=True, help="The server that the app uses now.")
@click.option("--out", required=True, type=click.Path(file_okay=False), help="A new folder.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="0: any that is free.")
@click.option("--name", default=NAME, show_default=True, help="What the family is called.")
@click.option("--count", default=0, type=click.IntRange(0), help="End after so many chats.")
@talk_options
@click.pass_obj
def command(  # noqa: PLR0913 - one for each flag
    terminal: Terminal,
    /,
    *,
    upstream: str,
    out: str,
    port: int,
    name: str,
    count: int,
    quiet: bool,
    as_json: bool,
) -> Said:
    """Turn an app's own traffic into probes, without its secrets.

    A proxy listens on this machine; point the app's base URL at it and use the app. Each chat
    becomes a question for engines and a recorded answer for clients. Ctrl-C ends it. Headers
    that hold keys are passed on and never kept.
    """
    if not name.replace("-", "").replace("_", "").isalnum():
        raise UsageError(f"`{name}` is no name of a family", cure="use letters, digits and -")
    with terminal.display(quiet) as display:
        recorder = Recorder(out=Path(out), name=name, limit=count, note=display.note)
        proxy = Proxy(upstream=upstream, port=port, heard=recorder.heard)
        record(recorder, proxy, lambda url: display.note(f"point the app at {url}/v1"))
    told = said(recorder)
    return Said(
        header=told.header,
        rows=told.rows,
        lines=told.lines,
        json=told.json,
        as_json=as_json,
        quiet=quiet,
    )
