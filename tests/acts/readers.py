"""Readers of a released letter: the links it carries, and what they did with them."""

from pathlib import Path

from sqlalchemy import insert, select

from audiences.contacts import Contact, find
from audiences.organisations import OrganisationCountry, Relation
from audiences.subscriptions import Consent, Subscription
from mailer.links import Signed
from mailer.outbox.models import Message
from mailer.sites.site import Site
from mailer.store import identity
from tests.acts import campaigning, delivering, reading
from tools.peers.relay import Relay
from tools.peers.serving import Pages

ED, ICOM = "focal-point@ed.sector.example", "unesco-liaison@icom.example"
TOPIC = "monthly-letter"
ENTRY_TOML = """name = "Is it right?"
template = "directory-update"
date = 2027-09-07
author = "editor"
audience = "kind = ngo and role = directory_editor and country = FR"
[languages]
default = "en"
fallbacks.fr = ["en"]
"""
ENTRY_TEXT = """---
subject: Is it right?
preheader: Look at it
---
# opening

Dear colleagues,

# entry
title: The entry of your organisation

This is all.
"""


async def signed(site: Site, place: Path, address: str = ED, **written: str) -> Signed:
    """Release a campaign; return all that is signed in one reader's message."""
    number = await campaigning.released(site, place, **written)
    row = (await campaigning.ledger(site, number))[address]
    return await signed_of(site, row)


async def signed_of(site: Site, row: Message) -> Signed:
    """Return all that is signed in a message of the ledger."""
    async with site.database.reading() as session:
        known = await identity.read(session)
    stamp = known.stamp(row.id, row.address_key, marked_at=row.marked_at)
    return site.signer.message(stamp)


async def signed_entry(site: Site, place: Path) -> Signed:
    """Send the organisations of France their entries; return what ICOM's carries."""
    async with site.database.writing() as session:
        icom = await find(session, ICOM, key=site.address_key)
        await session.execute(
            insert(OrganisationCountry),
            [
                {
                    "organisation_id": icom.organisation_id,
                    "country": each,
                    "relation": Relation.ACTS_IN,
                }
                for each in ("SN", "VN")
            ],
        )
    return await signed(site, place, ICOM, toml=ENTRY_TOML, en=ENTRY_TEXT)


async def standings(site: Site, address: str = ED) -> dict[str, str]:
    """Return where a reader's subscriptions stand."""
    async with site.database.reading() as session:
        contact = await find(session, address, key=site.address_key)
        rows = await session.execute(
            select(Subscription.topic, Subscription.standing).where(
                Subscription.contact_id == contact.id
            )
        )
        return {topic: standing for topic, standing in rows}


async def evidence(site: Site, address: str = ED) -> list[tuple[str, str, str]]:
    """Return the changes a reader made: topic, what it became, and how."""
    async with site.database.reading() as session:
        contact = await find(session, address, key=site.address_key)
        rows = await session.execute(
            select(Consent.topic, Consent.standing, Consent.how)
            .where(Consent.contact_id == contact.id, Consent.how != "import")
            .order_by(Consent.id)
        )
        return [(topic, standing, how) for topic, standing, how in rows]


async def everything(site: Site) -> list[tuple[object, ...]]:
    """Return all that a page may change, for comparison."""
    async with site.database.reading() as session:
        contacts = await session.execute(
            select(Contact.id, Contact.languages, Contact.stopped_at).order_by(
                Contact.id
            )
        )
        topics = await session.execute(
            select(
                Subscription.contact_id, Subscription.topic, Subscription.standing
            ).order_by(Subscription.contact_id, Subscription.topic)
        )
        kept = await session.execute(select(Consent.id).order_by(Consent.id))
        messages = await session.execute(select(Message.id).order_by(Message.id))
        return [
            tuple(row) for rows in (contacts, topics, kept, messages) for row in rows
        ]


async def ask_again(
    site: Site, pages: Pages, link: Signed, relay: Relay, topic: str = TOPIC
) -> None:
    """Ask for a topic on the page, and confirm it by the letter that comes."""
    wanted = [
        each for each, now in (await standings(site)).items() if now != "ended"
    ] + [topic]
    form: dict[str, str | list[str]] = {"act": "save", "topic": wanted}
    await pages.post(f"/p/{link.preferences}", form)
    path = await confirmation(site, relay)
    await pages.post(path, {"confirm": "yes"})


async def confirmation(site: Site, relay: Relay) -> str:
    """Deliver, and return the path of the newest confirmation link."""
    await delivering.work(site)
    for received in reversed(relay.accepted):
        page = reading.read(reading.part(reading.parsed(received.octets), "html"))
        for each in page.links:
            if "/c/" in each:
                return each.removeprefix(site.settings.site.url)
    raise AssertionError("no letter with a confirmation link has come")
