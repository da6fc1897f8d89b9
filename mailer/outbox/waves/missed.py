"""Lists whom a further wave of a campaign reaches, by name, and whom it leaves out."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.languages import Chain
from audiences.organisations import Organisation
from audiences.segments import resolve
from audiences.segments.compiler import Context
from mailer.campaigns.models import ApprovedReader, Campaign
from mailer.campaigns.review import audience_guard
from mailer.campaigns.variants import groups
from mailer.campaigns.variants.letters import Content
from mailer.outbox.message_states import MessageState, Skip
from mailer.outbox.models import Message
from mailer.outbox.waves import not_reached
from mailer.outbox.waves.not_reached import Whom
from mailer.sites.site import Site

NOT_PICKED = "not_picked"  # the rule does not pick them any more
Conditions = tuple[ColumnElement[bool], ...]


class Missed(NamedTuple):
    """A reader whom the campaign has not reached."""

    address: str
    name: str | None
    organisation: str
    language: str  # of the letter
    reason: str  # as in not_reached.last_word


@dataclass(frozen=True, kw_only=True, slots=True)
class WhoMissed:
    """Who gets a further wave, and how many do not, by reason."""

    readers: Sequence[Missed]
    left_out: Mapping[str, int]


def conditions(site: Site, campaign: Campaign, whom: Whom) -> Conditions:
    """Return the conditions that a contact of the audience gets a further wave."""
    patterns = site.settings.mail.only_to
    why_not = not_reached.why_not(campaign.id, campaign.topic, patterns)
    return *not_reached.missed(campaign.id, whom), why_not.is_(None)


async def read(
    session: AsyncSession,
    site: Site,
    content: Content,
    context: Context,
    whom: Whom,
) -> WhoMissed:
    """Return who gets a further wave, by name, and how many do not, by reason."""
    campaign = content.campaign
    readers: list[Missed] = []
    left_out: Counter[str] = Counter()
    picked = 0  # contacts with a message that did not reach them
    languages: dict[tuple[str, str, str], str | None] = {}
    for query in _queries(site, campaign, context, whom):
        for address, name, code, *chain, said, why in await session.execute(query):
            known = said not in {not_reached.JOINED, not_reached.FOLLOWS}
            picked += known
            language = _language(content, tuple(chain), languages)
            reason = why or (None if language else str(Skip.NO_TRANSLATION))
            if reason is None:
                readers.append(Missed(address, name, code, language or "", said))
            elif known:
                left_out[reason] += 1
    gone = await not_reached.number_missed(session, campaign.id) - picked
    if gone > 0 and not whom.successors:
        left_out[NOT_PICKED] = gone
    return WhoMissed(readers=readers, left_out=dict(left_out.most_common()))


def _language(
    content: Content,
    chain: tuple[Any, ...],
    known: dict[tuple[Any, ...], str | None],
) -> str | None:
    """Return the language that readers with a chain get; None: none fits."""
    if chain not in known:
        choice = groups.choose(
            content.campaign, content.written, Chain.from_stored(*chain)
        )
        known[chain] = choice.language if choice else None
    return known[chain]


def _queries(
    site: Site, campaign: Campaign, context: Context, whom: Whom
) -> Iterator[Select[*tuple[Any, ...]]]:
    """Yield a query of the contacts that were missed by each kind of membership."""
    patterns = site.settings.mail.only_to
    for via in context.memberships:
        yield (
            resolve.audience(
                campaign.audience,
                context,
                Contact.address,
                Contact.name,
                Organisation.code,
                groups.CONTACT_LANGUAGES,
                groups.ORGANISATION_LANGUAGES,
                groups.COUNTRY_LANGUAGES,
                not_reached.last_word(campaign.id),
                not_reached.why_not(campaign.id, campaign.topic, patterns),
                via=via,
            )
            .where(*not_reached.missed(campaign.id, whom))
            .order_by(Contact.id)
        )


async def change(
    session: AsyncSession,
    site: Site,
    campaign: Campaign,
    context: Context,
    whom: Whom,
) -> str | None:
    """Return how many readers joined since the approval, over all waves with this one.

    None if they are not many by gate.audience_change.
    """
    which = conditions(site, campaign, whom)
    written = select(Message.contact_id).where(
        Message.campaign_id == campaign.id, Message.state != MessageState.SKIPPED
    )
    picked = [
        resolve.audience(campaign.audience, context, Contact.id, via=via).where(*which)
        for via in context.memberships
    ]
    approved = select(ApprovedReader.contact_id).where(
        ApprovedReader.campaign_id == campaign.id
    )
    every = union_all(written, *picked).subquery()
    joined = select(every.c.contact_id).except_(approved).subquery()
    number = await session.scalar(select(func.count()).select_from(joined)) or 0
    before = select(func.count()).select_from(approved.subquery())
    agreed = await session.scalar(before) or 0
    if not audience_guard.is_much(number, agreed, site.settings.gate.audience_change):
        return None
    return (
        f"{campaign.name} was approved for {agreed} readers, and {number} others have"
        " joined with this wave"
    )
