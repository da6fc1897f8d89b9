"""Identities of processes, which no later process and no other machine uses again.

An identity is `pid.start@kernel`: the start in hundredths of a second since the boot,
the kernel as its boot id and PID namespace.
"""

import os
import platform
from functools import cache
from pathlib import Path

import psutil

_TICKS = 100  # the kernel counts the start of a process in hundredths of a second


def of_this_process() -> tuple[str, str]:
    """Return the host and the identity of this process."""
    return platform.node(), identity(os.getpid())


def identity(pid: int) -> str:
    """Return the identity of a running process."""
    return f"{_start(pid) or pid}@{_kernel()}"


def is_gone(host: str, identity: str) -> bool:
    """Return whether a process ran on this machine and has ended.

    A process that its parent has not waited for has ended too. Return False for a
    process of another machine or container, of which this is not known.
    """
    return _is_of_here(host, identity) and not runs_here(host, identity)


def runs_here(host: str, identity: str) -> bool:
    """Return whether a process runs on this machine."""
    process, _, _ = identity.partition("@")
    return _is_of_here(host, identity) and _start(pid_of(identity)) == process


def _is_of_here(host: str, identity: str) -> bool:
    _, _, kernel = identity.partition("@")
    return (host, kernel) == (platform.node(), _kernel())


def pid_of(identity: str) -> int:
    """Return the process number in an identity."""
    return int(identity.partition("@")[0].partition(".")[0])


def _start(pid: int) -> str | None:
    """Return `pid.start` of a process, or None if it has ended.

    psutil adds the boot time to the start, and the boot time changes with the clock. So
    it is subtracted again, and read before and after.
    """
    try:
        process = psutil.Process(pid)
        while True:
            before = psutil.boot_time()
            started = psutil.Process(pid).create_time() - before
            if before == psutil.boot_time():
                break
        ended = process.status() in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
    except psutil.NoSuchProcess:
        return None
    return None if ended else f"{pid}.{round(started * _TICKS)}"


@cache
def _kernel() -> str:
    """Return boot id and PID namespace; two machines may have one host name."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        return f"{boot.strip()}.{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""
