"""Drafts the letters about lost contacts; each goes the way of every campaign.

One asks the other contacts of the organisations who reads our letters there now, and
shows them their entry. One tells those who have a mailbox again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.people import kept_lists
from audiences.people.lost_contacts import LostContact
from audiences.store.permission import DirectoryRight
from audiences.suppressions import Suppression
from audiences.upkeep import lending
from mailer.campaigns.models import Campaign
from mailer.campaigns.writing import edit
from mailer.campaigns.writing.folder import Folder
from mailer.errors import RefusedError
from mailer.sites.site import Site
from mailer.users import guard

TEMPLATE = "directory-update"
LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
MOST = 1_000  # tasks of one letter


@dataclass(frozen=True, kw_only=True, slots=True)
class AskingDraft:
    """A draft about lost contacts."""

    id: int
    name: str
    tasks: int
    readers: int


async def draft(
    session: AsyncSession, site: Site, *, back: bool, by: str, now: datetime
) -> AskingDraft:
    """Draft the letter about all open tasks that no letter is about yet.

    With `back`, the one to the contacts who have a mailbox again. Raises RefusedError
    if there is no such task, or no reader.
    """
    await guard.require(session, by, DirectoryRight.DIRECTORY)
    which = LostContact.returned_at
    rows = await session.scalars(
        select(LostContact)
        .where(
            LostContact.done_at.is_(None),
            LostContact.draft.is_(None),
            which.is_not(None) if back else which.is_(None),
        )
        .order_by(LostContact.id)
        .limit(MOST)
        .with_for_update()
    )
    tasks = list(rows)
    if not tasks:
        raise RefusedError("no open task waits for a letter")
    name = f"tasks-{'back' if back else 'lost'}-{tasks[-1].id}"
    chosen = _back(tasks) if back else _others(tasks)
    readers = await kept_lists.keep(session, name, chosen)
    if not readers:
        raise RefusedError(
            "no other contact of these organisations can be written to",
            code="task.no_reader",
        )
    written = _folder(site, back=back, rule=f"kept({name})", now=now)
    added: Campaign = await edit.add(
        session, written, templates=site.templates, author=by, now=now
    )
    for each in tasks:
        each.draft = added.id
    await session.flush()
    return AskingDraft(id=added.id, name=added.name, tasks=len(tasks), readers=readers)


def _others(tasks: Sequence[LostContact]) -> Select[int]:
    """Choose the other contacts of the organisations who can be written to."""
    each = [
        lending.reachable(task.organisation_id, without=task.contact_id)
        .order_by(None)
        .subquery()
        for task in tasks
    ]
    found = union(*(select(one.c.contact_id) for one in each)).subquery()
    return select(found.c.contact_id)


def _back(tasks: Sequence[LostContact]) -> Select[int]:
    return (
        select(Contact.id)
        .outerjoin(Suppression, Suppression.address_key == Contact.address_key)
        .where(
            Contact.id.in_([each.contact_id for each in tasks]),
            Contact.address.is_not(None),
            Contact.stopped_at.is_(None),
            Suppression.address_key.is_(None),
        )
    )


def _folder(site: Site, *, back: bool, rule: str, now: datetime) -> Folder:
    """Return the content of a letter, as a folder would have it."""
    name = "Your letters reach you again" if back else "Who reads our letters?"
    return Folder(
        name=name,
        template=TEMPLATE,
        topic=None,
        reference="",
        day=now.astimezone(site.zone).date(),
        author=None,
        audience=rule,
        themes=[],
        default_language="en",
        fallbacks={},
        per_block=[],
        block_rules={},
        block_firsts={},
        zone=site.zone.key,
        texts={each: _text(site, each, back=back) for each in LANGUAGES},
    )


def _text(site: Site, language: str, *, back: bool) -> str:
    """Return the text of a letter in one language."""
    text = site.catalogue(language).text
    if back:
        subject = text("Our letters reach you again")
        says = text(
            "Your address had stopped taking our letters. It takes them again, so we"
            " write to you as before. What came meanwhile may have gone to another"
            " contact of your organization."
        )
    else:
        subject = text("Who reads our letters at your organization?")
        says = text(
            "The address of another contact of your organization takes no letters any"
            " more. Please tell us to whom we should write from now on: correct the"
            " entry below, or reply to this letter."
        )
    title = text("Your entry in the directory")
    return (
        f"---\nsubject: {subject}\npreheader: {subject}\n---\n# opening\n\n{says}\n\n"
        f"# entry entry\ntitle: {title}\n\n# signature\n\n{site.sender_name(language)}"
        f"\n\n{site.settings.sender.reply_to}\n"
    )
