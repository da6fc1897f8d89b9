"""Connections of clients: deadlines for each part of a request, and how many at once.

uvicorn has no deadline for a header or a body, and its limit of connections refuses
every client while slow ones hold them (docs/decisions/0016-slow-clients.md). Here the
connection that has waited longest for its client gives way to a new one: one whose
client is silent, if there is one, so that a form which is being sent arrives.
"""

import asyncio
import resource
from typing import Any, ClassVar

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER, BODY, ANSWER = 10.0, 15.0, 60.0  # seconds for each part of a request
SILENT = 1.0  # seconds without an octet after which a client counts as silent
KEEP_ALIVE = 5  # seconds between two requests
MOST = 1000  # connections at once
BACKLOG = 128  # connections that the kernel accepts before we do


def configuration(app: Any, **options: Any) -> uvicorn.Config:
    """Return the configuration of a server for these pages."""
    return uvicorn.Config(
        app,
        http=_limited(most()),
        ws="none",
        access_log=False,
        log_config=None,
        log_level="error",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE,
        backlog=BACKLOG,
        **options,
    )


def most() -> int:
    """Return how many connections there may be: half of the files a process may open.

    The other half is for the store and for delivery.
    """
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(MOST, (files - BACKLOG) // 2)


def raise_file_limit() -> None:
    """Allow this process as many open files as the system lets it have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _limited(number: int) -> type[H11Protocol]:
    """Return the protocol of one server, with its limit and its own connections."""
    return type(
        "LimitedConnection", (ClientConnection,), {"most": number, "waiting": {}}
    )


def _seconds(part: str) -> float:
    """Return how long a part of a request may take."""
    return {"header": HEADER, "body": BODY, "answer": ANSWER}[part]


class ClientConnection(H11Protocol):
    """One connection; it is closed when its client misses a deadline."""

    most: ClassVar[int]
    waiting: ClassVar[
        dict["ClientConnection", None]
    ]  # for their clients, longest first
    heard_at = 0.0  # when the last octet came, in seconds of the loop
    _timer: asyncio.TimerHandle | None = None
    _part: tuple[str, Any] | None = None  # its name, and the request it is of

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Accept a connection; close another one if there are too many."""
        super().connection_made(transport)
        self.heard_at = self.loop.time()
        self._begin_part()
        if len(self.connections) > self.most and self.waiting:
            self._which_gives_way().give_up()

    def _which_gives_way(self) -> "ClientConnection":
        silent_since = self.loop.time() - SILENT
        silent = (each for each in self.waiting if each.heard_at <= silent_since)
        return next(silent, None) or next(iter(self.waiting))

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, and begin the deadline of the next part."""
        self.heard_at = self.loop.time()
        super().data_received(data)
        self._begin_part()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._begin_part()

    def give_up(self) -> None:
        """Close the connection at once."""
        self._forget()
        self.connections.discard(self)
        self.transport.abort()

    def _begin_part(self) -> None:
        if self.transport.is_closing():
            return
        part = (self._part_name(), self.cycle)
        if part == self._part:
            return
        self._forget()
        self._part = part
        if part[0] != "answer":
            self.waiting[self] = None
        self._timer = self.loop.call_later(_seconds(part[0]), self.give_up)

    def _part_name(self) -> str:
        """Return which part of a request is under way."""
        cycle: Any = self.cycle  # None before the first request
        if cycle is None or cycle.response_complete:
            return "header"
        return "body" if cycle.more_body else "answer"

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.waiting.pop(self, None)
