"""Cuts this process off from every network but its own loopback, then runs a program in it.

    python guest/enter.py PROGRAM ARGUMENT...          a program of Python, in this process
    python guest/enter.py --exec COMMAND ARGUMENT...   any other, which takes this one's place
    python guest/enter.py --check                      exit 0 where that works; else say why, exit 1

Standard library only, Python 3.8 or newer, Linux only; and as little of it as will do, for this
is loaded anew with every question. Root needs a network namespace; everybody
else takes a user namespace first, as the same user. It keeps new releases of other people's code
from talking to the world while they are tried; it is no wall against a process of root that
means to climb over it.
"""

import ctypes
import fcntl
import os
import sys

PR_SET_PDEATHSIG = 1
SIGKILL = 9
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
IFF_UP = 1
AF_INET = 2
SOCK_DGRAM = 2


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


def interface(flags):
    """Return a `struct ifreq` of the loopback: its name, and its flags as a short."""
    return b"lo".ljust(16, b"\0") + flags.to_bytes(2, sys.byteorder) + bytes(14)


def loopback_up():
    """Bring up `lo`, which a new network namespace has but keeps down."""
    libc = ctypes.CDLL(None, use_errno=True)
    sock = libc.socket(AF_INET, SOCK_DGRAM, 0)
    if sock < 0:
        code = ctypes.get_errno()
        raise OSError(code, "socket: " + os.strerror(code))
    try:
        answer = fcntl.ioctl(sock, SIOCGIFFLAGS, interface(0))
        flags = int.from_bytes(answer[16:18], sys.byteorder) | IFF_UP
        fcntl.ioctl(sock, SIOCSIFFLAGS, interface(flags))
    finally:
        os.close(sock)


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
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    os.execv(command[0], command)  # noqa: S606 - a list, and no shell


def become(path):
    """Run the program at `path` as the main one; `runpy` would load half the library first."""
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec")
    module = type(sys)("__main__")
    module.__file__ = path
    sys.modules["__main__"] = module
    exec(code, module.__dict__)  # noqa: S102 - a file of the guest, which is this one's neighbour


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
    become(arguments[0])


if __name__ == "__main__":
    main(sys.argv[1:])
