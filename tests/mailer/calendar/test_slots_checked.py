"""A campaign is checked for the day of the slot that it would get, not for today."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from mailer import clock
from mailer.calendar import schedule, series
from mailer.campaigns import lookup
from mailer.campaigns.models import Occurrence
from mailer.campaigns.review import gate
from mailer.errors import RefusedError
from mailer.sites.site import Site
from tests.acts import campaigning, delivering

EVENT = """
[event]
uid = "session"
start = {day}T14:30:00
end = {day}T16:30:00
place = "Paris"
"""
FAR = timedelta(days=40)


@pytest.fixture
def store() -> str:
    """Run on SQLite only: the kind of store does not matter."""
    return "sqlite"


async def far_series(site: Site) -> datetime:
    """Make a series whose slots are far; return the instant of one."""
    slot = clock.now().replace(microsecond=0) + FAR
    async with site.database.writing() as session:
        await series.add(
            session, "far", "daily 10:00", zone="UTC", by="editor", now=clock.now()
        )
        await session.execute(update(Occurrence).values(due_at=slot))
    return slot


async def in_series(site: Site, number: int, *, checked: datetime) -> None:
    async with site.database.writing() as session:
        await schedule.in_series(
            session,
            site,
            await lookup.get(session, number),
            "far",
            by="editor",
            now=clock.now(),
            checked=checked,
        )


@pytest.mark.prove
async def test_what_is_over_on_the_day_of_the_slot_is_said(
    site: Site, tmp_path: Path
) -> None:
    """A block, an event and the date are in time today, and over at the slot."""
    today = clock.now().date()
    toml = campaigning.TOML.format(audience=campaigning.SECTORS)
    toml = toml.replace("2097-05-04", str(today))
    toml += EVENT.format(day=today + timedelta(days=1))
    item = f"\n# item a\ntitle: x\ndate: {today + timedelta(days=2)}\n"
    number = await campaigning.approved(
        site, tmp_path, toml=toml, en=campaigning.TEXT + item
    )
    slot = await far_series(site)
    today_ = await gate.require_sendable(site, number, at=clock.now())
    at, then = await schedule.require_sendable(site, number, "far", now=clock.now())
    words = ("campaigns", "schedule", "1", "--series", "far", "--by", "editor")
    ran = await delivering.process(site, *words)
    _, err = await ran.communicate()
    said = " ".join(err.decode().split())

    assert (today_, at) == ([], slot)
    assert len(then) == 3
    assert ran.returncode == 0, said
    assert "is over when the letter goes" in said
    assert "before the letter goes" in said
    assert f"the letter is dated {today}" in said


async def test_an_approval_that_ends_before_the_slot_refuses_it(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    await gate.approve(
        site,
        number,
        by=campaigning.APPROVER,
        now=clock.now(),
        until=clock.now().date() + timedelta(days=1),
        scored=False,
    )
    slot = await far_series(site)
    with pytest.raises(RefusedError, match="approved A short letter until"):
        await in_series(site, number, checked=slot)

    assert await campaigning.state(site, number) == "approved"


async def test_a_slot_that_was_not_checked_is_not_given(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    slot = await far_series(site)
    with pytest.raises(RefusedError, match="another campaign took the slot of far"):
        await in_series(site, number, checked=slot - FAR)
    await in_series(site, number, checked=slot)

    assert await campaigning.state(site, number) == "scheduled"
