"""Postfix's own test programs: smtp-source, which sends, and smtp-sink, which takes."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tools.peers.postgres import free_port
from tools.waiting import until

CONNECTIONS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Theirs:
    """What smtp-source reached, and what it cost."""

    per_second: float
    cpu_us: float  # of its processor time, a message
    share: float  # of a core


def send(port: int, messages: int, octets: int) -> Theirs:
    """Send messages of a length over ten kept connections."""
    command = [
        *(_found("smtp-source"), "-d", "-s", str(CONNECTIONS), "-m", str(messages)),
        *("-l", str(octets), "-f", "bounce@return.example", "-t", "to@liaison.example"),
        f"inet:127.0.0.1:{port}",
    ]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"smtp-source ended with {process.returncode}")
    seconds, cpu = time.perf_counter() - started, used.ru_utime + used.ru_stime
    return Theirs(
        per_second=messages / seconds, cpu_us=cpu * 1e6 / messages, share=cpu / seconds
    )


@contextmanager
def sink() -> Iterator[int]:
    """Run smtp-sink; yield its port."""
    port = free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen(
        [_found("smtp-sink"), *user, f"inet:127.0.0.1:{port}", "1000"]
    )
    until(lambda: _listens(port), "smtp-sink does not listen")
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as wire:
        return wire.connect_ex(("127.0.0.1", port)) == 0


def _found(command: str) -> str:
    """Return where one of the programs is."""
    found = shutil.which(command, path=f"/usr/sbin:{os.environ['PATH']}")
    if found is None:
        raise SystemExit(f"{command} is missing; as root: apt-get install postfix")
    return found
