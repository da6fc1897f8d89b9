"""A time is given only where the campaign could go; an edit that takes it is said."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from audiences.contacts import Contact
from mailer import clock
from mailer.calendar import schedule
from mailer.campaigns import control, lookup
from mailer.campaigns.models import Approval
from mailer.campaigns.review import gate
from mailer.errors import RefusedError
from mailer.outbox import release
from mailer.processes import ticking
from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.commands import Mailer, shown

on_sqlite = pytest.mark.parametrize("store", ["sqlite"])
SOON = timedelta(hours=2)
NIGHT = datetime(2090, 6, 1, 1, 0, tzinfo=UTC)
HOURS = """
[send]
from = "08:00"
until = "20:00"
zone = "Europe/Paris"
too_late_hours = {hours}
"""


async def approve(
    site: Site,
    number: int,
    *,
    time: datetime | None = None,
    until: date | None = None,
    now: datetime | None = None,
) -> Approval:
    return await gate.approve(
        site,
        number,
        by=campaigning.APPROVER,
        now=now or clock.now(),
        time=time,
        until=until,
        scored=False,
    )


async def unschedule(site: Site, number: int) -> str:
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await schedule.remove(session, campaign, by="editor", now=clock.now())
    return await campaigning.state(site, number)


async def test_an_approval_for_one_time_holds_for_no_other_and_falls_with_it(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    at = clock.now().replace(microsecond=0) + SOON
    await approve(site, number, time=at)
    with pytest.raises(RefusedError, match="approved A short letter for"):
        await campaigning.schedule_at(site, number, at + SOON)
    with pytest.raises(RefusedError, match="approved A short letter for"):
        await release.release(site, number, by="editor", now=clock.now())
    await campaigning.schedule_at(site, number, at)

    assert await unschedule(site, number) == "draft"


async def test_an_approval_until_a_day_ends_with_that_day_in_its_zone(
    site: Site, tmp_path: Path
) -> None:
    toml = campaigning.TOML.format(audience=campaigning.SECTORS)
    toml = toml.replace("date = ", 'zone = "Europe/Paris"\ndate = ')
    number = await campaigning.add(site, campaigning.write(tmp_path, toml=toml))
    await approve(site, number, until=date(2090, 6, 1))
    last = datetime(2090, 6, 1, 21, 59, tzinfo=UTC)  # 23:59 in Paris
    with pytest.raises(RefusedError, match="letter until 2090-06-01 only; approve it"):
        await campaigning.schedule_at(site, number, last + timedelta(minutes=1))
    with pytest.raises(RefusedError, match="until 2090-06-01 only"):
        await release.release(
            site, number, by="editor", now=last + timedelta(minutes=1)
        )
    await campaigning.schedule_at(site, number, last)

    assert await unschedule(site, number) == "approved"


@on_sqlite
async def test_an_approval_that_could_not_hold_is_refused(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    at = clock.now().replace(microsecond=0) + timedelta(days=3)
    await campaigning.schedule_at(site, number, at)
    with pytest.raises(RefusedError, match="approve that time, or take it away"):
        await approve(site, number, time=at + SOON)
    with pytest.raises(RefusedError, match="this approval would not hold then"):
        await approve(site, number, until=clock.now().astimezone(site.zone).date())
    with pytest.raises(RefusedError, match="has passed"):
        await approve(site, number, time=clock.now())
    with pytest.raises(RefusedError, match="has passed"):
        await approve(site, number, until=date(2026, 1, 1))
    given = await approve(site, number, until=(at + timedelta(days=2)).date())

    assert given.time is None
    assert (await ticking.tick(site, at)).released == [number]


@on_sqlite
@pytest.mark.parametrize(("hours", "goes"), [("5", False), ("5.1", True)])
async def test_a_time_from_which_it_would_expire_before_its_window_is_refused(
    site: Site, tmp_path: Path, hours: str, *, goes: bool
) -> None:
    """The window opens at 08:00 in Paris, five hours later."""
    toml = campaigning.TOML.format(audience=campaigning.SECTORS)
    toml += HOURS.format(hours=hours)
    number = await campaigning.approved(site, tmp_path, toml=toml)
    if goes:
        await campaigning.schedule_at(site, number, NIGHT)
        assert await campaigning.state(site, number) == "scheduled"
        return
    with pytest.raises(RefusedError, match=r"from 08:00 until 20:00 Europe/Paris only"):
        await campaigning.schedule_at(site, number, NIGHT)

    assert await campaigning.state(site, number) == "approved"


@on_sqlite
async def test_an_error_found_since_the_approval_refuses_the_time(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    await gate.require_sendable(site, number, at=clock.now())
    async with site.database.writing() as session:
        await session.execute(update(Contact).values(stopped_at=clock.now()))
    with pytest.raises(RefusedError, match="the audience is empty"):
        await gate.require_sendable(site, number, at=clock.now())


@on_sqlite
async def test_an_error_of_changed_templates_is_none_of_what_is_approved(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    (site.templates_folder / "monthly-letter/body.mjml").write_text("{{ unknown }}")

    await gate.require_sendable(site, number, at=clock.now())


async def test_a_time_that_an_edit_took_is_known_until_there_is_another(
    site: Site, tmp_path: Path
) -> None:
    path = campaigning.write(tmp_path)
    number = await campaigning.add(site, path)
    at = clock.now().replace(microsecond=0) + SOON

    async def fallen() -> dict[int, datetime]:
        async with site.database.reading() as session:
            assert await control.fallen_times(session, number + 1) == {}
            return await control.fallen_times(session)

    known = [await fallen()]
    await campaigning.approve(site, number)
    await campaigning.schedule_at(site, number, at)
    known.append(await fallen())
    for _ in range(2):
        await campaigning.replace(site, number, path)
    known.append(await fallen())
    await campaigning.approve(site, number)
    known.append(await fallen())
    await campaigning.schedule_at(site, number, at + SOON)
    known.append(await fallen())
    await unschedule(site, number)
    known.append(await fallen())

    assert known == [{}, {}, {number: at}, {number: at}, {}, {}]


@on_sqlite
def test_a_corrected_campaign_is_said_to_have_no_time_on_every_surface(
    mailer: Mailer, tmp_path: Path
) -> None:
    path = str(campaigning.write(tmp_path))
    by, approver = ("--by", "editor"), ("--by", "head-of-unit")
    mailer("campaigns", "import", path)
    mailer("campaigns", "approve", "1", *approver)
    timed = mailer("campaigns", "schedule", "1", "--at", "2090-06-01T10:00Z", *by)
    edited = mailer("campaigns", "import", path, "--replace", "1")
    approved = mailer("campaigns", "approve", "1", *approver)
    listed = mailer("campaigns", "list")
    counted = mailer("campaigns", "report", "1")
    document = mailer("campaigns", "list", "--json").json[0]
    again = mailer("campaigns", "schedule", "1", "--at", "2090-06-01T11:00Z", *by)
    after = mailer("campaigns", "list")

    assert timed.code == again.code == 0, again.err
    for each in (edited, approved, listed, counted):
        assert "campaign 1 is not scheduled any more" in shown(each.err)
        assert "2090-06-01 12:00 Europe/Paris" in shown(each.err)
    assert (document["at"], document["fell"]) == (None, "2090-06-01T10:00:00+00:00")
    assert "not scheduled" not in after.err


@on_sqlite
@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("2090-06-01T10:00 Europe/Paris", "goes at Thu 2090-06-01 10:00 Europe/Paris"),
        ("2090-06-01T10:00[Europe/Paris]", "goes at Thu 2090-06-01 10:00 Europe/Paris"),
        ("2090-01-02T10:00+01:00", "goes at Mon 2090-01-02 10:00 Europe/Paris"),
        ("2090-06-01T10:00 Europe/Pariss", "'Europe/Pariss' is not a time zone"),
        ("2090-06-01T10:00Z Europe/Paris", "has an offset and a zone; leave one out"),
        ("2028-03-26T02:30 Europe/Paris", "the clocks of Europe/Paris change at 2028"),
        ("2028-10-29T02:30 Europe/Paris", "with its offset, +0200 or +0100"),
        ("2090-06-01T10:00", "has no zone; write"),
        ("soon Europe/Paris", "'soon Europe/Paris' is not an instant"),
    ],
)
def test_a_time_names_its_zone(
    mailer: Mailer, tmp_path: Path, written: str, found: str
) -> None:
    mailer("campaigns", "import", str(campaigning.write(tmp_path)))
    mailer("campaigns", "approve", "1", "--by", "head-of-unit")
    ran = mailer("campaigns", "schedule", "1", "--at", written, "--by", "editor")

    assert found in shown(ran.out + ran.err)
    assert (ran.code == 0) == found.startswith("goes")


@on_sqlite
def test_an_approval_says_for_when_it_is(mailer: Mailer, tmp_path: Path) -> None:
    mailer("campaigns", "import", str(campaigning.write(tmp_path)))
    by = ("--by", "head-of-unit")
    until = mailer("campaigns", "approve", "1", "--until", "2090-06-30", *by)
    at = mailer("campaigns", "approve", "1", "--at", "2090-06-01T10:00Z", *by)
    both = mailer(
        *("campaigns", "approve", "1", "--at", "2090-06-01T10:00Z"),
        *("--until", "2090-06-30", *by),
    )

    assert "10 readers, for any time until 2090-06-30" in shown(until.out)
    assert "10 readers, for Thu 2090-06-01 12:00 Europe/Paris only" in shown(at.out)
    assert (both.code, "give either --at or --until" in both.err) == (2, True)
