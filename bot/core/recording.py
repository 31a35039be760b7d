r"""An app's own traffic into probes: each chat that it asked, and the answer that it got.

Two families come of it. The first asks an engine the app's questions; the second replays the
recorded answers to a client. Private things are replaced by stand-ins before anything is kept,
in streams too, where a server may cut them into pieces.

>>> recording = Recording()
>>> asked = b'{"model": "m", "messages": [{"role": "user", "content": "I am ann@firm.org"}]}'
>>> event = 'data: {"choices": [{"index": 0, "delta": {"content": "%s"}}]}'
>>> answer = "\n\n".join([event % "ann@", event % "firm.org", "data: [DONE]", ""]).encode()
>>> kind = {"Content-Type": "text/event-stream"}
>>> chat = recording.hear("/v1/chat/completions", asked, 200, kind, answer)
>>> chat.request["messages"][0]["content"], chat.body.count("ann"), chat.body.count("person1")
('I am person1@example.com', 0, 1)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from bot.core.model import Json, digest
from bot.core.redact import NUMBERED, Redactor, pieces

CHAT = "/chat/completions"
DONE = "[DONE]"
SENT_BACK = ("content-type", "retry-after")
Place: TypeAlias = "tuple[dict[str, Json] | list[Json], str | int]"  # who holds a text, and where


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One chat without its secrets: the request as asked, the answer as it came."""

    name: str
    request: dict[str, Json]
    status: int
    headers: dict[str, str]
    body: str
    streamed: bool

    @property
    def case(self) -> dict[str, Json]:
        """The question as a case: of the model that is tried, and always with the same dice."""
        asked = {name: value for name, value in self.request.items() if name != "model"}
        return {"id": self.name, **asked, "temperature": 0, "seed": 0}

    @property
    def replay(self) -> dict[str, Json]:
        """The answer as a case that is replayed to clients, in whole and in pieces."""
        headers: dict[str, Json] = dict(self.headers)
        answer: Json = {"status": self.status, "headers": headers, "body": self.body}
        cuts: Json = ["whole", 7, {"random": 1}]
        told: dict[str, Json] = {"id": self.name, "request": self.request, "answer": answer}
        return {**told, "cuts": cuts, "raises": self.status >= 400}  # noqa: PLR2004 - HTTP errors


@dataclass(slots=True)
class Recording:
    """Gathers chats one by one; equal questions are kept once. `passed` counts the rest."""

    redactor: Redactor = field(default_factory=Redactor)
    chats: list[Recorded] = field(default_factory=list)
    repeated: int = 0
    passed: int = 0
    _known: set[str] = field(default_factory=set)

    def hear(
        self, path: str, asked: bytes, status: int, headers: dict[str, str], answer: bytes
    ) -> Recorded | None:
        """Take one exchange; None where it was no chat, or one that is known already."""
        request = _object(asked)
        if not path.partition("?")[0].endswith(CHAT) or request is None:
            self.passed += 1
            return None
        key = digest(request)
        if key in self._known:
            self.repeated += 1
            return None
        self._known.add(key)
        kept = {name.lower(): value for name, value in headers.items()}
        kind = kept.get("content-type", "")
        streamed = kind.startswith("text/event-stream")
        clean = self.redactor.value(request)
        chat = Recorded(
            name=f"chat-{len(self.chats) + 1:03}",
            request=clean if isinstance(clean, dict) else {},
            status=status,
            headers={name: kept[name] for name in SENT_BACK if name in kept},
            body=self._stream(answer) if streamed else self._body(answer),
            streamed=streamed,
        )
        self.chats.append(chat)
        return chat

    def _body(self, answer: bytes) -> str:
        text = answer.decode("utf-8", "replace")
        try:
            told: Json = json.loads(text)
        except ValueError:
            return self.redactor.text(text)
        clean = self.redactor.value(told)
        return text if clean == told else json.dumps(clean, ensure_ascii=False)

    def _stream(self, answer: bytes) -> str:
        """Redact each text of a stream as a whole; lines that hold nothing private stay as is."""
        lines = answer.decode("utf-8", "replace").split("\n")
        events = {at: event for at, line in enumerate(lines) if (event := _event(line)) is not None}
        texts: dict[str, list[Place]] = {}
        before = {at: json.dumps(event) for at, event in events.items()}
        for event in events.values():
            if isinstance(event, dict) and isinstance(event.get("model"), str):
                event["model"] = self.redactor.label(str(event["model"]))
            for path, place in _texts(event, ""):
                texts.setdefault(path, []).append(place)
        for places in texts.values():
            self._replace(places)
        for at, event in events.items():
            if json.dumps(event) != before[at]:
                end = "\r" if lines[at].endswith("\r") else ""
                lines[at] = f"data: {json.dumps(event, ensure_ascii=False)}{end}"
        return "\n".join(lines)

    def _replace(self, places: Sequence[Place]) -> None:
        told = [str(holder[name]) for holder, name in places]  # type: ignore[index]
        spans = self.redactor.spans("".join(told))
        if not spans:
            return
        for (holder, name), text in zip(places, pieces(told, spans), strict=True):
            holder[name] = text  # type: ignore[index]


def _object(body: bytes) -> dict[str, Json] | None:
    try:
        told: Json = json.loads(body)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _event(line: str) -> Json:
    """Return what a `data:` line holds; None for any other line."""
    name, colon, data = line.partition(":")
    if name != "data" or not colon or data.strip() == DONE:
        return None
    try:
        told: Json = json.loads(data)
    except ValueError:
        return None
    return told


def _texts(value: Json, path: str) -> Iterator[tuple[str, Place]]:
    """Yield every text with its path and its place; calls go by the index that they name."""
    if isinstance(value, dict):
        for name, each in value.items():
            if isinstance(each, str):
                if name not in NUMBERED:
                    yield f"{path}.{name}", (value, name)
            else:
                yield from _texts(each, f"{path}.{name}")
    elif isinstance(value, list):
        for at, each in enumerate(value):
            if isinstance(each, str):
                yield f"{path}[{at}]", (value, at)
            else:
                index = each.get("index", at) if isinstance(each, dict) else at
                yield from _texts(each, f"{path}[{index}]")
