"""An SMTP server for tests: it stores each message in a Maildir, as received."""

import asyncio
import itertools
import os
import socket
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Maildir:
    """A mailbox folder: each message is written to tmp/, then moved to new/."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name in ("tmp", "new", "cur"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._numbers = itertools.count(1)
        self._host = socket.gethostname().replace("/", "_").replace(":", "_")

    async def handle_DATA(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Store one file for each recipient, then accept the message."""
        content = envelope.original_content or b""
        for recipient in envelope.rcpt_tos:
            self.store(envelope.mail_from or "", recipient, content)
        return "250 2.0.0 Kept"

    def store(self, sender: str, recipient: str, content: bytes) -> Path:
        """Write one message as a file, whole or not at all; return its path."""
        number = next(self._numbers)
        name = f"{time.time_ns()}.{os.getpid()}_{number}.{self._host}"
        head = f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n"
        path = self._folder / "tmp" / name
        path.write_bytes(head.encode() + content)
        return path.rename(self._folder / "new" / name)


async def listen(host: str, port: int, folder: Path) -> asyncio.Server:
    """Accept mail on a port; with 0, on a free one."""
    maildir = Maildir(folder)
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: SMTP(maildir, enable_SMTPUTF8=True, loop=loop, ident="Liaison inbox"),
        host,
        port,
    )
