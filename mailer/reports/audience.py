"""Lists a campaign's audience: who gets which letter and why, who is left out and why.

Before the release the rule is asked; afterwards the ledger has what was decided. Each
contact is compared with the last letter of the series: joined, left, or neither.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    case,
    exists,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from audiences.contacts import Contact
from audiences.languages import Chain
from audiences.organisations import Country, Organisation
from audiences.segments import resolve
from audiences.segments.by_membership import Range
from audiences.segments.compiler import Context
from audiences.store import batches, dialects
from mailer.campaigns import lookup
from mailer.campaigns.models import Campaign, StoredLetter
from mailer.campaigns.review import approved_files, audience_guard
from mailer.campaigns.variants import codes, groups, letters, wording
from mailer.campaigns.variants.letters import Content, LetterKey
from mailer.outbox import ledger, only_to
from mailer.outbox.message_states import MessageState, Skip
from mailer.outbox.models import FOR_ORGANISATION, Message
from mailer.outbox.waves import frequency
from mailer.reports import coverage
from mailer.sites.site import Site

COLUMNS = (
    *("address", "name", "organisation", "organisation_name", "kind", "language"),
    *("variant", "why", "left_out", "since_last"),
)
RULE_ONLY = "the audience's rule picks them"


class SinceLast(StrEnum):
    """What became of a reader since the last letter of the series."""

    JOINED = "joined"
    LEFT = "left"
    SAME = ""  # also without an earlier letter


class AudienceRow(NamedTuple):
    """One contact of an audience, as text; the fields are COLUMNS."""

    address: str
    name: str
    organisation: str
    organisation_name: str
    kind: str
    language: str  # empty: left out
    variant: str  # its code
    why: str
    left_out: str  # the reason; empty: a reader
    since_last: str


class _Read(NamedTuple):
    """What a query returns for one contact."""

    id: int
    address: str | None
    name: str | None
    organisation: str
    organisation_name: str
    kind: str
    chain: tuple[str, str, str]
    variant: str
    left_out: str | None
    had_last: bool
    language: str | None = None  # as sent; None: not released yet


@dataclass(frozen=True, kw_only=True)
class Audience:
    """The audience of one campaign, to be read in pages."""

    campaign: Campaign
    last: Campaign | None  # the last letter of the series
    content: Content
    context: Context
    patterns: Sequence[str]  # mail.only_to
    site: Site
    mine: tuple[ColumnElement[bool], ...] = ()  # which messages count
    _said: dict[str, str] = field(default_factory=dict)  # variant → why
    _letters: dict[tuple[tuple[str, str, str], str], LetterKey | None] = field(
        default_factory=dict
    )

    async def pages(self, session: AsyncSession) -> AsyncIterator[list[AudienceRow]]:
        """Yield the contacts that are picked, then those who have left since the last.

        Pages follow the numbers of contacts.
        """
        after, size = 0, resolve.FIRST_PAGE
        while (end := await resolve.page_end(session, after, size)) is not None:
            page = await self._page(session, (after, end))
            yield [self._row(each) for each in page]
            after, size = end, min(2 * size, resolve.LARGEST_PAGE)
        async for gone in self._gone(session):
            yield gone

    async def _page(self, session: AsyncSession, within: Range) -> list[_Read]:
        rows: list[_Read] = []
        sqlite = dialects.is_sqlite(session)
        for query in self._queries(within):
            packed = batches.packed(query, sqlite=sqlite)
            for row in await batches.fetch(session, packed, {}):
                values: list[Any] = [*row[:6], tuple(row[6:9]), *row[9:]]
                rows.append(_Read(*values))
        rows.sort(key=attrgetter("id"))
        return rows

    def _queries(self, within: Range) -> list[Select[*tuple[Any, ...]]]:
        """Return the queries of a page: of the ledger, or by kind of membership."""
        if self.campaign.released_at is not None:
            return [self._ledger(within)]
        often = frequency.beyond(self.site.settings, self.campaign, self.context.today)
        return [
            resolve.audience(
                self.campaign.audience,
                self.context,
                *_WHO,
                codes.expression(self.campaign, self.context, via),
                func.coalesce(resolve.reason(self.campaign.topic), often),
                self._had_last(),
                via=via,
                within=within,
            )
            .where(Contact.id.in_(resolve.numbers(within)))
            .order_by(Contact.id)
            for via in self.context.memberships
        ]

    def _ledger(self, within: Range) -> Select[*tuple[Any, ...]]:
        skipped = Message.state == MessageState.SKIPPED
        return (
            select(
                *_WHO,
                func.coalesce(StoredLetter.variant, ""),
                case((skipped, func.coalesce(Message.reason, "unknown")), else_=null()),
                self._had_last(),
                Message.language,
            )
            .select_from(Message)
            .join(Contact, Contact.id == Message.contact_id)
            .join(Organisation, Organisation.id == FOR_ORGANISATION)
            .outerjoin(Country, Country.code == Organisation.country)
            .outerjoin(StoredLetter, StoredLetter.id == Message.letter_id)
            .where(*self.mine, Message.contact_id.in_(resolve.numbers(within)))
        )

    def _had_last(self) -> ColumnElement[bool]:
        """Return whether the contact had the last letter."""
        if self.last is None:
            return literal(False)  # noqa: FBT003 (a value of SQL)
        former = aliased(Message)
        return exists().where(
            former.campaign_id == self.last.id,
            former.contact_id == Contact.id,
            former.state != MessageState.SKIPPED,
        )

    def _row(self, read: _Read) -> AudienceRow:
        left_out, language, variant = read.left_out, read.language, read.variant
        if left_out is None and language is None:
            left_out, language, variant = self._letter(read)
        return AudienceRow(
            address=read.address or "",
            name=read.name or "",
            organisation=read.organisation,
            organisation_name=read.organisation_name,
            kind=read.kind,
            language="" if left_out else language or "",
            variant="" if left_out else variant,
            why="" if left_out else self._why(variant),
            left_out=left_out or "",
            since_last=self._since(read, reads=left_out is None),
        )

    def _letter(self, read: _Read) -> tuple[str | None, str | None, str]:
        """Return why a contact who is picked gets no letter, or language and code."""
        if not only_to.allows(self.patterns, read.address or ""):
            return Skip.ONLY_TO, None, ""
        of = read.chain, read.variant
        if of not in self._letters:
            chain = Chain.from_stored(*read.chain)
            choice = groups.choose(self.campaign, self.content.written, chain)
            self._letters[of] = (
                letters.key(self.content, choice, read.variant) if choice else None
            )
        key = self._letters[of]
        if key is None:
            return Skip.NO_TRANSLATION, None, ""
        return None, key.language, key.variant

    def _since(self, read: _Read, *, reads: bool) -> SinceLast:
        if self.last is None or reads == read.had_last:
            return SinceLast.SAME
        return SinceLast.JOINED if reads else SinceLast.LEFT

    def _why(self, variant: str) -> str:
        """Return in English why readers with this code were picked."""
        if variant not in self._said:
            number = codes.decode(self.campaign, variant).reason
            known = self.content.reasons
            words: tuple[str, ...] = ()
            if known and (number or len(known) == 1):
                words = wording.words(
                    known[int(number or 0)],
                    self.content.names,
                    self.site.catalogue("en"),
                )
            self._said[variant] = "; ".join(words) or RULE_ONLY
        return self._said[variant]

    async def _gone(self, session: AsyncSession) -> AsyncIterator[list[AudienceRow]]:
        """Yield those who had the last letter and are not picked any more."""
        if self.last is None:
            return
        query = (
            select(*_WHO)
            .select_from(Contact)
            .join(Organisation, Organisation.id == Contact.organisation_id)
            .outerjoin(Country, Country.code == Organisation.country)
            .where(self._had_last(), Contact.id.not_in(self._picked()))
            .order_by(Contact.id)
        )
        async for part in (await session.stream(query)).partitions(resolve.FIRST_PAGE):
            yield [
                AudienceRow(
                    row[1] or "",
                    row[2] or "",
                    *(row[3], row[4], row[5], "", "", ""),
                    *(coverage.NOT_PICKED, SinceLast.LEFT),
                )
                for row in part
            ]

    def _picked(self) -> Select[Any]:
        """Select the numbers of the contacts that `pages` lists first."""
        if self.campaign.released_at is not None:
            sent = aliased(Message)
            return select(sent.contact_id).where(sent.campaign_id == self.campaign.id)
        picked = [
            resolve.audience(self.campaign.audience, self.context, Contact.id, via=via)
            for via in self.context.memberships
        ]
        return select(union_all(*picked).cte().c.id)


_WHO = (
    Contact.id,
    Contact.address,
    Contact.name,
    Organisation.code,
    Organisation.name,
    Organisation.kind,
    groups.CONTACT_LANGUAGES,
    groups.ORGANISATION_LANGUAGES,
    groups.COUNTRY_LANGUAGES,
)


async def audience(
    session: AsyncSession, site: Site, campaign_id: int, *, now: datetime
) -> Audience:
    """Return the audience of a campaign, with the templates it goes with."""
    campaign = await lookup.get(session, campaign_id)
    site = await approved_files.as_approved(session, site, campaign)
    return Audience(
        campaign=campaign,
        last=await audience_guard.last_of_kind(session, campaign),
        content=await letters.content_of(session, site, campaign),
        context=await lookup.context_of(session, campaign, now=now),
        patterns=site.settings.mail.only_to,
        site=site,
        mine=await ledger.of_campaign(session, campaign_id),
    )
