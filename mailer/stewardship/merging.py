"""Merges two contacts that are one reader: what limits letters wins."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from audiences import contacts, suppressions
from audiences.contacts import Contact, Membership
from audiences.people import details, kept_lists, search_texts
from audiences.record import changes
from audiences.record.changes import Author, Changed
from audiences.store import permission
from audiences.store.permission import DirectoryRight
from audiences.subscriptions import Consent, Standing, Subscription
from audiences.suppressions import Why
from mailer.errors import RefusedError
from mailer.outbox.message_states import SENT
from mailer.outbox.models import Message
from mailer.stewardship import moving, removing

# of two subscriptions to a topic, the one with the higher number counts
RANK = {
    Standing.PENDING: 0,
    Standing.ACTIVE: 1,
    Standing.PAUSED: 2,
    Standing.ENDED: 3,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """What the contact that stays got, and why it is not written to, if so."""

    messages: int
    suppressed: Why | None
    key: bytes  # of the address that stays


async def merge(
    session: AsyncSession, address: str, into: str, author: Author, *, key: bytes
) -> Merged:
    """Merge a contact into another, which keeps its own values and gets what it lacks.

    Organisations with roles, subscriptions with their evidence, messages and history
    follow. A suppression, a stop or an unsubscription of one holds for the merged
    contact. Raises RefusedError if both are the same contact.
    """
    await permission.require(session, author.by, DirectoryRight.DIRECTORY)
    pair = await _pair(session, address, into, key=key)
    source, target = pair
    merged_from = source.address
    await _memberships(session, source, target, author)
    await _subscriptions(session, source, target)
    stops = [each.stopped_at for each in pair if each.stopped_at is not None]
    target.stopped_at = min(stops, default=None)
    for column in ("name", "languages", "timezone"):
        if getattr(target, column) is None:
            setattr(target, column, getattr(source, column))
    target.updated_at = author.at
    await details.follow(session, source.id, target.id)
    await kept_lists.follow(session, source.id, target.id)
    messages = await _messages(session, source, target)
    carried = await suppressions.follow(
        session, source.address_key, target.address_key, now=author.at, by=author.by
    )
    await changes.follow(session, Changed.CONTACT, source.id, target.id)
    detail = {"merged": [merged_from, target.address]}
    changes.record(session, Changed.CONTACT, target.id, "merged", author, detail)
    await search_texts.refresh_contacts(session, Contact.id == target.id)
    await removing.take_out(session, source, author)
    return Merged(messages=messages, suppressed=carried, key=target.address_key)


async def _pair(
    session: AsyncSession, address: str, into: str, *, key: bytes
) -> tuple[Contact, Contact]:
    """Return both contacts, locked in the order of their numbers."""
    numbers = [
        (await contacts.find(session, each, key=key)).id for each in (address, into)
    ]
    if numbers[0] == numbers[1]:
        raise RefusedError(f"{address} and {into} are the same contact")
    for number in sorted(numbers):
        await session.get_one(Contact, number, with_for_update=True)
    source, target = [await session.get_one(Contact, each) for each in numbers]
    return source, target


async def _memberships(
    session: AsyncSession, source: Contact, target: Contact, author: Author
) -> None:
    """Give the target the organisations of the source, with roles and functions."""
    own = {each.organisation_id: each for each in await _of(session, target)}
    theirs: list[Contact | Membership] = [source, *await _of(session, source)]
    for each in theirs:
        number = each.organisation_id
        if number == target.organisation_id:
            target.roles |= each.roles
            target.function = target.function or each.function
        elif number in own:
            own[number].roles |= each.roles
            own[number].function = own[number].function or each.function
        else:
            joined = Membership(contact_id=target.id, organisation_id=number)
            joined.roles, joined.function = each.roles, each.function
            joined.updated_at = author.at
            session.add(joined)
    await session.execute(delete(Membership).where(Membership.contact_id == source.id))


async def _of(session: AsyncSession, contact: Contact) -> list[Membership]:
    rows = await session.scalars(
        select(Membership).where(Membership.contact_id == contact.id)
    )
    return list(rows)


async def _subscriptions(
    session: AsyncSession, source: Contact, target: Contact
) -> None:
    rows = await session.scalars(
        select(Subscription).where(Subscription.contact_id.in_([source.id, target.id]))
    )
    both = list(rows)
    own = {each.topic: each for each in both if each.contact_id == target.id}
    for each in both:
        if each.contact_id == target.id:
            continue
        known = own.get(each.topic)
        values: dict[str, Any] = {"standing": each.standing, "since": each.since}
        if known is None:
            new = Subscription(contact_id=target.id, topic=each.topic, **values)
            session.add(new)
        elif RANK[Standing(each.standing)] > RANK[Standing(known.standing)]:
            known.standing, known.since = each.standing, each.since
        await session.delete(each)
    await session.execute(
        update(Consent)
        .where(Consent.contact_id == source.id)
        .values(contact_id=target.id)
    )


async def _messages(session: AsyncSession, source: Contact, target: Contact) -> int:
    """Give the target the messages of the source; count them.

    Of a campaign that both got, the source keeps its own. If only the source has the
    letter, or may have it, the two change places: the target then never gets it again.
    """
    await _change_places(session, source, target)
    other = aliased(Message)
    both_got = exists().where(
        other.campaign_id == Message.campaign_id, other.contact_id == target.id
    )
    ours = (Message.contact_id == source.id, ~both_got)
    await session.execute(
        update(Message)
        .where(*ours, Message.organisation_id.is_(None))
        .values(organisation_id=source.organisation_id)
        .execution_options(synchronize_session=False)
    )
    moved = await session.scalars(
        update(Message)
        .where(*ours)
        .values(contact_id=target.id)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    count = len(moved.all())
    await moving.readdress(session, target.id, target.address_key)
    return count


async def _change_places(
    session: AsyncSession, source: Contact, target: Contact
) -> None:
    """Exchange the messages of campaigns of which the source alone has the letter."""
    of_source, of_target = (
        Message.contact_id == source.id,
        Message.contact_id == target.id,
    )
    sent = Message.state.in_(SENT)
    taken = select(Message.campaign_id).where(of_target, sent)
    shared = select(Message.campaign_id).where(of_target)
    rows = await session.scalars(
        select(Message.campaign_id)
        .where(of_source, sent)
        .where(Message.campaign_id.in_(shared), Message.campaign_id.not_in(taken))
        .distinct()
    )
    chosen = Message.campaign_id.in_(rows.all())
    # below zero meanwhile: each contact has one message of a campaign and wave
    for which, contact, owner, sign in (
        (of_target, target, target, -1),
        (of_source, source, target, 1),
        (and_(of_target, Message.wave < 0), target, source, -1),
    ):
        await session.execute(
            update(Message)
            .where(which, chosen)
            .values(
                contact_id=owner.id,
                wave=Message.wave * sign,
                organisation_id=func.coalesce(
                    Message.organisation_id, contact.organisation_id
                ),
            )
            .execution_options(synchronize_session=False)
        )
