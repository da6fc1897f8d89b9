"""The time of an item is shown in the campaign's zone and in the reader's."""

from datetime import date, time
from pathlib import Path

import pytest
from sqlalchemy import update

from audiences.contacts import Contact
from mailer import clock
from mailer.campaigns.review import gate, preview
from mailer.rendering.language import hours
from mailer.rendering.language.hours import Clock
from mailer.sites.site import Site
from tests.acts import campaigning
from tools.samples import catalogues

ITEM = "\n# item talk\ndate: 2027-05-03\ntime: 15:00\ntitle: A talk\n"
SECTOR = "focal-point@ed.sector.example"
ZONE = 'zone = "Europe/Paris"\n'


def shown(language: str, offset: str, hour: time = time(15, 0)) -> str:
    instant = f"2027-05-03T{hour.hour - 2:02}:{hour.minute:02}"
    zones = Clock(zone="Europe/Paris", offsets={instant: offset} if offset else {})
    words = hours.in_both_zones(date(2027, 5, 3), hour, catalogues()[language], zones)
    return words.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("language", "offset", "words"),
    [
        ("en", "", "15:00 (Paris time)"),
        ("fr", "+0200", "15 h (heure locale, Paris)"),
        ("fr", "+0000", "15 h (heure locale, Paris) · 13 h, votre heure locale"),
        ("es", "-0500", "15:00 (hora de París) · 8:00 (su hora local)"),
        ("zh", "+0900", "15:00（巴黎时间） · 您的当地时间：22:00"),
    ],
)
def test_both_times_are_shown_where_they_differ(
    language: str, offset: str, words: str
) -> None:
    assert shown(language, offset) == words


def test_another_day_is_shown_with_its_time() -> None:
    assert shown("en", "+0530", time(22, 30)).endswith("· 4 May 2027, 02:00 your time")


AGENDA = "\n# agenda day\ndate: 2027-05-03\ntitle: A day\n\n- 15:00 – 15:40 Talk\n"


@pytest.mark.parametrize("store", ["sqlite"])
async def test_the_steps_of_an_agenda_are_shown_in_both_zones(
    site: Site, tmp_path: Path
) -> None:
    path = campaigning.write(
        tmp_path,
        toml=ZONE + campaigning.TOML.format(audience=campaigning.SECTORS),
        en=campaigning.TEXT + AGENDA + "- 17:30 Tea\n",
    )
    number = await campaigning.add(site, path)
    at_home = await preview.preview(site, number, SECTOR, now=clock.now())
    async with site.database.writing() as session:
        await session.execute(
            update(Contact)
            .where(Contact.address == SECTOR)
            .values(timezone="Asia/Tokyo")
        )
    made = await preview.preview(site, number, SECTOR, now=clock.now())

    assert "15:00 – 15:40  Talk" in at_home.letter.text
    assert "Monday, 3 May 2027 · Paris time" in made.letter.text
    assert "15:00 – 15:40 · 22:00 – 22:40 your time  Talk" in made.letter.text
    assert "17:30 · 4 May 2027, 00:30 your time  Tea" in made.letter.text
    assert "22:00 – 22:40 your time</th>" in made.letter.html


@pytest.mark.parametrize("store", ["sqlite"])
async def test_readers_of_one_offset_share_a_letter(site: Site, tmp_path: Path) -> None:
    """Of ten sector desks, three have a zone: Tokyo, Seoul and Dakar."""
    zones = {"ed": "Asia/Tokyo", "sc": "Asia/Seoul", "shs": "Africa/Dakar"}
    path = campaigning.write(
        tmp_path,
        toml=ZONE + campaigning.TOML.format(audience=campaigning.SECTORS),
        en=campaigning.TEXT + ITEM,
    )
    number = await campaigning.add(site, path)
    async with site.database.writing() as session:
        for code, zone in zones.items():
            address = SECTOR.replace("@ed.", f"@{code}.")
            await session.execute(
                update(Contact).where(Contact.address == address).values(timezone=zone)
            )
    made = await preview.preview(site, number, SECTOR, now=clock.now())
    checked = await gate.check(site, number, now=clock.now())

    assert "22:00 your time" in made.letter.text
    assert "your time" in made.letter.html
    assert checked.ok
    assert checked.variants == 3
