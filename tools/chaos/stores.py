"""The store fails: no room, errors of the disk, a server that restarts.

And workers are killed at exact system calls, where strace is present.
"""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psycopg

from tools import dice
from tools.chaos import evidence, invariants, kills, scenarios
from tools.chaos.grounds import Ground
from tools.chaos.nursery import Child
from tools.waiting import until

Scenario = Callable[[Ground], list[str]]
RELAY_CALLS = ("writev,sendmsg", "write")  # uvloop's, and asyncio's
LONGEST = 60.0  # seconds a worker may take to its end under a tracer
STORE_CALLS = {"sqlite": ("pwrite64", "fdatasync,fsync"), "postgresql": ("sendto",)}
END = "select pg_terminate_backend(pid) from pg_stat_activity where pid = %s"
OTHERS = """select pid from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()"""


def available(store: str) -> dict[str, Scenario]:
    """Return what can be tried on a store with what this machine has."""
    found: dict[str, Scenario] = {}
    if shutil.which("strace"):
        for call in (*RELAY_CALLS, *STORE_CALLS[store]):
            found[f"killed at the N-th {call}"] = _sweep(call, "signal=SIGKILL")
    if store == "postgresql":
        found["PostgreSQL restarted at once"] = _disturbed(_restart)
        found["PostgreSQL sessions ended"] = _disturbed(_end_a_session)
        return found
    if shutil.which("strace"):
        for call in STORE_CALLS[store]:
            found[f"EIO at the N-th {call}"] = _sweep(call, "error=EIO")
    if os.geteuid() == 0:
        found["no room on the disk"] = no_room_on_the_disk
    return found


def missing(store: str) -> list[str]:
    """Say what cannot be tried here, and why."""
    said = []
    if not shutil.which("strace"):
        said.append("exact system calls: strace is not installed")
    if store == "sqlite" and os.geteuid() != 0:
        said.append("no room on the disk: only root may mount a small tmpfs")
    return said


def points() -> Iterable[int]:
    """Return at which calls to strike: the first ones all, later ones spread."""
    return (*range(1, 25), 28, 33, 40, 50, 65, 80, 100, 130, 170, 210, 270, 340, 500)


def _sweep(call: str, what: str) -> Scenario:
    def scenario(ground: Ground) -> list[str]:
        number = ground.released()
        wrong: list[str] = []
        struck = 0
        for point in points():
            child = ground.start("work", "--until-idle", stopped=True)
            tracer = _trace(child, call, f"{what}:when={point}")
            code = child.wait(LONGEST)
            if code is None:
                child.destroy()
                if "EIO" in what:
                    wrong.append(f"the worker went on after {what} at {call} {point}")
            struck += code != 0
            if "unexpected fault" in child.text():
                wrong.append(f"{what} at {call} {point}: {child.text()[-300:]}")
            tracer.terminate()
            tracer.wait(10)
            child.said.unlink(missing_ok=True)
            if evidence.open_rows(ground, number) == 0:
                number = ground.released()
        if not struck:  # a sweep that strikes nothing shows nothing
            wrong.append(f"no worker makes the call {call}")
        return wrong + _held(ground, number)

    return scenario


def _trace(child: Child, call: str, injected: str) -> subprocess.Popen[bytes]:
    """Attach to a child once it has stopped, then let it go."""
    status = Path(f"/proc/{child.pid}/status")

    def says(text: str) -> bool:
        return text in status.read_text(encoding="ascii")

    until(lambda: says("State:\tT"), "the worker does not stop")
    filters = ("-e", f"trace={call}", "-e", f"inject={call}:{injected}")
    tracer = subprocess.Popen(
        [
            command("strace"),
            "-f",
            "-qq",
            "-o",
            os.devnull,
            *filters,
            "-p",
            str(child.pid),
        ],
        stderr=subprocess.DEVNULL,
    )
    until(lambda: not says("TracerPid:\t0\n"), "strace does not attach")
    child.kill(signal.SIGCONT)
    return tracer


def _held(ground: Ground, number: int) -> list[str]:
    late = kills.bring_to_its_end(ground, number, "resend")
    return late + [
        breach
        for breach in invariants.breaches(evidence.collect(ground, number))
        if "of no row" not in breach  # of the campaign before, in the same account
    ]


def no_room_on_the_disk(ground: Ground) -> list[str]:
    """A small tmpfs runs full while it sends: no mark, no dot; later it goes on."""
    number = ground.released()
    room, home = ground.folder.parent / "room", ground.folder
    room.mkdir()
    mount = [command("mount"), "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(room)]
    subprocess.run(mount, check=True)
    try:
        shutil.copytree(home, room / "site")
        ground.folder = room / "site"
        child = ground.start("work")
        scenarios.taken(ground, 30)
        _fill(room / "ballast")
        until(lambda: "store.away" in child.text(), "the worker has room enough")
        until(lambda: _stands_still(ground), "it sends without room for its marks")
        left = evidence.open_rows(ground, number)
        wrong = [] if left else ["it sent everything without room for its marks"]
        (room / "ballast").unlink()
        if child.wait(1) is None:
            child.kill(signal.SIGTERM)
            if child.wait(30) is None:
                child.destroy()
        return wrong + _held(ground, number)
    finally:
        ground.folder = home
        subprocess.run([command("umount"), "-l", str(room)], check=True)


def _stands_still(ground: Ground) -> bool:
    before = len(ground.sink.copies())
    time.sleep(1)  # in which a worker sends hundreds
    return len(ground.sink.copies()) == before


def command(name: str) -> str:
    """Return where a command of the system is."""
    return shutil.which(name) or name


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue


def _disturbed(disturb: Callable[[Ground, random.Random], None]) -> Scenario:
    def scenario(ground: Ground) -> list[str]:
        drawn = dice.of(ground.sink.seed)
        number = ground.released()
        wrong: list[str] = []
        child = ground.start("work")
        for _ in range(10):
            time.sleep(drawn.uniform(0.2, 0.8))
            disturb(ground, drawn)
            if (code := child.wait(0.1)) is not None:
                if code != 1 or "Traceback" in child.text():
                    wrong.append(f"ended with {code}: {child.text()[-300:]}")
                child = ground.start("work")
        child.kill(signal.SIGTERM)
        if child.wait(30) is None:
            child.destroy()
            wrong.append("SIGTERM did not end the worker")
        return wrong + _held(ground, number)

    return scenario


def _restart(ground: Ground, _drawn: random.Random) -> None:
    if ground.cluster is not None:
        data = str(ground.cluster.data)
        log = ("-l", f"{data}/log")
        ground.cluster.run("pg_ctl", "-D", data, *log, "-m", "immediate", "restart")


def _end_a_session(ground: Ground, drawn: random.Random) -> None:
    with psycopg.connect(ground.store, autocommit=True) as connection:
        pids = [row[0] for row in connection.execute(OTHERS).fetchall()]
        if pids:
            connection.execute(END, (drawn.choice(pids),))
