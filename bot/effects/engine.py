"""The door to a container engine (Docker's, or whoever speaks its language): the only one.

A container gets one command, is heard while it runs, and is gone afterwards. Its standard output
and its standard error come over the attached stream as frames, so they need nothing that is
shared with the host. Everything made here carries `LABEL`: what a bot that was killed left
behind is found by it and by nothing else.
"""

from __future__ import annotations

import os
import selectors
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from docker import APIClient
from docker.errors import APIError, DockerException, ImageNotFound
from docker.types import DeviceRequest, LogConfig, Mount
from docker.utils import kwargs_from_env
from urllib3.exceptions import HTTPError

from bot.effects.cgroup import Group, group
from bot.effects.clock import sleep, ticks
from bot.effects.engines import START_DOCKER, Nature, as_ours, guarded, nature, no_gpu, sockets
from bot.effects.frames import Frames
from bot.effects.patience import Patience
from bot.effects.process import HEAD, OUTPUT, TAIL, Clip, Lines, living
from bot.effects.tree import started
from bot.errors import MissingToolError
from bot.ports import Ran, Talk

LABEL, MAKER = "stackmatrix", "stackmatrix.maker"
AWAY: Final = (DockerException, HTTPError, OSError)  # requests' own errors are OSErrors
GONE: Final = "the container engine went away"
BLIND: Final = b"\n[how long it waited for a processor is not known: its engine is elsewhere]\n"
SIGNAL: Final = 128  # added to the number of the signal that a command died of
POLL_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """What a container is made of: its image and command, and what it may see and use.

    `reads` and `writes` are folders and files of this machine by their place inside. `guards` are
    the engine's own words for what it keeps the container from (`docker.types.HostConfig`).
    """

    image: str
    command: tuple[str, ...]
    owner: str
    environment: Mapping[str, str] = field(default_factory=dict)
    reads: Mapping[str, Path] = field(default_factory=dict)
    writes: Mapping[str, Path] = field(default_factory=dict)
    guards: Mapping[str, Any] = field(default_factory=dict)
    user: str = ""
    folder: str = "/"
    gpus: bool = False


class Engine:
    """One container engine: the one that `DOCKER_HOST` names, else whose socket answers first."""

    @cached_property
    def _client(self) -> APIClient:
        """The client; made when it is first needed. Raises `DockerException`."""
        found = {"version": "auto", **kwargs_from_env(), "timeout": 60, "max_pool_size": 32}
        *others, last = [f"unix://{each}" for each in sockets() if each.exists()] or [""]
        for url in others:
            with suppress(*AWAY):
                return APIClient(**{**found, "base_url": url})
        return APIClient(**{**found, **({"base_url": last} if last else {})})

    @cached_property
    def _nature(self) -> Nature:
        return nature(self._client.version(), self._client.info())

    def nature(self) -> Nature:
        """Return which engine it is. Raises `MissingToolError` where none answers."""
        with _answering():
            return self._nature

    def obstacle(self) -> str:
        """Return why no engine can be used, "" when one answers."""
        try:
            self._client.ping()
        except AWAY as trouble:
            for known in ("_client", "_nature"):
                self.__dict__.pop(known, None)
            return f"no container engine answers: {_short(trouble)}"
        return ""

    def await_(self, seconds: float) -> None:
        """Wait until the engine answers. Raises `MissingToolError` after `seconds`."""
        end = ticks() + seconds
        pause = 0.2
        while why := self.obstacle():
            if ticks() + pause > end:
                raise MissingToolError(why, cure=START_DOCKER)
            sleep(pause)
            pause *= 2

    def digest(self, image: str) -> str:
        """Return how `image` is known for good (`name@sha256:...` or its id); "" where it is not.

        Raises `MissingToolError` where no engine answers.
        """
        with _answering():
            try:
                told = self._client.inspect_image(image)
            except ImageNotFound:
                return ""
        return str(next(iter(told.get("RepoDigests") or ()), told["Id"]))

    def bring(self, archive: Path, image: str) -> str:
        """Make `image` of the files in `archive` (a tar); returns its id."""
        with _answering():
            self._client.import_image_from_file(str(archive), repository=image, tag="latest")
            return str(self._client.inspect_image(image)["Id"])

    def containers(self, owner: str) -> tuple[str, ...]:
        """Return the ids of all containers of `owner`, running or not."""
        with _answering():
            found = self._client.containers(all=True, filters={"label": f"{LABEL}={owner}"})
        return tuple(str(each["Id"]) for each in found)

    def sweep(self, owner: str) -> int:
        """Remove what is left of `owner`: of processes that are gone, and of this one.

        Returns how many containers there were. Another bot that is at work keeps its own.
        """
        with _answering():
            found = self._client.containers(all=True, filters={"label": f"{LABEL}={owner}"})
        left = [each for each in found if not _others(str(each["Labels"].get(MAKER, "")))]
        for each in left:
            self._remove(str(each["Id"]))
        return len(left)

    def run(self, box: Box, *, seconds: float) -> Ran:
        """Run a command of ours to its end; its exit code is None when it took too long.

        Raises `MissingToolError` where the image or the engine is missing.
        """
        output, end = Clip(0, OUTPUT), ticks() + seconds
        ended = self._attend(box, {1: output.add, 2: output.add}, lambda: end)
        if ended.error:
            output.add(f"\n{GONE}: {ended.error}\n".encode())
        code = None if ended.stopped_by == "timeout" else ended.code or 0
        code = -9 if ended.error else code
        return Ran(returncode=code, output=output.content().decode(errors="replace"))

    def converse(
        self, box: Box, hear: Callable[[Any], float], *, seconds: float
    ) -> tuple[Talk, str]:
        """Run a guest and hear the JSON lines on its standard output; see `ports.Room.talk`.

        Its standard error is the log. Returns the id of the container too ("" where none began).
        """
        log = Clip(HEAD, TAIL)
        lines = Lines(hear, log, seconds)
        ended = self._attend(box, {1: lines.take, 2: log.add}, lambda: lines.deadline)
        if ended.error:
            log.add(f"\n{ended.error}\n".encode())
        if ended.blind and ended.stopped_by == "timeout":
            log.add(BLIND)
        code = ended.code or 0
        code = SIGNAL - code if code > SIGNAL else code
        talk = Talk(
            returncode=None if ended.code is None else code,
            log=log.content(),
            stopped_by=ended.stopped_by,
        )
        return talk, ended.container

    def _attend(
        self,
        box: Box,
        takers: Mapping[int, Callable[[bytes], None]],
        patience: Callable[[], float],
    ) -> _Ended:
        """Run `box` to its end, hand on what it says, and remove it."""
        container = ""
        try:
            container = self._create(box)
            stream = self._client.attach_socket(container, {"stdout": 1, "stderr": 1, "stream": 1})
            mortal = _Running(kill=lambda: self._kill(container))
            with living(mortal):
                self._client.start(container)
                with closing(self._group(container)) as group_:
                    timely = _listen(stream, Frames(takers), patience, mortal, group_)
                    stream.close()
                    return self._end(container, group_, timely=timely)
        except AWAY as trouble:
            return _failed(trouble, box, container)
        finally:
            if container:
                self._remove(container)

    def _create(self, box: Box) -> str:
        mounts = [
            Mount(target=inside, source=str(path.resolve()), type="bind", read_only=not writable)
            for group, writable in ((box.reads, False), (box.writes, True))
            for inside, path in group.items()
        ]
        gpus = [DeviceRequest(count=-1, capabilities=[["gpu"]])] if box.gpus else None
        if gpus:
            no_gpu(self._nature)
        settings = self._client.create_host_config(
            mounts=mounts,
            log_config=LogConfig(type="none"),
            device_requests=gpus,
            **guarded(box.guards, self._nature),
        )
        made = self._client.create_container(
            box.image,
            command=list(box.command),
            environment=dict(box.environment),
            user=box.user,
            working_dir=box.folder,
            hostname="cell",
            labels={LABEL: box.owner, MAKER: maker(os.getpid())},
            host_config=as_ours(settings, self._nature),
        )
        return str(made["Id"])

    def _group(self, container: str) -> Group:
        """Return the processes of a container that was just started."""
        return group(container, int(self._client.inspect_container(container)["State"]["Pid"]))

    def _end(self, container: str, group_: Group, *, timely: bool) -> _Ended:
        """End it and tell how. Not every engine says that memory ran out, so the kernel is asked.

        It is asked first: its count is gone soon after the last process is.
        """
        killed = group_.starved()
        if not timely:
            self._kill(container)
        code = int(self._client.wait(container, timeout=30)["StatusCode"])
        state = self._client.inspect_container(container)["State"]
        starved = "out of memory" if killed or state["OOMKilled"] else ""
        return _Ended(
            container=container,
            code=code,
            stopped_by=starved if timely else starved or "timeout",
            blind=not group_.known,
        )

    def _kill(self, container: str) -> None:
        try:
            self._client.kill(container)
        except AWAY:
            return  # it has ended, or nobody is there to end it: the next start sweeps

    def _remove(self, container: str) -> None:
        try:
            self._client.remove_container(container, force=True, v=True)
        except AWAY:
            return  # as above


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    """How a container ended: its exit code, or what kept it from having one."""

    container: str
    code: int | None = None
    stopped_by: str = ""
    error: str = ""
    blind: bool = False  # whether nobody knows how long it waited for a processor


@dataclass(slots=True)
class _Running:
    """A container that runs, as `cease` sees it."""

    kill: Callable[[], None]
    ceased: bool = field(default=False)


def _listen(
    stream: Any,  # noqa: ANN401 - a socket by any name: the library hands out several kinds
    frames: Frames,
    patience: Callable[[], float],
    mortal: _Running,
    group_: Group,
) -> bool:
    """Take frames until the stream ends; False when patience ended before it."""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        left = Patience(patience, group_.kept_waiting)
        while not mortal.ceased and not left.over():
            group_.starved()
            before = ticks()
            ready = selector.select(POLL_SECONDS)
            left.passed(before)
            if ready:
                chunk = os.read(stream.fileno(), 65536)
                if not chunk:
                    return True
                frames.take(chunk)
    return False


def maker(pid: int) -> str:
    """Return how a process is known for good: its number, and when it was started."""
    return f"{pid} {started(pid)}"


def _others(label: str) -> bool:
    """Whether the process that made a container still runs, and is not this one."""
    pid = label.partition(" ")[0]
    alive = pid.isdigit() and label == maker(int(pid)) and started(int(pid)) != ""
    return alive and int(pid) != os.getpid()


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except AWAY as trouble:
        what = f"no container engine answers: {_short(trouble)}"
        raise MissingToolError(what, cure=START_DOCKER) from None


def _failed(trouble: BaseException, box: Box, container: str) -> _Ended:
    """Tell what a person must mend from what passes. Raises `MissingToolError` for the first."""
    said = _short(trouble)
    if isinstance(trouble, ImageNotFound):
        cure = f"`docker pull {box.image}`, or `stackmatrix image build` for one of Debian"
        raise MissingToolError(f"the image {box.image} is not here", cure=cure) from None
    if "could not select device driver" in said:
        cure = "install the engine's GPU support (nvidia-container-toolkit), or take `cpu`"
        raise MissingToolError("containers get no GPU here", cure=cure) from None
    return _Ended(container=container, stopped_by=GONE, error=said)


def _short(trouble: BaseException) -> str:
    """Return the engine's own words, or the innermost cause, in one line."""
    if isinstance(trouble, APIError) and trouble.explanation:
        return str(trouble.explanation)
    while trouble.__cause__ or trouble.__context__:
        trouble = trouble.__cause__ or trouble.__context__  # type: ignore[assignment]
    return " ".join(str(trouble).split()) or type(trouble).__name__
