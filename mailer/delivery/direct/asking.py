"""Asks for the approval of a letter, and mails each who is asked a link to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from mailer.campaigns import lookup
from mailer.campaigns.asking import approving, plainly, requests
from mailer.campaigns.asking.requests import Sent
from mailer.campaigns.models import Campaign
from mailer.delivery.direct import approval_letters
from mailer.errors import MailerError
from mailer.outbox.message_states import MessageState
from mailer.sites.site import Site
from mailer.users import guard
from mailer.users.models import User

NO_ADDRESS = "has no address"


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedApproval:
    """Who may approve a letter now, who got a link, and why others got none."""

    campaign: Campaign
    approvers: Sequence[str]
    mailed: Sequence[str] = ()
    not_mailed: Mapping[str, str] = field(default_factory=dict)  # name → why


async def ask(
    site: Site,
    campaign_id: int,
    approvers: Sequence[str] | None,
    *,
    by: str,
    wished_by: date | None,
    now: datetime,
) -> AskedApproval:
    """Ask users; for None, each who may approve the letter and has an address.

    A mail that does not leave stops no other. Raises what requests.ask raises, or what
    plainly.ask raises if no approver has an address.
    """
    named, silent = approvers, dict[str, str]()
    if named is None:
        users = await _able(site, campaign_id, now)
        named = [each.name for each in users if each.address]
        silent = {each.name: NO_ADDRESS for each in users if not each.address}
    if approvers is None and not named:
        campaign, names = await plainly.ask(site, campaign_id, by=by, now=now)
        return AskedApproval(campaign=campaign, approvers=names, not_mailed=silent)
    made = await requests.ask(
        site, campaign_id, named, by=by, wished_by=wished_by, now=now
    )
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        asker = await guard.named(session, by)
    faults = {}
    for each in made:
        fault = await _mailed(site, campaign, each, asker, wished_by, now)
        if fault is not None:
            faults[each.approver.name] = fault
    names = [each.approver.name for each in made]
    return AskedApproval(
        campaign=campaign,
        approvers=[*names, *silent],
        mailed=[each for each in names if each not in faults],
        not_mailed=faults | silent,
    )


async def _able(site: Site, campaign_id: int, now: datetime) -> list[User]:
    """Return the users who may approve a letter."""
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        able = await approving.able(session, site, campaign, now=now)
        return [await guard.named(session, each) for each in able]


async def _mailed(
    site: Site,
    campaign: Campaign,
    sent: Sent,
    asker: User,
    wished_by: date | None,
    now: datetime,
) -> str | None:
    """Mail one request; return None, or why it did not leave."""
    try:
        state, reply = await approval_letters.request(
            site,
            campaign,
            sent.approver,
            sent.token,
            by=asker,
            wished_by=wished_by,
            now=now,
        )
    except MailerError as fault:
        return str(fault)
    return None if state is MessageState.ACCEPTED else reply
