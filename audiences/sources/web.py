"""Fetches a list from an https address whose host is allowed by name.

The connection goes to the very address that was checked, so that a name that resolves
otherwise a moment later gains nothing. It ends after a deadline and a number of octets.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

from audiences.sources.errors import SourceAwayError

REDIRECTS = 3
BLOCK = 1 << 16  # octets
OK = 200
MOVED = {301, 302, 303, 307, 308}
Address = IPv4Address | IPv6Address
_NAT64 = 96  # bits of the prefix 64:ff9b::/96, before an address of IPv4


def is_public(address: Address) -> bool:
    """Whether an address is on the public network, also one of IPv4 within IPv6."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if int(address) >> (128 - _NAT64) == int(ip_address("64:ff9b::")) >> 32:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


@dataclass(frozen=True, kw_only=True)
class FetchLimits:
    """What a fetch may reach, and how much it may take."""

    hosts: Collection[str]  # that are allowed by name
    octets: int
    seconds: float
    allowed: Callable[[Address], bool] = is_public
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)


def check(place: str, hosts: Collection[str]) -> SplitResult:
    """Return the parts of an address; raise SourceAwayError if it is not allowed."""
    try:
        parts = urlsplit(place)
        port = parts.port
    except ValueError:
        raise SourceAwayError(f"{place} is not an address") from None
    if parts.scheme != "https" or not parts.hostname:
        raise SourceAwayError(f"{place}: expected an address that begins with https://")
    if parts.username or parts.password:
        raise SourceAwayError(
            f"{parts.hostname}: found a name or password in the address, which the"
            " store must not hold"
        )
    if parts.hostname not in {each.lower() for each in hosts} or port == 0:
        raise SourceAwayError(
            f"{parts.hostname} is not one of sources.hosts in config.toml; add it there"
            " if its lists may be read"
        )
    return parts


def fetch(place: str, into: Path, limits: FetchLimits) -> Path:
    """Write what is at an https address into a folder; return the file.

    Raises SourceAwayError.
    """
    here = check(place, limits.hosts)
    for _ in range(REDIRECTS + 1):
        connection = _Connection(here, limits)
        ending = threading.Timer(limits.seconds, connection.end)
        ending.daemon = True
        ending.start()
        try:
            found = _get(connection, here, into, limits)
        except (OSError, http.client.HTTPException, ValueError) as fault:
            late = f"no whole answer within {limits.seconds:g} seconds"
            said = late if connection.ended else _reason(fault)
            raise SourceAwayError(f"{here.hostname}: {said}") from None
        finally:
            ending.cancel()
            connection.close()
        if isinstance(found, Path):
            return found
        there = check(urljoin(here.geturl(), found), limits.hosts)
        if (there.hostname, there.port) != (here.hostname, here.port):
            raise SourceAwayError(
                f"{here.hostname} leads to another host, {there.hostname}; name the"
                " address at which the list is"
            )
        here = there
    raise SourceAwayError(f"{here.hostname} leads on more than {REDIRECTS} times")


def _reason(fault: Exception) -> str:
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({fault.verify_message})"
    return str(getattr(fault, "strerror", None) or fault) or type(fault).__name__


class _Connection(http.client.HTTPSConnection):
    """A connection to an address that was resolved once and checked."""

    def __init__(self, place: SplitResult, limits: FetchLimits) -> None:
        self._name = place.hostname or ""
        self._limits = limits
        self.ended = False
        self._open: ssl.SSLSocket | None = None  # `sock` is given away with an answer
        super().__init__(
            self._name, place.port, timeout=limits.seconds, context=limits.context
        )

    def connect(self) -> None:
        """Connect to the first address, if all addresses of the host are allowed."""
        found = socket.getaddrinfo(self._name, self.port, type=socket.SOCK_STREAM)
        places = [str(each[4][0]) for each in found]
        for place in places:
            if not self._limits.allowed(ip_address(place.partition("%")[0])):
                raise OSError(f"it resolves to {place}, which is not a public address")
        plain = socket.create_connection((places[0], self.port), self.timeout)
        self.sock = self._open = self._limits.context.wrap_socket(
            plain, server_hostname=self._name, do_handshake_on_connect=False
        )
        self._open.do_handshake()  # `end` reaches it now, too

    def end(self) -> None:
        """End the connection from another thread."""
        self.ended = True
        if self._open is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._open, socket.SHUT_RDWR)


def _get(
    connection: _Connection, place: SplitResult, into: Path, limits: FetchLimits
) -> Path | str:
    """Return the file that was written, or the address to which the host leads."""
    path = f"{place.path or '/'}{'?' if place.query else ''}{place.query}"
    connection.request("GET", path, headers={"Accept-Encoding": "identity"})
    with connection.getresponse() as answer:
        found = _taken(answer, place, into, limits)
    if connection.ended:
        raise ValueError("cut")
    return found


def _taken(
    answer: http.client.HTTPResponse,
    place: SplitResult,
    into: Path,
    limits: FetchLimits,
) -> Path | str:
    """Return the file that the answer is written to, or the address it leads to."""
    if answer.status in MOVED:
        return answer.headers.get("Location", "")
    if answer.status != OK:
        raise ValueError(f"it answered {answer.status} {answer.reason[:80]}")
    packed = answer.headers.get("Content-Encoding", "identity")
    if packed.lower() != "identity":
        raise ValueError(f"it sent the list packed as {packed[:20]}, not as it is")
    file = into / (Path(place.path).name[-100:] or "list")
    left = limits.octets
    with file.open("wb") as written:
        while block := answer.read(BLOCK):
            left -= len(block)
            if left < 0:
                raise ValueError(f"the list has more than {limits.octets:,} octets")
            written.write(block)
    return file
