"""Which distributions this process reached: what it imported, opened, listed or mapped of them.

Python tells each file that it opens to an audit hook (PEP 578), and the kernel which files are
mapped. Not seen is what native code reads without mapping it, and a mere look at whether a file
is there; the names of scripts, which whoever looks for plug-ins reads along, do not count. Where
that would be too much of a guess, nothing is told: another process was started, or somebody reads
versions off the names of folders.

What comes of it is `{"idle": {distribution: names at its top}, "late": {probe: distributions}}`;
see `core/reach.py`. Whatever runs at a start or is found by its entry points is never idle.
"""

import os
import platform
import re
import resource
import sys

MAPS = "/proc/self/maps"
LOOKS = frozenset({"open", "os.listdir", "os.scandir", "glob.glob", "ctypes.dlopen"})
SPAWNS = frozenset(
    {
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.startfile",
        "pty.spawn",
    }
)
READS_NAMES = frozenset({"pkg_resources"})
PLUGS = ".dist-info/entry_points.txt"
SCRIPTS = frozenset({"console_scripts", "gui_scripts"})
STARTS = frozenset({"sitecustomize.py", "usercustomize.py"})


class Watch:
    """Watches this process from the moment it is made; a hook cannot be taken out again."""

    def __init__(self):
        """Begin to listen."""
        self.paths = {}  # of files and folders, in the order in which they were reached
        self.tops = {}  # names of modules at the top that somebody asked for, likewise
        self.why = "" if os.path.exists(MAPS) else "no " + MAPS
        platform.uname().processor  # noqa: B018 - asks `uname -p` once, and clients ask it too
        self.children = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.loaded = -1
        self.started = (0, 0)
        self.marks = []
        self.over = False
        if hasattr(sys, "addaudithook"):
            sys.addaudithook(self._hear)
        else:
            self.why = "no audit hooks"

    def _hear(self, event, arguments):
        """Note what is reached; what is raised here would be raised where it happened."""
        if self.over:
            return
        try:
            self._note(event, arguments)
        except Exception as odd:  # noqa: BLE001 - as above
            self.why = self.why or "{}: {}".format(event, odd)

    def _note(self, event, arguments):
        if event in LOOKS:
            path = arguments[0]
            if isinstance(path, (str, bytes)) or hasattr(path, "__fspath__"):
                path = os.fsdecode(path)
                self.paths[path if path[:1] == "/" else os.path.abspath(path)] = None
        elif event == "import":
            self.tops[str(arguments[0]).partition(".")[0]] = None
        elif event in SPAWNS:
            self.why = self.why or event

    def ready(self):
        """Mark that the stack has started."""
        self.started = self._now()

    def asked(self, probe):
        """Mark that `probe` has been answered."""
        self.marks.append((probe, self._now()))

    def _now(self):
        """Take in what is loaded and mapped; return how much was reached so far."""
        if self.why:
            return (0, 0)
        if len(sys.modules) != self.loaded:
            self.loaded = len(sys.modules)
            for name, module in list(sys.modules.items()):
                self.tops[name.partition(".")[0]] = None
                place = getattr(module, "__dict__", {}).get("__file__")
                if isinstance(place, str):
                    self.paths[os.path.abspath(place)] = None
        self.paths.update(_mapped())
        return (len(self.paths), len(self.tops))

    def told(self):
        """Return what was reached, or why that cannot be told; from now on nothing is noted."""
        try:
            return self._told()
        except Exception as odd:  # noqa: BLE001 - no answer of a probe may be lost for this
            return {"why": "{}: {}".format(type(odd).__name__, odd)}

    def _told(self):
        self._now()
        self.over = True
        read = sorted(name for name in READS_NAMES if name in self.tops)
        why = self.why or (read[0] + " reads versions off folders" if read else "")
        why = why or _children(self.children)
        if why:
            return {"why": why}
        owners = Owners(sys.path)
        paths, tops = owners.first(list(self.paths), list(self.tops))

        def reached(marked):
            many, named = marked
            return {
                name
                for name in owners.idle
                if paths.get(name, many) < many or tops.get(name, named) < named
            }

        at_start = reached(self.started)
        idle = {name: each for name, each in owners.idle.items() if name not in at_start}
        late = {probe: sorted(reached(mark) - at_start) for probe, mark in self.marks}
        return {"idle": idle, "late": late}


def _mapped():
    """Return the files that are mapped into this process, as the keys of a dict."""
    with open(MAPS, encoding="utf-8", errors="surrogateescape") as file:
        places = (line[line.find("/") :].rstrip() for line in file if "/" in line)
        return dict.fromkeys(places)


def _children(before):
    """Say that a process was started behind Python's back, or nothing."""
    if resource.getrusage(resource.RUSAGE_CHILDREN) != before:
        return "a process that ended"
    for task in os.listdir("/proc/self/task"):
        try:
            with open("/proc/self/task/" + task + "/children", encoding="ascii") as file:
                if file.read().strip():
                    return "a process that runs"
        except OSError:
            continue
    return ""


class Owners:
    """Whose each path is, by the records of what is installed on a path for modules."""

    def __init__(self, places):
        """Read every record; what has none, or begins with Python, is reached whatever comes."""
        self.idle = {}
        self._whose = {}
        for place in dict.fromkeys(map(os.path.abspath, filter(os.path.isdir, places))):
            for info in sorted(os.listdir(place)):
                if info.endswith(".dist-info"):
                    self._read(place, info)

    def _read(self, place, info):
        name = re.sub(r"[-_.]+", "-", info[: -len(".dist-info")].rpartition("-")[0]).lower()
        try:
            with open(os.path.join(place, info, "RECORD"), encoding="utf-8") as file:
                files = [line.rsplit(",", 2)[0].strip('"') for line in file if line.strip()]
        except OSError:
            self.idle.pop(name, None)
            return
        outside = [each for each in files if each.startswith(("/", ".."))]
        tops = {file.partition("/")[0] for file in files} - {"", "..", "__pycache__"}
        for each in (*tops, *outside):
            whole = os.path.normpath(os.path.join(place, each))
            for path in (whole, os.path.realpath(whole)):
                self._whose.setdefault(path, set()).add(name)
        if (
            all("/bin/" in each for each in outside)
            and not _begins(files)
            and not _plugs(os.path.join(place, info))
        ):
            self.idle[name] = sorted(tops - {info})

    def first(self, paths, tops):
        """Return for each distribution where in `paths`, and where in `tops`, it comes first."""
        by_path, by_top, named = {}, {}, {}
        for name, mine in self.idle.items():
            for each in mine:
                named.setdefault(each.partition(".")[0], []).append(name)
        for at, path in enumerate(paths):
            for name in self._of(path):
                by_path.setdefault(name, at)
        for at, top in enumerate(tops):
            for name in named.get(top, ()):
                by_top.setdefault(name, at)
        return by_path, by_top

    def _of(self, path):
        """Return the distributions that `path`, or a folder that holds it, belongs to."""
        found = set()
        if path.endswith(PLUGS):
            return found  # somebody looks for plug-ins, and what is one is never idle
        while len(path) > 1:
            found |= self._whose.get(path, found)
            path = os.path.dirname(path)
        return found


def _begins(files):
    """Whether something of a distribution runs whenever Python starts."""
    return any(each.endswith(".pth") or each in STARTS for each in files)


def _plugs(info):
    """Whether a library may find a distribution by its entry points."""
    try:
        with open(os.path.join(info, "entry_points.txt"), encoding="utf-8") as file:
            groups = {line.strip().strip("[] ") for line in file if line.lstrip().startswith("[")}
    except OSError:
        return False
    return bool(groups - SCRIPTS)
