"""A real Postfix of our own on loopback, which queues what it takes and throws it away.

Needs root, as Postfix does.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from tools.peers.postgres import free_port

MAIN = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
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
{transport} unix - - n - - {transport}
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
    with started(MAIN, "discard") as (folder, port):
        yield Postfix(port=port, log=folder / "mail.log", queue=folder / "queue")


@contextmanager
def started(
    main: str,
    transport: str,
    *,
    files: Mapping[str, str] = MappingProxyType({}),
    **values: object,
) -> Iterator[tuple[Path, int]]:
    """Run a Postfix in a folder of its own; yield the folder and its port.

    `main` is its main.cf, whose placeholders are `{folder}` and the names of `values`;
    `transport` is what it sends by. `files` are further files of its configuration. The
    folder goes at the end.
    """
    folder = Path(tempfile.mkdtemp(prefix="liaison-postfix-"))
    folder.chmod(0o755)
    config, port = folder / "etc", free_port()
    for each in (config, folder / "queue", folder / "data"):
        each.mkdir()
    shutil.chown(folder / "data", "postfix")
    master = MASTER.format(port=port, transport=transport)
    written = {
        "main.cf": main.format(folder=folder, **values),
        "master.cf": master,
        **files,
    }
    for name, text in written.items():
        (config / name).write_text(text, encoding="utf-8")
    os.environ.pop("MAIL_CONFIG", None)
    command = ["postfix", "-c", str(config)]
    subprocess.run([*command, "start"], check=True, capture_output=True)
    try:
        yield folder, port
    finally:
        subprocess.run([*command, "stop"], check=False, capture_output=True)
        shutil.rmtree(folder)


def present() -> bool:
    """Whether a Postfix can be run here."""
    return shutil.which("postfix") is not None and os.geteuid() == 0
