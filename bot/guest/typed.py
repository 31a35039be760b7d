"""Python types out of the source of a probe, and values of them as plain fields.

Clients and harnesses make schemas of functions and of models; the types are data of the suite, so
that all of them are asked about the same ones.
"""

import dataclasses
import decimal
import enum
import sys
import types

MODULE = "types_of_the_probe"


def made(source, name):
    """Run `source` as a module of its own, which type hints can find, and return its `name`."""
    module = sys.modules[MODULE] = types.ModuleType(MODULE)
    exec(compile(source, MODULE, "exec"), module.__dict__)  # noqa: S102 - the suite's own source
    return getattr(module, name)


def told(value):  # noqa: PLR0911 - one return for each kind of value
    """Return a value of such a type as plain fields, with what JSON would blur told by name."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: told(getattr(value, each.name)) for each in dataclasses.fields(value)}
    dump = getattr(value, "model_dump", None) or getattr(value, "dict", None)
    if dump is not None and not isinstance(value, dict):
        return told(dump())
    if isinstance(value, enum.Enum):
        return {type(value).__name__: value.value}
    if isinstance(value, decimal.Decimal):
        return {"Decimal": str(value)}
    if isinstance(value, dict):
        return {str(key): told(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [told(each) for each in value]
    plain = value is None or isinstance(value, (bool, int, float, str))
    return value if plain else {type(value).__name__: str(value)}
