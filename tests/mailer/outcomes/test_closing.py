"""What ends by a policy, by time or with its campaign, and what stays as it was."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.outbox.models import Message, ReleasePlan
from mailer.outcomes import closing
from mailer.sites.site import Site
from tests.acts import campaigning, ledgers
from tests.acts.ledgers import EARLIER, LATER, NOW, Ledger, after

CLAIMABLE = {"waiting", "deferred"}
AGAIN = {"state": "waiting", "worker_id": None, "due_at": NOW}
HELD = {"state": "held", "worker_id": None, "due_at": None}


def doubtful(before: Ledger, among: list[int]) -> list[int]:
    """Return the uncertain messages whose wait for evidence is over."""
    return [
        row.id
        for row in before.rows
        if row.id in among and row.state == "uncertain" and row.due_at == NOW
    ]


@pytest.mark.parametrize(
    ("resend", "values", "detail"),
    [(True, AGAIN, "sent again by policy"), (False, HELD, "held for a person")],
    ids=["resend", "hold"],
)
async def test_the_policy_decides_what_has_waited_for_evidence(
    site: Site,
    tmp_path: Path,
    *,
    resend: bool,
    values: dict[str, object],
    detail: str,
) -> None:
    before = await ledgers.every(site, tmp_path)
    moved = doubtful(before, before.asked)

    async with site.database.writing() as session:
        await closing.decide(session, before.asked, resend=resend, now=NOW)

    assert await ledgers.rows(site) == after(
        before.rows, lambda row: row.id in moved, **values
    )
    assert await ledgers.events(site) == [
        (number, NOW, values["state"], detail) for number in moved
    ]


async def put(site: Site, number: int, **values: object) -> None:
    """Change a campaign."""
    async with site.database.writing() as session:
        await session.execute(
            update(Campaign).where(Campaign.id == number).values(**values)
        )


async def test_a_cancelled_campaign_ends_what_waits_of_it_and_nothing_else(
    site: Site, tmp_path: Path
) -> None:
    before = await ledgers.every(site, tmp_path, campaigns=2)
    first = before.rows[0].campaign_id
    ends = [
        row.id
        for row in before.rows
        if row.campaign_id == first and row.state in CLAIMABLE and row.due_at
    ]

    async with site.database.writing() as session:
        campaign = await session.get_one(Campaign, first)
        count = await closing.cancel(session, campaign, by="editor", now=NOW)

    assert count == len(ends)
    assert await ledgers.rows(site) == after(
        before.rows,
        lambda row: row.id in ends,
        state="cancelled",
        settled_at=NOW,
        due_at=None,
    )


@pytest.mark.parametrize(
    ("state", "expires_at", "ends"),
    [
        ("sending", NOW, "expired"),
        ("sending", LATER, None),
        ("sending", None, None),
        ("paused", EARLIER, "expired"),
        ("paused", LATER, None),
        ("finished", EARLIER, None),
        ("expired", EARLIER, None),
        ("cancelled", None, "cancelled"),
        ("cancelled", EARLIER, "cancelled"),
    ],
)
async def test_what_comes_back_too_late_is_not_sent_again(
    site: Site,
    tmp_path: Path,
    state: str,
    expires_at: datetime | None,
    ends: str | None,
) -> None:
    """What is uncertain is held, for whether it was sent cannot be known."""
    before = await ledgers.every(site, tmp_path, campaigns=2)
    first, other = sorted({row.campaign_id for row in before.rows})
    await put(site, first, state=state, expires_at=expires_at)
    await put(site, other, state="sending", expires_at=None)
    theirs = [row.id for row in before.rows if row.campaign_id == first and ends]
    held = doubtful(before, theirs)

    async with site.database.writing() as session:
        await closing.end_late(session, now=NOW)

    expected = after(
        before.rows,
        lambda row: row.id in theirs and row.state in CLAIMABLE and bool(row.due_at),
        state=ends,
        settled_at=NOW,
        due_at=None,
    )
    assert await ledgers.rows(site) == after(
        expected, lambda row: row.id in held, **HELD
    )
    assert await ledgers.events(site) == [
        (number, NOW, "held", "held for a person") for number in held
    ]


async def over(site: Site, place: Path) -> int:
    """Release a campaign whose every message has a final state; return its number."""
    number = await campaigning.released(site, place)
    async with site.database.writing() as session:
        await session.execute(
            update(Message)
            .where(Message.campaign_id == number)
            .values(state="accepted", due_at=None)
        )
    return number


async def finished(site: Site) -> list[int]:
    """Finish what is over; return its numbers."""
    async with site.database.writing() as session:
        return await closing.finish(session, now=NOW)


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ({"state": "sending"}, True),
        ({"state": "paused"}, False),
        ({"state": "cancelled"}, False),
        ({"on_demand": True, "expires_at": None}, False),
        ({"on_demand": True, "expires_at": LATER}, False),
        ({"on_demand": True, "expires_at": NOW}, True),
        ({"on_demand": False, "expires_at": LATER}, True),
    ],
)
async def test_a_campaign_that_is_over_is_finished(
    site: Site, tmp_path: Path, *, values: dict[str, object], ends: bool
) -> None:
    number = await over(site, tmp_path)
    another = await campaigning.released(site, tmp_path)
    await put(site, number, updated_at=EARLIER, **values)

    told = [await finished(site) for _ in range(2)]

    async with site.database.reading() as session:
        campaign = await session.get_one(Campaign, number)
        stays = await session.get_one(Campaign, another)
    assert told == ([[number], []] if ends else [[], []])
    assert (campaign.state == CampaignState.FINISHED) is ends
    assert campaign.updated_at == (NOW if ends else EARLIER)
    assert stays.state == CampaignState.SENDING


async def test_a_campaign_is_not_over_while_a_message_is_due_or_its_release_goes_on(
    site: Site, tmp_path: Path
) -> None:
    due, planned = await over(site, tmp_path), await over(site, tmp_path)
    plan = ReleasePlan(
        campaign_id=planned, contact_id=0, host="h", process="p", alive_until=LATER
    )
    async with site.database.writing() as session:
        (one, *_) = await session.scalars(
            select(Message.id).where(Message.campaign_id == due)
        )
        await session.execute(
            update(Message).where(Message.id == one).values(due_at=LATER)
        )
        session.add(plan)

    assert await finished(site) == []

    async with site.database.writing() as session:
        await session.execute(update(Message).values(due_at=None))
        await session.delete(await session.get_one(ReleasePlan, planned))
    assert sorted(await finished(site)) == [due, planned]
