"""Nothing that a bot started outlives it: the kernel ends a process whose parent is gone."""

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent():
    """Ask the kernel to kill this process when its parent dies; elsewhere than Linux, nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
