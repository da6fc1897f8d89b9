"""Signs in to the console, as its users do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx
from sqlalchemy import select

from audiences.record.changes import Author
from mailer import clock
from mailer.rendering import letter_types
from mailer.signin import browsers, one_time, tokens
from mailer.signin.models import SignIn
from mailer.sites.site import Site
from mailer.users import keeping
from mailer.users.checking import UserDetails
from mailer.web.console.guard import FIELD, cookie_name
from tools.peers.serving import Pages

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")  # digits of that keyboard
SAME = {"Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """A user who is signed in, at the pages of a site."""

    pages: Pages
    cookie: str
    token: str

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask for a page of the console."""
        return await self.pages.get(f"/console{path}", Cookie=self.cookie, **headers)

    async def post(
        self,
        path: str,
        form: Mapping[str, str | list[str]] | None = None,
        /,
        **headers: str,
    ) -> httpx.Response:
        """Send a form of a page, as its browser does."""
        filled = {FIELD: tokens.form_token(self.token), **(form or {})}
        sent = {**SAME, "Cookie": self.cookie, **headers}
        return await self.pages.post(f"/console{path}", filled, **sent)

    async def upload(
        self, path: str, field: str, name: str, octets: bytes, **form: str
    ) -> httpx.Response:
        """Send a form with a file."""
        return await self.pages.client.post(
            f"{self.pages.url}/console{path}",
            data={FIELD: tokens.form_token(self.token), **form},
            files={field: (name, octets)},
            headers={**SAME, "Cookie": self.cookie},
        )


def version(page: str) -> str:
    """Return the version that a form is filled with."""
    found = re.search(r'name="version" value="([^"]+)"', page)
    assert found is not None
    return found[1]


async def add_user(
    site: Site,
    name: str,
    *roles: str,
    address: str | None = None,
    language: str | None = None,
) -> None:
    """Add a user with roles, as the sample's administrator."""
    author = Author(by="head-of-unit", account=None, because=None, at=clock.now())
    details = UserDetails(address=address, language=language)
    classes = letter_types.classes(site.templates)
    async with site.database.writing() as session:
        await keeping.add(session, name, roles, details, author, classes=classes)


async def visitor(site: Site, pages: Pages, name: str) -> Visitor:
    """Return a user who has just signed in."""
    async with site.database.writing() as session:
        signed = await browsers.begin(session, name, device="test", now=clock.now())
    cookie = f"{cookie_name(site)}={signed.token}"
    return Visitor(pages=pages, cookie=cookie, token=signed.token)


async def link(
    site: Site, name: str, *, browser: str | None = None, old: bool = False
) -> str:
    """Return the token of a link that signs a user in."""
    now = clock.now() - timedelta(hours=1) if old else clock.now()
    async with site.database.writing() as session:
        return await one_time.make(
            session, name, by="head-of-unit", now=now, browser=browser
        )


async def age_sign_ins(site: Site, *, minutes: int = 11) -> None:
    """Let everybody have signed in some minutes earlier than they did."""
    async with site.database.writing() as session:
        for row in await session.scalars(select(SignIn)):
            row.begun_at -= timedelta(minutes=minutes)
