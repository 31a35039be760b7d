"""Calls of a library as data: what no common question covers is asked in the library's own words.

A request `{"of": OBJECT, "calls": [[NAME, [positional...], {keyword...}, TAKE], ...]}` calls
methods (or reads attributes) of one object in turn; TAKE, where it is there, is the attribute of
what came back that is told, or `json` for a text that is JSON, or `unordered` where the order of
lists inside of lists means nothing. The answer is the list of what each of them returned: a value,
or `{"error": "Type: message"}` where the library refused, which is an answer too. Later calls see
what earlier ones did. What JSON cannot say is written so:

    {"make": "decoders.Fuse", "arguments": [], "keywords": {}}   an object of the library
    {"name": "decoders.Fuse"}                                    something of it, as it is
    {"$": "subject"}                                             what is there from the start
    {"base64": "..."}, {"bytes": "..."}                          odd text, and bytes
    {"tuple": [...]}, {"set": [...]}                             what is no list
    {"times": [text, count]}                                     a long text

What a release lacks is told as `not exposed`.
"""

import base64
import json
import re

from guest.wire import NOT_EXPOSED, plain, text_of

DEFAULTS = [[], {}, ""]
VOLATILE = (  # addresses of memory, folders of this machine, lines of a source file, manuals
    (re.compile(r"0x[0-9a-fA-F]{6,}"), "0x"),
    (re.compile(r"(?<![\w:/.])(/[\w.@+-]+)+/"), "/"),
    (re.compile(r"(\.(?:cc|cpp|h|rs|py))(?:\(\d+\)|:\d+(?::\d+)?)"), r"\1"),
    (re.compile(r"(errors\.pydantic\.dev/)[\d.]+"), r"\1"),
)


def unordered(value):
    """Return `value` with each list of lists in the order of its content."""
    if not isinstance(value, (list, tuple)):
        return value
    inner = [unordered(each) for each in value]
    return sorted(inner) if inner and all(isinstance(each, list) for each in inner) else inner


TYPES = {"str": str, "int": int}
TAKES = {"json": json.loads, "unordered": unordered}


class Lacking(Exception):  # noqa: N818 - it is no error: a release is older than what is asked
    """The release has nothing of that name."""


def answers(request, subject, library, tell=None, **things):
    """Carry out the calls of `request` and return what came of each, as JSON.

    `subject` is what is called where `of` is not given, and `{"$": "subject"}` means it, as
    `{"$": NAME}` means one of `things`; `library` is where names are looked up; `tell` may put
    objects of the library into JSON.
    """
    made = Maker(dict(things, subject=subject), library)
    try:
        on = made(request["of"]) if "of" in request else subject
    except Lacking:
        return NOT_EXPOSED
    except BaseException as error:  # noqa: BLE001 - panics of Rust code are BaseExceptions
        return refused(error)
    return [_answer(on, call, made, tell) for call in request["calls"]]


def _answer(on, call, made, tell):
    name, arguments, keywords, take = list(call) + DEFAULTS[len(call) - 1 :]
    if name and not hasattr(on, name):
        return NOT_EXPOSED
    try:
        found = getattr(on, name) if name else on
        if callable(found):
            found = found(*made(arguments), **made.each(keywords))
        if take:
            found = TAKES[take](found) if take in TAKES else getattr(found, take)
        return told(found, tell)
    except Lacking:
        return NOT_EXPOSED
    except BaseException as error:  # noqa: BLE001 - panics of Rust code are BaseExceptions
        return refused(error)


class Maker:
    """Makes Python values of JSON, with the forms that are described above."""

    def __init__(self, things, library):
        """Look names up in `library`, and what is there already in `things`."""
        self.things, self.library = things, library

    def __call__(self, value):
        """Return what `value` stands for; `Lacking` where the library has no such name."""
        if isinstance(value, list):
            return [self(each) for each in value]
        if not isinstance(value, dict):
            return value
        forms = {
            "make": self._make,
            "name": lambda each: TYPES.get(each["name"]) or self._named(each["name"]),
            "$": lambda each: self.things[each["$"]],
            "base64": text_of,
            "bytes": lambda each: base64.b64decode(each["bytes"]),
            "tuple": lambda each: tuple(self(each["tuple"])),
            "set": lambda each: set(self(each["set"])),
            "times": lambda each: each["times"][0] * each["times"][1],
        }
        form = next((forms[key] for key in value if key in forms), None)
        return form(value) if form else self.each(value)

    def each(self, fields):
        """Return a dictionary with each of its values made; its keys are only keys."""
        return {key: self(value) for key, value in fields.items()}

    def _named(self, path):
        found = self.library
        for part in path.split("."):
            if not hasattr(found, part):
                raise Lacking(path)
            found = getattr(found, part)
        return found

    def _make(self, value):
        arguments, keywords = value.get("arguments", []), value.get("keywords", {})
        return self._named(value["make"])(*self(arguments), **self.each(keywords))


def refused(error):
    """Return a refusal as an answer, without what differs from one machine to the next."""
    if isinstance(error, (MemoryError, KeyboardInterrupt)):
        raise error
    message = "{}: {}".format(type(error).__name__, error)
    for pattern, instead in VOLATILE:
        message = pattern.sub(instead, message)
    return {"error": message}


def told(value, tell=None):
    """Return `value` as JSON; an object that nobody can tell is known by its type."""
    if isinstance(value, dict):
        return {str(plain(key)): told(each, tell) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [told(each, tell) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted((told(each, tell) for each in value), key=repr)
    if value is None or isinstance(value, (bool, int, float, str, bytes)):
        return plain(value)
    found = tell(value) if tell else None
    return {"type": type(value).__name__} if found is None else told(found, tell)
