"""Files answers to the letters they answer, and records answers to invitations.

An answer is filed by the Message-ID it names and the address it comes from. Either can
be forged, so nothing follows from an answer but what the unit reads, a proposal, and an
answer to an invitation of the same reader.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import directory
from audiences.contacts import Contact
from audiences.record import writing
from audiences.store.dialects import insert
from audiences.store.permission import DirectoryRight
from mailer.campaigns.models import Campaign
from mailer.errors import RefusedError
from mailer.feedback.belief import messages, quarantine
from mailer.feedback.belief.arrival import ReadMail
from mailer.feedback.belief.believing import Row
from mailer.feedback.models import EventAnswer, FeedbackKind, FeedbackMail, MailStanding
from mailer.feedback.opening import OpenedMail
from mailer.feedback.replies import wording
from mailer.outbox.models import FOR_ORGANISATION, Message
from mailer.readers.entry import NOTE
from mailer.sites.site import Site
from mailer.users import guard

ANSWERS = tuple(map(FeedbackKind, wording.ANSWERS))


async def file(
    session: AsyncSession, site: Site, mails: Sequence[ReadMail], rows: Sequence[Row]
) -> None:
    """Put into the rows of answers the messages that they answer."""
    opened = {each.arrival.digest: each.opened for each in mails}
    for row in rows:
        mail = opened.get(row["digest"])
        if (
            row["standing"] != MailStanding.FILED
            or row["message_number"]
            or mail is None
        ):
            continue
        number = await messages.named(session, site, mail.sender, mail.answers)
        found = await session.get(Message, number) if number else None
        if found is not None:
            row["message_number"], row["campaign_id"] = found.id, found.campaign_id
            row["address_key"], row["evidence"] = found.address_key, "Message-ID"


async def follow(
    session: AsyncSession,
    site: Site,
    mails: Sequence[ReadMail],
    rows: Sequence[Row],
    *,
    now: datetime,
) -> None:
    """Record answers to invitations, and propose who follows a reader who has left."""
    opened = {each.arrival.digest: each.opened for each in mails}
    for row in rows:
        mail = opened.get(row["digest"])
        if row["standing"] != MailStanding.FILED or mail is None:
            continue
        if row["kind"] == FeedbackKind.ANSWER:
            await _answer(session, site, mail, now=now)
        elif row["message_number"] is not None:
            await _propose(session, row, mail, now=now)


async def _answer(
    session: AsyncSession, site: Site, mail: OpenedMail, *, now: datetime
) -> None:
    """Record an answer to an invitation that the reader got; the newest counts.

    Mails may come in another order than they were written.
    """
    reply = wording.calendar_reply(mail.calendar)
    given = reply.of(mail.sender) if reply is not None else None
    if reply is None or given is None:
        return
    attendee, answer = given
    if not await _speaks_for(session, site, attendee, mail):
        return
    contact_id = await messages.reader(session, site, attendee)
    uid = await _invited(session, contact_id, reply.uid) if contact_id else None
    if uid is None:
        return
    at = min(reply.at or now, now)
    values = {"answer": answer.value, "sequence": reply.sequence, "at": at}
    put = insert(session, EventAnswer).values(uid=uid, contact_id=contact_id, **values)
    await session.execute(
        put.on_conflict_do_update(
            index_elements=[EventAnswer.uid, EventAnswer.contact_id],
            set_=values,
            where=or_(
                EventAnswer.sequence < reply.sequence,
                and_(EventAnswer.sequence == reply.sequence, EventAnswer.at <= at),
            ),
        )
    )


async def _speaks_for(
    session: AsyncSession, site: Site, attendee: str, mail: OpenedMail
) -> bool:
    """Whether a mail may answer for an attendee, who may have several addresses.

    It comes from that address or its domain, or names the letter of that reader.
    """
    theirs, ours = (each.lower() for each in (mail.sender, attendee))
    if theirs.rpartition("@")[2] == ours.rpartition("@")[2]:
        return True
    return await messages.named(session, site, attendee, mail.answers) is not None


async def _invited(session: AsyncSession, contact_id: int, uid: str) -> str | None:
    """Return our code of the event to which a contact was invited; None if not."""
    events = await session.scalars(
        select(Campaign.event)
        .join(Message, Message.campaign_id == Campaign.id)
        .where(
            Message.contact_id == contact_id,
            Message.marked_at.is_not(None),
            Campaign.event.is_not(None),
        )
    )
    uids = {str(each["uid"]) for each in events if each}
    named = (uid, uid.rpartition("@")[0])
    return next((each for each in named if each in uids), None)


async def _propose(
    session: AsyncSession, row: Row, mail: OpenedMail, *, now: datetime
) -> None:
    """Propose the address that an automatic answer names for a reader who has left."""
    instead = wording.has_left(mail.text)
    if not instead or instead.lower() == mail.sender.lower():
        return
    organisation = await session.scalar(
        select(FOR_ORGANISATION)
        .select_from(Message)
        .join(Contact, Contact.id == Message.contact_id)
        .where(Message.id == row["message_number"])
    )
    if organisation is not None:
        await directory.propose(
            session,
            organisation,
            held={NOTE: ""},
            proposed={NOTE: f"{mail.sender} has left; write to {instead}"},
            language="en",
            source=f"message {row['message_number']}",
            now=now,
        )


async def file_by_hand(
    session: AsyncSession, number: int, campaign_id: int, *, by: str, now: datetime
) -> None:
    """File an answer to a campaign; the message that it answers there stays known.

    Raises RefusedError for anything but an answer, and if the user may not do it.
    """
    await guard.require(session, by, DirectoryRight.DIRECTORY)
    mail = await quarantine.get(session, number)
    if mail.standing != MailStanding.FILED:
        raise RefusedError(f"mail {number} is {mail.standing}, no answer to file")
    values: dict[str, object] = {"settled_by": by, "settled_at": now}
    if mail.campaign_id != campaign_id:
        values |= {"campaign_id": campaign_id, "evidence": "a person"}
        values |= dict.fromkeys(("message_number", "address_key"))
    await session.execute(
        update(FeedbackMail).where(FeedbackMail.id == number).values(values)
    )
    detail = {"campaign": [mail.campaign_id, campaign_id]}
    writing.note(session, "filed", f"mail {number}", by=by, at=now, detail=detail)
