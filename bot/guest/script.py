"""Asks a component by a Python program of the probe, in a fresh process of the cell's interpreter.

`request` is `{"source": program, "arguments": any JSON, optional, "environment": {name: value},
optional, "trace": true, optional}`. The program finds its arguments as JSON text in
`sys.argv[1]`. The last line that it prints is one JSON value: the value of the probe's one link,
or an object keyed by link where the probe looks at several. A traced one leaves the modules that
it loaded in the log, in a line that begins with `loaded: `.
"""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress

from guest.leash import die_with_parent
from guest.wire import LINKS, NOT_EXPOSED

IMPORTED = "import time:"  # what the interpreter begins its lines about imports with
TRACED = {"PYTHONPROFILEIMPORTTIME": "1", "PYTHONWARNINGS": "default"}
KEPT = 65536  # bytes of a program's own stderr that go to the log


class ProgramFailed(Exception):  # noqa: N818 - the name is told to nobody
    """The program ended badly; carries the reason and the program's own words."""

    def __init__(self, reason, message):
        """Keep both for `guest.main.failure`."""
        super().__init__(message)
        self.reason_of_failure = reason
        self.message_of_failure = message


def start(setup, chain):
    """Nothing to start: each probe starts its own process."""


def stop():
    """Nothing to stop."""


def answers(ask):
    """Name every link: a program shows what it was written for."""
    return frozenset(LINKS) if ask == "script" else frozenset()


def show(link, probe, chain):
    """Run the program at the first link, and hand out its values link by link."""
    if "script" not in chain.turn:
        chain.turn["script"] = run(probe["request"], probe["seconds"])
    value = chain.turn["script"]
    if len(probe["links"]) == 1:
        return value
    return value.get(link, NOT_EXPOSED) if isinstance(value, dict) else NOT_EXPOSED


def run(request, seconds):
    """Run the program of `request` for at most `seconds`; returns the JSON value it printed."""
    folder = _folder()
    try:
        return _run_in(folder, request, seconds)
    finally:
        _remove(folder)


def _folder():
    """Make a folder of a new name; `tempfile` and `shutil` take longer to load than this."""
    place = os.environ.get("TMPDIR") or "/tmp"  # noqa: S108 - the usual one, where none is named
    folder = os.path.join(place, "script-" + os.urandom(4).hex())
    os.mkdir(folder, 0o700)
    return folder


def _remove(folder):
    for here, folders, files in os.walk(folder, topdown=False):
        links = [name for name in folders if os.path.islink(os.path.join(here, name))]
        for name in files + links:
            with suppress(OSError):  # what a program locked away goes with the room
                os.unlink(os.path.join(here, name))
        with suppress(OSError):
            os.rmdir(here)


def _run_in(folder, request, seconds):
    program = os.path.join(folder, "probe.py")
    with open(program, "w", encoding="utf-8") as file:
        file.write(request["source"])
    command = [sys.executable, program]
    if "arguments" in request:
        command.append(json.dumps(request["arguments"]))
    out, err = os.path.join(folder, "stdout"), os.path.join(folder, "stderr")
    # files and not pipes: a grandchild that lives on must not keep us waiting for its end
    with open(out, "wb") as stdout, open(err, "wb") as stderr:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=_environment(request),
            stdin=subprocess.DEVNULL,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - the guest has one thread
            stdout=stdout,
            stderr=stderr,
        )
        try:
            code = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = None
    printed, complaint = _read(out), _read(err)
    if request.get("trace"):
        complaint, loaded = _traced(complaint)
        sys.stderr.write("loaded: {}\n".format(json.dumps(sorted(loaded))))
    sys.stderr.write(printed[-KEPT:] + complaint[-KEPT:])
    sys.stderr.flush()
    _raise_if_ended_badly(code, complaint, seconds)
    return _value(printed)


def _environment(request):
    quiet = {"PYTHONHASHSEED": "0", "HF_HUB_OFFLINE": "1", "PYTHONIOENCODING": "utf-8"}
    traced = TRACED if request.get("trace") else {}
    return dict(quiet, **dict(os.environ, **dict(traced, **request.get("environment", {}))))


def _traced(complaint):
    """Take the lines about imports out; return the rest, and the modules at the top."""
    kept, loaded = [], set()
    for line in complaint.splitlines(keepends=True):
        if line.startswith(IMPORTED):
            loaded.add(line.rpartition("|")[2].strip().partition(".")[0])
        else:
            kept.append(line)
    return "".join(kept), loaded


def _read(path):
    with open(path, encoding="utf-8", errors="backslashreplace") as file:
        return file.read()


def _raise_if_ended_badly(code, complaint, seconds):
    if code is None:
        raise ProgramFailed("timeout", "no answer after {:g} seconds".format(seconds))
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = "signal {}".format(-code)
        raise ProgramFailed("crash", "died of " + name)
    if code > 0:
        message = _last_words(complaint) or "exited with code {}".format(code)
        reason = "out of memory" if message.startswith("MemoryError") else "exception"
        raise ProgramFailed(reason, message)


def _last_words(complaint):
    """Return the last line of a traceback: the last line that is not indented, with its name."""
    lines = [line for line in complaint.splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""


def _value(printed):
    lines = [line for line in printed.splitlines() if line.strip()]
    if not lines:
        raise ProgramFailed("exception", "NoAnswer: the program printed nothing")
    try:
        return json.loads(lines[-1])
    except ValueError:
        words = "NoAnswer: the last line that the program printed is not JSON"
        raise ProgramFailed("exception", words) from None
