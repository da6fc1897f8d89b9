"""Explains one reader of a campaign: rule, language, blocks, and messages."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.languages import Choice
from audiences.segments import explanation
from audiences.segments.compiler import Context
from audiences.segments.explanation import Explanation
from mailer.campaigns import lookup
from mailer.campaigns.review import preview
from mailer.campaigns.variants import codes
from mailer.campaigns.variants.letters import Content
from mailer.outbox.models import Message
from mailer.reports.shapes import Document
from mailer.sites.site import Site


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockShown:
    """Whether a reader sees a block, and by which rule."""

    block: str
    type: str
    shown: bool
    rule: str  # empty: everyone sees it


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderExplanation:
    """Why a contact gets a campaign or not, and what its letter has."""

    rule: Explanation
    choice: Choice | None  # None: the contact reads no language of the campaign
    variant: str
    blocks: Sequence[BlockShown]
    messages: Sequence[Message]  # none before the release


async def explain(
    site: Site, campaign_id: int, address: str, *, now: datetime
) -> ReaderExplanation:
    """Explain a contact of a campaign; raise UnknownNameError if there is none."""
    opened = await preview.desk(
        site, campaign_id, preview.with_address(site, address), now=now
    )
    (persona,) = opened.personas
    content = opened.content
    campaign = content.campaign
    async with site.database.reading() as session:
        context = await lookup.context_of(session, campaign, now=now)
        rule = await _rule(session, content, context, persona.contact)
        messages = await session.scalars(
            select(Message).where(
                Message.campaign_id == campaign.id,
                Message.contact_id == persona.contact.id,
            )
        )
        sent = messages.all()
    hidden = codes.decode(campaign, persona.variant).hidden
    return ReaderExplanation(
        rule=rule,
        choice=persona.choice,
        variant=persona.variant,
        blocks=[
            BlockShown(
                block=block,
                type=kind,
                shown=block not in hidden,
                rule=campaign.block_rules.get(block, ""),
            )
            for block, kind in content.blocks.items()
        ],
        messages=sent,
    )


async def _rule(
    session: AsyncSession, content: Content, context: Context, contact: Contact
) -> Explanation:
    rule = content.campaign.audience
    return await explanation.explain(session, rule, contact, context)


def document(found: ReaderExplanation) -> Document:
    """Return an explanation as JSON: that of the rule, then language and blocks."""
    choice = found.choice
    return {
        **found.rule.document(),
        "language": choice and choice.language,
        "wanted": choice and choice.wanted,
        "step": choice and choice.step,
        "variant": found.variant,
        "blocks": [asdict(each) for each in found.blocks],
        "messages": [
            {"id": each.id, "state": each.state, "reason": each.reason}
            for each in found.messages
        ],
    }
