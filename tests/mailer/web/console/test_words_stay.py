"""Whatever refuses a save, the words stay, and the page says what to do."""

import asyncio
import re
from html import unescape
from itertools import count
from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete

from audiences.record.changes import Author
from mailer import clock
from mailer.outbox import release
from mailer.signin import tokens
from mailer.signin.models import SignIn
from mailer.sites.site import Site
from mailer.users import keeping
from mailer.web.console.guard import FIELD
from tests.acts import campaigning
from tests.acts.console import SAME, Visitor, add_user, visitor
from tests.mailer.web.console.test_writing import block, editor, letter, stored
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
WORDS = "Words typed\nat <b>length</b>."
AGAIN = re.compile(r'name="(first:text)"[^>]*>\n(.*?)</textarea>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def offered(answer: httpx.Response) -> dict[str, str]:
    """Return the form that a refusal offers again."""
    form = answer.text[answer.text.index("What you sent is still here") :]
    found = [*HIDDEN.findall(form), *AGAIN.findall(form)]
    return {name: unescape(value) for name, value in found}


async def typed(one: Visitor, path: str) -> dict[str, str]:
    page = (await one.get(path)).text
    return block(page, "first", title="Typed", text=WORDS)


async def remove(site: Site, name: str) -> None:
    author = Author(by="head-of-unit", account=None, because=None, at=clock.now())
    async with site.database.writing() as session:
        await keeping.remove(session, name, author, classes=())


async def test_a_letter_that_was_approved_or_sent_meanwhile(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path)
    path = f"/campaigns/{number}/write/en"
    async with serving(site) as pages:
        ed = await editor(site, pages)
        sent = await typed(ed, path)
        await campaigning.approve(site, number)
        answer = await ed.post(path, sent)
        assert answer.status_code == 409
        assert "take it back" in answer.text
        form = offered(answer)
        assert form["first:text"] == WORDS
        await ed.post(f"/campaigns/{number}/take-back", {"language": "en"})
        assert (await ed.post(path, form)).status_code == 303
        assert "Words typed" in (await stored(site, number))["en"]
        sent = await typed(ed, path)
        await campaigning.approve(site, number)
        await release.release(site, number, by="editor", now=clock.now())
        answer = await ed.post(path, sent)
        assert answer.status_code == 409
        assert offered(answer)["first:text"] == WORDS


async def test_a_sign_in_that_ended_and_a_user_who_was_removed(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path)
    path = f"/campaigns/{number}/write/en"
    await add_user(site, "gone", "author")
    async with serving(site) as pages:
        ed, gone = await editor(site, pages), await visitor(site, pages, "gone")
        sent, lost = await typed(ed, path), await typed(gone, path)
        async with site.database.writing() as session:
            await session.execute(delete(SignIn).where(SignIn.user == "editor"))
        answer = await ed.post(path, sent)
        assert answer.status_code == 401
        assert "Sign in on another page" in answer.text
        form = offered(answer)
        again = await editor(site, pages)
        stale = await again.post(path, {**form, FIELD: "old"})
        assert stale.status_code == 403
        form = offered(stale)
        assert form[FIELD].partition(".")[0] == tokens.form_token(again.token)
        assert (await again.post(path, form)).status_code == 303
        assert "Words typed" in (await stored(site, number))["en"]
        await remove(site, "gone")
        answer = await gone.post(path, lost)
        assert answer.status_code == 401
        assert offered(answer)["first:text"] == WORDS


async def test_a_form_of_another_site_is_not_offered_again(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path)
    path = f"/campaigns/{number}/write/en"
    async with serving(site) as pages:
        ed = await editor(site, pages)
        sent = await typed(ed, path)
        for origin in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": "https://x.example"},
        ):
            headers = {**dict.fromkeys(SAME, "cross-site"), **origin}
            answer = await ed.post(path, sent, **headers)
            assert answer.status_code == 403
            assert "still here" not in answer.text
            assert WORDS.split("\n", maxsplit=1)[0] not in answer.text


async def test_the_same_person_in_two_tabs_loses_no_word(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path)
    path = f"/campaigns/{number}/write/en"
    async with serving(site) as pages:
        ed = await editor(site, pages)
        one, two = await typed(ed, path), await typed(ed, path)
        assert (await ed.post(path, {**one, "first:text": "One."})).status_code == 303
        answer = await ed.post(path, two)
        assert answer.status_code == 409
        assert "Words typed" in answer.text
        # back, and saved again: the page is a new one
        assert (await ed.post(path, await typed(ed, path))).status_code == 303
        await same_press_twice(ed, path)


async def same_press_twice(ed: Visitor, path: str) -> None:
    """A form that arrives twice is saved once, and is no conflict."""
    sent = {**await typed(ed, path), "first:text": "Twice."}
    assert (await ed.post(path, sent)).status_code == 303
    assert (await ed.post(path, sent)).status_code == 303


async def test_a_form_of_a_page_that_arrives_twice_acts_once(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path)
    path = f"/campaigns/{number}/remarks"
    async with serving(site) as pages:
        ed = await editor(site, pages)

        async def remarks() -> int:
            return (await ed.get(path)).text.count('class="words" dir="auto">Why?')

        def token() -> dict[str, str]:
            return {FIELD: f"{tokens.form_token(ed.token)}.{next(numbers)}"}

        numbers = count(1)
        sent = {**token(), "text": "Why?"}
        first, second = await asyncio.gather(ed.post(path, sent), ed.post(path, sent))
        assert first.status_code == second.status_code == 303
        assert first.headers["location"] == second.headers["location"]
        assert await remarks() == 1
        assert (await ed.post(path, {**token(), "text": "Why?"})).status_code == 303
        assert await remarks() == 2
        # what was refused is tried again, and what differs is another form
        refused = {**token(), "text": " "}
        for form in (refused, refused, {**refused, "text": "Why?"}):
            last = await ed.post(path, form)
        assert last.status_code == 303
        assert await remarks() == 3
        forged = await ed.post(path, {FIELD: f"forged.{next(numbers)}", "text": "Why?"})
        assert forged.status_code == 403
        assert await remarks() == 3


async def test_what_a_button_stands_for_is_sent_again_but_is_no_field(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    async with serving(site) as pages:
        ed = await visitor(site, pages, "editor")
        form = {"act": "add opening x", "why": "two words"}
        answer = await ed.post(f"/campaigns/{number}/write/en", form)

    assert answer.status_code == 409
    assert '<input type="hidden" name="act" value="add opening x">' in answer.text
    assert 'name="why" rows=' in answer.text
