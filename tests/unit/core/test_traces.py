"""Whose code was running when a program broke."""

from __future__ import annotations

from bot.core.traces import CAUSE, HEAD, Trace, read, warnings

AT = '  File "/r/script-x/probe.py", line 3, in <module>\n    go()\n'
GREET = '  File "/e/lib/python3.11/site-packages/greet/say.py", line 9, in say\n    x\n'
FLAT = '  File "/e/lib/python3.11/site-packages/shop.py", line 9, in sell\n    x\n'
STDLIB = '  File "/usr/lib/python3.11/json/decoder.py", line 9, in decode\n    x\n'
GUEST = '  File "/r/guest/session.py", line 115, in ask\n    x\n'


def test_frames_of_packages_and_of_the_program_count() -> None:
    log = f"noise\n{HEAD}\n{AT}{FLAT}{GREET}{GREET}{STDLIB}ValueError: no\n{HEAD}\n{GUEST}Gone: x\n"
    assert read(log) == Trace(modules=("", "shop", "greet"), message="ValueError: no")


def test_the_cause_counts_and_not_what_was_made_of_it() -> None:
    log = f"{HEAD}\n{AT}{GREET}KeyError: 'x'\n\n{CAUSE}\n\n{HEAD}\n{AT}{FLAT}shop.Error: y\n"
    assert read(log) == Trace(modules=("", "greet"), message="KeyError: 'x'")
    while_handling = log.replace(CAUSE, "During handling of the above exception:")
    assert read(while_handling).modules == ("", "shop")


def test_no_traceback_tells_nothing() -> None:
    assert read("all is well\n") == Trace()
    assert read(f"{HEAD}\n  no frames\n") == Trace()


def test_warnings_are_charged_to_a_module() -> None:
    log = (
        "/e/site-packages/greet/say.py:3: DeprecationWarning: hi goes\n  hi()\n"
        "/r/script-x/probe.py:3: FutureWarning: bye goes\n"
        "/r/script-x/probe.py:9: FutureWarning: bye goes\n"
        "/r/script-x/probe.py:9: ResourceWarning: unclosed\n"
    )
    assert warnings(log) == (
        ("greet", "DeprecationWarning: hi goes"),
        ("", "FutureWarning: bye goes"),
    )
