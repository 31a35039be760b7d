"""One job, from hello to bye: starts the modules in order and asks the probes link by link."""

import importlib
import platform
import time
import traceback

from guest.wire import LINKS, NOT_EXPOSED

PROTOCOL = 1
FALLBACKS = ("http_client",)  # asked for the links that no module of the stack answers


class Chain:
    """What modules tell each other: where the engine listens, and this probe's findings."""

    def __init__(self):
        """Begin with no engine."""
        self.base_url = ""
        self.model = ""
        self.client = None  # fetch_request(probe, chain) of whoever speaks for the stack
        self.turn = {}


def failure(error, link=None):
    """Describe an exception as it stands; the host takes out what varies."""
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
    """Start every module in order; returns them, or None after telling what stopped it."""
    modules = []
    wanted = list(job["modules"]) + [{"name": name, "setup": {}} for name in FALLBACKS]
    for each in wanted:
        line.say("starting", module=each["name"])
        try:
            module = importlib.import_module("guest." + each["name"])
            says = module.start(each.get("setup") or {}, chain)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - panics of Rust code are BaseExceptions
            line.say("stopped", phase="start", failure=failure(error))
            return None
        modules.append(module)
        line.say("ready", module=each["name"], says=says or {})
    return modules


def ask(probe, modules, line, chain):
    """Ask one probe, link by link, and tell how it ended."""
    chain.turn = {}
    seen, failed, began = {}, None, time.monotonic()
    for link in (name for name in LINKS if name in probe["links"]):
        left = max(0.0, probe["seconds"] - (time.monotonic() - began))
        line.say("asking", probe=probe["name"], link=link, left=left)
        module = next((one for one in modules if link in one.answers(probe["ask"])), None)
        try:
            seen[link] = module.show(link, probe, chain) if module else NOT_EXPOSED
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - as above, and SystemExit of a library
            failed = failure(error, link)
            break
        line.say("saw", probe=probe["name"], link=link, value=seen[link])
    spent = round(time.monotonic() - began, 6)
    line.say("end", probe=probe["name"], seen=seen, failure=failed, seconds=spent)


def run(job, line):
    """Work through `job` (see `guest/main.py`), telling every step over `line`."""
    line.say(
        "hello",
        protocol=PROTOCOL,
        python=platform.python_version(),
        platform=platform.platform(),
        implementation=platform.python_implementation(),
    )
    chain = Chain()
    modules = start(job, line, chain)
    if modules is None:
        return
    for probe in job["probes"]:
        line.say("begin", probe=probe["name"], seconds=probe["seconds"])
        ask(probe, modules, line, chain)
    for module in reversed(modules):
        module.stop()
    line.say("bye")
