"""Runs one step in a process of its own, and says what it cost.

Wall-clock time is the step's alone; processor time is of its process, with what the
database server used beside it; memory is the most its process ever held.
"""

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailer import loop
from tests.postgres import Cluster

Step = Callable[..., Coroutine[Any, Any, dict[str, float]]]
MIB = 1024
ENDING = (signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What a step cost, and what it says of itself."""

    seconds: float
    cpu: float  # seconds of our process
    server_cpu: float  # seconds of PostgreSQL
    rss_mib: float
    told: dict[str, float]


@contextmanager
def server(store: str) -> Iterator[Cluster | None]:
    """Run the server a store needs, and take it away also when we are told to end."""
    if store == "sqlite":
        yield None
        return
    for number in ENDING:
        signal.signal(number, _end)
    cluster = Cluster.start(durable=True)
    try:
        yield cluster
    finally:
        cluster.stop()


def run(step: Step, *arguments: Any, cluster: Cluster | None) -> Cost:
    """Run a step in a fresh process."""
    before = _server(cluster)
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as pool:
        seconds, cpu, rss, told = pool.submit(_measured, step, arguments).result()
    return Cost(
        seconds=seconds,
        cpu=cpu,
        server_cpu=_server(cluster) - before,
        rss_mib=rss,
        told=told,
    )


def _end(number: int, _frame: object) -> None:
    for each in ENDING:  # told twice, we still take the server away
        signal.signal(each, signal.SIG_IGN)
    for step in multiprocessing.active_children():
        step.kill()
    raise SystemExit(128 + number)


def _measured(
    step: Step, arguments: tuple[Any, ...]
) -> tuple[float, float, float, dict[str, float]]:
    started, cpu = time.perf_counter(), time.process_time()
    with asyncio.Runner(loop_factory=loop.FACTORY) as runner:
        told = runner.run(step(*arguments))
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    return seconds, cpu, _peak(), told


def _peak() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(each for each in status.splitlines() if each.startswith("VmHWM"))
    return round(int(line.split()[1]) / MIB, 1)


def _server(cluster: Cluster | None) -> float:
    """Return the processor seconds of a server and of its sessions that ended."""
    if cluster is None:
        return 0.0
    pid = (cluster.data / "postmaster.pid").read_text(encoding="utf-8").split()[0]
    time.sleep(0.1)  # sessions just closed are being counted
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    ticks = [int(each) for each in stat.rpartition(")")[2].split()[11:15]]
    return sum(ticks) / os.sysconf("SC_CLK_TCK")
