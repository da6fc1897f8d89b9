"""Signing in among colleagues: one office, one name, one code, links that are old."""

import asyncio
import unicodedata
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from audiences.record.changes import Author
from mailer import clock
from mailer.signin import accounts, invitations, passwords
from mailer.signin.models import Credential
from mailer.sites.site import Site
from mailer.users.checking import UserDetails
from mailer.users.keeping import RoleChange
from mailer.web.console.account import attempts
from tests.acts.console import ARABIC, SAME, add_user, link, visitor
from tests.mailer.web.console.test_sign_in import PASSWORD, sign_in, with_password
from tools.peers.serving import Pages, serving

ADMIN = "head-of-unit"
of_sqlite = pytest.mark.parametrize("store", ["sqlite"])


async def press(pages: Pages, token: str, cookie: str = "") -> int:
    path = f"/console/sign-in/{token}"
    return (await pages.post(path, {}, Cookie=cookie, **SAME)).status_code


@of_sqlite
async def test_ten_colleagues_of_one_office_use_their_invitations(site: Site) -> None:
    names = [f"user{number}" for number in range(10)]
    for name in names:
        await add_user(site, name, "viewer")
    async with serving(site) as pages:
        answers = [await press(pages, await link(site, name)) for name in names]
        guesses = [await press(pages, "wrong") for _ in range(30)]

    assert answers == [303] * 10
    assert guesses[-1] == 429


@pytest.mark.prove
@of_sqlite
@pytest.mark.parametrize("name", ["Lea", " lea ", "LEA@unit.int"])
async def test_a_name_signs_in_as_a_telephone_writes_it(site: Site, name: str) -> None:
    await add_user(site, "lea", "viewer", address="lea@unit.int")
    code = pyotp.TOTP(await with_password(site, "lea")).at(clock.now())
    async with serving(site) as pages:
        assert (await sign_in(pages, name, PASSWORD, code))[0] == 303
        for _ in range(attempts.ACCOUNT[0] - 1):  # all names of a user count as one
            await sign_in(pages, "lea", PASSWORD, "000000")
        assert (await sign_in(pages, name, PASSWORD, "000000"))[0] == 429


@pytest.mark.parametrize("issuer", ["Unité : ONG", "A:B", "UNESCO & co/2?", "وحدة"])
def test_an_application_for_codes_reads_issuer_and_name(issuer: str) -> None:
    """winauth#296, two-factor-bundle#243: a colon or a space made another label."""
    address = passwords.address_of(passwords.new_secret(), name="lea", issuer=issuer)
    shown, query = unquote(urlsplit(address).path), parse_qs(urlsplit(address).query)

    plain = " ".join(issuer.replace(":", " ").split())
    assert shown == f"/{plain}:lea"
    assert query["issuer"] == [plain]
    assert " " not in address
    assert "+" not in address


async def test_a_password_is_the_same_on_each_keyboard() -> None:
    """mattermost#36877, synapse#3306: an accent apart from its letter was another."""
    one, other = (
        unicodedata.normalize(form, "quatre mots à ne pas oublier, été")
        for form in ("NFC", "NFD")
    )
    for kept, typed in ((one, other), (other, one)):
        known = Credential(user="rené", password=await passwords.hashed(kept))
        assert await passwords.fits(typed, known)
        assert not await passwords.fits(typed + "!", known)


@pytest.mark.prove
@of_sqlite
async def test_a_name_and_a_code_are_the_same_on_each_keyboard(site: Site) -> None:
    """FirebaseUI-iOS#430, intl-tel-input#2105: digits of an Arabic keyboard."""
    await add_user(site, "rené", "viewer")
    code = pyotp.TOTP(await with_password(site, "rené")).at(clock.now())
    name = unicodedata.normalize("NFD", "rené")
    async with serving(site) as pages:
        answer = await sign_in(pages, name, PASSWORD, code.translate(ARABIC))

    assert answer[0] == 303


@of_sqlite
async def test_a_browser_that_signs_in_again_has_one_sign_in(site: Site) -> None:
    """cloudbeaver#4249, enonic/xp#9253: the cookie of before went on working."""
    await add_user(site, "lea", "viewer")
    async with serving(site) as pages:
        first, elsewhere = [await visitor(site, pages, "lea") for _ in range(2)]
        assert await press(pages, await link(site, ADMIN), first.cookie) == 303
        assert (await first.get("/me")).status_code == 303
        assert await press(pages, "wrong", elsewhere.cookie) == 403
        assert (await elsewhere.get("/me")).status_code == 200


async def test_of_two_browsers_with_one_code_one_is_signed_in(site: Site) -> None:
    await add_user(site, "lea", "viewer")
    code = pyotp.TOTP(await with_password(site, "lea")).at(clock.now())

    async def taken(first: asyncio.Future[bool] | None = None) -> bool:
        now, key = clock.now(), site.address_key
        async with site.database.writing() as session:
            row = await passwords.of_user(session, "lea", now=now)
            found = passwords.take_code(row, code, key=key, now=now)
            if first is not None:
                first.set_result(found)
                await asyncio.wait({second}, timeout=0.3)  # which must wait for us
            return found

    async def taken_after() -> bool:
        await first
        return await taken()

    first = asyncio.get_running_loop().create_future()
    second = asyncio.create_task(taken_after())
    assert await taken(first) is True
    assert await second is False


async def open_links(site: Site) -> dict[str, str]:
    """Return an invitation of Lea, and a link that was mailed to her, by browser."""
    now = clock.now()
    async with site.database.writing() as session:
        made = await invitations.invite(session, site, "lea", by=ADMIN, now=now)
    return {
        "": made.url.rpartition("/")[2],
        "liaison-asked=mine": await link(site, "lea", browser="mine"),
    }


@of_sqlite
@pytest.mark.parametrize("by", ["herself", "admin", "address"])
async def test_old_links_end_with_the_sign_ins_and_with_the_address(
    site: Site, by: str
) -> None:
    await add_user(site, "lea", "viewer", address="lea@unit.int")
    async with serving(site) as pages:
        found = await open_links(site)
        lea, admin = (
            await visitor(site, pages, "lea"),
            await visitor(site, pages, ADMIN),
        )
        if by == "herself":
            assert (await lea.post("/me/sign-out-everywhere")).status_code == 303
        elif by == "admin":
            assert (await admin.post("/people/lea/sign-out")).status_code == 303
        else:
            author = Author(by=ADMIN, at=clock.now(), because=None, account=None)
            details = UserDetails(address="lea@home.example")
            async with site.database.writing() as session:
                await accounts.edit(
                    session, "lea", RoleChange(), details, author, classes=()
                )
        for cookie, token in found.items():
            assert await press(pages, token, cookie) == 403, cookie


@of_sqlite
async def test_a_new_invitation_ends_the_one_before(site: Site) -> None:
    await add_user(site, "lea", "viewer")
    async with serving(site) as pages:
        first, second = await open_links(site), await open_links(site)
        answers = [await press(pages, each[""]) for each in (first, second)]
        mailed = await press(pages, first["liaison-asked=mine"], "liaison-asked=mine")

    assert answers == [403, 303]
    assert mailed == 303
