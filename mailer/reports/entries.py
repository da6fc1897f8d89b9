"""All that the unit reads about one organisation: entry, contacts, letters, answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from sqlalchemy import CompoundSelect, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import directory
from audiences.contacts import Contact, Membership
from audiences.directory import Confirmation, Proposal
from audiences.entry import Entry
from audiences.organisations import Organisation
from audiences.people import site_roles
from audiences.record import changes
from audiences.record.changes import Changed, DirectoryChange
from audiences.suppressions import Suppression
from mailer.campaigns.models import Campaign
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import FOR_ORGANISATION, Message

SHOWN = 200  # contacts of one organisation
RECENT = 50  # letters, confirmations and proposals
Row = TypeVar("Row", Confirmation, Proposal)


class BodyContact(NamedTuple):
    """A contact of an organisation: what it does there, and why it gets no letters."""

    number: int
    name: str | None
    address: str | None
    function: str | None
    roles: tuple[str, ...]
    left_out: str | None


class BodyLetter(NamedTuple):
    """A campaign that wrote to an organisation: messages, and how many were taken."""

    campaign: int
    name: str
    at: datetime | None
    messages: int
    accepted: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyReport:
    """One organisation with its entry and all that belongs to it."""

    body: Organisation
    entry: Entry
    number_of_contacts: int
    contacts: Sequence[BodyContact]  # the first SHOWN
    letters: Sequence[BodyLetter]  # the latest RECENT
    confirmations: Sequence[Confirmation]
    proposals: Sequence[Proposal]
    history: Sequence[DirectoryChange]  # the latest first


async def of_organisation(session: AsyncSession, number: int) -> BodyReport | None:
    """Return what is known about an organisation; None if there is none."""
    body = await session.get(Organisation, number)
    if body is None:
        return None
    found = await _contacts(session, number)
    history = await changes.history(session, Changed.ORGANISATION, number)
    return BodyReport(
        body=body,
        entry=(await directory.entries(session, [number]))[number],
        number_of_contacts=len(found),
        contacts=found[:SHOWN],
        letters=await _letters(session, number),
        confirmations=await _latest(session, Confirmation, number),
        proposals=await _latest(session, Proposal, number),
        history=history[::-1],
    )


async def _contacts(session: AsyncSession, number: int) -> list[BodyContact]:
    joined = Membership.organisation_id == number
    left_out = case(
        (Suppression.address_key.is_not(None), Suppression.reason),
        (Contact.stopped_at.is_not(None), "stopped"),
        else_=None,
    )
    rows = await session.execute(
        select(
            Contact.id,
            Contact.name,
            Contact.address,
            func.coalesce(Membership.function, Contact.function),
            func.coalesce(Membership.roles, Contact.roles),
            left_out,
        )
        .outerjoin(Membership, (Membership.contact_id == Contact.id) & joined)
        .outerjoin(Suppression, Suppression.address_key == Contact.address_key)
        .where(Contact.id.in_(_numbers(number)), Contact.address.is_not(None))
        .order_by(Contact.id)
    )
    known = await site_roles.load(session)
    return [
        BodyContact(key, name, address, function, known.codes(roles), why)
        for key, name, address, function, roles, why in rows
    ]


def _numbers(number: int) -> CompoundSelect[int]:
    """Select the contacts of an organisation, so that indexes find them."""
    further = select(Membership.contact_id).where(Membership.organisation_id == number)
    return select(Contact.id).where(Contact.organisation_id == number).union(further)


async def _letters(session: AsyncSession, number: int) -> list[BodyLetter]:
    accepted = func.sum(case((Message.state == MessageState.ACCEPTED, 1), else_=0))
    rows = await session.execute(
        select(
            *(Campaign.id, Campaign.name, Campaign.released_at),
            *(func.count(), accepted),
        )
        .select_from(Message)
        .join(Campaign, Campaign.id == Message.campaign_id)
        .join(Contact, Contact.id == Message.contact_id)
        .where(Message.contact_id.in_(_numbers(number)), FOR_ORGANISATION.in_([number]))
        .group_by(Campaign.id, Campaign.name, Campaign.released_at)
        .order_by(Campaign.id.desc())
        .limit(RECENT)
    )
    return [BodyLetter(*row) for row in rows]


async def _latest(
    session: AsyncSession, table: type[Row], number: int
) -> Sequence[Row]:
    rows = await session.scalars(
        select(table)
        .filter_by(organisation_id=number)
        .order_by(table.id.desc())
        .limit(RECENT)
    )
    return rows.all()
