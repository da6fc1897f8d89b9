"""A form that is pressed twice acts once, in one web process and in two."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from mailer import clock
from mailer.campaigns.version_models import Remark
from mailer.signin import pressed
from mailer.signin.models import FormPress
from mailer.sites.site import Site
from mailer.web.console.guard import FIELD
from mailer.web.console.presses import AT_WORK
from tests.acts import campaigning
from tests.acts.console import Visitor, visitor
from tools.peers.serving import serving

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
