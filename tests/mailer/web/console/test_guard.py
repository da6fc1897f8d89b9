"""The guard of the console: sign-in, right, origin and form token, on every route."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from litestar import get
from sqlalchemy import delete, select, text

from audiences.record.changes import Author
from mailer import clock
from mailer.campaigns import lookup
from mailer.rendering import letter_types
from mailer.signin import accounts, browsers, passwords, tokens
from mailer.signin.models import Credential, SignIn
from mailer.sites.site import Site
from mailer.store.database import Database
from mailer.users import keeping
from mailer.users.acts import ACTS
from mailer.users.checking import UserDetails
from mailer.users.keeping import RoleChange
from mailer.users.models import User
from mailer.users.roles import UserRole
from mailer.web import app
from mailer.web.console import guard
from mailer.web.console.showing import HOME
from tests.acts import campaigning
from tests.acts.console import SAME, Visitor, add_user, link, visitor
from tools.peers.serving import Pages, serving

ADMIN = "head-of-unit"
PLACES = {
    "number": "1",
    "token": "wrong",
    "name": "editor",
    "language": "fr",
    "template": "invitation",
}


def routes(site: Site, method: str) -> Iterator[tuple[str, str]]:
    """Yield path and right of each route of the console, with its places filled.

    They are those of the application itself.
    """
    for route in app.create(site).routes:
        for handler in getattr(route, "route_handlers", ()):
            if method in handler.http_methods and route.path.startswith(HOME):
                filled = route.path.removeprefix(HOME)
                for name, value in PLACES.items():
                    for kind in ("int", "str"):
                        filled = filled.replace(f"{{{name}:{kind}}}", value)
                if "right" in handler.opt:
                    yield filled.rstrip("/"), handler.opt["right"]


async def rows_of(database: Database) -> dict[str, list[str]]:
    """Return the rows of each table as texts."""
    found = {}
    async with database.reading() as session:
        for table in User.metadata.sorted_tables:
            rows = await session.execute(text(f'SELECT * FROM "{table.name}"'))  # noqa: S608
            found[table.name] = sorted(map(str, rows))
    return found


@pytest.mark.prove
@pytest.mark.parametrize("store", ["sqlite"])
async def test_without_a_sign_in_no_page_is_shown_and_no_form_acts(site: Site) -> None:
    async with serving(site) as pages:
        for path, right in routes(site, "GET"):
            answer = await pages.get(f"/console{path}")
            if right == guard.PUBLIC:
                wanted = 404 if path.startswith("/sign-in/provider") else 200
                assert answer.status_code == wanted, path  # the site has no provider
            else:
                assert answer.status_code == 303, path
                assert "/console/sign-in" in answer.headers["location"], path
        for path, right in routes(site, "POST"):
            answer = await pages.post(f"/console{path}", {}, **SAME)
            wanted = 403 if right == guard.PUBLIC else 401
            if path == "/sign-in/link":  # every name gets the same answer
                wanted = 200
            if path == "/sign-in/passkey/begin":  # the site has no host name
                wanted = 409
            assert answer.status_code == wanted, path


@pytest.mark.prove
@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize("role", UserRole)
async def test_each_role_reaches_what_its_rights_allow(
    site: Site, role: UserRole
) -> None:
    await add_user(site, "paul", role)
    async with serving(site) as pages:
        paul = await visitor(site, pages, "paul")
        for path, right in routes(site, "GET"):
            answer = await paul.get(path)
            allowed = right not in ACTS or role in ACTS[right].roles
            assert (answer.status_code == 403) is not allowed, path
        for path, right in routes(site, "POST"):
            if right in ACTS and role not in ACTS[right].roles:
                answer = await paul.post(path)
                assert answer.status_code == 403, path
                assert "this needs" in answer.text, path


@pytest.mark.prove
@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize("own", [True, False])
async def test_looking_changes_no_row_and_authors_approve_no_letter_of_their_own(
    site: Site, tmp_path: Path, *, own: bool
) -> None:
    await add_user(site, "paul", *UserRole)
    author = "paul" if own else "editor"
    number = await campaigning.add(site, campaigning.write(tmp_path), author=author)
    assert str(number) == PLACES["number"]
    async with serving(site) as pages:
        paul = await visitor(site, pages, "paul")
        before = await rows_of(site.database)
        for path, _ in routes(site, "GET"):
            answer = await paul.get(path)
            assert answer.status_code in {200, 303, 404, 422}, path
        assert await rows_of(site.database) == before  # looking changes no row
        async with site.database.reading() as session:
            version = (await lookup.get(session, number)).updated_at.isoformat()
        given = {"version": version, "reason": "a reason"}
        for verb in ("return", "approval"):
            answer = await paul.post(f"/campaigns/{number}/{verb}", given)
            said = "wrote A short letter" in answer.text
            assert said is own, verb

    assert await campaigning.state(site, number) == ("draft" if own else "approved")


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_form_of_another_site_or_sign_in_does_nothing(site: Site) -> None:
    async with serving(site) as pages:
        own = await visitor(site, pages, ADMIN)
        other = await visitor(site, pages, ADMIN)
        forged = [
            own.post("/sign-out", {}, **{"Sec-Fetch-Site": "cross-site"}),
            own.post("/sign-out", {}, **{"Sec-Fetch-Site": "same-site"}),
            own.post("/sign-out", {guard.FIELD: ""}),
            own.post("/sign-out", {guard.FIELD: tokens.form_token(other.token)}),
            pages.post("/console/sign-out", {}, Cookie=own.cookie, **SAME),
            pages.post(
                "/console/sign-out",
                {guard.FIELD: tokens.form_token(own.token)},
                Cookie=own.cookie,
                Origin="https://elsewhere.example",
            ),
            pages.post(
                "/console/sign-out",
                {guard.FIELD: tokens.form_token(own.token)},
                Cookie=own.cookie,
            ),
        ]
        for each in forged:
            assert (await each).status_code == 403
        assert (await own.get("/me")).status_code == 200
        assert (await own.post("/sign-out")).status_code == 303
        assert (await own.get("/me")).status_code == 303
        assert (await other.get("/me")).status_code == 200


async def begun(site: Site, pages: Pages) -> Visitor:
    """Return a browser in which paul has signed in."""
    paul = await visitor(site, pages, "paul")
    assert (await paul.get("/me")).status_code == 200
    return paul


def admin_of(site: Site) -> tuple[Author, set[str]]:
    """Return the administrator as an author, and the letter classes of a site."""
    author = Author(by=ADMIN, account=None, because=None, at=clock.now())
    return author, letter_types.classes(site.templates)


async def test_a_sign_in_ends_with_what_it_stands_on(site: Site) -> None:
    await add_user(site, "paul", "author")
    author, classes = admin_of(site)
    async with serving(site) as pages:
        paul = await begun(site, pages)
        async with site.database.writing() as session:
            wanted = RoleChange(given=["sender"])
            details = UserDetails()
            await keeping.edit(
                session, "paul", wanted, details, author, classes=classes
            )
        assert (await paul.get("/me")).status_code == 303
        paul = await begun(site, pages)
        made = await passwords.hashed("four words to keep")
        async with site.database.writing() as session:
            await passwords.set_password(session, "paul", made, now=clock.now())
        assert (await paul.get("/me")).status_code == 303
        paul = await begun(site, pages)
        async with site.database.writing() as session:
            await accounts.disable(session, "paul", author, classes=classes)
        assert (await paul.get("/me")).status_code == 303
        async with site.database.writing() as session:
            await keeping.enable(session, "paul", author)
        assert (await paul.get("/me")).status_code == 303
        paul, token = await begun(site, pages), await link(site, "paul")
        async with site.database.writing() as session:
            await accounts.remove(session, "paul", author, classes=classes)
        assert (await paul.get("/me")).status_code == 303
        await add_user(site, "paul", "author", "sender")
        assert (await paul.get("/me")).status_code == 303
        old = await pages.post(f"/console/sign-in/{token}", {}, **SAME)
        assert old.status_code == 403
        async with site.database.reading() as session:
            assert await session.get(Credential, "paul") is None


@pytest.mark.parametrize(
    ("begun", "seen", "lasts"),
    [
        (timedelta(0), browsers.IDLE - timedelta(minutes=1), True),
        (timedelta(0), browsers.IDLE + timedelta(minutes=1), False),
        (browsers.LONGEST - timedelta(minutes=1), timedelta(0), True),
        (browsers.LONGEST + timedelta(minutes=1), timedelta(0), False),
    ],
)
@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_sign_in_ends_after_its_hours(
    site: Site, begun: timedelta, seen: timedelta, *, lasts: bool
) -> None:
    async with serving(site) as pages:
        one = await visitor(site, pages, ADMIN)
        async with site.database.writing() as session:
            row = (await session.scalars(select(SignIn))).one()
            row.begun_at -= max(begun, seen)
            row.seen_at -= seen
        assert ((await one.get("/me")).status_code == 200) is lasts


async def test_a_link_works_once_in_time_and_in_its_browser(site: Site) -> None:
    async with serving(site) as pages:
        good, old = await link(site, ADMIN), await link(site, ADMIN, old=True)
        bound = await link(site, ADMIN, browser="another")
        assert (await pages.get(f"/console/sign-in/{good}")).status_code == 200
        answers = [
            (await pages.post(f"/console/sign-in/{each}", {}, **SAME)).status_code
            for each in (good, good, old, bound, "wrong")
        ]
    assert answers == [303, 403, 403, 403, 403]


async def test_one_of_two_who_use_a_link_at_once_is_signed_in(site: Site) -> None:
    async with site.database.writing() as session:
        await session.execute(delete(SignIn))
    async with serving(site) as pages:
        token = await link(site, ADMIN)
        address = f"/console/sign-in/{token}"
        both = await asyncio.gather(
            pages.post(address, {}, **SAME), pages.post(address, {}, **SAME)
        )
    assert sorted(each.status_code for each in both) == [303, 403]


def test_a_handler_without_a_right_does_not_start() -> None:
    @get("/open")
    async def undeclared() -> str:
        return "open"

    with pytest.raises(TypeError, match="declares no right"):
        guard.require_declared([undeclared])


@pytest.mark.parametrize("store", ["sqlite"])
async def test_every_route_but_those_of_readers_declares_a_right(site: Site) -> None:
    open_ones = (
        *("/u/", "/p/", "/c/", "/o/", "/hooks/", "/calendar/"),
        *("/static", "/console-static"),
    )
    others = {"/healthz", "/readyz", "/metrics", "/too-many-requests"}
    undeclared = {
        route.path
        for route in app.create(site).routes
        for handler in getattr(route, "route_handlers", ())
        if "right" not in handler.opt and "OPTIONS" not in handler.http_methods
    }

    assert {each for each in undeclared if not each.startswith(open_ones)} == others
