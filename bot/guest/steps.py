"""Questions of the kind `call`: what a library answers when its own functions are called.

`request` holds the steps for each link that is looked at, and what the module needs to make the
subjects. A step is a table; its keys are done in this order:

    of      begin with the subject of this name
    get     an attribute, a dotted path of them
    set     {attribute: value}, set on it
    call    a method or function, a dotted path; `with` is the list of arguments, `by` the named
    at      an index or key of the result

An argument is a plain value; `{"steps": [...]}` is what those steps come to, `{"python": source,
"name": name}` what that program defines, `{"base64": ...}` a text that JSON cannot carry.
"""

import collections.abc

from guest import calls
from guest.wire import NOT_EXPOSED, text_of

TOKEN = ("content", "lstrip", "rstrip", "normalized", "single_word", "special")
ENCODING = ("ids", "tokens", "offsets", "special_tokens_mask", "word_ids", "sequence_ids")


def show(link, request, subject):
    """Follow the steps of `link` and tell where they lead; `subject(name)` is where they begin."""
    steps = request.get(link)
    return NOT_EXPOSED if steps is None else told(follow(steps, subject))


def follow(steps, subject):
    """Return the object that `steps` lead to."""
    value = None
    for step in steps:
        value = _step(value, step, subject)
    return value


def _step(value, step, subject):
    if "of" in step:
        value = subject(step["of"])
    if "get" in step:
        value = _reach(value, step["get"])
    for name, given in step.get("set", {}).items():
        setattr(value, name, _argument(given, subject))
    if "call" in step:
        given = [_argument(each, subject) for each in step.get("with", [])]
        named = {name: _argument(each, subject) for name, each in step.get("by", {}).items()}
        value = _reach(value, step["call"])(*given, **named)
    return value[step["at"]] if "at" in step else value


def _reach(value, path):
    for name in path.split("."):
        value = getattr(value, name)
    return value


def _argument(given, subject):
    if isinstance(given, list):
        return [_argument(each, subject) for each in given]
    if not isinstance(given, dict):
        return given
    if set(given) == {"steps"}:
        return follow(given["steps"], subject)
    if set(given) == {"python", "name"}:
        names = {}
        exec(compile(given["python"], "question", "exec"), names)  # noqa: S102 - a probe's own
        return names[given["name"]]
    if set(given) == {"base64"}:
        return text_of(given)
    return {name: _argument(each, subject) for name, each in given.items()}


def told(value):
    """Return `value` as JSON can carry it; of an object that it cannot, the name of its type."""
    return calls.told(value, _told_of_object)


def _told_of_object(value):
    if isinstance(value, collections.abc.Mapping):
        return dict(value.items())
    if isinstance(value, type):
        return {"class": value.__name__}
    if hasattr(value, "tolist"):
        return {"array": str(value.dtype), "values": value.tolist()}
    for names in (TOKEN, ENCODING):
        if all(hasattr(value, name) for name in names):
            return {name: getattr(value, name) for name in names}
    return {"object": type(value).__name__}
