"""A reminder reaches exactly those who have not answered, written back or confirmed."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from audiences.organisations import Organisation
from audiences.segments import save
from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.writing import texts
from mailer.errors import RefusedError
from mailer.feedback.models import EventAnswer
from mailer.feedback.past import LetterPast
from mailer.outbox import release
from mailer.outbox.waves import reminding
from mailer.outbox.waves.reminding import Reminder, Unless
from mailer.sites.site import Site
from mailer.users import roles
from mailer.users.models import User
from tests.acts import campaigning, delivering, resending
from tests.acts.commands import Mailer
from tools.peers.relay import Relay

pytestmark = pytest.mark.prove

UID = "session-2097"
EVENT = f"""
[event]
uid = "{UID}"
start = 2097-06-09T15:00:00
end = 2097-06-09T16:30:00
"""
SECTORS = ["ed", "sc", "shs", "clt", "ci", "ioc"]
BREVE = campaigning.TEXT.replace("subject: A short letter", "subject: 'Session: now'")


def address(code: str) -> str:
    return f"focal-point@{code}.sector.example"


async def invited(site: Site, relay: Relay, place: Path) -> int:
    """Send an invitation to the ten sectors; return its number."""
    site.database.with_past(LetterPast)
    toml = campaigning.TOML.format(audience=campaigning.SECTORS) + EVENT
    path = campaigning.write(place, toml=toml, en=campaigning.TEXT, fr=BREVE)
    number = await campaigning.add(site, path)
    await campaigning.approve(site, number)
    await release.release(site, number, by="editor", now=clock.now())
    await delivering.work(delivering.tuned(site))
    assert len(relay.accepted) == 10
    return number


async def answers(site: Site, *codes: str, answer: str = "yes") -> None:
    for code in codes:
        found = await resending.contact(site, address(code))
        async with site.database.writing() as session:
            session.add(
                EventAnswer(
                    uid=UID,
                    contact_id=found.id,
                    answer=answer,
                    sequence=0,
                    at=clock.now(),
                )
            )


async def remind(site: Site, number: int, *unless: Unless) -> Reminder:
    async with site.database.writing() as session:
        return await reminding.draft(
            session, site, number, unless, by="editor", now=clock.now()
        )


async def send(site: Site, number: int) -> None:
    await release.release(site, number, by="editor", now=clock.now())
    await delivering.work(delivering.tuned(site))


async def test_who_answers_before_the_draft_the_release_or_the_delivery_gets_none(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await invited(site, relay, tmp_path)
    await answers(site, "ed")
    made = await remind(site, number, Unless.ANSWERED)
    await campaigning.approve(site, made.id)
    # six of nine: far more than the guard of the audience lets an unknown cause take
    await answers(site, "sc", "shs", "clt", "ci", "pax", answer="no")
    await release.release(site, made.id, by="editor", now=clock.now())
    await answers(site, "ioc")
    await delivering.work(delivering.tuned(site))
    got = {each.recipient for each in relay.accepted[10:]}
    report = await campaigning.report(site, made.id)
    expected = set(relay.recipients()[:10]) - {
        address(each) for each in ("ed", "sc", "shs", "clt", "ci", "pax", "ioc")
    }

    assert made.readers == 9
    assert got == expected
    assert (report.accepted, report.skipped) == (3, {"done": 1})


async def test_readers_who_go_for_another_cause_still_stop_the_release(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await invited(site, relay, tmp_path)
    made = await remind(site, number, Unless.ANSWERED)
    await campaigning.approve(site, made.id)
    await answers(site, "ed")
    async with site.database.writing() as session:
        for code in SECTORS[1:]:
            found = await resending.contact(site, address(code))
            await session.merge(found)
            found.address = None
            await session.merge(found)
    with pytest.raises(RefusedError, match="0 joined, 5 left; 1 did what"):
        await release.release(site, made.id, by="editor", now=clock.now())


async def test_it_has_the_texts_and_the_event_of_its_letter(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await invited(site, relay, tmp_path)
    made = await remind(site, number, Unless.ANSWERED, Unless.REPLIED)
    async with site.database.reading() as session:
        campaign = await lookup.get(session, made.id)
        written = await texts.texts_of(session, campaign)
        again = await reminding.folder_of(session, site, campaign, day=campaign.day)

    assert made.audience == (
        f"reached_in({number}) and not answered({UID}) and not replied({number})"
    ).replace(f"({number})", f'("{number}")')
    assert "subject: Reminder: A short letter\n" in written["en"]
    assert "subject: Rappel : Session: now\n" in written["fr"]
    assert campaign.event is not None
    assert campaign.event["uid"] == UID
    assert again.texts == written  # a reminder of a reminder says so once


@pytest.mark.parametrize("store", ["sqlite"])
async def test_who_confirmed_their_entry_since_the_letter_gets_none(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await invited(site, relay, tmp_path)
    made = await remind(site, number, Unless.CONFIRMED)
    await campaigning.approve(site, made.id)
    ed = await resending.contact(site, address("ed"))
    sc = await resending.contact(site, address("sc"))
    async with site.database.writing() as session:
        for each, days in ((ed, 0), (sc, -400)):
            await session.execute(
                update(Organisation)
                .where(Organisation.id == each.organisation_id)
                .values(confirmed_at=clock.now() + timedelta(days=days))
            )
    await send(site, made.id)
    got = {each.recipient for each in relay.accepted[10:]}

    assert made.readers == 10
    assert len(got) == 9
    assert address("ed") not in got


@pytest.mark.parametrize("store", ["sqlite"])
async def test_the_command_says_to_whom_it_goes_and_refuses_what_cannot_be(
    mailer: Mailer, site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await invited(site, relay, tmp_path)
    plain = await campaigning.released(site, tmp_path)
    draft = await campaigning.add(site, campaigning.write(tmp_path))

    async def run(campaign: int, *words: str) -> str:
        ran = await asyncio.to_thread(
            mailer, "campaigns", "remind", str(campaign), *words, "--by", "editor"
        )
        return ran.out + ran.err

    assert "10 readers now" in await run(number, "--unless", "ANSWERED")
    assert "invites to no event" in await run(plain, "--unless", "answered")
    assert "for a letter that was sent" in await run(draft, "--unless", "replied")
    assert "'read' is not one of" in await run(number, "--unless", "read")


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_scoped_author_reminds_within_the_scope(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await invited(site, relay, tmp_path)
    async with site.database.writing() as session:
        session.add(
            User(
                name="desk",
                roles=roles.stored([roles.parse("author:kind = sector")]),
                added_at=clock.now(),
                updated_at=clock.now(),
            )
        )
    async with site.database.writing() as session:
        made = await reminding.draft(
            session, site, number, [Unless.ANSWERED], by="desk", now=clock.now()
        )

    assert made.audience.startswith(f"({campaigning.SECTORS}) and reached_in")
    assert made.readers == 10


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_saved_rule_makes_a_reminder_too(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await invited(site, relay, tmp_path)
    rule = f"{campaigning.SECTORS} and not (answered({UID}) or replied({number}))"
    async with site.database.writing() as session:
        await save.save(session, "not-yet", rule, by="editor", now=clock.now())
    made = await campaigning.approved(site, tmp_path, audience="segment(not-yet)")
    await release.release(site, made, by="editor", now=clock.now())
    async with site.database.reading() as session:
        campaign = await lookup.get(session, made)

    assert campaign.waits_for == [
        ["answered", UID, None],
        ["replied", str(number), None],
    ]
