"""Serves the pages of a site, alone or with ticker and delivery, until stopped."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import uvicorn

from mailer.errors import MailerError
from mailer.processes import returning, ticking
from mailer.processes.running import stop_event, store_is_ready, work
from mailer.processes.supervising import Part, keep_running
from mailer.sites.site import Site
from mailer.web import app, connections


class _Pages(uvicorn.Server):
    """A server without signal handlers: uvicorn would raise the signals again."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture no signals."""
        yield


async def pages(site: Site) -> None:
    """Serve the pages until SIGTERM, SIGINT or SIGHUP."""
    stopping = stop_event()
    part = _pages_part(site, stopping)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(store_is_ready(site, stopping))
        tasks.create_task(keep_running("pages", part, stopping))


async def serve(site: Site) -> None:
    """Run pages, ticker, chores, alerts, delivery and feedback until told to stop.

    Each is started again if it fails. The pages wait for no store: opt-outs are kept
    beside it.
    """
    stopping = stop_event()
    parts: dict[str, Part] = {
        "pages": _pages_part(site, stopping),
        "delivery": partial(work, site, until_idle=False, stopping=stopping),
        **ticking.parts(site, stopping),
        **returning.parts(site, stopping),
    }
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(store_is_ready(site, stopping))
        for name, part in parts.items():
            tasks.create_task(keep_running(name, part, stopping))


def _pages_part(site: Site, stopping: asyncio.Event) -> Part:
    """Return what serves the pages until stopped; it listens already.

    Raises MailerError if the address of the pages cannot be used.
    """
    connections.raise_file_limit()
    ready = [listen(site)]

    async def serve_pages() -> None:
        pages = app.create(site, stopping)
        server = _Pages(connections.configuration(pages, timeout_graceful_shutdown=10))

        async def stop() -> None:
            await stopping.wait()
            server.should_exit = True

        waiting = asyncio.create_task(stop())
        try:
            await server.serve(sockets=ready.pop() if ready else listen(site))
        finally:
            waiting.cancel()

    return serve_pages


def listen(site: Site) -> list[socket.socket]:
    """Return sockets that listen at the address of the pages.

    Raises MailerError if it cannot be used, for example because it is in use.
    """
    host, port = site.settings.web.host, site.settings.web.port
    opened: list[socket.socket] = []
    try:
        places = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, *_, address in dict.fromkeys(places):
            listening = socket.socket(family, socket.SOCK_STREAM)
            opened.append(listening)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listening.bind(address)
            listening.listen(connections.BACKLOG)
    except OSError as fault:
        for each in opened:
            each.close()
        raise MailerError(
            f"web.host, web.port: {host} port {port} cannot be used: {fault.strerror};"
            " end the program that uses it, or set another"
        ) from None
    return opened
