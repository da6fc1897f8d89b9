"""The calendar of a year shows every slot and campaign once, and what it waits for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import vobject
from icalendar import Calendar

from mailer import clock
from mailer.calendar import series
from mailer.calendar.showing import documents, entries, spans
from mailer.calendar.showing.entries import NO_CAMPAIGN, CalendarEntry
from mailer.sites.site import Site
from tests.acts import campaigning

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


async def shown(site: Site, year: int) -> list[CalendarEntry]:
    first, last = spans.year(year, "Europe/Paris")
    async with site.database.reading() as session:
        return await entries.between(
            session,
            first=first,
            last=last,
            zone="Europe/Paris",
            office=site.settings.office.office,
        )


async def test_a_year_is_seen_before_it_begins(site: Site) -> None:
    year = clock.now().year + 2
    found = [each for each in await shown(site, year) if each.name == "monthly-letter"]

    assert [each.local.month for each in found] == list(range(1, 13))
    assert {(each.local.weekday(), each.local.hour) for each in found} == {(1, 10)}
    assert {each.waits for each in found} == {NO_CAMPAIGN}


async def test_a_campaign_in_a_slot_is_shown_once_and_another_at_its_time(
    site: Site, tmp_path: Path
) -> None:
    in_slot = await campaigning.approved(site, tmp_path)
    alone = await campaigning.approved(site, tmp_path)
    slot = await campaigning.schedule_in_series(site, in_slot)
    at = slot.due_at + timedelta(hours=1)
    await campaigning.schedule_at(site, alone, at)
    year = slot.due_at.astimezone(ZoneInfo("Europe/Paris")).year
    found = await shown(site, year)
    by_campaign = {each.campaign: each for each in found if each.campaign}

    assert len([each for each in found if each.campaign]) == 2
    assert by_campaign[in_slot].at == slot.due_at
    assert (by_campaign[alone].at, by_campaign[alone].state) == (at, "scheduled")
    assert [each.at for each in found] == sorted(each.at for each in found)


async def test_a_letter_that_left_without_a_time_is_shown_when_it_left(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    now = clock.now()
    found = await shown(site, now.astimezone(ZoneInfo("Europe/Paris")).year)

    (sent,) = (each for each in found if each.campaign == number)
    assert abs(sent.at - now) < timedelta(minutes=5)


async def test_another_program_reads_the_calendar(site: Site) -> None:
    async with site.database.writing() as session:
        await series.add(
            session,
            "lettre — été\u202e, <b>; 漢字 " + "x" * 20,
            "every other Thursday 02:30 Europe/Paris",
            zone="UTC",
            by="editor",
            now=datetime(2026, 1, 1, tzinfo=UTC),
        )
    found = await shown(site, 2027)
    written = documents.icalendar("A; B", found, domain="example.org")
    events = Calendar.from_ical(written).walk("VEVENT")
    others = vobject.readOne(written.decode()).vevent_list

    assert written == documents.icalendar("A; B", found, domain="example.org")
    assert max(len(line) for line in written.split(b"\r\n")) <= 75
    assert [each.decoded("dtstart") for each in events] == [each.at for each in found]
    assert [each.dtstart.value for each in others] == [each.at for each in found]
    assert [each.summary.value for each in others] == [
        str(each["summary"]) for each in events
    ]
    assert len({str(each["uid"]) for each in events}) == len(found)
    assert "\u202e".encode() not in written
    page = documents.html("A < B", found)
    assert "&lt;b&gt;" in page
    assert "<h1>A &lt; B</h1>" in page
