"""Messages of a wave are due at their readers' hour, or at the last moment."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from audiences.contacts import Contact
from audiences.organisations import Organisation
from mailer.campaigns import hours, lookup
from mailer.errors import ContentError
from mailer.outbox import release
from mailer.outbox.models import Message
from mailer.sites.site import Site
from tests.acts import campaigning

MONDAY = datetime(2030, 5, 6, 7, 30, tzinfo=UTC)
READERS = "kind in (ngo, field_office) and sub(monthly-letter)"


def in_waves(place: Path, send: str, *, audience: str = READERS) -> Path:
    toml = campaigning.TOML.format(audience=audience) + f"\n[send]\n{send}\n"
    return campaigning.write(place, toml=toml)


async def due_by_country(site: Site, number: int) -> dict[str, set[str]]:
    """Return when messages are due, by the country of their readers."""
    found: dict[str, set[str]] = {}
    async with site.database.reading() as session:
        rows = await session.execute(
            select(Organisation.country, Message.due_at)
            .join(Organisation, Organisation.id == Message.organisation_id)
            .where(Message.campaign_id == number, Message.due_at.is_not(None))
        )
        for country, due_at in rows:
            found.setdefault(country or "", set()).add(f"{due_at:%d %H:%M}")
    return found


async def test_each_country_has_its_hour(site: Site, tmp_path: Path) -> None:
    path = in_waves(tmp_path, 'reader_hour = "10:00"')
    number = await campaigning.add(site, path)
    await campaigning.approve(site, number)
    async with site.database.writing() as session:
        kenya = select(Organisation.id).where(Organisation.country == "KE")
        await session.execute(
            update(Contact)
            .where(Contact.organisation_id.in_(kenya))
            .values(timezone="Asia/Tokyo")
        )
    await release.release(site, number, by=campaigning.EDITOR, now=MONDAY)
    found = await due_by_country(site, number)
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)

    assert found["FR"] == {"06 08:00"}  # 10:00 in Paris
    assert found["CN"] == {"07 02:00"}  # the next morning in Beijing
    assert found["US"] == {"06 14:00"}  # Washington
    assert found["NP"] == {"07 04:15"}  # Kathmandu
    assert found["KE"] == {"07 01:00"}  # the contacts' own zone, not Nairobi's
    assert len(found) > 30
    assert campaign.expires_at == MONDAY + timedelta(hours=26 + 96)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_quiet_days_are_those_of_the_country_up_to_the_last_moment(
    site: Site, tmp_path: Path
) -> None:
    friday = MONDAY + timedelta(days=4, hours=5)
    path = in_waves(
        tmp_path, 'reader_hour = "10:00"\nquiet = "weekend"\nwave_hours = 60'
    )
    number = await campaigning.add(site, path)
    await campaigning.approve(site, number)
    await release.release(site, number, by=campaigning.EDITOR, now=friday)
    found = await due_by_country(site, number)

    assert found["EG"] == {"12 07:00"}  # Sunday
    assert found["FR"] == {"13 00:30"}  # Monday's hour is after the last moment


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize(
    ("send", "error"),
    [
        ('reader_hour = "25:00"', "expected a time such as 10:00"),
        ("reader_hour = 10", "expected a time such as 10:00"),
        ('quiet = "weekend"', "needs send.reader_hour"),
        ('reader_hour = "10:00"\nquiet = "rain"', "expected weekend or holidays"),
        ('reader_hour = "10:00"\nwave_hours = 0', "expected hours above 0"),
        (
            'reader_hour = "10:00"\nfrom = "08:00"\nuntil = "20:00"\nzone = "UTC"',
            "a campaign has one of them",
        ),
    ],
)
async def test_a_wave_that_cannot_be_is_refused(
    site: Site, tmp_path: Path, send: str, error: str
) -> None:
    with pytest.raises(ContentError, match=error):
        await campaigning.add(site, in_waves(tmp_path, send))


def test_a_wave_is_stored_and_written_again() -> None:
    wave = hours.read({"reader_hour": "10:00", "quiet": "holidays"}, AssertionError)

    assert wave.wave == hours.ReaderHour(hour="10:00", quiet="holidays", hours=100)
