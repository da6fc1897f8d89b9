"""Signing in by a provider of OpenID Connect, and by one that lies."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import select

from audiences.record.changes import Author
from mailer import clock
from mailer.rendering import letter_types
from mailer.settings.sections import OidcSettings, SignInSettings
from mailer.signin import accounts
from mailer.signin.models import OidcSubject, SignIn
from mailer.sites.site import Site
from mailer.users.checking import UserDetails
from mailer.users.keeping import RoleChange
from tests.acts.console import add_user
from tools.peers.provider import Claims, Provider, a_key, providing
from tools.peers.serving import Pages, serving

pytestmark = [pytest.mark.prove, pytest.mark.parametrize("store", ["sqlite"])]
PAUL = {"sub": "p-1", "email": "Paul@unit.int", "email_verified": True}
START = "/console/sign-in/provider"


@dataclass(frozen=True, kw_only=True)
class Way:
    """A browser between a site and its provider."""

    site: Site
    pages: Pages
    provider: Provider

    async def begin(self, wanted: str = "") -> tuple[str, str]:
        """Begin a sign-in; return where the browser is led, and its cookie."""
        answer = await self.pages.get(f"{START}?next={wanted}")
        cookie = answer.headers["set-cookie"].partition(";")[0]
        return answer.headers["location"], cookie

    async def authorised(self, address: str) -> str:
        """Return the path to which the provider leads the browser back."""
        async with httpx.AsyncClient() as client:
            answer = await client.get(address)
        back = urlsplit(answer.headers["location"])
        return f"{back.path}?{back.query}"

    async def sign_in(self, wanted: str = "") -> httpx.Response:
        """Go the whole way once."""
        address, cookie = await self.begin(wanted)
        return await self.pages.get(await self.authorised(address), Cookie=cookie)


@asynccontextmanager
async def way(site: Site, claims: Claims) -> AsyncIterator[Way]:
    async with providing("liaison", "a-secret-of-the-client") as provider:
        provider.claims = claims
        changed = with_provider(site, provider)
        async with serving(changed) as pages:
            yield Way(site=changed, pages=pages, provider=provider)


def with_provider(site: Site, provider: Provider) -> Site:
    """Return a site whose users may sign in by a provider."""
    given = OidcSettings(
        issuer=provider.url,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        name="Unit login",
    )
    signin = SignInSettings(oidc=given)
    settings = site.settings.model_copy(update={"signin": signin})
    return replace(site, settings=settings)


async def signed_in(site: Site) -> list[str]:
    async with site.database.reading() as session:
        return [each.user for each in await session.scalars(select(SignIn))]


async def test_a_user_is_known_by_the_verified_address_then_by_the_subject(
    site: Site,
) -> None:
    await add_user(site, "paul", "author", address="paul@unit.int")
    async with way(site, PAUL) as at:
        page = await at.pages.get("/console/sign-in")
        first = await at.sign_in("/console/campaigns")
        at.provider.claims = {"sub": "p-1"}  # no address any more
        second = await at.sign_in("https://elsewhere.example/console")

    assert "Sign in with Unit login" in page.text
    assert [first.status_code, second.status_code] == [303, 303]
    assert first.headers["location"] == "/console/campaigns"
    assert second.headers["location"] == "/console"
    assert await signed_in(site) == ["paul", "paul"]


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "s-1", "email": "stranger@unit.int", "email_verified": True},
        {"sub": "p-1", "email": "paul", "email_verified": True},
        {"sub": "v-1", "email": "vera@unit.int", "email_verified": True},
    ],
)
async def test_a_stranger_is_not_signed_in_and_not_added(
    site: Site, claims: Claims
) -> None:
    await add_user(site, "paul", "author", address="paul@unit.int")
    await add_user(site, "vera", "author", address="vera@unit.int")
    author = Author(by="head-of-unit", account=None, because=None, at=clock.now())
    classes = letter_types.classes(site.templates)
    async with site.database.writing() as session:
        await accounts.disable(session, "vera", author, classes=classes)
    async with way(site, claims) as at:
        answer = await at.sign_in()

    assert answer.status_code == 403
    assert "no user of this site has your address" in answer.text
    assert await signed_in(site) == []


@pytest.mark.parametrize(
    "lie",
    [
        lambda claims: {**claims, "iss": "https://elsewhere.example"},
        lambda claims: {**claims, "aud": "another-client"},
        lambda claims: {**claims, "aud": ["liaison", "x"], "azp": "x"},
        lambda claims: {**claims, "nonce": "another"},
        lambda claims: {k: v for k, v in claims.items() if k != "nonce"},
        lambda claims: {**claims, "exp": claims["iat"] - 600},
        lambda claims: {k: v for k, v in claims.items() if k != "exp"},
        lambda claims: {k: v for k, v in claims.items() if k != "sub"},
        lambda claims: {**claims, "iat": claims["iat"] + 6000},
    ],
)
async def test_an_answer_that_is_not_for_us_is_not_believed(
    site: Site, lie: Callable[[Claims], Claims]
) -> None:
    await add_user(site, "paul", "author", address="paul@unit.int")
    async with way(site, PAUL) as at:
        at.provider.change = lie
        answer = await at.sign_in()

    assert answer.status_code == 403
    assert await signed_in(site) == []


async def test_other_keys_issuers_browsers_and_used_codes_do_not_sign_in(
    site: Site,
) -> None:
    await add_user(site, "paul", "author", address="paul@unit.int")
    async with way(site, PAUL) as at:
        at.provider.signs_with = a_key()
        forged = await at.sign_in()
        at.provider.signs_with = None
        address, cookie = await at.begin()
        back = await at.authorised(address)
        answers: list[Any] = [
            await at.pages.get(back),  # another browser
            await at.pages.get(back, Cookie=f"{cookie.partition('=')[0]}=AAAA"),
            await at.pages.get(back.replace("state=", "state=x"), Cookie=cookie),
            await at.pages.get(back.replace("iss=http", "iss=https"), Cookie=cookie),
            await at.pages.get(f"{START}/callback?error=no", Cookie=cookie),
        ]
        await at.authorised(address)
        good = await at.pages.get(back, Cookie=cookie)
        used = await at.pages.get(back, Cookie=cookie)
        at.provider.issuer = "https://elsewhere.example"
        other = await at.pages.get(START)
    query = parse_qs(urlsplit(address).query)

    assert [each.status_code for each in (forged, *answers)] == [403] * 6
    assert (good.status_code, used.status_code, other.status_code) == (303, 403, 403)
    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"][0].endswith("/console/sign-in/provider/callback")
    assert await signed_in(site) == ["paul"]


async def test_two_tabs_that_began_to_sign_in_both_end_where_they_began(
    site: Site,
) -> None:
    await add_user(site, "paul", "author", address="paul@unit.int")
    async with way(site, PAUL) as at:
        begun = [await at.begin(f"/console/{page}") for page in ("me", "journal")]
        cookies = "; ".join(cookie for _, cookie in begun)
        answers = [
            await at.pages.get(await at.authorised(address), Cookie=cookies)
            for address, _ in begun
        ]

    found = [each.headers["location"] for each in answers]
    assert found == ["/console/me", "/console/journal"]


async def test_an_address_that_goes_to_another_person_does_not_sign_in(
    site: Site,
) -> None:
    await add_user(site, "paul", "author", address="paul@unit.int")
    author = Author(by="head-of-unit", account=None, because=None, at=clock.now())
    classes = letter_types.classes(site.templates)
    async with way(site, PAUL) as at:
        await at.sign_in()
        at.provider.claims = PAUL | {"sub": "p-2"}
        other = await at.sign_in()
        details = UserDetails(address="paul.new@unit.int")
        async with site.database.writing() as session:
            await accounts.edit(
                session, "paul", RoleChange(), details, author, classes=classes
            )
        at.provider.claims = PAUL | {"sub": "p-2", "email": "paul.new@unit.int"}
        again = await at.sign_in()
    async with site.database.reading() as session:
        bound = [each.user for each in await session.scalars(select(OidcSubject))]

    assert (other.status_code, again.status_code) == (403, 303)
    assert bound == ["paul"]


async def test_a_provider_that_is_away_is_named_and_other_ways_stay(
    site: Site,
) -> None:
    async with way(site, PAUL) as at:
        gone = SignInSettings(
            oidc=OidcSettings(issuer="http://127.0.0.1:9", client_id="liaison")
        )
        settings = at.site.settings.model_copy(update={"signin": gone})
        async with serving(replace(at.site, settings=settings)) as pages:
            answer = await pages.get(START)

    assert answer.status_code == 403
    assert "does not answer as it should" in answer.text
    assert "Mail me a link" in answer.text
