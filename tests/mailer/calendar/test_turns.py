"""A series opens its drafts and asks its people, each once, in their language."""

import asyncio
import email
import email.policy
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from mailer import clock
from mailer.calendar import dates, notices, opening, planning, schedule, series
from mailer.campaigns import control, lookup
from mailer.campaigns.models import Campaign, Occurrence
from mailer.campaigns.writing import texts
from mailer.processes import noticing, ticking
from mailer.sites.site import Site
from mailer.users.models import User
from tests.acts import campaigning, resending
from tests.acts.turns import (
    APPROVER,
    DAY,
    EDITOR,
    FRENCH,
    HOUR,
    MARIE,
    MINUTE,
    NAME,
    author,
    kinds,
    mails,
    planned,
    tick,
    write_draft,
)
from tools.peers.relay import Relay

on_sqlite = pytest.mark.parametrize("store", ["sqlite"])


async def test_without_approval_each_is_asked_once_and_nothing_goes(
    site: Site, relay: Relay
) -> None:
    due = await planned(site)
    await tick(site, due - 10 * DAY - MINUTE)
    early = mails(relay)
    for days in (10, 4, 2, 1):
        moment = due - days * DAY
        await tick(site, moment, moment, moment + MINUTE)
    await tick(site, due - HOUR, due, due + MINUTE)
    async with site.database.reading() as session:
        campaigns = (await session.scalars(select(Campaign))).all()
        outcome = await session.scalar(
            select(Occurrence.outcome).order_by(Occurrence.due_at).limit(1)
        )

    assert early == []
    assert [user for user, _ in mails(relay)] == [
        *(EDITOR, MARIE, APPROVER, EDITOR, EDITOR)
    ]
    subjects = [subject.partition(NAME)[0] for _, subject in mails(relay)]
    assert subjects == [
        "Merci de rédiger\u00a0: ",
        "Por favor, traduzca: ",
        "Please approve or return: ",
        "Pour l’instant, aucune lettre ne partira\u00a0: ",
        "Aucune lettre n’est partie\u00a0: ",
    ]
    assert [each.state for each in campaigns] == ["draft"]
    assert outcome == "missed"


@on_sqlite
async def test_the_mail_names_date_and_command_and_no_program_answers_it(
    site: Site, relay: Relay
) -> None:
    due = await planned(site)
    await tick(site, due - 2 * DAY)
    received = next(each for each in relay.accepted if APPROVER in each.recipient)
    mail = email.message_from_bytes(received.octets, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    text = mail.get_content()

    assert (received.sender, mail["Auto-Submitted"]) == ("", "auto-generated")
    assert f"mailer campaigns approve 1 --by {APPROVER}" in text
    assert "(Europe/Paris)" in text
    assert "10:00" in text


async def test_an_approved_draft_goes_at_its_time_and_the_next_is_a_copy_of_it(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    due = await planned(site)
    await tick(site, due - 10 * DAY)
    number = await write_draft(site, tmp_path, en=campaigning.TEXT, fr=FRENCH)
    await campaigning.approve(site, number)
    await tick(site, due - 4 * DAY)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        slot = await schedule.in_series(
            session, site, campaign, NAME, by=EDITOR, now=clock.now()
        )
    await tick(site, due - 2 * DAY, due - DAY, due)
    state = await campaigning.state(site, number)
    async with site.database.reading() as session:
        following = await session.scalar(
            select(Occurrence)
            .where(Occurrence.due_at > due)
            .order_by("due_at")
            .limit(1)
        )
    assert following is not None
    await tick(site, following.due_at - 10 * DAY)
    async with site.database.reading() as session:
        copy = await session.scalar(select(Campaign).order_by(Campaign.id.desc()))
        assert copy is not None
        written = await texts.texts_of(session, copy)

    assert (slot.draft_id, state) == (number, "sending")
    assert await kinds(site) == [
        ("draft", EDITOR),
        ("schedule", EDITOR),
        ("draft", EDITOR),
    ]
    assert (copy.author, copy.state, copy.id) == (EDITOR, "draft", number + 1)
    assert copy.audience == campaigning.SECTORS
    assert copy.day == following.due_at.date()
    assert written == {"en": campaigning.TEXT, "fr": FRENCH}


async def test_tickers_at_once_open_one_draft_and_ask_once(
    site: Site, relay: Relay
) -> None:
    due = await planned(site)
    moment = due - 2 * DAY
    await asyncio.gather(*(ticking.tick(site, moment) for _ in range(4)))
    await asyncio.gather(*(noticing.notify(site, now=moment) for _ in range(4)))
    async with site.database.reading() as session:
        count = await session.scalar(select(func.count(Campaign.id)))

    assert count == 1
    assert sorted(user for user, _ in mails(relay)) == [EDITOR, APPROVER, MARIE]


@on_sqlite
async def test_a_ticker_that_ends_between_draft_and_notices_leaves_neither(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = await planned(site)

    async def ended(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(notices, "plan", ended)
        with pytest.raises(KeyboardInterrupt):
            await opening.attend(site, now=due - 10 * DAY)
    async with site.database.reading() as session:
        before = await session.scalar(select(func.count(Campaign.id)))
    opened = await opening.attend(site, now=due - 10 * DAY)

    assert (before, opened) == (0, [1])
    assert await kinds(site) == [("draft", EDITOR)]


@on_sqlite
async def test_a_notice_that_is_refused_waits_and_keeps_back_no_other(
    site: Site, relay: Relay
) -> None:
    due = await planned(site)
    moment = due - 2 * DAY
    await ticking.tick(site, moment)
    resending.script(relay, {EDITOR: "451 4.3.0 later"})
    for later in (timedelta(), MINUTE):
        await noticing.notify(site, now=moment + later)
    first = mails(relay)
    resending.script(relay, {})
    for minutes in (10, 20, 30):
        await noticing.notify(site, now=moment + minutes * MINUTE)

    assert sorted(user for user, _ in first) == [APPROVER, MARIE]
    assert [user for user, _ in mails(relay)[2:]] == [EDITOR]


@on_sqlite
async def test_a_user_who_is_gone_or_has_no_address_is_named_in_the_log(
    site: Site, relay: Relay
) -> None:
    due = await planned(site)
    async with site.database.writing() as session:
        user = await session.get(User, APPROVER)
        assert user is not None
        user.address = None
        found = await series.named(session, NAME)
        said = await planning.faults(session, site, found)
    with capture_logs() as lines:
        await tick(site, due - 2 * DAY)

    assert said == [f"{APPROVER} has no address, and so gets no reminder"]
    assert [
        each["user"] for each in lines if each["event"] == "notice.no_recipient"
    ] == [APPROVER]
    assert APPROVER not in [user for user, _ in mails(relay)]


@on_sqlite
async def test_an_owner_who_left_opens_no_draft_and_this_is_logged_at_each_turn(
    site: Site,
) -> None:
    due = await planned(site)
    async with site.database.writing() as session:
        user = await session.get(User, EDITOR)
        assert user is not None
        user.disabled_at = clock.now()
    with capture_logs() as lines:
        await tick(site, due - 10 * DAY, due - 10 * DAY + MINUTE, due - 4 * DAY)
    failed = [each for each in lines if each["event"] == "draft.not_opened"]

    assert len(failed) == 2
    assert "editor may not write or test" in failed[0]["reason"]
    assert await kinds(site) == [("no_draft", EDITOR)]


@on_sqlite
async def test_an_edit_before_its_time_asks_for_the_approval_that_fell(
    site: Site, tmp_path: Path
) -> None:
    due = await planned(site)
    await tick(site, due - 10 * DAY)
    number = await write_draft(site, tmp_path, en=campaigning.TEXT, fr=FRENCH)
    await campaigning.approve(site, number)
    await tick(site, due - 2 * DAY)
    await write_draft(site, tmp_path, en=campaigning.TEXT + "\nMore.\n", fr=FRENCH)
    await tick(site, due - DAY)
    asked = await kinds(site)

    assert ("approval", APPROVER) in asked
    assert ("before", EDITOR) in asked


@on_sqlite
async def test_a_returned_draft_may_be_moved_and_its_owner_is_warned_again(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    due = await planned(site)
    await tick(site, due - 10 * DAY)
    number = await write_draft(site, tmp_path)
    await campaigning.approve(site, number)
    async with site.database.writing() as session:
        await control.send_back(
            session,
            await lookup.get(session, number),
            templates=site.templates,
            by=APPROVER,
            because="later",
            now=clock.now(),
        )
    await tick(site, due - DAY)
    later = due + 3 * DAY
    async with site.database.writing() as session:
        found = await series.named(session, NAME)
        moved = await dates.move(
            session,
            found,
            f"{due:%Y-%m-%d}",
            f"{later:%Y-%m-%d}",
            author(),
            office=site.settings.office.office,
        )
    await tick(site, later - DAY - MINUTE, later - DAY)

    assert moved.due_at.date() == later.date()
    assert moved.draft_id == number
    before = [each for each in mails(relay) if "ne partira" in each[1]]
    assert len(before) == 2
