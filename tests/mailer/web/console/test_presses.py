"""A form that is pressed twice acts once, in one web process and in two."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select, update

from mailer import clock
from mailer.campaigns.version_models import Remark
from mailer.signin import passwords, pressed
from mailer.signin.models import FormPress
from mailer.sites.site import Site
from mailer.web.console.guard import FIELD
from mailer.web.console.presses import AT_WORK
from tests.acts import campaigning
from tests.acts.console import SAME, Visitor, add_user, link, visitor
from tests.mailer.web.console.test_readers_and_files import PNG
from tests.mailer.web.console.test_sign_in import PASSWORD, with_password
from tools.peers.serving import Pages, serving

TOKEN = re.compile(rf'name="{FIELD}" value="([^"]+)"')
REMARKS = "/campaigns/1/remarks"


async def form_of(one: Visitor, path: str) -> dict[str, str]:
    """Return what the forms of a page say besides their fields."""
    found = TOKEN.search((await one.get(path)).text)
    assert found is not None
    return {FIELD: found[1]}


def elsewhere(one: Visitor, other: Visitor) -> Visitor:
    """Return a user's browser, at the pages that another process serves."""
    return Visitor(pages=other.pages, cookie=one.cookie, token=one.token)


async def texts(site: Site) -> list[str]:
    async with site.database.reading() as session:
        return list(await session.scalars(select(Remark.text)))


async def test_a_second_press_at_another_process_gets_the_first_answer(
    site: Site, tmp_path: Path
) -> None:
    await campaigning.add(site, campaigning.write(tmp_path))
    async with serving(site) as here, serving(site) as there:
        one = await visitor(site, here, "editor")
        other = elsewhere(one, await visitor(site, there, "editor"))
        form = {**await form_of(one, REMARKS), "text": "Who comes?"}
        first, second = await asyncio.gather(
            one.post(REMARKS, form), other.post(REMARKS, form)
        )
        third = await other.post(REMARKS, form)

        assert (first.status_code, second.status_code, third.status_code) == (303,) * 3
        assert first.headers["location"] == second.headers["location"]
        assert third.headers["location"] == first.headers["location"]
        assert await texts(site) == ["Who comes?"]
        again = {**await form_of(one, REMARKS), "text": "Who comes?"}
        await other.post(REMARKS, again)  # of a page that was opened again
        assert await texts(site) == ["Who comes?", "Who comes?"]


@pytest.mark.parametrize("store", ["sqlite"])
async def test_another_file_of_the_same_name_is_another_form(
    site: Site, tmp_path: Path
) -> None:
    """Submitty#775, ckan#5102: a corrected file of the same name was not taken."""
    number = await campaigning.add(site, campaigning.write(tmp_path))
    path = f"/campaigns/{number}/files"
    async with serving(site) as pages:
        one = await visitor(site, pages, "editor")
        form = await form_of(one, path)
        damaged, right, again = [
            await one.upload(path, "file", "hall.png", octets, **form)
            for octets in (b"no picture", PNG, PNG)
        ]

    assert damaged.status_code == 422
    assert (right.status_code, again.status_code) == (303, 303)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_refused_form_is_tried_at_another_process(
    site: Site, tmp_path: Path
) -> None:
    async with serving(site) as here, serving(site) as there:
        one = await visitor(site, here, "editor")
        other = elsewhere(one, await visitor(site, there, "editor"))
        form = {**await form_of(one, "/campaigns"), "text": "Who comes?"}
        assert (await one.post(REMARKS, form)).status_code == 404
        await campaigning.add(site, campaigning.write(tmp_path))
        assert (await other.post(REMARKS, form)).status_code == 303
        assert await texts(site) == ["Who comes?"]


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize(
    ("referer", "leads"),
    [
        (f"{{}}/console{REMARKS}?a=b", f"/console{REMARKS}?a=b"),
        (f"https://evil.example/console{REMARKS}", "/console"),
        ("{}/elsewhere", "/console"),
    ],
)
async def test_a_page_as_answer_leads_back_to_where_the_form_stood(
    site: Site, tmp_path: Path, referer: str, leads: str
) -> None:
    await campaigning.add(site, campaigning.write(tmp_path))
    async with serving(site) as here, serving(site) as there:
        one = await visitor(site, here, "editor")
        other = elsewhere(one, await visitor(site, there, "editor"))
        form = {**await form_of(one, REMARKS), "text": " "}
        assert (await one.post(REMARKS, form)).status_code == 422
        stood = referer.format(there.url)
        answer = await other.post(REMARKS, form, Referer=stood)
        assert answer.status_code == 303
        assert answer.headers["location"] == leads


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_first_press_that_is_long_at_work_is_not_repeated(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.web.console.presses.PATIENCE", 0.3)
    await campaigning.add(site, campaigning.write(tmp_path))
    async with serving(site) as here, serving(site) as there:
        one = await visitor(site, here, "editor")
        other = elsewhere(one, await visitor(site, there, "editor"))
        form = {**await form_of(one, REMARKS), "text": "Who comes?"}
        await one.post(REMARKS, form)
        async with site.database.writing() as session:
            await session.execute(update(FormPress).values(answer=None))
        answer = await other.post(REMARKS, form)
        assert answer.status_code == 409
        assert AT_WORK in answer.text
        assert await texts(site) == ["Who comes?"]


async def test_a_press_is_forgotten_in_time(site: Site) -> None:
    now, form = clock.now(), bytes(32)
    async with site.database.writing() as session:
        assert await pressed.is_first(session, form, now=now)
        later = now + pressed.PATIENCE + timedelta(seconds=1)
        assert not await pressed.is_first(session, form, now=later)
        await pressed.answered(session, form, "/console/" + "x" * pressed.LONGEST)
        found = await pressed.find(session, form, now=now)
        assert found is not None
        assert found.answer == ""
        assert await pressed.find(session, form, now=later) is None
        assert await pressed.is_first(session, form, now=later)
        assert await pressed.is_first(session, form, now=later + 2 * pressed.KEPT)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_save_by_script_is_not_kept(site: Site, tmp_path: Path) -> None:
    await campaigning.add(site, campaigning.write(tmp_path))
    async with serving(site) as pages:
        one = await visitor(site, pages, "editor")
        form = {**await form_of(one, REMARKS), "text": "Who comes?"}
        await one.post(REMARKS, form, **{"Sec-Fetch-Dest": "empty"})
    async with site.database.reading() as session:
        assert (await session.scalars(select(FormPress))).all() == []


async def of_stranger(pages: Pages, path: str) -> dict[str, str]:
    """Return what the form of a page says to which nobody has signed in."""
    found = TOKEN.search((await pages.get(path)).text)
    assert found is not None
    return {FIELD: found[1]}


@pytest.mark.prove
@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_way_in_that_is_pressed_twice_signs_in(site: Site) -> None:
    await add_user(site, "paul", "author")
    secret, token = await with_password(site, "paul"), await link(site, "paul")
    async with serving(site) as pages:
        path = f"/console/sign-in/{token}"
        form = await of_stranger(pages, path)
        both = [await pages.post(path, form, **SAME) for _ in range(2)]
        assert [each.status_code for each in both] == [303, 303]
        assert both[0].headers["set-cookie"] == both[1].headers["set-cookie"]
        # another page of the same link is another form
        other = await pages.post(path, await of_stranger(pages, path), **SAME)
        assert other.status_code == 403

        form = await of_stranger(pages, "/console/sign-in")
        form |= {"name": "paul", "password": PASSWORD}
        form["code"] = pyotp.TOTP(secret).at(clock.now())
        both = await asyncio.gather(
            *(pages.post("/console/sign-in", form, **SAME) for _ in range(2))
        )
        assert [each.status_code for each in both] == [303, 303]
        assert both[0].headers["set-cookie"] == both[1].headers["set-cookie"]


@pytest.mark.prove
@pytest.mark.parametrize("store", ["sqlite"])
async def test_recovery_codes_are_shown_after_a_second_press_too(site: Site) -> None:
    await add_user(site, "paul", "author")
    async with serving(site) as pages:
        paul = await visitor(site, pages, "paul")
        page = (await paul.get("/me")).text
        secret = re.search(r'name="secret" value="(\w+)"', page)
        assert secret is not None
        form = await form_of(paul, "/me")
        form |= {"password": PASSWORD, "secret": secret[1]}
        form["code"] = pyotp.TOTP(secret[1]).at(clock.now())
        shown = [(await paul.post("/me/password", form)).text for _ in range(2)]
        codes = [re.findall(r"<li><code>(\w+)</code>", each) for each in shown]

    assert len(codes[0]) == passwords.CODES
    assert codes[0] == codes[1]
