"""Every address, method and link gets an answer that is right, and safe headers."""

import asyncio
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from mailer.sites.site import Site
from tests.acts import readers
from tests.acts.readers import TOPIC
from tools.peers.serving import ONE_CLICK, Pages, serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])

OPEN = ("/healthz", "/readyz", "/static/style.css")
BAD = (
    "/static/style.css%00",
    "/static/%2e%2e/app.py",
    "/static/..%2fapp.py",
    "/u/%00",
    "/u/%zz",
    "/u/%ff%fe",
    "/%",
    "/u",
    "/u/",
    "/static/",
    "/u/a/b",
    "/p/x?lang=%00",
    "/p/x?lang=%ff&lang[]=1&%=",
)
AFTER = (
    ".",
    ">",
    ")",
    ",",
    "%22",
    "'",
    "%E2%80%9D",
    "%20",
    "=",
    "%3D",
    ").",
    "/",
    "%0A",
)


def at(site: Site, url: str) -> Site:
    """Return the site with another address of its pages."""
    section = site.settings.site.model_copy(update={"url": url})
    return replace(site, settings=site.settings.model_copy(update={"site": section}))


async def raw(pages: Pages, request: bytes) -> bytes:
    """Send octets as they are; return the first line of the answer."""
    port = int(pages.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    line = await reader.readline()
    writer.close()
    return line


async def test_every_answer_has_the_safe_headers(site: Site) -> None:
    async with serving(at(site, "https://letters.example.org")) as pages:
        answers = [await pages.get(each) for each in (*OPEN, "/nowhere", "/u/x")]
        answers.append(await pages.post("/healthz", {}))
    async with serving(site) as pages:
        plain = await pages.get("/healthz")

    for answer in answers:
        headers = answer.headers
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]
    assert "strict-transport-security" not in plain.headers


async def test_head_answers_as_get_without_a_body(site: Site, tmp_path: Path) -> None:
    link = await readers.signed(site, tmp_path)
    paths = (*OPEN, f"/u/{link.unsubscribe}", f"/p/{link.preferences}", "/nowhere")
    async with serving(site) as pages:
        for each in paths:
            asked = await pages.get(each)
            head = await pages.client.head(pages.url + each)

            assert (head.status_code, head.content) == (asked.status_code, b"")
            assert head.headers["content-length"] == str(len(asked.content))


async def test_another_method_is_not_allowed_and_the_answer_names_those_that_are(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    async with serving(site) as pages:
        answers = [
            await pages.client.request(method, pages.url + path)
            for method in ("PUT", "DELETE", "PATCH")
            for path in (*OPEN, f"/u/{link.unsubscribe}")
        ]

    assert {each.status_code for each in answers} == {405}
    assert all("GET" in each.headers["allow"] for each in answers)


async def test_a_request_that_is_wrong_is_never_a_fault_of_the_server(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    nope = b"--c\r\nContent-Type: text/plain; charset=nope\r\n"
    nope += b'Content-Disposition: form-data; name="a"\r\n\r\nb\r\n--c--\r\n'
    kinds = (
        "multipart/form-data; boundary=c",
        "multipart/form-data",
        "text/plain",
        "/",
    )
    tokens = ("u/nobody", "p/nobody", "o/nobody")
    async with serving(site) as pages:
        seen = [await pages.get(each) for each in BAD]
        sent = [
            await pages.client.post(
                f"{pages.url}/{path}", content=nope, headers={"Content-Type": kind}
            )
            for path in (*tokens, f"p/{link.preferences}", f"c/{link.confirm}")
            for kind in kinds
        ]
        lines = [
            await raw(pages, b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n" % each)
            for each in (b"\xff", b"a b", b"%", b"%0d%0aX: y")
        ]

    assert {each.status_code for each in seen} <= {400, 404, 405}
    assert {each.status_code for each in sent} <= {200, 400, 404}
    assert {each.status_code for each in sent[: 3 * len(kinds)]} == {404}
    assert {each.split()[1] for each in lines} <= {b"400", b"404"}


async def test_a_page_that_is_not_there_is_said_in_the_words_of_its_readers(
    site: Site,
) -> None:
    async with serving(site) as pages:
        of_unit = await pages.get("/console/nowhere?lang=fr")
        of_readers = await pages.get("/nowhere?lang=fr")

    assert of_unit.status_code == of_readers.status_code == 404
    assert "Cette page n’existe pas" in of_unit.text
    assert "console.css" in of_unit.text
    assert "Ce lien ne fonctionne pas" in of_readers.text
    assert "console.css" not in of_readers.text


async def test_a_link_that_a_program_has_added_to_still_works(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    path = f"/u/{link.unsubscribe}"
    async with serving(site) as pages:
        seen = [await pages.get(path + each) for each in AFTER]
        seen.append(await pages.get(f"/U/{link.unsubscribe}"))
        seen.append(await pages.get(f"/u/%3C{link.unsubscribe}%3E"))
        lowered = await pages.get(path.lower())
        done = await pages.post(f"/U/{link.unsubscribe}.", ONE_CLICK)

    assert {each.status_code for each in seen} == {200}
    assert lowered.status_code == 404
    assert "capital" in lowered.text
    assert done.status_code == 200
    assert (await readers.standings(site))[TOPIC] == "ended"


@pytest.mark.parametrize("passed_on", ["/letters", ""])
async def test_pages_work_below_a_path_that_the_proxy_passes_on_or_takes_away(
    site: Site, tmp_path: Path, passed_on: str
) -> None:
    link = await readers.signed(site, tmp_path)
    path = f"/p/{quote(link.preferences)}"
    async with serving(at(site, "https://example.org/letters")) as pages:
        shown = await pages.get(passed_on + path)
        style = await pages.get(f"{passed_on}/static/style.css")
        asked = await pages.post(passed_on + path, {"act": "stop"})
        leave = await pages.get(f"{passed_on}/u/{link.unsubscribe}")

    assert {each.status_code for each in (shown, style, asked, leave)} == {200}
    for page in (shown, asked, leave):
        assert 'href="/letters/static/style.css"' in page.text
        assert 'action="/letters/' in page.text
        assert 'action="/p' not in page.text
        assert 'href="/p' not in page.text
