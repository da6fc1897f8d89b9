"""The samples of `mailer kit` before the pages, in a real nginx and a real Apache."""

import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from mailer.sites.site import Site
from tests.acts import kits, opting_out, readers, real_sites
from tools.peers import proxies
from tools.peers.postgres import free_port
from tools.peers.proxies import Proxy
from tools.peers.serving import ONE_CLICK, serving
from tools.waiting import eventually

pytestmark = [
    pytest.mark.prove,
    pytest.mark.parametrize("store", ["sqlite"]),
    pytest.mark.parametrize("server", proxies.SERVERS),
]
HOST = "letters.ngo-liaison.int"
BASES = pytest.mark.parametrize("base", ["", "/partners/post"], ids=["root", "path"])


@asynccontextmanager
async def before(
    upstream: int, server: str, demo: Site, place: Path, base: str = ""
) -> AsyncIterator[tuple[Proxy, httpx.AsyncClient]]:
    """Run a proxy before a port; yield it, and a client that asks it by its name."""
    url = {"demo": False, "url": f"https://{HOST}{base}"}
    kit = kits.written(demo, place, site=url, web={"port": upstream})
    with proxies.running(server, kit[f"{server}.conf"], HOST) as proxy:

        async def name(request: httpx.Request) -> None:
            request.headers["Host"] = HOST
            request.extensions = {**request.extensions, "sni_hostname": HOST}

        async with httpx.AsyncClient(
            verify=ssl.create_default_context(cafile=str(proxy.authority)),
            base_url=f"https://127.0.0.1:{proxy.tls}{base}",
            event_hooks={"request": [name]},
            timeout=30,
        ) as client:
            yield proxy, client


@BASES
async def test_pages_forms_and_styles_work_behind_it(
    site: Site, tmp_path: Path, server: str, base: str
) -> None:
    link = await readers.signed(site, tmp_path)
    path = f"/u/{link.unsubscribe}"

    async def ended() -> bool:
        return await opting_out.standing(site) == "ended"

    url = {"demo": False, "url": f"https://{HOST}{base}"}
    async with serving(real_sites.real(site, site=url)) as pages:
        port = int(pages.url.rpartition(":")[2])
        async with before(port, server, site, tmp_path, base) as (proxy, client):
            page, style = await client.get(path), await client.get("/static/style.css")
            left = await client.post(path, data=ONE_CLICK)
            await eventually(ended, "the reader is still subscribed")
            logged = proxy.logged()

    assert (page.status_code, style.status_code, left.status_code) == (200, 200, 200)
    assert f'action="{base}{path}?' in page.text
    assert f'href="{base}/static/style.css"' in page.text
    assert "POST 200" in logged
    assert link.unsubscribe not in logged


@BASES
async def test_http_leads_to_https_and_metrics_are_not_passed_on(
    site: Site, tmp_path: Path, server: str, base: str
) -> None:
    async with serving(site) as pages:
        port = int(pages.url.rpartition(":")[2])
        async with before(port, server, site, tmp_path, base) as (proxy, client):
            plain = await client.get(f"http://127.0.0.1:{proxy.plain}{base}/readyz")
            metrics = await client.get("/metrics")

    assert plain.status_code == 301
    assert plain.headers["Location"] == f"https://{HOST}{base}/readyz"
    assert metrics.status_code in {403, 404}


async def test_no_log_has_a_link_while_the_pages_are_away(
    site: Site, tmp_path: Path, server: str
) -> None:
    async with before(free_port(), server, site, tmp_path) as (proxy, client):
        answer = await client.get("/u/a-secret-key")
        logged = proxy.logged()

    assert answer.status_code in {502, 503}
    assert "GET 50" in logged
    assert "a-secret-key" not in logged


async def test_a_client_cannot_claim_another_address(
    site: Site, tmp_path: Path, server: str
) -> None:
    with echo() as port:
        async with before(port, server, site, tmp_path) as (_, client):
            answer = await client.get("/", headers={"X-Forwarded-For": "192.0.2.7"})

    assert answer.text == "127.0.0.1"


@contextmanager
def echo() -> Iterator[int]:
    """Serve what a request has as X-Forwarded-For; yield the port."""

    class Echo(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer with the header."""
            said = ",".join(self.headers.get_all("X-Forwarded-For") or []).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        running = threading.Thread(target=server.serve_forever)
        running.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            running.join()
