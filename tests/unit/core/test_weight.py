"""Bytes of wheels, as locks tell them."""

from __future__ import annotations

from bot.core.weight import wheel_bytes

UV = """\
[[package]]
name = "Engine"
wheels = [
  {url = "https://h/engine-1-cp311-cp311-manylinux_2_17_x86_64.whl", size = 100},
  {url = "https://h/engine-1-cp311-cp311-musllinux_1_2_x86_64.whl", size = 999},
  {url = "https://h/engine-1-cp311-cp311-macosx_11_0_arm64.whl", size = 999},
  {url = "https://h/no-wheel.zip", size = 999},
  {url = "https://h/engine-1-cp312-cp312-manylinux_2_17_x86_64.whl"},
]

[[package]]
name = "client"
wheels = [{url = "https://h/client-1-py3-none-any.whl", size = 7}]

[[package]]
name = "local"
"""
PYLOCK = """\
[[packages]]
name = "client"
wheels = [{name = "client-1-py3-none-any.whl", size = 7}]
"""


def test_one_usual_wheel_of_each_is_weighed() -> None:
    assert wheel_bytes(UV, {"engine", "client", "local"}) == 107
    assert wheel_bytes(UV, {"client"}) == 7
    assert wheel_bytes(PYLOCK, {"client"}) == 7


def test_what_is_no_lock_weighs_nothing() -> None:
    assert wheel_bytes("client==1\n", {"client"}) == 0
    assert wheel_bytes("package = 3", {"client"}) == 0
