"""Runs one step in a process of its own, and says what it cost.

Wall-clock time is the step's alone; processor time is of its process, with what the
database server used beside it; memory is the most its process ever held.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.peers.postgres import Cluster

Step = Callable[..., Coroutine[Any, Any, dict[str, float]]]
ENDING = (signal.SIGTERM, signal.SIGHUP)
_children: set[subprocess.Popen[bytes]] = set()


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
    return beside((step, *arguments), cluster=cluster)


def beside(*steps: tuple[Any, ...], cluster: Cluster | None) -> Cost:
    """Run steps, each with its arguments, at once; it costs what they cost together.

    Each has a process of its own. They begin when all have loaded what they need; the
    time is that of the longest, what it reports is that of the last.
    """
    before = _server(cluster)
    children = [_child(*each) for each in steps]
    try:
        for child in children:
            _next(child)  # it is ready
        for child in children:
            _go(child)
        said = [json.loads(_next(child)) for child in children]
    except BaseException:
        for child in children:
            child.kill()
        raise
    finally:
        for child in children:
            child.wait()
            _children.discard(child)
    return Cost(
        seconds=max(each[0] for each in said),
        cpu=sum(each[1] for each in said),
        server_cpu=_server(cluster) - before,
        rss_mib=max(each[2] for each in said),
        told=said[-1][3],
    )


def in_turn(*steps: tuple[Any, ...], cluster: Cluster | None) -> Cost:
    """Run steps one after the other; it costs what they cost together."""
    costs = [beside(each, cluster=cluster) for each in steps]
    return Cost(
        seconds=sum(each.seconds for each in costs),
        cpu=sum(each.cpu for each in costs),
        server_cpu=sum(each.server_cpu for each in costs),
        rss_mib=max(each.rss_mib for each in costs),
        told=costs[-1].told,
    )


def _child(step: Step, *arguments: Any) -> subprocess.Popen[bytes]:
    given = [
        ("path", str(each)) if isinstance(each, Path) else ("plain", each)
        for each in arguments
    ]
    asked = json.dumps([step.__module__, step.__name__, given])
    command = [sys.executable, "-m", "tools.bench.child", asked]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    _children.add(child)
    return child


def _next(child: subprocess.Popen[bytes]) -> bytes:
    line = child.stdout.readline() if child.stdout else b""
    if not line:
        raise SystemExit("a step failed; its reason stands above")
    return line


def _go(child: subprocess.Popen[bytes]) -> None:
    if child.stdin:
        child.stdin.write(b"\n")
        child.stdin.close()


def _end(number: int, _frame: object) -> None:
    for each in ENDING:  # told twice, we still take the server away
        signal.signal(each, signal.SIG_IGN)
    for child in _children:
        child.kill()
    raise SystemExit(128 + number)


def _server(cluster: Cluster | None) -> float:
    """Return the processor seconds of a server and of its sessions that ended."""
    if cluster is None:
        return 0.0
    pid = (cluster.data / "postmaster.pid").read_text(encoding="utf-8").split()[0]
    time.sleep(0.1)  # sessions just closed are being counted
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    ticks = [int(each) for each in stat.rpartition(")")[2].split()[11:15]]
    return sum(ticks) / os.sysconf("SC_CLK_TCK")
