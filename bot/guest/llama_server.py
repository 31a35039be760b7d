"""llama.cpp's own `llama-server`, a program that is already there, started from its path.

`server` in the set-up is that path. With `sha256` the program is read first, and never started
where it is another one. It is asked like the server in a wheel, see `guest/llama_http.py`. When it
dies this process dies of the same, so that the death is charged to the question that was asked.
"""

import hashlib
import http.client
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
from urllib.parse import urlsplit

from guest import llama_http
from guest.leash import die_with_parent

FIRST = 60  # seconds until the model is loaded
LAST = 5  # seconds to go by itself when it is told to
HEALTHY = 200  # HTTP status once the model is loaded
TAIL = 400  # characters of its last words
NO_PROGRAM = "`server` names no program that can be started"
RUNNING = {}
SET = {}
LET_GO = set()  # processes that we end ourselves


class NotStarted(Exception):  # noqa: N818 - reads as what happened
    """The program is not what was asked for, or it ended before it served."""

    def __init__(self, words, *values):
        """Say it in `words`, with `values` in their places."""
        super().__init__(words.format(*values))


def start(setup, chain):
    """Check the program, start it on a free port, and wait until it has loaded the model."""
    SET.clear()
    SET.update(setup)
    SET["server"] = path = setup.get("server") or ""
    if not os.path.isfile(path) or not os.access(path, os.X_OK):
        raise NotStarted(NO_PROGRAM)
    found = _digest(path)
    if setup.get("sha256") not in (None, found):
        raise NotStarted("the program's sha256 is {}, not the one that was given", found)
    RUNNING["beside"] = llama_http.Servers(_opened)
    chain.base_url, RUNNING["let_go"] = _opened()
    chain.model = os.path.splitext(os.path.basename(setup["model"]))[0]
    return {"llama.cpp": _version(path), "sha256": found}


def _digest(path):
    whole = hashlib.sha256()
    with open(path, "rb") as file:
        for part in iter(lambda: file.read(1 << 20), b""):
            whole.update(part)
    return whole.hexdigest()


def _version(path):
    """Return what the program says of itself, such as `b7827 16639ba21`."""
    try:
        told = subprocess.run(
            [path, "--version"],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LAST,
        ).stdout.decode("utf-8", "replace")
    except (OSError, subprocess.SubprocessError):
        return ""
    found = re.search(r"version:\s*(\S+)(?:\s*\((\w+)\))?", told)
    return "b{} {}".format(found.group(1), found.group(2) or "").strip() if found else ""


def _opened(parallel=1, context=0, template=""):
    """Start one server; returns its address and how to let it go."""
    port = _free_port()
    command = [SET["server"], *_arguments(port, parallel, context)]
    folder = None
    if template:
        folder = tempfile.TemporaryDirectory(prefix="template-")
        file = os.path.join(folder.name, "template.jinja")
        with open(file, "w", encoding="utf-8") as written:
            written.write(template)
        command += ["--chat-template-file", file]
    process = _process(command)
    base_url = "http://127.0.0.1:{}".format(port)
    try:
        _wait(process, base_url)
    except NotStarted:
        _end(process, folder)
        raise
    threading.Thread(target=_die_with, args=(process,), daemon=True).start()
    return base_url, lambda: _end(process, folder)


def _process(command):
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - one call of the kernel, no lock taken
        )
    except OSError as error:
        raise NotStarted(NO_PROGRAM) from error


def _die_with(process):
    """Wait for the end of a server, and end as it did where nobody asked for it."""
    code = process.wait()
    if process.pid not in LET_GO:
        if code < 0:
            os.kill(os.getpid(), -code)
            time.sleep(LAST)  # the signal comes in its own time, or is one that does not kill
        os._exit(abs(code) or 1)


def _arguments(port, parallel, context):
    """One thread by default and float32 attention: the same sums in every release."""
    threads = str(SET.get("threads", 1))
    told = ["--model", SET["model"], "--host", "127.0.0.1", "--port", str(port), "--jinja"]
    told += ["--ctx-size", str(context or SET.get("context", 1024)), "--parallel", str(parallel)]
    told += ["--threads", threads, "--threads-batch", threads, "--no-warmup"]
    told += ["--n-gpu-layers", str(SET.get("gpu_layers", 0))]
    if SET.get("exact", True):
        told += ["--flash-attn", "off", "--cache-type-k", "f32", "--cache-type-v", "f32"]
    return told + [str(each) for each in SET.get("arguments", ())]


def _free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _wait(process, base_url):
    """Wait until it is healthy. Raises `NotStarted` where it ends first, or never is."""
    until = time.monotonic() + FIRST
    while time.monotonic() < until:
        if process.poll() is not None:
            raise NotStarted("it ended at its start with {}", _ending(process.returncode))
        if _healthy(base_url):
            return
        time.sleep(0.05)
    raise NotStarted("it was not healthy within {} seconds", FIRST)


def _healthy(base_url):
    where = urlsplit(base_url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=FIRST)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == HEALTHY
    except (OSError, http.client.HTTPException):
        return False  # it does not listen yet
    finally:
        connection.close()


def _ending(code):
    try:
        return signal.Signals(-code).name if code < 0 else "exit code {}".format(code)
    except ValueError:
        return "signal {}".format(-code)


def _end(process, folder):
    LET_GO.add(process.pid)
    process.terminate()
    try:
        process.wait(LAST)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if folder is not None:
        folder.cleanup()


def stop():
    """Let the servers go."""
    if "beside" in RUNNING:
        RUNNING["beside"].stop()
    if "let_go" in RUNNING:
        RUNNING["let_go"]()
    RUNNING.clear()


def answers(ask):
    """Name the links that only the engine sees."""
    return llama_http.answers(ask)


def show(link, probe, chain):
    """Ask the engine; see `guest/llama_http.py`."""
    return llama_http.show(link, probe, chain, RUNNING["beside"])
