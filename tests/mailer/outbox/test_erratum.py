"""An erratum is a draft to exactly those who got the letter it corrects."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select, update

from audiences.contacts import Contact, find
from audiences.record.changes import Author
from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.models import ApprovedReader
from mailer.campaigns.writing import texts
from mailer.errors import RefusedError
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.outbox.waves import erratum
from mailer.outbox.waves.erratum import Erratum
from mailer.sites.site import Site
from mailer.stewardship import merging, moving
from tests.acts import campaigning, delivering
from tests.acts.commands import Mailer, Ran
from tools.peers.relay import Relay

ED, SC, SHS = (f"focal-point@{code}.sector.example" for code in ("ed", "sc", "shs"))
MOVED = "new@sc.sector.example"
AUTHOR = Author(by="editor", account="test", because=None, at=clock.now())
FRENCH = campaigning.TEXT.replace("A short letter", "Une lettre brève")


async def sent(site: Site, relay: Relay, place: Path) -> int:
    """Deliver a campaign that one reader refuses and one may have got."""
    relay.script = lambda verb, line: (
        "552 5.2.2 mailbox full" if verb == "RCPT" and ED in line else None
    )
    number = await campaigning.released(site, place, en=campaigning.TEXT, fr=FRENCH)
    await delivering.work(delivering.tuned(site))
    async with site.database.writing() as session:
        shs = await find(session, SHS, key=site.address_key)
        await session.execute(
            update(Message)
            .where(Message.campaign_id == number, Message.contact_id == shs.id)
            .values(state=MessageState.HELD)
        )
    return number


async def draft(site: Site, number: int, *, uncertain: bool = False) -> Erratum:
    async with site.database.writing() as session:
        return await erratum.draft(
            session, site, number, uncertain=uncertain, by="editor", now=clock.now()
        )


async def readers(site: Site, number: int) -> set[str]:
    """Return whom a campaign would go to."""
    await campaigning.approve(site, number)
    async with site.database.reading() as session:
        rows = await session.scalars(
            select(Contact.address)
            .join(ApprovedReader, ApprovedReader.contact_id == Contact.id)
            .where(ApprovedReader.campaign_id == number)
        )
        return {str(each) for each in rows}


async def test_it_goes_to_those_who_got_the_letter_though_they_moved_or_merged(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await sent(site, relay, tmp_path)
    got = set(relay.recipients()) - {SHS}
    made = await draft(site, number)
    async with site.database.writing() as session:
        await moving.move(session, SC, MOVED, AUTHOR, key=site.address_key)
        await merging.merge(
            session, "focal-point@clt.sector.example", ED, AUTHOR, key=site.address_key
        )
    found = await readers(site, made.id)

    assert (made.readers, made.uncertain, made.corrects) == (8, 1, number)
    assert found == got - {SC, "focal-point@clt.sector.example"} | {MOVED, ED}


async def test_those_who_may_have_got_it_are_added_by_choice(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await sent(site, relay, tmp_path)
    first, second = await draft(site, number), await draft(site, number, uncertain=True)

    assert (first.readers, second.readers) == (8, 9)
    assert SHS not in await readers(site, first.id)
    assert SHS in await readers(site, second.id)


async def test_it_says_in_each_language_which_letter_it_corrects(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await sent(site, relay, tmp_path)
    made = await draft(site, number)
    async with site.database.reading() as session:
        written = await texts.texts_of(session, await lookup.get(session, made.id))

    assert set(written) == {"en", "fr"}
    assert "subject: Correction: A short letter" in written["en"]
    assert "corrects our letter “A short letter” of 4 May 2097" in written["en"]
    assert "Rectificatif" in written["fr"]
    assert "Une lettre brève" in written["fr"]
    assert "{words}" in written["en"]


async def test_there_is_none_while_a_letter_is_sent(site: Site, tmp_path: Path) -> None:
    number = await campaigning.released(site, tmp_path)
    with pytest.raises(RefusedError, match="is sending; an erratum is for"):
        await draft(site, number)


async def test_the_command_names_the_draft_and_what_it_corrects(
    mailer: Mailer, site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await sent(site, relay, tmp_path)

    async def run(*words: str) -> Ran:
        return await asyncio.to_thread(mailer, *words)

    made = await run("campaigns", "erratum", str(number), "--by", "editor", "--json")
    again = await run("campaigns", "erratum", str(number), "--by", "editor")
    shown = await run("campaigns", "show", str(made.json["id"]), "--json")

    assert made.json["readers"] == 8
    assert made.json["includes_uncertain"] is False
    assert "1 reader may have got it" in again.err
    assert f"campaign {made.json['id']} is an erratum to it, too: draft" in again.err
    assert shown.json["corrects"] == number
    assert shown.json["audience"] == {"rule": f"kept(campaign-{number}-1)", "count": 8}
