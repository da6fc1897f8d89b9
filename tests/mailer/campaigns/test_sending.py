"""A campaign's hours and expiry are read from its folder and set at the release."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from mailer import clock
from mailer.campaigns import hours, lookup
from mailer.campaigns.models import Campaign
from mailer.campaigns.writing import folder
from mailer.errors import ContentError, RefusedError
from mailer.outbox import release
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tools.peers.relay import Relay

HOURS = '[send]\nfrom = "08:00"\nuntil = "20:00"\nzone = "Europe/Paris"\n'
TOML = campaigning.TOML.format(audience=campaigning.SECTORS)
NIGHT = datetime(2027, 5, 4, 1, tzinfo=UTC)
OPENS = datetime(2027, 5, 4, 6, tzinfo=UTC)
CLOSES = datetime(2027, 5, 4, 18, tzinfo=UTC)


@pytest.fixture
def store() -> str:
    """These tests do not depend on the store: SQLite is enough."""
    return "sqlite"


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        (
            '[send]\nfrm = "08:00"',
            "send has no frm; it has from, until, zone, too_late",
        ),
        ('[send]\nfrom = "08:00"', "send.until is missing; a window needs from, until"),
        (HOURS.replace("08:00", "8h"), "send: '8h' is not a time such as 08:00"),
        (
            HOURS.replace("20:00", "08:00"),
            "the window is empty: from 08:00 until 08:00",
        ),
        (HOURS.replace("Paris", "Pariss"), "not a time zone such as Europe/Paris"),
        (
            "[send]\ntoo_late_hours = 0",
            "send.too_late_hours is 0; expected hours above 0, at most 336",
        ),
        (
            "[send]\ntoo_late_hours = true",
            "send.too_late_hours is True; expected hours",
        ),
    ],
)
def test_hours_that_cannot_be_read_are_refused(
    tmp_path: Path, section: str, sentence: str
) -> None:
    path = campaigning.write(tmp_path, toml=TOML + section)
    with pytest.raises(ContentError, match="line ") as refused:
        folder.read(path)

    assert sentence in str(refused.value)


async def released(site: Site, place: Path, section: str) -> int:
    number = await campaigning.approved(site, place, toml=TOML + section)
    await release.release(site, number, by=campaigning.EDITOR, now=NIGHT)
    return number


async def opening(site: Site, number: int) -> tuple[datetime | None, datetime | None]:
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
        return campaign.opens_at, campaign.closes_at


async def is_open(site: Site, now: datetime) -> bool:
    async with site.database.reading() as session:
        found = await session.scalars(select(Campaign.id).where(hours.open_at(now)))
        return bool(found.all())


async def test_release_sets_the_next_opening(site: Site, tmp_path: Path) -> None:
    number = await released(site, tmp_path, HOURS)

    assert await opening(site, number) == (OPENS, CLOSES)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NIGHT, False),
        (OPENS, True),
        (CLOSES - timedelta(microseconds=1), True),
        (CLOSES, False),
        (OPENS + timedelta(days=1), False),  # until a worker moves it on
    ],
)
async def test_a_campaign_is_open_from_the_first_instant_and_before_the_last(
    site: Site, tmp_path: Path, now: datetime, *, expected: bool
) -> None:
    await released(site, tmp_path, HOURS)

    assert await is_open(site, now) is expected


async def test_a_closed_opening_is_moved_on_to_the_next(
    site: Site, tmp_path: Path
) -> None:
    number = await released(site, tmp_path, HOURS)
    day = timedelta(days=1)
    async with site.database.writing() as session:
        await hours.move_on(session, now=CLOSES - timedelta(seconds=1))
    assert await opening(site, number) == (OPENS, CLOSES)
    async with site.database.writing() as session:
        await hours.move_on(session, now=CLOSES)

    assert await opening(site, number) == (OPENS + day, CLOSES + day)


async def test_without_hours_it_is_always_open(site: Site, tmp_path: Path) -> None:
    number = await released(site, tmp_path, "")

    assert await opening(site, number) == (None, None)
    assert await is_open(site, NIGHT)


async def test_the_expiry_is_the_campaigns_own_or_the_sites(
    site: Site, tmp_path: Path
) -> None:
    own = await released(site, tmp_path, "[send]\ntoo_late_hours = 48")
    usual = await released(site, tmp_path, "")
    async with site.database.reading() as session:
        ends = [(await lookup.get(session, each)).expires_at for each in (own, usual)]

    assert ends == [NIGHT + timedelta(hours=48), NIGHT + timedelta(hours=96)]


async def test_other_hours_need_a_new_approval(site: Site, tmp_path: Path) -> None:
    number = await campaigning.approved(site, tmp_path, toml=TOML + HOURS)
    async with site.database.writing() as session:
        (await lookup.get(session, number)).window_until = "23:00"

    with pytest.raises(RefusedError, match="changed after"):
        await release.release(site, number, by=campaigning.EDITOR, now=NIGHT)


async def test_outside_its_hours_a_campaign_waits_and_others_go(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    now = clock.now()
    section = '[send]\nfrom = "{:%H:%M}"\nuntil = "{:%H:%M}"\nzone = "UTC"\n'
    closed = section.format(now + timedelta(hours=2), now + timedelta(hours=3))
    opened = section.format(now - timedelta(hours=1), now + timedelta(hours=1))
    held = await campaigning.released(site, tmp_path, toml=TOML + closed)
    await campaigning.released(site, tmp_path, toml=TOML + opened)
    await delivering.work(site)
    waiting = await campaigning.ledger(site, held)

    assert {each.state for each in waiting.values()} == {"waiting"}
    assert len(relay.accepted) == 10
