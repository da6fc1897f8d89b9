"""How many requests one link and one client may make; the rest is delayed and refused.

An unsubscription is delayed, never refused. The counts are of one process.
"""

import time
from collections import OrderedDict
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from mailer.links import Purpose

Network = IPv4Network | IPv6Network
# Requests at once, and those a second after them: POST and GET of a link; of a client.
ACTS, LOOKS, CLIENTS = (40, 0.5), (1000, 10), (300, 10)
DELAY = 2.0  # seconds before a request over a limit is answered
KNOWN = 10_000  # links or clients that are counted
V6_CLIENT = 64  # bits of an IPv6 address that belong to one client
UNSUBSCRIBE = f"/{Purpose.UNSUBSCRIBE}/"


class Buckets:
    """One token bucket for each name: so many at once, then so many a second."""

    def __init__(self, burst: float, per_second: float) -> None:
        self._burst = burst
        self._per_second = per_second
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> bool:
        """Return whether one more is within the limit, and count it."""
        now = time.monotonic()
        level, at = self._levels.pop(name, (self._burst, now))
        level = min(self._burst, level + (now - at) * self._per_second)
        allowed = level >= 1
        self._levels[name] = (level - 1 if allowed else level, now)
        if len(self._levels) > KNOWN:
            self._levels.popitem(last=False)
        return allowed


class Limits:
    """The limits of one process."""

    def __init__(self, trusted: Sequence[Network]) -> None:
        self._trusted = trusted
        self._acts, self._looks = Buckets(*ACTS), Buckets(*LOOKS)
        self._clients = Buckets(*CLIENTS)

    def allow(self, scope: Any) -> bool:
        """Return whether a request is within the limits."""
        path, is_act = scope["path"], scope["method"] == "POST"
        purpose, _, token = path[1:].partition("/")
        if token and purpose in set(Purpose):
            bucket = self._acts if is_act else self._looks
            if not bucket.take(path):
                return False
        if is_unsubscription(scope):
            return True
        client = self.client_of(scope)
        return not client or self._clients.take(client)

    def client_of(self, scope: Any) -> str:
        """Return the client of a request; empty if a proxy does not name it.

        Only trusted proxies may name it: the last address of X-Forwarded-For that is
        not one of theirs.
        """
        forwarded = ",".join(
            value.decode("latin-1")
            for name, value in scope["headers"]
            if name == b"x-forwarded-for"
        )
        peer = scope["client"][0] if scope.get("client") else ""
        for each in (peer, *reversed(forwarded.split(","))):
            try:
                address = ip_address(each.strip())
            except ValueError:
                return ""
            if not any(address in network for network in self._trusted):
                return _group(str(address))
        return ""


def is_unsubscription(scope: Any) -> bool:
    """Whether a request is an unsubscription, which no limit may refuse."""
    return bool(scope["method"] == "POST" and scope["path"].startswith(UNSUBSCRIBE))


def _group(address: str) -> str:
    """Return the name of a client: an IPv4 address, or the network of an IPv6 one."""
    parsed = ip_address(address)
    if not isinstance(parsed, IPv6Address):
        return address
    return str(IPv6Network((parsed, V6_CLIENT), strict=False))
