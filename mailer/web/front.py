"""What every request meets first: repair of its path, limits; headers of the answer."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from mailer.sites.site import Site
from mailer.web.limits import DELAY, Limits, is_unsubscription

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
HSTS = "max-age=31536000"  # a year
TOO_MANY = "/too-many-requests"
# What mail programs and people add to a link, before and after its token.
_LINK = re.compile(r"/([upcoUPCO])/[\s<(\[\"'“”‘’«»]*([\w-]+)[^\w/-]*/?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_OPEN = ("/healthz", "/readyz")  # without limits: watched by other programs


class Front:
    """The ASGI application around the pages of one site."""

    def __init__(self, pages: Any, site: Site) -> None:
        url = urlsplit(site.settings.site.url)
        self._pages = pages
        self.routes: Sequence[Any] = pages.routes
        self._base = url.path
        self._limits = Limits(site.settings.web.trusted_proxies)
        headers = {**HEADERS}
        if url.scheme == "https":
            headers["Strict-Transport-Security"] = HSTS
        self._headers = [
            (name.lower().encode(), value.encode()) for name, value in headers.items()
        ]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, or run the lifespan of the pages."""
        if scope["type"] != "http":
            await self._pages(scope, receive, send)
            return
        scope = self._repaired(scope)
        if scope["path"] not in _OPEN and not self._limits.allow(scope):
            await asyncio.sleep(DELAY)
            if not is_unsubscription(scope):
                scope = _led_to(scope, TOO_MANY)

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                message = {**message, "headers": headers + self._missing(headers)}
            await send(message)

        await self._pages(scope, receive, send_with_headers)

    def _repaired(self, scope: Any) -> Any:
        """Return a request as the pages know it.

        A proxy may pass the path of `site.url` on or take it away. uvicorn leaves the
        body of the answer to HEAD out.
        """
        path = scope["path"]
        if self._base and path.startswith(self._base + "/"):
            path = path.removeprefix(self._base)
        if link := _LINK.fullmatch(path):
            path = f"/{link[1].lower()}/{link[2]}"
        path = _CONTROL.sub("-", path)  # then no page has it
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        return {**_led_to(scope, path), "method": method}

    def _missing(
        self, headers: Iterable[tuple[bytes, bytes]]
    ) -> list[tuple[bytes, bytes]]:
        present = {name.lower() for name, _ in headers}
        return [each for each in self._headers if each[0] not in present]


def _led_to(scope: Any, path: str) -> Any:
    return {**scope, "path": path, "raw_path": quote(path).encode()}
