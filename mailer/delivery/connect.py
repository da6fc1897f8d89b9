"""Connects to the relay: greeting, EHLO, TLS and login are aiosmtplib's.

`tls` and `starttls` never fall back, check the certificate and the name, and no login
is sent before TLS. What the relay offers is read from its answer to EHLO.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path

import aiosmtplib
from aiosmtplib import SMTPException, SMTPHeloError

from mailer import config
from mailer.delivery.wire import Wire
from mailer.errors import MailerError
from mailer.relaying import RelaySettings

CONNECT_TIMEOUT = 60.0  # seconds for the connection and each step of the greeting


class RelayError(MailerError):
    """The relay cannot be reached or refuses us; messages wait and nobody is blamed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What the relay offers, from its answer to EHLO."""

    pipelining: bool = False
    eight_bit: bool = False
    smtputf8: bool = False
    dsn: bool = False
    size: int = 0  # octets; 0: it does not say


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection that may carry messages."""

    wire: Wire
    offer: Offer


async def connect(
    relay: RelaySettings,
    *,
    root: Path,
    hello: str,
    tls: ssl.SSLContext | None = None,
) -> Connection:
    """Open one connection; raise RelayError saying what stood in the way."""
    password = None
    if relay.user:
        path = root / relay.password_file if relay.password_file else None
        password = config.secret_text(path, relay.password, "relay.password_file")
    client = aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        local_hostname=hello,
        timeout=CONNECT_TIMEOUT,
        use_tls=relay.security == "tls",
        start_tls=relay.security == "starttls",
        tls_context=tls,
        username=relay.user or None,
        password=password,
    )
    try:
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            try:
                await client.ehlo()
            except SMTPHeloError:
                await client.helo()
    except (SMTPException, OSError, ValueError) as fault:
        client.close()
        where = f"{relay.host}:{relay.port}"
        reason = str(fault) or type(fault).__name__
        raise RelayError(f"the relay {where} cannot be used: {reason}") from None
    transport = client.transport
    if transport is None:
        raise RelayError(f"the relay {relay.host}:{relay.port} closed the connection")
    wire = Wire(transport)  # type: ignore[arg-type]  # always a full transport
    return Connection(wire, _offer(client))


def _offer(client: aiosmtplib.SMTP) -> Offer:
    said = client.esmtp_extensions
    size = said.get("size", "")
    return Offer(
        pipelining="pipelining" in said,
        eight_bit="8bitmime" in said,
        smtputf8="smtputf8" in said,
        dsn="dsn" in said,
        size=int(size) if size.isdecimal() else 0,
    )
