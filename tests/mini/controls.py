"""Programs whose output differs for no upgrade's sake, and what must be said of each: nobody.

Two packages move between the ends; `shape` grew by a few functions, `idle` did not change at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SAME, VARIES = "no-regression", "flaky"


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A program, and how its search must end; one that varies now and then may do either."""

    name: str
    program: str
    endings: frozenset[str]


def _say(expression: str, imports: str = "") -> str:
    modules = f"import json, shape, idle{', ' if imports else ''}{imports}"
    return f"{modules}\nprint(json.dumps({expression}))\n"


def _control(name: str, ending: str, program: str) -> Control:
    return Control(name=name, program=program, endings=frozenset(ending.split()))


EITHER: Final = f"{SAME} {VARIES}"
_ALL = "[d.name for d in importlib.metadata.distributions()]"
_RAISE = "import json, shape, idle, os, tempfile, time\nraise ValueError({})\n"
_THREADS = """import json, shape, idle, threading
said = []
them = [threading.Thread(target=said.append, args=(n,)) for n in range(8)]
[one.start() for one in them]
[one.join() for one in them]
print(json.dumps(said))
"""
_OBJECTS = """import json, shape, idle
class Thing:
    def __init__(self, name):
        self.name = name
print(json.dumps([one.name for one in {Thing(name) for name in "abcdefgh"}]))
"""
_COUNTS = "import json, idle, gc\nprint(json.dumps([gc.get_count(), len(gc.get_objects())]))\n"


CONTROLS: Final = (
    _control("nothing", SAME, _say("shape.area(2)")),
    _control("clock", VARIES, _say("time.time_ns()", "time")),
    _control("day", EITHER, _say("datetime.date.today().isoformat()", "datetime")),
    _control("started", VARIES, _say("time.monotonic_ns() - time.process_time_ns()", "time")),
    _control("random", VARIES, _say("random.random()", "random")),
    _control("uuid", VARIES, _say("str(uuid.uuid4())", "uuid")),
    _control("pid", VARIES, _say("os.getpid()", "os")),
    _control("temporary", VARIES, _say("tempfile.mkdtemp()", "tempfile")),
    _control("prefix", VARIES, _say("sys.prefix", "sys")),
    _control("executable", VARIES, _say("sys.executable", "sys")),
    _control("path", VARIES, _say("sys.path", "sys")),
    _control("file", VARIES, _say("shape.__file__")),
    _control("real-file", VARIES, _say("os.path.realpath(shape.__file__)", "os")),
    _control("real-length", EITHER, _say("len(os.path.realpath(shape.__file__))", "os")),
    _control("time-of-file", VARIES, _say("os.stat(shape.__file__).st_mtime_ns", "os")),
    _control("inode-of-file", VARIES, _say("os.stat(shape.__file__).st_ino", "os")),
    _control("is-link", EITHER, _say("os.path.islink(shape.__file__)", "os")),
    _control("port", VARIES, _say("socket.create_server(('', 0)).getsockname()", "socket")),
    _control("variables", VARIES, _say("dict(os.environ)", "os")),
    _control("variable", SAME, _say("os.environ.get('USER')", "os")),
    _control("set-of-words", SAME, _say("list({'a', 'bc', 'def', 'ghij', 'klmno'})")),
    _control("set-of-things", EITHER, _OBJECTS),
    _control("address", VARIES, _say("id(shape)")),
    _control("words-of-address", VARIES, _say("repr(object())")),
    _control("zone", SAME, _say("time.tzname", "time")),
    _control("host", SAME, _say("platform.node()", "platform")),
    _control("folder", VARIES, _say("os.getcwd()", "os")),
    _control("home", VARIES, _say("os.path.expanduser('~')", "os")),
    _control("names", EITHER, _say(_ALL, "importlib.metadata")),
    _control("threads", EITHER, _THREADS),
    _control("counts", EITHER, _COUNTS),
    _control("blocks", VARIES, _say("sys.getallocatedblocks()", "sys")),
    _control("warnings", SAME, _say("[sys.warnoptions, sys.flags[:]]", "sys")),
    _control("raised-path", SAME, _RAISE.format("os.path.join(tempfile.mkdtemp(), 'x')")),
    _control("raised-time", SAME, _RAISE.format("f'at {time.time_ns()}'")),
    _control("raised-address", SAME, _RAISE.format("repr(object())")),
    _control("raised-random", VARIES, _RAISE.format("os.path.basename(tempfile.mkdtemp())")),
)
