"""A copy of this machine to install on: its own files, network and processes.

What is written goes into memory and ends with the copy. Needs root. There is no systemd
in it: a stand-in for systemctl starts what a unit names, as its user, with the folders
and rights that it names.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tools.waiting import until

SYSTEM = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin"  # of the system, not of us
BEGIN = """set -e
mount --make-rprivate /
mount -t tmpfs -o mode=0755 copy {place}
mkdir {place}/upper {place}/work {place}/root
mount -t overlay -o lowerdir=/,upperdir={place}/upper,workdir={place}/work \
overlay {place}/root
mount --rbind /dev {place}/root/dev
mount -t proc proc {place}/root/proc
ip link set lo up
touch {place}/root/ready
exec sleep infinity
"""
SYSTEMCTL = '''#!/usr/bin/env python3
"""Starts what units name: a service runs until the machine ends, a timer's once."""
import configparser, os, subprocess, sys
verb, *rest = sys.argv[1:]
for name in [each for each in rest if each != "--now"]:
    base, _, kind = name.partition(".")
    if kind not in {"service", "timer"}:
        continue
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(f"/etc/systemd/system/{base}.service")
    of = dict(unit["Service"])
    writable = " ".join(of["ReadWritePaths"].split())
    inner = (
        "mount --make-rprivate /; mount -t tmpfs tmp /tmp;"
        f" for each in {writable}; do mount --bind $each $each; done;"
        f" mount -o remount,ro,bind /; cd {of['WorkingDirectory']};"
        f" umask {of['UMask']};"
        f" exec env -i PATH=/usr/bin:/bin {of['Environment']}"
        f" setpriv --reuid {of['User']} --regid {of['User']} --clear-groups"
        " --no-new-privs --bounding-set=-all --inh-caps=-all"
        f" {of['ExecStart']}"
    )
    log = open(f"/var/log/{base}.log", "ab")
    running = subprocess.Popen(
        ["unshare", "--mount", "sh", "-ec", inner],
        stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
    )
    if of["Type"] == "oneshot" and running.wait():
        sys.exit(f"{base} failed")
'''


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A running copy."""

    pid: int
    root: str

    def run(self, command: str, *, network: bool = False, given: bytes = b"") -> str:
        """Run a command as root, in the folder of root; return its stdout.

        With `network` it reaches what this machine reaches. Raises AssertionError with
        what it printed if it fails.
        """
        entered = ["nsenter", "-t", str(self.pid), "-m", "-p"]
        entered += [] if network else ["-n"]
        script = f"umask 022; cd; {command}"
        done = subprocess.run(
            [*entered, "chroot", self.root, "/bin/sh", "-ec", script],
            env={"PATH": SYSTEM, "HOME": "/root", **_network_settings()},
            input=given,
            capture_output=True,
            check=False,
        )
        printed = (done.stdout + done.stderr).decode("utf-8", "replace")
        assert done.returncode == 0, f"{command}\n{printed}"
        return done.stdout.decode()

    def write(self, path: str, octets: bytes, *, mode: str = "0644") -> None:
        """Write a file, with the folders above it."""
        folder = path.rpartition("/")[0]
        self.run(f"mkdir -p {folder}; cat > {path}; chmod {mode} {path}", given=octets)


@contextmanager
def running() -> Iterator[Machine]:
    """Make a copy of this machine; end its processes, and remove it, at the end."""
    with tempfile.TemporaryDirectory(prefix="liaison-machine-") as name:
        command = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
        begin = BEGIN.format(place=name)
        process = subprocess.Popen([*command, "sh", "-c", begin])
        try:
            machine = Machine(pid=_first(process.pid), root=f"{name}/root")
            inside = Path(f"/proc/{machine.pid}/root{machine.root}/ready")
            until(
                lambda: process.poll() is not None or inside.exists(),
                "the copy of the machine has not started",
            )
            assert process.poll() is None, "no copy of this machine can be made"
            machine.write("/usr/bin/systemctl", SYSTEMCTL.encode(), mode="0755")
            yield machine
        finally:
            process.kill()
            process.wait()


def _network_settings() -> dict[str, str]:
    """Return how this machine reaches packages, by the variables of its programs."""
    names = ("PIP_", "HTTP", "http", "SSL_")
    return {key: each for key, each in os.environ.items() if key.startswith(names)}


def _first(parent: int) -> int:
    """Return the number of the first process of the copy, seen from here."""
    until(lambda: bool(psutil.Process(parent).children()), "no process was made")
    return psutil.Process(parent).children()[0].pid
