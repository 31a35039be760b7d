"""Imports are found and moved, and nothing else is."""

from __future__ import annotations

from bot.core.imports import imported, in_order, parted, without

PROGRAM = '''import json
import numpy as np
from os import path

text = """
import inside
"""


import http.server



def ask():
    import late
'''


def test_only_plain_imports_at_the_top_level_are_moved() -> None:
    assert imported(PROGRAM) == {"json", "http.server"}
    left = without(PROGRAM)
    assert "import json" not in left
    assert "import http" not in left
    assert all(kept in left for kept in ("as np", "from os", "import inside", "import late"))
    assert "\n\n\n\n" not in left


def test_the_standard_library_comes_first() -> None:
    assert in_order({"httpx", "json", "attrs", "http.server"}) == [
        "http.server",
        "json",
        "attrs",
        "httpx",
    ]


def test_the_future_is_taken_out() -> None:
    future = "from __future__ import annotations"
    assert parted(f"\n{future}\nimport json\n") == ([future], "import json")
    assert parted("x = 1") == ([], "x = 1")
