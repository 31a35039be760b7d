"""Processes: the only door through which other people's code is started, heard and ended.

Whatever is started here leads a session of its own and dies with everything that it started:
at the end, at its timeout, over its memory, or when the run is stopped (`cease`).
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bot.core.model import Json
from bot.effects.clock import ticks
from bot.effects.ears import POLL_SECONDS, Ears
from bot.effects.machine import be_gentle
from bot.effects.orphans import begin, end
from bot.effects.patience import Patience
from bot.effects.tree import MARK, Tree, everyone, fresh_mark, watchable
from bot.errors import InterruptedByPersonError, MissingToolError
from bot.ports import Ran, Talk

PASSED = (
    "PATH", "LANG", "LC_ALL", "LC_CTYPE", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
)  # fmt: skip
HEAD, TAIL, OUTPUT = 64 * 1024, 256 * 1024, 1024 * 1024
LONGEST_LINE = 64 * 1024 * 1024


def clean_environment(room: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the whole environment of a cell: nothing of ours but where tools and certificates are.

    `room` must hold the folders `home` and `tmp`; `more` is a backend's own variables.
    """
    passed = {name: os.environ[name] for name in PASSED if name in os.environ}
    fixed = {
        "HOME": str(room / "home"),
        "TMPDIR": str(room / "tmp"),
        "PYTHONHASHSEED": "0",
        "HF_HUB_OFFLINE": "1",
        "TZ": "UTC",
    }
    return {**passed, **fixed, **(more or {})}


class Clip:
    """The first `head` and the last `tail` bytes of an output, however long it is."""

    def __init__(self, head: int, tail: int) -> None:
        """Start empty."""
        self._head, self._tail = head, tail
        self._first, self._last, self._lost = b"", b"", 0

    def add(self, chunk: bytes) -> None:
        """Take the next piece of the output."""
        room = self._head - len(self._first)
        self._first += chunk[:room]
        self._last += chunk[room:]
        if len(self._last) > 2 * self._tail:
            self._trim()

    def _trim(self) -> None:
        surplus = max(0, len(self._last) - self._tail)
        self._lost += surplus
        self._last = self._last[surplus:]

    def content(self) -> bytes:
        """Return what was kept, with a line that tells how much was not."""
        self._trim()
        gap = f"\n[... {self._lost} bytes left out ...]\n".encode() if self._lost else b""
        return self._first + gap + self._last


class Mortal(Protocol):
    """Something that runs and can be killed; `ceased` when the run was stopped under it."""

    ceased: bool

    def kill(self) -> None:
        """End it with everything that it started."""
        ...


@dataclass(slots=True)
class _Child:
    """One running process and its tree."""

    process: subprocess.Popen[bytes]
    tree: Tree
    ceased: bool = field(default=False)

    def kill(self) -> None:
        """End the tree."""
        self.tree.kill()


_live: list[Mortal] = []
_guard = threading.Lock()


def cease() -> None:
    """Kill everything that runs now; whoever waits for it gets `InterruptedByPersonError`."""
    with _guard:
        children = tuple(_live)
    for child in children:
        child.ceased = True
        child.kill()


@contextmanager
def living(child: Mortal) -> Iterator[None]:
    """Let `cease` find `child` while it runs; raises `InterruptedByPersonError` if it did."""
    with _guard:
        _live.append(child)
    try:
        yield
    finally:
        with _guard:
            _live.remove(child)
    if child.ceased:
        raise InterruptedByPersonError(
            "The run was stopped.", cure="start it again: what was done is kept"
        )


@contextmanager
def _started(
    argv: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int | None = None,
    pass_fds: Sequence[int] = (),
) -> Iterator[_Child]:
    """Start a command; what it says on stderr is heard with its stdout, or alone if that goes."""
    mark, before = fresh_mark(), everyone()
    try:
        process = begin(
            lambda: subprocess.Popen(
                list(argv),
                cwd=cwd,
                env={**env, MARK: mark},
                stdin=stdin,
                stdout=subprocess.PIPE if stdout is None else stdout,
                stderr=subprocess.STDOUT if stdout is None else subprocess.PIPE,
                start_new_session=True,
                pass_fds=tuple(pass_fds),
            )
        )
    except FileNotFoundError as error:
        cure = "install it, or mend the PATH; `stackmatrix doctor` shows what is found"
        raise MissingToolError(f"{argv[0]} cannot be started: {error}", cure=cure) from error
    be_gentle(process.pid)
    child = _Child(process=process, tree=Tree(process.pid, mark, before))
    with living(child):
        try:
            yield child
        finally:
            child.kill()
            process.wait()
            end(process.pid)
            for pipe in (process.stdout, process.stderr):
                if pipe:
                    pipe.close()


def _attend(child: _Child, ears: Ears, patience: Callable[[], float], memory_bytes: int = 0) -> str:
    """Stay with `child` to its end; returns why it was stopped, "" when it ended by itself.

    What counts as its time is `Patience`'s to say.
    """
    stopped, weighed, left = "", 0.0, Patience(patience, child.tree.kept_waiting)
    while child.process.poll() is None and not stopped:
        before = ticks()
        ears.wait(child.process)
        left.passed(before)
        if left.over():
            stopped = "timeout"
        elif memory_bytes and watchable() and ticks() - weighed >= POLL_SECONDS:
            weighed = ticks()
            stopped = "out of memory" if child.tree.memory() > memory_bytes else ""
    stopped = "" if child.process.poll() is not None else stopped
    child.tree.kill()
    ears.finish()
    return stopped


@contextmanager
def _listening(child: _Child, takers: Mapping[int, Callable[[bytes], None]]) -> Iterator[Ears]:
    ears = Ears(takers, child.process.pid)
    try:
        yield ears
    finally:
        ears.close()


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    seconds: float,
    input: str | None = None,  # noqa: A002 - the word that `subprocess` uses
    into: Path | None = None,
) -> Ran:
    """Run one command to its end and return its exit code and the last megabyte of its output.

    Where it says it `into` a file, all of it is there, and what is returned is its stderr. After
    `seconds` it is killed and the exit code is None. Raises `MissingToolError` when there is no
    such command, `InterruptedByPersonError` when the run is stopped.
    """
    output = Clip(0, OUTPUT)
    until = ticks() + seconds
    with (
        _said(input) as stdin,
        _kept(into) as stdout,
        _started(argv, cwd, env, stdin=stdin, stdout=stdout) as child,
    ):
        with _listening(child, {_heard(child): output.add}) as ears:
            stopped = _attend(child, ears, lambda: until)
        returncode = None if stopped else child.process.wait()
    return Ran(returncode=returncode, output=output.content().decode(errors="replace"))


@contextmanager
def _said(text: str | None) -> Iterator[int]:
    """Yield a descriptor from which `text` can be read; nothing stands there where it is None."""
    if text is None:
        yield subprocess.DEVNULL
        return
    with tempfile.TemporaryFile() as stdin:
        stdin.write(text.encode("utf-8", "surrogateescape"))
        stdin.seek(0)
        yield stdin.fileno()


@contextmanager
def _kept(file: Path | None) -> Iterator[int | None]:
    """Yield a descriptor that writes to `file`, or None where there is none."""
    if file is None:
        yield None
        return
    with file.open("wb") as kept:
        yield kept.fileno()


def _heard(child: _Child) -> int:
    pipe = child.process.stdout or child.process.stderr
    if pipe is None:
        raise RuntimeError("the child was started without a pipe")
    return pipe.fileno()


class Lines:
    """Cuts what arrives into JSON lines, hands each on, and keeps the deadline for the next."""

    def __init__(self, hear: Callable[[Json], float], log: Clip, seconds: float) -> None:
        """Begin with `seconds` of patience for the first line; what is unreadable is logged."""
        self._hear, self._log = hear, log
        self._rest = b""
        self.deadline = ticks() + seconds

    def take(self, chunk: bytes) -> None:
        """Take the next piece of what is said."""
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        for line in whole:
            self._one(line)
        if len(self._rest) > LONGEST_LINE:
            self._log.add(b"\n[a line without an end was dropped]\n")
            self._rest = b""

    def _one(self, line: bytes) -> None:
        try:
            said: Json = json.loads(line)
        except ValueError:
            self._log.add(b"\n[unreadable line] " + line[:1000] + b"\n")
            return
        self.deadline = ticks() + self._hear(said)


def converse(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    hear: Callable[[Json], float],
    seconds: float,
    memory_bytes: int,
) -> Talk:
    """Run a guest and hear its JSON lines; see `ports.Room.talk`.

    The number of the descriptor that the guest writes to is appended to `argv`. What goes to
    stdout and stderr is the log (its first 64 KB and last 256 KB). All processes together may
    hold `memory_bytes` (watched every 50 ms; not at all where there is no /proc).
    """
    log = Clip(HEAD, TAIL)
    inlet, outlet = os.pipe()
    try:
        with _started([*argv, str(outlet)], cwd, env, pass_fds=(outlet,)) as child:
            os.close(outlet)
            outlet = -1
            lines = Lines(hear, log, seconds)
            with _listening(child, {_heard(child): log.add, inlet: lines.take}) as ears:
                stopped = _attend(child, ears, lambda: lines.deadline, memory_bytes)
            returncode = child.process.wait()
    finally:
        os.close(inlet)
        if outlet >= 0:
            os.close(outlet)
    return Talk(returncode=returncode, log=log.content(), stopped_by=stopped)
