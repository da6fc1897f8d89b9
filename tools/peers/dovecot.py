"""A real Dovecot of our own on loopback, with one user and one mailbox.

Needs root, and Debian's package dovecot-imapd.
"""

import mailbox
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme

from tools.peers.postgres import free_port
from tools.waiting import until

PROGRAM = Path("/usr/sbin/dovecot")
USER, PASSWORD = "unit", "correct-horse-battery-staple"
CONFIGURATION = """base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
default_internal_user = nobody
default_internal_group = nogroup
default_login_user = nobody
first_valid_uid = 1
mail_location = maildir:{folder}/mail
mailbox_idle_check_interval = 1 secs
{more}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(kw_only=True)
class Dovecot:
    """A server that is started and stopped at will; its mails stay."""

    folder: Path
    plain: int = field(default_factory=free_port)
    tls: int = field(default_factory=free_port)
    more: str = ""  # of its configuration
    _process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start; return when it listens."""
        configuration = self.folder / "dovecot.conf"
        configuration.write_text(
            CONFIGURATION.format(
                folder=self.folder,
                password=PASSWORD,
                plain=self.plain,
                tls=self.tls,
                more=self.more,
            )
        )
        self._process = subprocess.Popen([PROGRAM, "-F", "-c", configuration])
        until(self._listens, "Dovecot does not listen")

    def stop(self) -> None:
        """Stop, with every connection."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def _listens(self) -> bool:
        with socket.socket() as wire:
            return wire.connect_ex(("127.0.0.1", self.tls)) == 0

    def deliver(self, *mails: bytes) -> None:
        """Put mails into the mailbox, as a local delivery does."""
        box = mailbox.Maildir(self.folder / "mail", create=True)
        user = pwd.getpwnam("nobody")
        for each in mails:
            name = box.add(each)
            os.chown(self.folder / "mail" / "new" / name, user.pw_uid, user.pw_gid)

    def kept(self) -> dict[str, bytes]:
        """Return the files of the mailbox, with what their names tell of them."""
        return {
            f"{place}/{each.name}": each.read_bytes()
            for place in ("new", "cur")
            for each in (self.folder / "mail" / place).iterdir()
        }

    def forget_numbers(self) -> None:
        """Let the server give its mails new numbers: another UIDVALIDITY."""
        for path in (self.folder / "mail").glob("dovecot*"):
            path.unlink()


@contextmanager
def running(*, more: str = "") -> Iterator[Dovecot]:
    """Run a server; its certificate is that of a CA in ca.pem of its folder."""
    if not PROGRAM.exists():
        pytest.fail("Dovecot is missing; as root: apt-get install dovecot-imapd")
    folder = Path(tempfile.mkdtemp(prefix="liaison-dovecot-"))
    folder.chmod(0o755)
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    user = pwd.getpwnam("nobody")
    mailbox.Maildir(folder / "mail", create=True)
    for path in (folder / "mail", *(folder / "mail").iterdir()):
        os.chown(path, user.pw_uid, user.pw_gid)
    server = Dovecot(folder=folder, more=more)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
