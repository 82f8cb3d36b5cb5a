"""Walls around a process that is about to run somebody else's code. They go up from inside and cannot be taken down.

- *limits* (Linux, macOS): processor time, the size of files, how many are open; on Linux memory, too.
- *filter* (Linux on x86-64): the kernel refuses every request that computing does not need (seccomp, an allow
  list). No file is written, made or deleted, no process started or signalled, nothing sent; files can be read.
- *hook* (everywhere): Python itself refuses the same. It stops what is done by mistake; who means to can get
  around it where there is no filter.

Left out: hiding what can be read. Code that knows where the neighbour's work lies could read it, and send it
nowhere.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import sys
from typing import Any

ALLOWED = (
    0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 27, 28, 32,
    33, 35, 39, 60, 61, 63, 73, 79, 80, 81, 89, 96, 97, 98, 99, 102, 104, 107, 108, 110, 115, 118, 120,
    131, 158, 186, 201, 202, 204, 217, 218, 219, 228, 229, 230, 231, 232, 233, 239, 262, 267, 269,
    270, 271, 273, 281, 285, 290, 291, 292, 293, 309, 318, 324, 332, 334, 439,
)  # fmt: skip
"""Requests to Linux on x86-64, by number, that reading, computing, waiting and ending take; files are opened below."""

OPEN, OPENAT, CLONE, CLONE3, PRLIMIT, FCNTL, IOCTL = 2, 257, 56, 435, 302, 72, 16
READ_ONLY = 0o3 | 0o100 | 0o1000 | 0o2000 | 0o20000000
"""Flags of opening that must not be set: to write, to create, to cut off, to append, a nameless file."""

HARMLESS = {
    FCNTL: (0, 1, 2, 3, 4, 5, 6, 7, 1030),
    IOCTL: (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451),
}
"""What may be asked of an open file: its flags, its locks, whether it is a terminal. Not whom it should signal: that
could be any process of the same user."""

THREAD = 0x10000
"""The flag of clone that makes a thread of a process, not another process."""

X86_64, ALLOW, DENY, ABSENT, KILL = 0xC000003E, 0x7FFF0000, 0x50000 | 1, 0x50000 | 38, 0x80000000
LOAD, EQUAL, AND_ANY, RETURN, AT_LEAST = 0x20, 0x15, 0x45, 0x06, 0x35

FORBIDDEN = (
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod",
    "os.chown", "os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.kill",
    "os.killpg", "os.startfile", "subprocess.Popen", "shutil.rmtree", "shutil.move", "shutil.copyfile",
    "socket.__new__", "socket.connect", "socket.bind", "pty.spawn", "signal.pthread_kill",
)  # fmt: skip


class _Line(ctypes.Structure):
    """One instruction of a filter."""

    _fields_ = (
        ("code", ctypes.c_ushort),
        ("yes", ctypes.c_ubyte),
        ("no", ctypes.c_ubyte),
        ("k", ctypes.c_uint),
    )


class _Program(ctypes.Structure):
    """A filter, as the kernel takes it."""

    _fields_ = (("length", ctypes.c_ushort), ("lines", ctypes.POINTER(_Line)))


def instructions() -> list[tuple[int, int, int, int]]:
    """The filter: (code, lines to skip if so, lines to skip if not, value). A request is its number, then arguments."""
    lines = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, X86_64), (RETURN, 0, 0, KILL), (LOAD, 0, 0, 0)]
    lines += [
        (AT_LEAST, 0, 1, 0x40000000),
        (RETURN, 0, 0, DENY),
        (EQUAL, 0, 1, CLONE3),
        (RETURN, 0, 0, ABSENT),
    ]
    for number, argument in ((OPEN, 1), (OPENAT, 2)):
        word = 16 + 8 * argument  # the lower half of an argument
        lines += [(EQUAL, 0, 4, number), (LOAD, 0, 0, word), (AND_ANY, 0, 1, READ_ONLY)]
        lines += [(RETURN, 0, 0, DENY), (RETURN, 0, 0, ALLOW)]
    lines += [(EQUAL, 0, 4, CLONE), (LOAD, 0, 0, 16), (AND_ANY, 1, 0, THREAD)]
    lines += [(RETURN, 0, 0, DENY), (RETURN, 0, 0, ALLOW)]
    lines += [
        (EQUAL, 0, 6, PRLIMIT),
        (LOAD, 0, 0, 32),
        (EQUAL, 0, 3, 0),
        (LOAD, 0, 0, 36),
    ]  # limits: to read, not to set
    lines += [(EQUAL, 0, 1, 0), (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, DENY)]
    for number, harmless in HARMLESS.items():
        lines += [(EQUAL, 0, len(harmless) + 3, number), (LOAD, 0, 0, 24)]
        lines += [(EQUAL, len(harmless) - place, 0, value) for place, value in enumerate(harmless)]
        lines += [(RETURN, 0, 0, DENY), (RETURN, 0, 0, ALLOW)]
    for number in ALLOWED:
        lines += [(EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW)]
    return [*lines, (RETURN, 0, 0, DENY)]


def raise_filter() -> bool:
    """Put the kernel's filter up; False where there is none."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return False
    lines = [_Line(*line) for line in instructions()]
    program = _Program(len(lines), (_Line * len(lines))(*lines))
    library = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, seccomp, with_filter = 38, 22, 2
    if library.prctl(no_new_privileges, 1, 0, 0, 0) != 0:
        return False
    return library.prctl(seccomp, with_filter, ctypes.byref(program), 0, 0) == 0


def raise_limits(seconds: float, memory: int, file_size: int) -> bool:
    """Limit processor seconds, further bytes of memory (Linux), and bytes of a file; False where the system cannot.

    Who runs out of processor time is told by the first signal, SIGXCPU, and a second later ended by one that nobody
    can catch.
    """
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return False
    limits = {
        "RLIMIT_CPU": int(seconds) + 1,
        "RLIMIT_FSIZE": file_size,
        "RLIMIT_NOFILE": 64,
        "RLIMIT_CORE": 0,
    }
    with contextlib.suppress(OSError), open("/proc/self/statm", encoding="ascii") as file:
        limits["RLIMIT_AS"] = int(file.read().split()[0]) * resource.getpagesize() + memory
    for name, value in limits.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (value, value + (name == "RLIMIT_CPU")))
    return True


def no_more_processes() -> None:
    """Where no filter stands: ask the system for no further processes of this user. It does not hold for root."""
    with contextlib.suppress(ModuleNotFoundError, AttributeError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def raise_hook() -> None:
    """Let Python refuse to write, delete, start, signal and connect."""
    to_write = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & to_write:
            raise PermissionError(f"an answer may not write files: {arguments[0]!r:.60}")
        if event in FORBIDDEN:
            raise PermissionError(f"an answer may not do this: {event}")

    sys.addaudithook(refuse)


def raise_walls(seconds: float, memory: int, file_size: int) -> list[str]:
    """Put up all that there are, and say which: of "limits", "filter", "hook"."""
    limits = raise_limits(seconds, memory, file_size)
    raise_hook()
    filtered = raise_filter()
    if not filtered:
        no_more_processes()
    return ["limits"] * limits + ["filter"] * filtered + ["hook"]
