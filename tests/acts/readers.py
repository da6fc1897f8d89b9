"""Readers of a released campaign, with the links their letters carry."""

from pathlib import Path

from sqlalchemy import select

from audiences.contacts import Contact, find
from audiences.subscriptions import Consent, Subscription
from mailer.links import Signed
from mailer.outbox.models import Message
from mailer.sites.site import Site
from tests.acts import campaigning

ED = "focal-point@ed.sector.example"
TOPIC = "monthly-letter"


async def signed(site: Site, place: Path, address: str = ED) -> Signed:
    """Release a campaign; return all that is signed in one reader's message."""
    number = await campaigning.released(site, place)
    row = (await campaigning.ledger(site, number))[address]
    return site.signer.message(row.id)


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
