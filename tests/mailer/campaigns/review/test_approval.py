"""An approval is bound to what was approved; an author cannot approve."""

import quopri
from pathlib import Path

import pytest
from sqlalchemy import select

from mailer import clock
from mailer.calendar import schedule
from mailer.campaigns import lookup
from mailer.campaigns.models import StoredLetter
from mailer.errors import NotFoundError, RefusedError
from mailer.outbox import release
from mailer.sites.site import Site
from tests.acts import campaigning

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


async def try_release(site: Site, number: int) -> None:
    await release.release(site, number, by=campaigning.EDITOR, now=clock.now())


async def test_a_draft_is_not_released(site: Site, tmp_path: Path) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    with pytest.raises(RefusedError, match="is draft; it cannot become sending"):
        await try_release(site, number)

    assert await campaigning.state(site, number) == "draft"


async def test_the_author_cannot_approve(site: Site, tmp_path: Path) -> None:
    path = campaigning.write(tmp_path)
    number = await campaigning.add(site, path, author=campaigning.APPROVER)
    with pytest.raises(RefusedError, match="wrote A short letter; another user must"):
        await campaigning.approve(site, number)

    assert await campaigning.state(site, number) == "draft"


async def test_a_user_who_edits_becomes_the_author_and_cannot_approve(
    site: Site, tmp_path: Path
) -> None:
    path = campaigning.write(tmp_path)
    number = await campaigning.add(site, path)
    await campaigning.replace(site, number, path, by=campaigning.APPROVER)
    with pytest.raises(RefusedError, match="another user must approve"):
        await campaigning.approve(site, number)


async def test_a_user_who_wrote_before_another_editor_cannot_approve(
    site: Site, tmp_path: Path
) -> None:
    path = campaigning.write(tmp_path)
    number = await campaigning.add(site, path, author=campaigning.APPROVER)
    await campaigning.replace(site, number, path, by=campaigning.EDITOR)
    with pytest.raises(RefusedError, match="another user must approve"):
        await campaigning.approve(site, number)


async def test_an_editor_who_may_not_approve_is_refused(
    site: Site, tmp_path: Path
) -> None:
    path = campaigning.write(tmp_path)
    number = await campaigning.add(site, path, author=campaigning.APPROVER)
    with pytest.raises(RefusedError, match="editor may not approve"):
        await campaigning.approve(site, number, by=campaigning.EDITOR)


async def test_an_unknown_user_is_refused(site: Site, tmp_path: Path) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    with pytest.raises(NotFoundError, match=r"no user is called 'stranger'") as fault:
        await campaigning.approve(site, number, by="stranger")

    assert (fault.value.code, fault.value.facts) == (
        "user.unknown",
        {"user": "stranger"},
    )


async def test_an_edit_voids_an_approval(site: Site, tmp_path: Path) -> None:
    path = campaigning.write(tmp_path)
    number = await campaigning.add(site, path)
    await campaigning.approve(site, number)
    await campaigning.replace(site, number, path)
    with pytest.raises(RefusedError, match="is draft"):
        await try_release(site, number)
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
        current = await lookup.current_approval(session, campaign)

    assert current is None
    assert campaign.state == "draft"


def reword(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new), encoding="utf-8")


async def test_a_process_that_sent_an_older_template_sends_the_approved_one(
    site: Site, tmp_path: Path
) -> None:
    """Styles, strings and layout change between two releases of one process."""
    await campaigning.released(site, tmp_path)
    layout = site.templates_folder / "_layout"
    words = site.templates_folder / "locale" / "en" / "LC_MESSAGES" / "liaison.po"
    reword(layout / "letter.css", "p { margin: 0", "p { color: #c0ffee; margin: 0")
    reword(words, 'msgstr "Unsubscribe from this letter"', 'msgstr "No more of these"')
    reword(
        layout / "letter.mjml",
        'background-color="{{ look.ground }}"',
        'background-color="#beef00"',
    )
    number = await campaigning.released(site, tmp_path)
    async with site.database.reading() as session:
        packed = await session.scalar(
            select(StoredLetter.skeleton).where(StoredLetter.campaign_id == number)
        )
    assert packed is not None
    letter = quopri.decodestring(packed).decode(errors="replace")

    assert "#c0ffee" in letter
    assert "#beef00" in letter
    assert "No more of these" in letter
    assert "Unsubscribe from this letter" not in letter


async def test_a_released_campaign_cannot_be_edited(site: Site, tmp_path: Path) -> None:
    number = await campaigning.released(site, tmp_path)
    with pytest.raises(RefusedError, match="is sending; its content cannot be changed"):
        await campaigning.replace(site, number, campaigning.write(tmp_path))


async def test_a_time_in_the_past_is_refused(site: Site, tmp_path: Path) -> None:
    number = await campaigning.approved(site, tmp_path)
    now = clock.now()
    with pytest.raises(RefusedError, match="has passed") as fault:
        async with site.database.writing() as session:
            campaign = await lookup.get(session, number)
            await schedule.at(session, site, campaign, now, by="editor", now=now)

    assert (fault.value.code, fault.value.facts) == (
        "time.passed",
        {"campaign": number},
    )
    assert await campaigning.state(site, number) == "approved"


async def test_a_draft_gets_no_time(site: Site, tmp_path: Path) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    with pytest.raises(RefusedError, match="is draft; it cannot become scheduled"):
        soon = clock.now().replace(year=2100)
        await campaigning.schedule_at(site, number, soon)
