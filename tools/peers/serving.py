"""Runs a site's pages on loopback, and asks them as a browser or a mailbox would."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlencode

import httpx
import uvicorn

from mailer.sites.site import Site
from mailer.web import app, connections

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@dataclass(frozen=True, kw_only=True)
class Pages:
    """The pages, and a client that keeps no cookie and follows no redirect."""

    url: str
    client: httpx.AsyncClient = field(repr=False)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask for a page."""
        return await self.client.get(self.url + path, headers=headers)

    async def post(
        self, path: str, form: Mapping[str, str | list[str]], **headers: str
    ) -> httpx.Response:
        """Send a form."""
        return await self.client.post(
            self.url + path,
            content=urlencode(form, doseq=True),
            headers={"Content-Type": "application/x-www-form-urlencoded", **headers},
        )


@asynccontextmanager
async def serving(site: Site, port: int = 0) -> AsyncIterator[Pages]:
    """Serve the pages of a site until the block ends; 0 is any free port."""
    stopping = asyncio.Event()
    pages = app.create(site, stopping)
    server = uvicorn.Server(connections.configuration(pages))
    listening = socket.create_server(("127.0.0.1", port))
    port = listening.getsockname()[1]
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        async with httpx.AsyncClient(timeout=30, follow_redirects=False) as client:
            client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            yield Pages(url=f"http://127.0.0.1:{port}", client=client)
    finally:
        stopping.set()
        server.should_exit = True
        await running
