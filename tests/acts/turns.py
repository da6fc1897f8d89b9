"""Gives the sample's series its people, and ticks as a site does."""

import email
import email.policy
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from audiences.record.changes import Author
from mailer import clock
from mailer.calendar import planning, series
from mailer.calendar.planning import SeriesPlan
from mailer.campaigns import lookup
from mailer.campaigns.models import Occurrence
from mailer.campaigns.slot_models import SlotNotice
from mailer.campaigns.writing import edit, folder
from mailer.processes import noticing, ticking
from mailer.sites.site import Site
from mailer.users import roles
from mailer.users.models import User
from tests.acts import campaigning
from tools.peers.relay import Relay

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
NAME, EDITOR, APPROVER = "monthly-letter", campaigning.EDITOR, campaigning.APPROVER
MARIE = "marie"  # translates into French and Spanish
FRENCH = campaigning.TEXT.replace("Dear", "Cher").replace("this is short", "c’est bref")


def author() -> Author:
    return Author(by=EDITOR, at=clock.now())


async def planned(site: Site, **said: Any) -> datetime:
    """Give the sample's series its people; return its next date."""
    now = clock.now()
    async with site.database.writing() as session:
        for name, language in ((EDITOR, "fr"), (APPROVER, "en")):
            user = await session.get(User, name)
            assert user is not None
            user.address, user.language = f"{name}@unit.example", language
        session.add(
            User(
                name=MARIE,
                address=f"{MARIE}@unit.example",
                language="es",
                roles=roles.stored([roles.parse("translator:fr,es")]),
                added_at=now,
                updated_at=now,
            )
        )
        await session.flush()
        found = await series.named(session, NAME)
        plan: dict[str, Any] = {
            "letter_type": NAME,
            "audience": campaigning.SECTORS,
            "languages": "en fr",
            "owner": EDITOR,
            "translators": MARIE,
            "approvers": APPROVER,
        }
        await planning.change(
            session, site, found, SeriesPlan(**{**plan, **said}), author()
        )
        due = await session.scalar(select(func.min(Occurrence.due_at)))
    assert isinstance(due, datetime)
    return due.astimezone(UTC)


async def tick(site: Site, *instants: datetime) -> None:
    """Tick at these instants, and send what waits."""
    for instant in instants:
        await ticking.tick(site, instant, every_series=False)
        await noticing.notify(site, now=instant)


def mails(relay: Relay) -> list[tuple[str, str]]:
    """Return recipient and subject of each mail that the relay took."""
    found = []
    for each in relay.accepted:
        mail = email.message_from_bytes(each.octets, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        found.append((each.recipient.partition("@")[0], str(mail["Subject"])))
    return found


async def kinds(site: Site) -> list[tuple[str, str]]:
    async with site.database.reading() as session:
        rows = await session.scalars(
            select(SlotNotice).order_by(SlotNotice.at, SlotNotice.kind)
        )
        return [(each.kind, each.user) for each in rows]


async def draft(site: Site) -> int:
    """Return the draft that was opened first."""
    async with site.database.reading() as session:
        number: int | None = await session.scalar(select(func.min(Occurrence.draft_id)))
    assert number is not None
    return number


async def write_draft(site: Site, place: Path, **texts: str) -> int:
    """Replace the text of the draft as its author does; return its number."""
    number = await draft(site)
    path = campaigning.write(place, **texts)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await edit.replace(
            session,
            campaign,
            folder.read(path),
            templates=site.templates,
            by=EDITOR,
            now=clock.now(),
        )
    return number
