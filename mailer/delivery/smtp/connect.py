"""Connects to a relay; aiosmtplib does greeting, EHLO, TLS and login.

`tls` and `starttls` never fall back to plain text, and check certificate and name. No
login is sent before TLS. The offer of the relay is read from its last reply to EHLO:
what it offered before TLS does not count (RFC 3207 section 4.2).
"""

import asyncio
import functools
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import aiosmtplib
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPStatus,
)

from mailer.delivery.smtp import dial, lookup, reasons
from mailer.errors import MailerError
from mailer.settings import secrets
from mailer.settings.relays import RelaySettings

STEP_TIMEOUT = 300.0  # seconds, RFC 5321 section 4.5.3.2.1
LOOK_UP = "a look-up of its name"
SILENCE = 15.0  # seconds without an answer, after which this is logged
Result = TypeVar("Result")


class RelayError(MailerError):
    """The relay cannot be reached or used; its messages wait."""


class LoginRefusedError(RelayError):
    """The relay refused our login; a person must correct the settings."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """The extensions that a relay offers in its reply to EHLO."""

    pipelining: bool = False
    eight_bit: bool = False
    smtputf8: bool = False
    dsn: bool = False
    starttls: bool = False
    size: int = 0  # of a message, in octets; 0: not given
    tls: str = ""  # the version in use; empty without TLS


@dataclass(frozen=True, slots=True)
class Channel:
    """A connection that is ready for messages."""

    transport: asyncio.Transport
    offer: Offer


async def connect(
    relay: RelaySettings,
    *,
    root: Path,
    hello: str,
    step_timeout: float = STEP_TIMEOUT,
    silence: float = SILENCE,
    silent: Callable[[str], None] = lambda _sentence: None,
) -> Channel:
    """Open one connection, with `hello` as our name.

    `step_timeout` is in seconds. If the relay does not answer for `silence` seconds,
    `silent` is called with a sentence; the wait goes on.

    Raises RelayError with the reason if it fails, LoginRefusedError if the login does.
    """
    watch = _Watch(relay, min(silence, step_timeout / 2), silent)
    client = await _open(relay, watch, root, hello, step_timeout)
    transport = client.transport
    if transport is None:
        raise RelayError(f"the relay {_address(relay)} closed the connection")
    return Channel(cast(asyncio.Transport, transport), _offer(client))


async def send_one(
    relay: RelaySettings,
    *,
    root: Path,
    hello: str,
    recipients: Sequence[str],
    octets: bytes,
    step_timeout: float,
) -> None:
    """Send one message that is in no ledger, with an empty return path.

    Raises RelayError if the relay does not take it for each recipient.
    """
    watch = _Watch(relay, step_timeout / 2, lambda _sentence: None)
    client = await _open(relay, watch, root, hello, step_timeout)
    try:
        refused, _ = await client.sendmail("", list(recipients), octets)
        if refused:
            raise RelayError(f"the relay {_address(relay)} refused a recipient")
    except (SMTPException, OSError) as fault:
        raise _relay_error(relay, fault) from None
    finally:
        _abort(client)


async def _open(
    relay: RelaySettings, watch: "_Watch", root: Path, hello: str, step_timeout: float
) -> aiosmtplib.SMTP:
    """Return a client after greeting, TLS and login; raise RelayError if one fails."""
    password = password_of(relay, root)
    client = _client(relay, root=root, hello=hello, step_timeout=step_timeout)
    try:
        client.sock = await _dial(relay, watch, step_timeout)
        await _begin(client, relay, watch)
        if relay.security == "starttls":
            await watch.during("STARTTLS", client.starttls())
        await watch.during("EHLO", _greet(client))
        if relay.user:
            await watch.during("the login", client.login(relay.user, password))
    except (SMTPException, OSError, ValueError) as fault:
        _abort(client)
        await asyncio.sleep(0)  # the event loop closes the transport
        raise _relay_error(relay, fault) from None
    except (asyncio.CancelledError, RelayError):
        _abort(client)
        raise
    return client


async def _dial(relay: RelaySettings, watch: "_Watch", most: float) -> socket.socket:
    """Look the relay up and connect; raise OSError after `most` seconds."""
    try:
        async with asyncio.timeout(most):
            looked = lookup.addresses(relay.host, relay.port)
            found = await watch.during(LOOK_UP, looked)
            return await watch.during("a connection", dial.first_of(found))
    except TimeoutError:
        raise OSError("no connection in time") from None


class _Watch:
    """Says once for each step of a connection that the relay does not answer."""

    def __init__(
        self, relay: RelaySettings, seconds: float, silent: Callable[[str], None]
    ) -> None:
        self.seconds = seconds
        self._relay, self._silent = relay, silent

    async def during(self, step: str, act: Awaitable[Result]) -> Result:
        """Return the result of a step."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self.seconds, self.say, step)
        try:
            return await act
        finally:
            timer.cancel()

    def say(self, step: str) -> None:
        """Say that the relay does not answer a step."""
        address, seconds = _address(self._relay), f"{self.seconds:g} s"
        self._silent(
            f"the look-up of the relay {address} has no answer for {seconds}; check the"
            " name servers of this machine"
            if step == LOOK_UP
            else f"the relay {address} has not answered {step} for {seconds}; check its"
            " host, port and security, and firewalls between"
        )


async def _begin(client: aiosmtplib.SMTP, relay: RelaySettings, watch: _Watch) -> None:
    """Wait for TLS, if it comes first, and for the greeting.

    Raises RelayError if the relay is silent because it waits for TLS.
    """
    step = "with its greeting" if relay.security != "tls" else "the TLS handshake"
    task = asyncio.ensure_future(client.connect())
    try:
        await asyncio.wait({task}, timeout=watch.seconds)
        if not task.done():
            watch.say(step)
            if relay.security != "tls" and await dial.speaks_tls(
                relay.host, relay.port
            ):
                raise RelayError(
                    f"the relay {_address(relay)} cannot be used: this port waits for"
                    ' TLS; set security = "tls"'
                )
        await task
    finally:
        task.cancel()


async def _greet(client: aiosmtplib.SMTP) -> None:
    """Send EHLO, or HELO to a relay that does not know EHLO."""
    try:
        await client.ehlo()
    except SMTPHeloError as fault:
        if fault.code == SMTPStatus.domain_unavailable:
            raise
        await client.helo()


def _abort(client: aiosmtplib.SMTP) -> None:
    """Close a connection at once; an orderly end of TLS would wait for the relay."""
    if client.transport is not None:
        client.transport.abort()  # type: ignore[attr-defined]  # always a full transport
    client.close()


def _client(
    relay: RelaySettings, *, root: Path, hello: str, step_timeout: float
) -> aiosmtplib.SMTP:
    context = None
    if relay.security != "plain":
        context = tls_context(root / relay.ca_file if relay.ca_file else None)
    return aiosmtplib.SMTP(
        hostname=relay.host,
        local_hostname=hello,
        timeout=step_timeout,
        use_tls=relay.security == "tls",
        start_tls=False,  # `connect` does it
        tls_context=context,
    )


def password_of(relay: RelaySettings, root: Path) -> str:
    """Return the password of a relay; empty if it needs no login."""
    if not relay.user:
        return ""
    if relay.security == "plain":  # the settings refuse this too
        raise RelayError("a login is never sent without TLS")
    path = root / relay.password_file if relay.password_file else None
    return secrets.read_secret(path, relay.password, "relay.password_file")


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Return a TLS context: version 1.2 at least, certificate and name checked.

    It is made again when `ca_file` changed. Raises RelayError if that cannot be used.
    """
    try:
        found = ca_file.stat() if ca_file else None
        stamp = found and (found.st_mtime_ns, found.st_ino, found.st_size)
        return _tls_context(ca_file, stamp)
    except OSError as fault:  # also SSLError, for a file without certificates
        raise RelayError(f"ca_file: {ca_file} cannot be used: {fault}") from None


@functools.lru_cache(maxsize=8)
def _tls_context(
    ca_file: Path | None, _stamp: tuple[int, int, int] | None
) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _address(relay: RelaySettings) -> str:
    return f"{relay.host}:{relay.port}"


def _relay_error(relay: RelaySettings, fault: BaseException) -> RelayError:
    if isinstance(fault, SMTPAuthenticationError) and fault.code >= 500:  # noqa: PLR2004 (RFC 5321 section 4.2.1)
        return LoginRefusedError(
            f"the relay {_address(relay)} refused our login:"
            f" {fault.code} {fault.message.strip()}"
        )
    cause, answer = fault.__cause__, None
    if isinstance(cause, SMTPServerDisconnected):
        fault = cause
    elif isinstance(fault, SMTPResponseException):
        answer = (fault.code, fault.message)
    reason = reasons.of_connection(fault, relay.security, answer)
    return RelayError(f"the relay {_address(relay)} cannot be used: {reason}")


def _offer(client: aiosmtplib.SMTP) -> Offer:
    extensions = client.esmtp_extensions
    size = extensions.get("size", "")
    session: Any = client.get_transport_info("ssl_object")
    return Offer(
        pipelining="pipelining" in extensions,
        eight_bit="8bitmime" in extensions,
        smtputf8="smtputf8" in extensions,
        dsn="dsn" in extensions,
        starttls="starttls" in extensions,
        size=int(size) if size.isdecimal() else 0,
        tls=session.version() if session else "",
    )
