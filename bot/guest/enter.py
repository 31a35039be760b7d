"""Cuts this process off from every network but its own loopback, then runs a program in it.

    python guest/enter.py PROGRAM ARGUMENT...          a program of Python, in this process
    python guest/enter.py --exec COMMAND ARGUMENT...   any other, which takes this one's place
    python guest/enter.py --check                      exit 0 where that works; else say why, exit 1

Standard library only, Python 3.8 or newer, Linux only. Root needs a network namespace; everybody
else takes a user namespace first, as the same user. It keeps new releases of other people's code
from talking to the world while they are tried; it is no wall against a process of root that
means to climb over it.
"""

import ctypes
import fcntl
import os
import runpy
import signal
import socket
import struct
import sys

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
IFF_UP = 1


def unshare(flags):
    """Leave the namespaces named by `flags`; raises OSError where the kernel does not let us."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) != 0:
        code = ctypes.get_errno()
        raise OSError(code, "unshare: " + os.strerror(code))


def write(path, text):
    """Write one of the maps of a user namespace, which take a single write."""
    with open(path, "w") as file:
        file.write(text)


def stay_myself(user, group):
    """Map this user and group, alone, onto themselves."""
    write("/proc/self/setgroups", "deny")
    write("/proc/self/uid_map", "{0} {0} 1".format(user))
    write("/proc/self/gid_map", "{0} {0} 1".format(group))


def loopback_up():
    """Bring up `lo`, which a new network namespace has but keeps down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sH14s", b"lo", 0, b"")
        answer = fcntl.ioctl(sock, SIOCGIFFLAGS, request)
        flags = struct.unpack("16sH14s", answer)[1] | IFF_UP
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sH14s", b"lo", flags, b""))


def cut():
    """Leave the network; raises OSError or AttributeError where this machine cannot."""
    user, group = os.getuid(), os.getgid()
    if user == 0:
        unshare(CLONE_NEWNET)
    else:
        unshare(CLONE_NEWUSER | CLONE_NEWNET)
        stay_myself(user, group)
    loopback_up()


def replace(command):
    """Become `command`, which ends with our parent and keeps the descriptors that we were given."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.execv(command[0], command)  # noqa: S606 - a list, and no shell


def main(arguments):
    """Cut the network and run the program named first, as if it had been started itself."""
    if arguments == ["--check"]:
        try:
            cut()
        except (OSError, AttributeError) as error:
            sys.exit(str(error))
        return
    cut()
    if arguments[0] == "--exec":
        replace(arguments[1:])
    sys.argv[:] = arguments
    runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
