"""Speaks IMAP (RFC 3501) with one folder of a mailbox; each call waits for the network.

The folder of returned mail is emptied; that of answers is opened for reading only, so
nothing in it changes. IDLE (RFC 2177) tells of new mail.
"""

import imaplib
import re
import select
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from socket import socket

from audiences import characters
from mailer.errors import ConfigError, MailerError
from mailer.feedback.mime import MAX_BYTES
from mailer.settings import secrets
from mailer.settings.feedback import MailboxSettings

TIMEOUT = 60.0  # seconds that the server may be silent
IDLE_SECONDS = 60.0  # that one IDLE lasts; then the folder is looked at in any case
SLICE = 1.0  # seconds after which a wait looks whether it is to end
FAULTS = (imaplib.IMAP4.error, OSError, ssl.SSLError, ValueError)
LONGEST = 20_000_000  # octets of a line, which may list two million mails
_PIECE = 65_536  # octets
_NEWS = re.compile(rb"EXISTS|RECENT|BYE")
_UID = re.compile(rb"UID (\d{1,10})")
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})")


class _PlainImap(imaplib.IMAP4):
    """A client that takes the numbers of a large mailbox in one line."""

    def readline(self) -> bytes:
        """Return a line of the server; raise IMAP4.error if it is too long."""
        line = self.file.readline(LONGEST + 1)
        if len(line) > LONGEST:
            raise self.error(f"a line has more than {LONGEST} octets")
        return line if isinstance(line, bytes) else line.encode()


class _TlsImap(_PlainImap, imaplib.IMAP4_SSL):
    """The same over TLS."""


class ImapFolder:
    """An open folder. Every method raises MailerError when the server fails."""

    def __init__(
        self, settings: MailboxSettings, root: Path, *, setting: str, reads_only: bool
    ) -> None:
        self._settings, self._setting = settings, setting
        self._reads_only = reads_only
        self._ended = threading.Event()
        context = self._context(root)
        password = self._password(root)
        try:
            self._client = self._connected(context)
        except FAULTS as fault:
            raise self._fault(fault) from None
        try:
            if settings.security == "starttls":
                self._client.starttls(context)
            self._client.login(settings.user, password)
            self.validity = self._select()
        except FAULTS as fault:
            self._disconnect()
            raise self._fault(fault) from None

    def _context(self, root: Path) -> ssl.SSLContext:
        """Return the context of TLS; raise ConfigError if its file cannot be used."""
        path = root / self._settings.ca_file if self._settings.ca_file else None
        try:
            return ssl.create_default_context(cafile=path)
        except OSError as fault:
            raise ConfigError(
                f"{self._setting}.ca_file: {path} cannot be used: {fault.strerror}"
            ) from None

    def _password(self, root: Path) -> str:
        given = self._settings
        path = root / given.password_file if given.password_file else None
        setting = f"{self._setting}.password_file"
        return secrets.read_secret(path, given.password, setting)

    def _connected(self, context: ssl.SSLContext) -> imaplib.IMAP4:
        host, port = self._settings.host, self._settings.port
        if self._settings.security == "tls":
            return _TlsImap(host, port, ssl_context=context, timeout=TIMEOUT)
        return _PlainImap(host, port, timeout=TIMEOUT)

    def _select(self) -> int:
        """Open the folder; return its UIDVALIDITY."""
        name = '"' + self._settings.folder.replace("\\", "").replace('"', "") + '"'
        state, said = self._client.select(name, readonly=self._reads_only)
        if state != "OK":
            raise imaplib.IMAP4.error(f"{self._settings.folder}: {said[0]!r}")
        _, validity = self._client.response("UIDVALIDITY")
        return int(validity[0] or 0) if validity else 0

    def uids(self, after: int = 0) -> list[int]:
        """Return the numbers of the mails after one, the lowest first."""
        try:
            _, found = self._client.uid("SEARCH", f"UID {after + 1}:*")
            numbers = [int(each) for each in (found[0] or b"").split()]
        except FAULTS as fault:
            raise self._fault(fault) from None
        return sorted(each for each in numbers if each > after)

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Return the octets of some mails."""
        found = {}
        for head, _ in self._fetch(uids, "(RFC822.SIZE)"):
            size = _SIZE.search(head)
            if (uid := _UID.search(head)) and size:
                found[int(uid[1])] = int(size[1])
        return found

    def mails(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Return some mails, each cut at MAX_BYTES; they stay unread."""
        found = {}
        for head, octets in self._fetch(uids, f"(BODY.PEEK[]<0.{MAX_BYTES}>)"):
            if uid := _UID.search(head):
                found[int(uid[1])] = octets
        return found

    def _fetch(self, uids: Sequence[int], what: str) -> list[tuple[bytes, bytes]]:
        """Return the lines of an answer, each with the octets that it brings."""
        try:
            state, answer = self._client.uid("FETCH", ",".join(map(str, uids)), what)
            if state != "OK":
                raise imaplib.IMAP4.error(f"FETCH: {answer!r:.100}")
        except FAULTS as fault:
            raise self._fault(fault) from None
        lines: list[tuple[bytes, bytes]] = []
        for each in answer:
            if isinstance(each, tuple):
                lines.append((each[0], each[1]))
            elif isinstance(each, bytes):
                lines.append((each, b""))
        return lines

    def remove(self, uids: Sequence[int]) -> None:
        """Delete mails that are stored."""
        listed = ",".join(map(str, uids))
        try:
            self._client.uid("STORE", listed, "+FLAGS.SILENT", r"(\Deleted)")
            if "UIDPLUS" in self._client.capabilities:
                self._client.uid("EXPUNGE", listed)
            else:
                self._client.expunge()
        except FAULTS as fault:
            raise self._fault(fault) from None

    def wait(self, seconds: float) -> None:
        """Return when the server tells of a change, or after some seconds.

        A server without IDLE is asked again after that time.
        """
        try:
            if "IDLE" not in self._client.capabilities:
                self._ended.wait(seconds)
                self._client.noop()
                return
            self._idle(self._client.socket(), min(seconds, IDLE_SECONDS))
        except FAULTS as fault:
            raise self._fault(fault) from None

    def _idle(self, wire: socket, seconds: float) -> None:
        """Wait by IDLE; read past the library, which would keep lines in its buffer."""
        self._client.send(b"IDLE1 IDLE\r\n")
        said, is_asked = b"", False
        while b"IDLE1 " not in said or not said.endswith(b"\r\n"):
            ends = self._ended.is_set() or seconds <= 0 or _NEWS.search(said)
            if ends and not is_asked and b"+" in said:
                self._client.send(b"DONE\r\n")
                is_asked = True
            pending = isinstance(wire, ssl.SSLSocket) and wire.pending()
            if not pending and not select.select([wire], [], [], SLICE)[0]:
                seconds -= SLICE
                if seconds < -TIMEOUT:
                    raise OSError("the server is silent")
                continue
            piece = wire.recv(_PIECE)
            if not piece:
                raise OSError("the server closed the connection")
            said = (said + piece)[-_PIECE:]

    def end_wait(self) -> None:
        """Let a wait in another thread end soon."""
        self._ended.set()

    def close(self) -> None:
        """Log out; a connection that is broken is closed."""
        with suppress(*FAULTS):
            self._client.logout()
        self._disconnect()

    def _disconnect(self) -> None:
        with suppress(*FAULTS):
            self._client.shutdown()

    def _fault(self, fault: Exception) -> MailerError:
        said = fault.args[0] if fault.args else b""
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else fault
        reason = characters.plain(str(words))[:200] or type(fault).__name__
        return MailerError(f"{self._setting}: the mailbox cannot be read: {reason}")
