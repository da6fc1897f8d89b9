"""A mail server of our own for what comes back, by LMTP (RFC 2033) or SMTP.

It takes mail for return-paths that this site made, and for the addresses of the unit;
it refuses all other recipients, so it relays nothing. A mail is stored before it is
answered with 250. It never sends mail.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from mailer.errors import MailerError, TokenError
from mailer.feedback.arrivals.grouping import Grouping
from mailer.feedback.belief.arrival import Arrival
from mailer.feedback.mime import MAX_BYTES
from mailer.sites.site import Site

SECONDS = 120.0  # that a client may be silent
CONNECTIONS = 20
RECIPIENTS = 20  # of one mail: a report has one
NO_SUCH = "550 5.1.1 This server takes only what comes back to its letters"
TRY_AGAIN = "451 4.3.0 Not stored, try again later"
TOO_MANY = "452 4.5.3 Too many recipients"
STORED = "250 2.0.0 Stored"
log = structlog.get_logger()


class Returns:
    """Answers the commands that name recipients and bring mails."""

    def __init__(self, site: Site, grouping: Grouping, way: str) -> None:
        settings = site.settings
        self._signer = site.signer
        self._grouping = grouping
        self._way = way
        self._domain = settings.mail.return_domain
        self._replies = {settings.sender.reply_to.lower()}
        self._leaving = {settings.mail.leave_mailbox.lower()} - {""}

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        """Take a return-path of this site, or an address of the unit."""
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return TOO_MANY
        if not self._is_ours(address):
            return NO_SUCH
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    def _is_ours(self, address: str) -> bool:
        if address.lower() in self._replies | self._leaving:
            return True
        local, _, domain = address.rpartition("@")
        try:
            self._signer.stamp_of_return_path(local)
        except TokenError:
            return False
        return domain.lower() == self._domain

    async def handle_DATA(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Store a mail for its recipients; answer each under LMTP, all under SMTP."""
        content = envelope.original_content or b""
        answers = [await self._store(content, each) for each in envelope.rcpt_tos]
        if isinstance(server, LMTP):
            return "\r\n".join(answers)
        return next((each for each in answers if each != STORED), STORED)

    async def _store(self, content: bytes, recipient: str) -> str:
        arrival = Arrival(
            octets=content,
            way=self._way,
            recipient=recipient,
            of_replies=recipient.lower() in self._replies,
        )
        try:
            await self._grouping.store(arrival)
        except Exception as fault:  # noqa: BLE001 (the client keeps the mail)
            log.warning("feedback.not_stored", reason=type(fault).__name__)
            return TRY_AGAIN
        return STORED


class _Limited(SMTP):
    """A server for one connection, of CONNECTIONS at most."""

    line_length_limit = 2_000_000  # octets: returned mails keep no rule
    open_now: set[SMTP]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, or refuse one connection too many."""
        if len(self.open_now) >= CONNECTIONS and isinstance(
            transport, asyncio.Transport
        ):
            transport.write(b"421 4.3.2 Too many connections, try again later\r\n")
            transport.close()
            return
        self.open_now.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """End."""
        if self in self.open_now:
            self.open_now.discard(self)
            super().connection_lost(error)


class _Lmtp(_Limited, LMTP):
    """The same by LMTP."""


class _Smtp(_Limited):
    """The same by SMTP."""


@asynccontextmanager
async def listening(site: Site) -> AsyncIterator[int]:
    """Listen while the context is open; yield the port.

    Raises MailerError if the address cannot be used.
    """
    given = site.settings.feedback
    grouping = Grouping(site)
    loop = asyncio.get_running_loop()
    protocol = _protocols(site, grouping)
    try:
        server = await loop.create_server(
            protocol, given.listen_host, given.listen_port
        )
    except OSError as fault:
        raise MailerError(
            f"feedback.listen_host, feedback.listen_port: {given.listen_host} port"
            f" {given.listen_port} cannot be used: {fault.strerror}; end the program"
            " that uses it, or set another"
        ) from None
    storing = asyncio.create_task(grouping.run())
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        storing.cancel()


def _protocols(site: Site, grouping: Grouping) -> Callable[[], SMTP]:
    """Return what makes the server of each connection."""
    name = site.settings.feedback.listen_protocol
    kind = _Lmtp if name == "lmtp" else _Smtp
    returns = Returns(site, grouping, name)
    loop = asyncio.get_running_loop()
    open_now: set[SMTP] = set()

    def protocol() -> SMTP:
        server = kind(
            returns,
            data_size_limit=MAX_BYTES,
            enable_SMTPUTF8=True,
            hostname=site.settings.mail.return_domain,
            ident="Liaison",
            timeout=SECONDS,
            loop=loop,
        )
        server.open_now = open_now
        return server

    return protocol
