"""A real Postfix of our own on loopback, and what its log says of three messages.

The body without its dot, the dot without reading the answer, and the dot followed by a
TCP reset: guarantee.md tells what each must come to. Needs root, as Postfix does.
"""

import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailer.outcomes.postfix_log import Reading
from tests.postgres import free_port

MAIN = """compatibility_level = 3.6
queue_directory = {queue}
data_directory = {data}
maillog_file = {log}
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
myhostname = relay.example
mynetworks = 127.0.0.0/8
relay_domains = static:all
default_transport = discard:
relay_transport = discard:
alias_maps =
smtpd_recipient_restrictions = permit_mynetworks, reject
"""
MASTER = """127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
proxymap unix - - n - - proxymap
discard unix - - n - - discard
postlog unix-dgram n - n - 1 postlogd
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
"""
CASES = ("no-dot", "no-answer", "reset")


@dataclass(frozen=True, kw_only=True)
class Postfix:
    """A running relay that throws away what it took."""

    port: int
    log: Path

    def talk(self, case: str) -> str:
        """Hand over one message as the case says; return its Message-ID."""
        message_id = f"<{case}@storm.example>"
        with socket.create_connection(("127.0.0.1", self.port), 10) as wire:
            for command in (
                *("EHLO x", "MAIL FROM:<b@storm.example>"),
                *("RCPT TO:<r@storm.example>", "DATA"),
            ):
                wire.recv(4096)
                wire.sendall(f"{command}\r\n".encode())
            wire.recv(4096)
            end = "" if case == "no-dot" else ".\r\n"
            lines = 60_000 if case == "reset" else 1000  # the reset overtakes some
            text = f"Message-ID: {message_id}\r\n\r\n" + "Hello\r\n" * lines
            wire.sendall((text + end).encode())
            if case == "reset":
                linger = struct.pack("ii", 1, 0)
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        return message_id

    def logged(self, text: str) -> bool:
        """Wait until the log says something, ten seconds at most."""
        for _ in range(100):
            if text in self.log.read_text():
                return True
            time.sleep(0.1)
        return False


@contextmanager
def running() -> Iterator[Postfix]:
    """Run a Postfix in a folder of its own, and take it away at the end."""
    folder = Path(tempfile.mkdtemp(prefix="liaison-postfix-"))
    folder.chmod(0o755)
    config, queue, data = (folder / name for name in ("etc", "queue", "data"))
    for each in (config, queue, data):
        each.mkdir()
    shutil.chown(data, "postfix")
    port, log = free_port(), folder / "mail.log"
    values = {"queue": queue, "data": data, "log": log, "folder": folder, "port": port}
    (config / "main.cf").write_text(MAIN.format(**values))
    (config / "master.cf").write_text(MASTER.format(**values))
    os.environ.pop("MAIL_CONFIG", None)
    command = ["postfix", "-c", str(config)]
    subprocess.run([*command, "start"], check=True, capture_output=True)
    try:
        yield Postfix(port=port, log=log)
    finally:
        subprocess.run([*command, "stop"], check=False, capture_output=True)
        shutil.rmtree(folder)


def present() -> bool:
    """Whether a Postfix can be run here."""
    return shutil.which("postfix") is not None and os.geteuid() == 0


def verdicts_against_a_real_postfix() -> list[str]:
    """Hold our reading of the log against what Postfix did with each message.

    Whatever it took it hands to `discard`, which logs the queue file as sent.
    """
    with running() as relay:
        named = {case: relay.talk(case) for case in CASES}
        wrong = [
            f"Postfix never logged {message_id}"
            for message_id in named.values()
            if not relay.logged(f"message-id={message_id}")
        ]
        relay.logged("status=sent")
        time.sleep(1)
        lines = relay.log.read_text().splitlines()
    reading = Reading(wanted=set(named.values()), now=datetime.now(UTC))
    reading.read(lines)
    for case, message_id in named.items():
        taken = message_id in reading.taken
        if taken != _sent(lines, message_id):
            wrong.append(f"{case}: called {'taken' if taken else 'not taken'}")
    taken_too = {case for case, name in named.items() if name in reading.taken}
    if not {"no-answer"} <= taken_too <= {"no-answer", "reset"}:
        wrong.append(f"taken were {sorted(taken_too)}")
    return wrong


def _sent(lines: list[str], message_id: str) -> bool:
    """Whether the queue file of a message was handed on."""
    end = f": message-id={message_id}"
    numbers = [
        line.removesuffix(end).split()[-1] for line in lines if line.endswith(end)
    ]
    return any(
        f" {number}: to=<" in line and "status=sent" in line
        for number in numbers
        for line in lines
    )
