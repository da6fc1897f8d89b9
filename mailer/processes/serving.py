"""Serves the pages of a site, alone or with ticker and delivery, until stopped."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from mailer.processes.running import stop_event, work
from mailer.processes.ticking import tick_for_ever
from mailer.sites.site import Site
from mailer.web import app, connections


class _Pages(uvicorn.Server):
    """A server without signal handlers: uvicorn would raise the signals again."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture no signals."""
        yield


async def pages(site: Site, *, stopping: asyncio.Event | None = None) -> None:
    """Serve the pages until stopped, by default by SIGTERM, SIGINT or SIGHUP."""
    stopping = stopping or stop_event()
    connections.raise_file_limit()
    server = _Pages(
        connections.configuration(
            app.create(site),
            host=site.settings.web.host,
            port=site.settings.web.port,
            timeout_graceful_shutdown=10,
        )
    )

    async def stop() -> None:
        await stopping.wait()
        server.should_exit = True

    waiting = asyncio.create_task(stop())
    try:
        await server.serve()
    finally:
        waiting.cancel()


async def serve(site: Site) -> None:
    """Run pages, ticker and delivery until SIGTERM, SIGINT or SIGHUP."""
    stopping = stop_event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(work(site, until_idle=False, stopping=stopping))
        tasks.create_task(tick_for_ever(site, stopping))
        try:
            await pages(site, stopping=stopping)
        finally:
            stopping.set()
