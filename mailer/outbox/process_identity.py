"""Names a process so that no later one, and none of another machine, has its name."""

import os
import platform
from functools import cache
from pathlib import Path

import psutil

_TICKS = 100  # of the kernel's clock a second, in which starts are counted


def of_this_process() -> tuple[str, str]:
    """Return the host and the identity of this process."""
    return platform.node(), identity(os.getpid())


def identity(pid: int) -> str:
    """Return the identity of a living process: number, start, and kernel."""
    return f"{_start(pid) or pid}@{_kernel()}"


def is_gone(host: str, identity: str) -> bool:
    """Whether a process ran on this machine and exists no more.

    One that has ended and that its parent has not waited for yet is gone too. Of
    another machine, or container, it is not known: False.
    """
    process, _, kernel = identity.partition("@")
    if (host, kernel) != (platform.node(), _kernel()):
        return False
    return _start(number_of(identity)) != process


def number_of(identity: str) -> int:
    """Return the process number in an identity."""
    return int(identity.partition("@")[0].partition(".")[0])


def _start(pid: int) -> str | None:
    """Return a process and when it started since the boot; None when it is gone.

    psutil adds the boot time to the start; it changes with the clock, so that it is
    taken off again, as it was before and after.
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
    """Name what numbers processes: two machines, or containers, may have one name."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        return f"{boot.strip()}.{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""
