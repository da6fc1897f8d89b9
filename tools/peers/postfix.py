"""A real Postfix of our own on loopback, which queues what it takes and throws it away.

Needs root, as Postfix does.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.peers.postgres import free_port

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


@dataclass(frozen=True, kw_only=True)
class Postfix:
    """A running relay."""

    port: int
    log: Path
    queue: Path

    def done(self, *, sessions: int) -> bool:
        """Whether so many senders have left, and all they left is sent and logged."""
        said = self.log.read_text()
        queued = (self.queue / name for name in ("incoming", "active", "deferred"))
        return (
            said.count(" disconnect from ") >= sessions
            and said.count("(queue active)") == said.count(": removed")
            and "status=sent" in said
            and not any(path.is_file() for each in queued for path in each.rglob("*"))
        )


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
        yield Postfix(port=port, log=log, queue=queue)
    finally:
        subprocess.run([*command, "stop"], check=False, capture_output=True)
        shutil.rmtree(folder)


def present() -> bool:
    """Whether a Postfix can be run here."""
    return shutil.which("postfix") is not None and os.geteuid() == 0
