"""Attacks on the console, as people try them on any site where others sign in."""

import html
import posixpath
import re
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from mailer.signin import tokens
from mailer.sites.site import Site
from mailer.web.console.account import wanted_page
from mailer.web.console.guard import FIELD
from mailer.web.console.showing import HOME
from tests.acts.console import SAME, Visitor, link, visitor
from tools.peers.serving import Pages, serving

of_sqlite = pytest.mark.parametrize("store", ["sqlite"])
ELSEWHERE = (
    *("https://evil.example", "//evil.example", "///evil.example", "/\\evil.example"),
    *("\\\\evil.example", "https:evil.example", "https:/evil.example", "javascript:1"),
    *("//evil.example/console", "https://evil.example/console/me", "data:text/html,x"),
    *("/console@evil.example", "/console.evil.example", "/consoleevil"),
    *("/console/..//evil.example", "/console//evil.example", "/console/../u/token"),
    *("/console/%2e%2e/u/token", "/console/%2F%2Fevil.example", "/console/./../x"),
    *("/console/\\evil.example", "/console/\tevil", "/console/\r\nSet-Cookie: a=b"),
    *("/console/%0d%0aSet-Cookie:%20a=b", "/console/\u2028x", "/console/%5c%5cevil"),
    *("/console/sign-in/token-of-another", "/console/sign-out", "/console/sign-in"),
    *("http://127.0.0.1:1/console", "/console/me?\r\nx", "/console/\0"),
)


@pytest.mark.parametrize("wanted", ELSEWHERE)
@of_sqlite
async def test_no_sign_in_leads_elsewhere(site: Site, wanted: str) -> None:
    async with serving(site) as pages:
        token = await link(site, "head-of-unit")
        answer = await pages.client.post(
            f"{pages.url}/console/sign-in/{token}",
            params={"next": wanted},
            headers={**SAME, "Content-Type": "application/x-www-form-urlencoded"},
        )
        page = await pages.client.get(
            f"{pages.url}/console/sign-in", params={"next": wanted}
        )

    assert answer.status_code == 303
    led = urlsplit(urljoin(f"{pages.url}/console/sign-in", answer.headers["location"]))
    assert f"{led.scheme}://{led.netloc}" == pages.url
    path = unquote(unquote(led.path)).replace("\\", "/")
    assert posixpath.normpath(path) == path.rstrip("/")
    assert path == "/console" or path.startswith("/console/")
    assert "sign-" not in path
    assert answer.headers.get_list("set-cookie")[1:] == []
    assert "evil" not in page.text.replace("/console/evil", "")
    assert "://" not in led.query


def test_a_page_with_a_long_address_is_not_kept_by_cookies() -> None:
    assert wanted_page.inside(f"{HOME}/{'a' * 3_000}") == HOME
    assert wanted_page.inside(f"{HOME}/me?{'a' * 3_000}") == f"{HOME}/me"
    assert wanted_page.inside(f"{HOME}/{'a' * 400}") == f"{HOME}/{'a' * 400}"


@pytest.mark.parametrize(
    "wanted",
    [
        "/console/campaigns/1/write",
        "/console/me",
        "/console/directory?search=%C3%A9cole+du+Sahel&kind=ngo",
    ],
)
@of_sqlite
async def test_a_sign_in_leads_to_the_page_that_was_wanted(
    site: Site, wanted: str
) -> None:
    async with serving(site) as pages:
        refused = (await pages.get(wanted)).headers["location"]
        form = await pages.get(refused.replace("?", "?lang=fr&"))
        assert '<html lang="fr"' in form.text
        others = re.findall(r'href="(\?lang=ar[^"]*)"', form.text)
        for query in ("?" + urlsplit(refused).query, html.unescape(others[0])):
            token = await link(site, "head-of-unit")
            answer = await pages.post(f"/console/sign-in/{token}{query}", {}, **SAME)
            assert answer.headers["location"] == wanted
        posted = re.findall(r'action="/console/sign-in(\?[^"]*)"', form.text)
        assert "lang=fr" in posted[0]


KINDS = (
    *("text/plain", "application/json", "application/xml", "image/png", "x/y", ""),
    *(
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "application/csp-report",
    ),
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=nonsense",
    "APPLICATION/X-WWW-FORM-URLENCODED",
    "text/plain; application/x-www-form-urlencoded",
    'multipart/form-data; boundary="a\\"b"',
)
FROM = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "cross-site, same-origin"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "https://evil.example"},
    {"Origin": "{url}.evil.example"},
    {"Origin": "https://evil.example/{url}"},
    {"Referer": "{url}/console/me"},
)


async def forged(pages: Pages, one: Visitor, kind: str, headers: dict[str, str]) -> int:
    """Send the form of the sign-out from elsewhere, with a right token."""
    token = tokens.form_token(one.token)
    made = {key: value.format(url=pages.url) for key, value in headers.items()}
    answer = await pages.client.post(
        f"{pages.url}/console/sign-out",
        content=f"{FIELD}={token}",
        headers={"Content-Type": kind, "Cookie": one.cookie, **made},
    )
    return answer.status_code


@pytest.mark.prove
@of_sqlite
async def test_no_content_type_or_origin_makes_another_sites_form_act(
    site: Site,
) -> None:
    async with serving(site) as pages:
        one = await visitor(site, pages, "head-of-unit")
        for kind in (*KINDS, "application/x-www-form-urlencoded"):
            for headers in FROM:
                found = await forged(pages, one, kind, headers)
                assert found == 403, (kind, headers)
        for kind in KINDS[:-2]:  # from here, yet no form of ours
            if "urlencoded" not in kind.lower():
                assert await forged(pages, one, kind, SAME) in {400, 403}, kind
        assert (await one.get("/me")).status_code == 200


@pytest.mark.prove
@of_sqlite
async def test_no_other_method_is_taken_for_a_press(site: Site) -> None:
    async with serving(site) as pages:
        one = await visitor(site, pages, "head-of-unit")
        token = tokens.form_token(one.token)
        path, query = "/console/sign-out", f"?_method=POST&{FIELD}={token}"
        as_post = {"X-HTTP-Method-Override": "POST", "X-HTTP-Method": "POST"}
        for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            answer = await pages.client.request(
                method,
                f"{pages.url}{path}{query}",
                content=f"{FIELD}={token}&_method=POST",
                headers={
                    "Cookie": one.cookie,
                    **as_post,
                    **SAME,
                    "Content-Type": "application/x-www-form-urlencoded",
                },
            )
            assert answer.status_code in {204, 400, 403, 404, 405}, method
        assert (await one.get("/me")).status_code == 200


@of_sqlite
async def test_a_sign_in_that_was_planted_is_not_taken_over(site: Site) -> None:
    async with serving(site) as pages:
        planted = tokens.fresh()
        token = await link(site, "head-of-unit")
        answer = await pages.post(
            f"/console/sign-in/{token}", {}, Cookie=f"liaison={planted}", **SAME
        )
        assert answer.status_code == 303
        assert planted not in answer.headers["set-cookie"]
        old = await pages.get("/console/me", Cookie=f"liaison={planted}")
        assert old.status_code == 303


ODD = ("a\0b", "\ud800", "x" * 100_000, "'; --", "%00", "{}", "\u202e", "🧨")


@pytest.mark.prove
async def test_odd_names_codes_and_links_get_the_usual_answers(site: Site) -> None:
    async with serving(site) as pages:
        one = await visitor(site, pages, "head-of-unit")
        for odd in ODD:
            raw = odd.encode(errors="surrogatepass")
            form = dict.fromkeys(("name", "password", "code", "credential"), raw)
            for path in ("/sign-in", "/sign-in/link", "/sign-in/passkey"):
                answer = await pages.client.post(
                    f"{pages.url}/console{path}", data=form, headers=SAME
                )
                assert answer.status_code in {200, 400, 403, 413, 429}, (path, odd)
            for path, field in (
                *(("/me/deputies", "deputy"), ("/me/deputies/end", "deputy")),
                *(("/me/details", "shown"), ("/me/sign-ins", "browser")),
                *(("/me/passkeys/remove", "passkey"), ("/me/password", "code")),
                *(("/me/password", "secret"), ("/me/password", "password")),
                *(("/people", "name"), ("/people/head-of-unit", "version")),
            ):
                sent = {FIELD: tokens.form_token(one.token), field: raw}
                answer = await pages.client.post(
                    f"{pages.url}/console{path}",
                    data=sent,
                    headers={**SAME, "Cookie": one.cookie},
                )
                assert answer.status_code < 500, (path, field, odd)
                assert "Traceback" not in answer.text
