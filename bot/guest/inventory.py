"""What is installed where an interpreter runs: one line of JSON, for an environment that exists.

Each distribution comes with the digest of its record of files, so that one that was built anew
under its old version is another one.
"""

import hashlib
import importlib.metadata
import json
import platform


def found():
    """Return [name, version, digest] of every distribution, the first of each name as Python does.

    The interpreter itself is one of them.
    """
    told = {"python": [platform.python_version(), ""]}
    for each in importlib.metadata.distributions():
        name = (each.metadata["Name"] or "").lower()
        if name and name not in told:
            record = each.read_text("RECORD") or ""
            digest = hashlib.sha256(record.encode("utf-8")).hexdigest() if record else ""
            told[name] = [each.version, digest]
    return [[name, *rest] for name, rest in sorted(told.items())]


if __name__ == "__main__":
    print(json.dumps(found()))
