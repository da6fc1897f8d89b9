"""Begins reminders: drafts to those who got a letter and have not done what it asks.

A reminder has the text, the files and the event of its letter; its subject says that it
is a reminder. Its rule is resolved at each step, so that who answers meanwhile gets no
letter.
"""

import asyncio
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.segments import rules
from audiences.segments.rules import Operator, Word
from mailer.campaigns import lookup, permission
from mailer.campaigns.models import Campaign
from mailer.campaigns.reminders import CONFIRMED
from mailer.campaigns.review import audience_guard
from mailer.campaigns.writing import edit, folder, starting, texts
from mailer.campaigns.writing.folder import Folder
from mailer.campaigns.writing.syntax import front_matter
from mailer.errors import RefusedError
from mailer.rendering import letter_types
from mailer.rendering.language.catalogues import Catalogue
from mailer.sites.site import Site
from mailer.users import guard
from mailer.users.acts import Right

_SUBJECT = re.compile(r"(?im)^subject\s*[:：].*(?:\n[ \t]+\S.*)*$")


class Unless(StrEnum):
    """What a reader has done who gets no reminder."""

    ANSWERED = "answered"  # the invitation, by the calendar
    REPLIED = "replied"  # by a mail
    CONFIRMED = "confirmed"  # the entry of the organisation


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminder:
    """The draft of a reminder, and to whom it would go now."""

    id: int
    name: str
    reminds: int
    audience: str
    readers: int


def unless_of(text: str) -> list[Unless]:
    """Return what a list of words says, such as `answered replied`.

    Raises RefusedError for another word.
    """
    found = []
    for word in text.casefold().replace(",", " ").split():
        if word not in set(Unless):
            raise RefusedError(
                f"{word[:40]!r} is nothing that a reminder can wait for; expected"
                f" {', '.join(Unless)}"
            )
        found.append(Unless(word))
    return list(dict.fromkeys(found))


def rule(
    campaign: Campaign, unless: Sequence[Unless], within: str | None = None
) -> str:
    """Return the rule of a reminder: who got the letter, and has done none of these.

    `within` is a rule that holds for its readers too. Raises RefusedError for a letter
    that was not sent, and for answers to a letter without an event.
    """
    if campaign.released_at is None:
        raise RefusedError(
            f"{campaign.name} is {campaign.state}; a reminder is for a letter that was"
            " sent"
        )
    number = Word(text=str(campaign.id), column=1)
    parts: list[rules.Rule] = [_test("reached_in", number)]
    for each in unless:
        if each is Unless.CONFIRMED:
            day = rules.Day(fixed=campaign.released_at.date())
            before = Operator.BEFORE
            parts.append(
                rules.Comparison(
                    fact=CONFIRMED, operator=before, day=day, column=1, text=""
                )
            )
            continue
        about = number
        if each is Unless.ANSWERED:
            if campaign.event is None:
                raise RefusedError(
                    f"{campaign.name} invites to no event, so that no reader can have"
                    " answered; expected replied or confirmed"
                )
            about = Word(text=campaign.event["uid"], column=1)
        parts.append(rules.Not(rule=_test(str(each), about)))
    written = rules.write(rules.All(rules=tuple(parts)))
    return f"({within}) and {written}" if within else written


def _test(name: str, argument: Word) -> rules.Test:
    return rules.Test(name=name, argument=argument, column=1, text="")


async def within(session: AsyncSession, by: str, campaign: Campaign) -> str | None:
    """Return the rule that a reminder by a user adds: of a scoped one, the letter's.

    So the reminder is within the scope as the letter was.
    """
    user = await guard.find(session, by)
    is_scoped = user is not None and any(each.scope for each in user.grants)
    return campaign.audience if is_scoped else None


async def folder_of(
    session: AsyncSession, site: Site, campaign: Campaign, *, day: date
) -> Folder:
    """Return the content of a reminder of a letter, as a folder would have it."""
    with tempfile.TemporaryDirectory(prefix="reminder-") as place:
        path = Path(place) / "draft"
        await starting.copy(session, campaign, path, today=day, same_event=True)
        written = await asyncio.to_thread(folder.read, path)
    template = letter_types.load(site.templates, campaign.template)
    stored = await texts.texts_of(session, campaign)
    parsed = texts.parse_all(
        stored, site.templates, template, folder_name=campaign.name
    )
    own = {
        language: _reminding(text, parsed[language].subject, site.catalogue(language))
        for language, text in written.texts.items()
    }
    return replace(written, day=day, author=None, texts=own)


def _reminding(text: str, subject: str, catalogue: Catalogue) -> str:
    """Return a text whose subject says that it is a reminder, once."""
    said = catalogue.text("Reminder: %(subject)s", subject=subject)
    if subject.startswith(catalogue.text("Reminder: %(subject)s", subject="").strip()):
        return text
    line = front_matter.line("subject", said)
    return _SUBJECT.sub(lambda _: line, text, count=1)


async def draft(
    session: AsyncSession,
    site: Site,
    campaign_id: int,
    unless: Sequence[Unless],
    *,
    by: str,
    now: datetime,
) -> Reminder:
    """Add the draft of a reminder of a letter that was sent.

    Raises RefusedError as `rule` does, and if the user may not write to its audience.
    """
    campaign = await lookup.get(session, campaign_id)
    await permission.require(session, campaign, Right.WRITE, by=by)
    if campaign.on_demand or not unless:
        raise RefusedError(
            f"{campaign.name} has no reminders"
            if campaign.on_demand
            else "name what its readers have not done: answered, replied or confirmed"
        )
    audience = rule(campaign, unless, await within(session, by, campaign))
    day = now.astimezone(site.zone).date()
    written = await folder_of(session, site, campaign, day=day)
    written = replace(
        written, name=f"Reminder of {campaign.name}", author=by, audience=audience
    )
    added: Campaign = await edit.add(
        session, written, templates=site.templates, author=by, now=now
    )
    context = await lookup.context_of(session, added, now=now, present=True)
    chosen = audience_guard.readers(added, context, Contact.id).subquery()
    count = await session.scalar(select(func.count()).select_from(chosen))
    return Reminder(
        id=added.id,
        name=added.name,
        reminds=campaign.id,
        audience=audience,
        readers=count or 0,
    )
