"""Sends a few messages to people of the unit at once, outside the ledger.

They go over one connection to the relay that letters would take, or to its fallback.
No message is counted, and a bounce counts for nothing.
"""

import asyncio
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from audiences import addresses
from audiences.suppressions import Suppression
from mailer import clock, links
from mailer.composing import dkim
from mailer.composing.compose import Addressed, Composer
from mailer.composing.skeletons import Skeleton
from mailer.delivery.prepare import smtp_address
from mailer.delivery.routing import relays
from mailer.delivery.routing.logins import Logins
from mailer.delivery.smtp.connect import RelayError
from mailer.delivery.smtp.connection import Connection
from mailer.delivery.smtp.outgoing import OutgoingMessage, Stage
from mailer.delivery.smtp.replies import Reply
from mailer.errors import RefusedError
from mailer.outbox import only_to
from mailer.outbox.message_states import MessageState
from mailer.sites.site import Site
from mailer.store import identity

TIMEOUT = 60.0  # seconds for each step; a person waits for the result
LOOKS = 1.0  # seconds between looks for a relay that does not reply
Outcome = tuple[MessageState, str]  # accepted, refused, uncertain or waiting; the reply


async def require_recipients(
    session: AsyncSession, site: Site, recipients: Sequence[str]
) -> list[str]:
    """Return the addresses of recipients in their normal form.

    Raises RefusedError for an address outside `mail.only_to`, or one that is
    suppressed, and while nothing may leave the site; AddressRefusedError if an address
    is not valid.
    """
    await identity.require_sending(session)
    normal = []
    for each in dict.fromkeys(recipients):
        parsed = addresses.parse(each)
        if not only_to.allows(site.settings.mail.only_to, parsed.text):
            raise RefusedError(f"{each} is outside mail.only_to; nothing is sent to it")
        if await session.get(Suppression, key_of(site, each)) is not None:
            raise RefusedError(f"{each} is suppressed; nothing is sent to it")
        normal.append(parsed.text)
    return normal


def key_of(site: Site, address: str) -> bytes:
    """Return the fingerprint of an address."""
    identity_of = addresses.parse(address).identity
    return addresses.fingerprint(identity_of, key=site.address_key)


async def send(
    site: Site, messages: Sequence[OutgoingMessage], *, address: str, template: str
) -> list[Outcome]:
    """Send messages to one address by the relay for its domain and a template."""
    batch = _Batch(messages)
    await _deliver(site, batch, relays.domain_of(address), template)
    return batch.outcomes


def message(site: Site, skeleton: Skeleton, reader: Addressed) -> OutgoingMessage:
    """Compose a message, signed as the worker signs; its tokens are no site's."""
    signer = dkim.signer_of(site.settings, site.root)
    composer = Composer(skeleton, signer.prepare(skeleton) if signer else None)
    tokens = links.inert()
    return OutgoingMessage(
        0,
        0,
        0,
        f"{tokens.return_path}@{site.settings.mail.return_domain}",
        smtp_address(reader.address),
        tokens.message_id,
        composer.compose(reader, tokens),
        clock.uptime(),
    )


class _Batch:
    """The messages of one connection; it handles the connection."""

    def __init__(self, messages: Sequence[OutgoingMessage]) -> None:
        self._numbers = {each.message_id: n for n, each in enumerate(messages)}
        self._left = list(reversed(messages))
        self.outcomes = [(MessageState.WAITING, "it was not sent")] * len(messages)
        self._idle = asyncio.Event()

    def _settle(
        self, message: OutgoingMessage, state: MessageState, reply: str
    ) -> None:
        self.outcomes[self._numbers[message.message_id]] = state, reply

    def next(self) -> OutgoingMessage | None:
        """Return the next message, marked now."""
        if not self._left:
            return None
        return self._left.pop()._replace(marked_at=clock.uptime())

    def answered(self, message: OutgoingMessage, stage: Stage, reply: Reply) -> None:
        """Take the relay's reply."""
        taken = stage is Stage.DOT and reply.positive
        state = MessageState.ACCEPTED if taken else MessageState.REFUSED
        self._settle(message, state, str(reply))

    def not_sent(
        self, message: OutgoingMessage, fault: str | None, *, named: bool
    ) -> None:
        """Take a message that was not sent."""
        reason = fault or "the connection ended before it"
        self._settle(message, MessageState.WAITING, reason)

    def unfit(self, message: OutgoingMessage, reason: str) -> None:
        """Take a message that the relay cannot take."""
        self._settle(message, MessageState.REFUSED, reason)

    def unknown(self, message: OutgoingMessage, fault: str) -> None:
        """Take a message whose dot was not answered."""
        self._settle(message, MessageState.UNCERTAIN, fault)

    def idle(self) -> None:
        """Note that all is sent, or that the connection has ended."""
        self._idle.set()

    def unreachable(self, fault: str) -> None:
        """Take the reason why no connection is open."""
        self.outcomes = [(MessageState.WAITING, fault)] * len(self._left)

    async def over(self, connection: Connection) -> None:
        """Send all messages over a connection, and close it."""
        connection.start()
        while not await self._is_idle():
            connection.check_timeout(clock.uptime())
        self._idle.clear()
        connection.quit()
        if not await self._is_idle():
            connection.fail("the relay did not reply to QUIT")

    async def _is_idle(self) -> bool:
        """Wait a moment until the connection has nothing to do; return whether so."""
        try:
            async with asyncio.timeout(LOOKS):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True


async def _deliver(site: Site, batch: _Batch, domain: str, template: str) -> None:
    """Send a batch by the relay for this domain and template, or by a fallback."""
    known = relays.read(site.settings)
    name: str = known.choose(domain, template)
    while name:
        relay = known.settings[name]
        logins = Logins(site, name, relay, now=clock.now)
        try:
            channel = await logins.connect(step_timeout=TIMEOUT)
        except RelayError as fault:
            batch.unreachable(str(fault))
            name = relay.fallback
        else:
            await batch.over(Connection(channel.transport, channel.offer, batch))
            return
