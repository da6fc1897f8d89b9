"""Sends test copies of a campaign to people of the unit, outside the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailer import clock
from mailer.campaigns import acts, lookup, permission
from mailer.campaigns.acts import Act
from mailer.campaigns.review import trial
from mailer.campaigns.review.preview import Pick
from mailer.campaigns.review.trial import TrialLetter
from mailer.composing.compose import Addressed
from mailer.delivery.direct import sending
from mailer.delivery.smtp.outgoing import OutgoingMessage
from mailer.outbox.message_states import MessageState
from mailer.sites.site import Site
from mailer.users.acts import Right


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """One test copy, and what the relay said."""

    to: str
    reader: str  # who would get it
    language: str
    variant: str
    state: MessageState  # accepted, refused, uncertain, or waiting: not sent
    reply: str


async def make(
    site: Site, campaign_id: int, recipients: Sequence[str], pick: Pick
) -> tuple[list[str], list[TrialLetter]]:
    """Return the recipients in normal form, and the marked letters for each of them.

    Raises what require_recipients and trial.letters_of raise.
    """
    async with site.database.reading() as session:
        whom = await sending.require_recipients(session, site, recipients)
    return whom, await trial.letters_of(site, campaign_id, pick, now=clock.now())


async def send(
    site: Site,
    campaign_id: int,
    whom: Sequence[str],
    made: Sequence[TrialLetter],
    *,
    by: str,
    now: datetime,
) -> list[Trial]:
    """Send each letter to each address, and record who sent tests to whom."""
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        await permission.require(session, campaign, Right.WRITE, by=by)
        template = campaign.template
    sent: list[Trial] = []
    for address in whom:
        copies = [_copy(site, each, address) for each in made]
        outcomes = await sending.send(site, copies, address=address, template=template)
        for letter, (state, reply) in zip(made, outcomes, strict=True):
            sent.append(
                Trial(
                    to=address,
                    reader=letter.reader,
                    language=letter.key.language,
                    variant=letter.key.variant,
                    state=state,
                    reply=reply,
                )
            )
    detail = {
        "to": list(whom),
        "languages": sorted({each.key.language for each in made}),
        "taken": sum(each.state is MessageState.ACCEPTED for each in sent),
    }
    async with site.database.writing() as session:
        acts.witness(session, campaign_id, Act.TESTED, by=by, now=now, detail=detail)
    return sent


def _copy(site: Site, letter: TrialLetter, address: str) -> OutgoingMessage:
    reader = Addressed(
        address=address, name=letter.name, organisation=letter.organisation
    )
    return sending.message(site, letter.made.skeleton, reader)
