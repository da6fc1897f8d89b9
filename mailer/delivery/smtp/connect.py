"""Connects to the relay: greeting, EHLO, TLS and login are aiosmtplib's.

`tls` and `starttls` never fall back, check the certificate and the name, and no login
is sent before TLS. What the relay offers is read from its last answer to EHLO, so that
nothing said before TLS is believed after it (RFC 3207 section 4.2).
"""

import asyncio
import functools
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import aiosmtplib
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPStatus,
)

from mailer.errors import MailerError
from mailer.settings import secrets
from mailer.settings.relays import RelaySettings

GREETING = 300.0  # seconds for each step, RFC 5321 section 4.5.3.2.1


class RelayError(MailerError):
    """The relay cannot be reached or refuses us; messages wait and nobody is blamed."""


class LoginRefusedError(RelayError):
    """The relay does not know us: a person must look before anything more is sent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What the relay offers, from its answer to EHLO."""

    pipelining: bool = False
    eight_bit: bool = False
    smtputf8: bool = False
    dsn: bool = False
    starttls: bool = False
    size: int = 0  # octets; 0: it does not say
    tls: str = ""  # the version in use; empty: none


@dataclass(frozen=True, slots=True)
class Channel:
    """A connection that may carry messages."""

    transport: asyncio.Transport
    offer: Offer


async def connect(
    relay: RelaySettings,
    *,
    root: Path,
    hello: str,
    within: float = GREETING,
) -> Channel:
    """Open one connection; raise RelayError saying what stood in the way."""
    password = _password(relay, root)
    client = _client(relay, root=root, hello=hello, within=within)
    try:
        await client.connect()
        if relay.security == "starttls":
            await client.starttls()
        await _greet(client)
        if relay.user:
            await client.login(relay.user, password)
    except (SMTPException, OSError, ValueError) as fault:
        _leave(client)
        await asyncio.sleep(0)  # lets the loop close it
        raise _refused(relay, fault) from None
    except asyncio.CancelledError:
        _leave(client)
        raise
    transport = client.transport
    if transport is None:
        raise RelayError(f"the relay {_place(relay)} closed the connection")
    offer = _offer(client)
    return Channel(cast(asyncio.Transport, transport), offer)


async def _greet(client: aiosmtplib.SMTP) -> None:
    """Say EHLO, or HELO to a relay that knows only that."""
    try:
        await client.ehlo()
    except SMTPHeloError as fault:
        if fault.code == SMTPStatus.domain_unavailable:
            raise
        await client.helo()


def _leave(client: aiosmtplib.SMTP) -> None:
    """Drop a connection at once; closing TLS politely would wait for the relay."""
    if client.transport is not None:
        client.transport.abort()  # type: ignore[attr-defined]  # always a full transport
    client.close()


def _client(
    relay: RelaySettings, *, root: Path, hello: str, within: float
) -> aiosmtplib.SMTP:
    context = None
    if relay.security != "plain":
        context = tls_context(root / relay.ca_file if relay.ca_file else None)
    return aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        local_hostname=hello,
        timeout=within,
        use_tls=relay.security == "tls",
        start_tls=False,  # done step by step above
        tls_context=context,
    )


def _password(relay: RelaySettings, root: Path) -> str:
    if not relay.user:
        return ""
    if relay.security == "plain":  # the settings refuse it as well
        raise RelayError("a login is never sent without TLS")
    path = root / relay.password_file if relay.password_file else None
    return secrets.read_secret(path, relay.password, "relay.password_file")


@functools.cache
def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Return how TLS is spoken: 1.2 at least, certificate and name checked."""
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (
        OSError
    ) as fault:  # a file without certificates is an SSLError, so an OSError
        raise RelayError(f"ca_file: {ca_file} cannot be used: {fault}") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _place(relay: RelaySettings) -> str:
    return f"{relay.host}:{relay.port}"


def _refused(relay: RelaySettings, fault: BaseException) -> RelayError:
    """Say what stood in the way, and whether it was our login."""
    if isinstance(fault, SMTPAuthenticationError) and fault.code >= 500:  # noqa: PLR2004 (RFC 5321 section 4.2.1)
        return LoginRefusedError(
            f"the relay {_place(relay)} refused our login:"
            f" {fault.code} {fault.message.strip()}"
        )
    reason, cause = str(fault) or type(fault).__name__, fault
    if isinstance(fault, SMTPResponseException):
        reason = f"{fault.code} {fault.message.strip()}"
    while cause.__cause__ is not None:
        cause = cause.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason = f"its certificate is not trusted: {cause.verify_message}"
    elif isinstance(cause, ssl.SSLError):
        reason = f"TLS failed: {cause.reason or cause}"
    return RelayError(f"the relay {_place(relay)} cannot be used: {reason}")


def _offer(client: aiosmtplib.SMTP) -> Offer:
    said = client.esmtp_extensions
    size = said.get("size", "")
    session: Any = client.get_transport_info("ssl_object")
    return Offer(
        pipelining="pipelining" in said,
        eight_bit="8bitmime" in said,
        smtputf8="smtputf8" in said,
        dsn="dsn" in said,
        starttls="starttls" in said,
        size=int(size) if size.isdecimal() else 0,
        tls=session.version() if session else "",
    )
