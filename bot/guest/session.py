"""One job, from hello to bye: starts the modules in order and asks the probes link by link."""

import importlib
import sys
import time

from guest.wire import LINKS, NOT_EXPOSED

PROTOCOL = 1
FALLBACKS = ("http_client",)  # asked, where an engine serves, for links that nobody answers


class Chain:
    """What modules tell each other: where the engine listens, and this probe's findings.

    `given` and `known` are the probe's own: see `value`.
    """

    def __init__(self):
        """Begin with no engine."""
        self.base_url = ""
        self.model = ""
        self.client = None  # fetch_request(probe, chain) of whoever speaks for the stack
        self.modules = []
        self.turn = {}
        self.values = {}
        self.given = {}
        self.known = {}
        self.taken = set()  # the links whose given values were asked for

    def begin(self, probe):
        """Forget the last probe, and take what this one brings."""
        self.turn, self.values, self.taken = {}, {}, set()
        self.given, self.known = probe.get("given") or {}, probe.get("known") or {}

    def value(self, link, probe):
        """Return the value at `link`: what was given, what a module shows, or what is known.

        Each is fetched once a probe. `NOT_EXPOSED` where there is none of the three.
        """
        if link in self.given:
            self.taken.add(link)
            return self.given[link]
        seen = self.seen(link, probe)
        return self.known.get(link, seen) if seen == NOT_EXPOSED else seen

    @property
    def last(self):
        """The last link at which something is given; "" where nothing is."""
        return max(self.given, key=LINKS.index, default="")

    @property
    def fed(self):
        """Whether the last given value was taken, and so nothing of the stack made it anew."""
        return not self.given or self.last in self.taken

    def seen(self, link, probe):
        """Return what the stack itself shows at `link`, of the first module that answers it."""
        if link not in self.values:
            ask = probe["ask"]
            module = next((one for one in self.modules if link in one.answers(ask)), None)
            self.values[link] = module.show(link, probe, self) if module else NOT_EXPOSED
        return self.values[link]


def failure(error, link=None):
    """Describe an exception as it stands; the host takes out what varies."""
    import traceback  # noqa: PLC0415 - most sessions never need it, and all would load it

    traceback.print_exception(type(error), error, error.__traceback__)
    reason = getattr(error, "reason_of_failure", None)
    if reason is None:
        reason = "out of memory" if isinstance(error, MemoryError) else "exception"
    message = getattr(error, "message_of_failure", None)
    return {
        "reason": reason,
        "message": message or "{}: {}".format(type(error).__name__, error),
        "link": link,
        "traceback": traceback.format_exc(),
    }


def start(job, line, chain):
    """Start every module in order; returns whether all of them did, or tells what stopped one."""
    for each in job["modules"]:
        if not _start(each["name"], each.get("setup") or {}, line, chain):
            return False
    if not chain.base_url:
        return True
    return all(_start(name, {}, line, chain) for name in FALLBACKS)


def _start(name, setup, line, chain):
    line.say("starting", module=name)
    try:
        module = importlib.import_module("guest." + name)
        says = module.start(setup, chain)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - panics of Rust code are BaseExceptions
        line.say("stopped", phase="start", failure=failure(error))
        return False
    chain.modules.append(module)
    line.say("ready", module=name, says=says or {})
    return True


def ask(probe, line, chain):
    """Ask one probe, link by link, and tell how it ended."""
    chain.begin(probe)
    seen, failed, began = {}, None, time.monotonic()
    for link in (name for name in LINKS if name in probe["links"]):
        left = max(0.0, probe["seconds"] - (time.monotonic() - began))
        line.say("asking", probe=probe["name"], link=link, left=left)
        try:
            seen[link] = chain.seen(link, probe)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - as above, and SystemExit of a library
            told = failure(error, link)
            failed = told if chain.fed else None
        if failed:
            break
        if not chain.fed:
            seen[link] = NOT_EXPOSED  # it took no heed of what it was given
        line.say("saw", probe=probe["name"], link=link, value=seen[link])
    spent = round(time.monotonic() - began, 6)
    line.say("end", probe=probe["name"], seen=seen, failure=failed, seconds=spent)


def run(job, line):
    """Work through `job` (see `guest/main.py`), telling every step over `line`."""
    python, name = sys.version.split()[0], sys.implementation.name
    line.say("hello", protocol=PROTOCOL, python=python, platform=sys.platform, implementation=name)
    watch = importlib.import_module("guest.reach").Watch() if job.get("watch") else None
    chain = Chain()
    if not start(job, line, chain):
        return
    if watch:
        watch.ready()
    for probe in job["probes"]:
        line.say("begin", probe=probe["name"], seconds=probe["seconds"])
        ask(probe, line, chain)
        if watch:
            watch.asked(probe["name"])
    if watch:
        line.say("reached", **watch.told())
    for module in reversed(chain.modules):
        module.stop()
    line.say("bye")
