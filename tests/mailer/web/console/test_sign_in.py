"""Signing in: by a mailed link, by password and code; what strangers learn, and pay."""

import re
import time
from datetime import timedelta
from email import message_from_bytes, policy

import pyotp
import pytest
from sqlalchemy import select

from mailer import clock
from mailer.delivery.direct import sign_in_links
from mailer.signin import passwords
from mailer.signin.models import Credential, SignIn, SignInLink
from mailer.sites.site import Site
from mailer.web.console.account import attempts
from tests.acts.console import SAME, add_user, age_sign_ins, visitor
from tools.peers.relay import Relay
from tools.peers.serving import Pages, serving
from tools.waiting import eventually

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
PASSWORD = "four words to keep"
LINK = re.compile(r"/console/sign-in/([\w-]{43})")


async def asked(pages: Pages, name: str, cookie: str = "") -> tuple[str, str]:
    """Ask for a link; return the page, and the cookie of this browser."""
    answer = await pages.post(
        "/console/sign-in/link", {"name": name}, Cookie=cookie, **SAME
    )
    return answer.text, answer.headers["set-cookie"].partition(";")[0]


def links(relay: Relay) -> list[str]:
    found = []
    for each in relay.accepted:
        message = message_from_bytes(each.octets, policy=policy.SMTP)
        body = message.get_body(("plain",))
        assert body is not None
        found += LINK.findall(body.get_content())
    return found


async def press(pages: Pages, token: str, cookie: str = "") -> int:
    address = f"/console/sign-in/{token}"
    assert (await pages.get(address, Cookie=cookie)).status_code == 200
    return (await pages.post(address, {}, Cookie=cookie, **SAME)).status_code


@pytest.mark.prove
@pytest.mark.parametrize("who", ["paul", "PAUL@unit.int"])
async def test_a_mailed_link_signs_in_once_in_the_browser_that_asked(
    site: Site, relay: Relay, who: str
) -> None:
    await add_user(site, "paul", "author", address="paul@unit.int")
    async with serving(site) as pages:
        _, cookie = await asked(pages, who)
        await eventually(lambda: len(links(relay)) == 1, "no link came")
        (token,) = links(relay)
        answers = [
            await press(pages, token),
            await press(pages, token, "liaison-asked=another"),
            await press(pages, token, cookie),
            await press(pages, token, cookie),
        ]

    assert relay.recipients() == ["paul@unit.int"]
    assert answers == [403, 403, 303, 403]


async def test_a_stranger_gets_the_answer_that_a_user_gets(
    site: Site, relay: Relay
) -> None:
    await add_user(site, "paul", "author", address="paul@unit.int")
    await add_user(site, "lea", "author")
    async with serving(site) as pages:
        texts = {(await asked(pages, name))[0] for name in ("lea", "stranger", "paul")}
        await eventually(lambda: len(links(relay)) == 1, "no link came")

    assert len(texts) == 1
    assert relay.recipients() == ["paul@unit.int"]


async def test_one_user_gets_five_links_an_hour_from_any_network(
    site: Site, relay: Relay
) -> None:
    await add_user(site, "paul", "author", address="paul@unit.int")
    for _ in range(7):
        # past the limits of the page: other networks ask, too
        await sign_in_links.mail(site, "paul", browser="one", now=clock.now())

    assert len(links(relay)) == 5


async def test_a_disabled_user_gets_no_link(site: Site, relay: Relay) -> None:
    await add_user(site, "paul", "author", address="paul@unit.int")
    async with serving(site) as pages:
        admin = await visitor(site, pages, "head-of-unit")
        assert (await admin.post("/people/paul/disable")).status_code == 303
        await sign_in_links.mail(site, "paul", browser="one", now=clock.now())

    assert links(relay) == []
    async with site.database.reading() as session:
        assert (await session.scalars(select(SignInLink))).all() == []


async def with_password(site: Site, name: str) -> str:
    """Give a user a password with codes; return the secret of the codes."""
    secret, now = passwords.new_secret(), clock.now()
    made = await passwords.hashed(PASSWORD)
    async with site.database.writing() as session:
        before = pyotp.TOTP(secret).at(now, counter_offset=-1)
        key = site.address_key
        await passwords.enrol(session, name, secret, before, key=key, now=now)
        await passwords.set_password(session, name, made, now=now)
    return secret


async def sign_in(pages: Pages, name: str, password: str, code: str) -> tuple[int, str]:
    form = {"name": name, "password": password, "code": code}
    answer = await pages.post("/console/sign-in", form, **SAME)
    text = re.sub(r' value="\.\w+"', "", answer.text)  # the number of a form
    return answer.status_code, text.replace(name, "")


@pytest.mark.prove
async def test_password_and_code_sign_in_and_each_code_works_once(site: Site) -> None:
    await add_user(site, "paul", "author")
    secret = await with_password(site, "paul")
    async with serving(site) as pages:
        code = pyotp.TOTP(secret).at(clock.now())
        answers = [
            (await sign_in(pages, "paul", PASSWORD, given))[0]
            for given in ("", "000000", code, code)
        ]

    assert answers == [403, 403, 303, 403]


async def test_a_telephone_whose_clock_is_wrong_is_spoken_of(site: Site) -> None:
    await add_user(site, "paul", "author")
    totp = pyotp.TOTP(await with_password(site, "paul"))
    async with serving(site) as pages:
        answers = [
            await sign_in(
                pages, "paul", PASSWORD, totp.at(clock.now() + timedelta(seconds=off))
            )
            for off in (90, -90, 30)
        ]

    assert [status for status, _ in answers] == [403, 403, 303]
    assert "the clock of the telephone" in answers[0][1]


async def test_wrong_name_password_and_code_get_one_answer_in_one_time(
    site: Site,
) -> None:
    for name in ("paul", "lea", "max"):
        await add_user(site, name, "author")
    await with_password(site, "paul")
    await with_password(site, "max")
    author = {"name": "max"}
    async with serving(site) as pages:
        admin = await visitor(site, pages, "head-of-unit")
        await admin.post(f"/people/{author['name']}/disable")
        tried = [("paul", "wrong"), ("stranger", PASSWORD), ("lea", PASSWORD)]
        tried += [("max", PASSWORD), ("paul", PASSWORD)]
        took, said = {}, set()
        for name, password in tried:
            began = time.perf_counter()
            status, text = await sign_in(pages, name, password, "123456")
            took[name, password] = time.perf_counter() - began
            said.add((status, text))

    assert len(said) == 1
    # each hashes once: a name that is unknown is not answered at once
    assert min(took.values()) > max(took.values()) / 20


async def test_the_sixth_attempt_at_an_account_waits(site: Site) -> None:
    async with serving(site) as pages:
        answers = [
            (await sign_in(pages, "stranger", "wrong", "123456"))[0] for _ in range(6)
        ]
        other = (await sign_in(pages, "another", "wrong", "123456"))[0]

    assert answers == [403] * attempts.ACCOUNT[0] + [429]
    assert other == 403


async def test_a_user_ends_one_sign_in_and_keeps_the_other(site: Site) -> None:
    async with serving(site) as pages:
        here = await visitor(site, pages, "head-of-unit")
        there = await visitor(site, pages, "head-of-unit")
        page = (await here.get("/me")).text
        numbers = re.findall(r'name="browser" value="(\w+)"', page)
        assert len(numbers) == 1
        await here.post("/me/sign-ins", {"browser": numbers[0]})
        assert (await here.get("/me")).status_code == 200
        assert (await there.get("/me")).status_code == 303
    async with site.database.reading() as session:
        assert len((await session.scalars(select(SignIn))).all()) == 1


async def test_users_change_their_own_details_and_no_roles(site: Site) -> None:
    await add_user(site, "paul", "viewer")
    async with serving(site) as pages:
        paul = await visitor(site, pages, "paul")
        wanted = {"shown": "Paul Ngo", "language": "fr", "zone": "Africa/Dakar"}
        wanted |= {"role": "admin", "address": "elsewhere@example.org"}
        assert (await paul.post("/me/details", wanted)).status_code == 303
        page = (await paul.get("/me")).text
        new = {"shown": "P. Ngo", "zone": "Mars/Olympus"}
        wrong = await paul.post("/me/details", new)

    assert "Paul Ngo" in page
    assert '<html lang="fr"' in page
    assert "elsewhere@example.org" not in page
    assert "administrateur peut la modifier" in page
    assert wrong.status_code == 422
    assert 'value="Mars/Olympus"' in wrong.text
    assert 'value="P. Ngo"' in wrong.text  # what was typed stays


async def test_a_password_is_changed_within_ten_minutes_of_a_sign_in(
    site: Site,
) -> None:
    await add_user(site, "paul", "author")
    await with_password(site, "paul")
    secret = passwords.new_secret()
    form = {"password": "other four words now", "secret": secret}
    async with serving(site) as pages:
        paul = await visitor(site, pages, "paul")
        await age_sign_ins(site)
        code = pyotp.TOTP(secret).at(clock.now())
        late = await paul.post("/me/password", {**form, "code": code})
        fresh = await visitor(site, pages, "paul")
        weak = await fresh.post(
            "/me/password", {**form, "password": "passwordpassword", "code": code}
        )
        done = await fresh.post("/me/password", {**form, "code": code})
        ended = await paul.get("/me")
    async with site.database.reading() as session:
        kept = await session.get_one(Credential, "paul")

    assert kept.password is not None
    assert kept.password.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert late.status_code == 422
    assert "sign-in of the last ten minutes" in late.text
    assert weak.status_code == 422
    assert done.text.count("<li><code>") == passwords.CODES
    assert ended.status_code == 303
