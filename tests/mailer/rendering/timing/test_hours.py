"""The time of an item is shown in the campaign's zone and in the reader's."""

import re
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from audiences.contacts import Contact
from mailer import clock
from mailer.campaigns.review import gate, preview
from mailer.rendering.timing import hours, spans
from mailer.rendering.timing.hours import Clock
from mailer.rendering.timing.occasions import Occasion
from mailer.sites.site import Site
from tests.acts import campaigning
from tools.samples import catalogues

ITEM = "\n# item talk\ndate: 2027-05-03\ntime: 15:00\ntitle: A talk\n"
SECTOR = "focal-point@ed.sector.example"
ZONE = 'zone = "Europe/Paris"\n'


MAY = date(2027, 5, 3)


def shown(
    language: str,
    offsets: dict[str, str],
    span: str = "15:00",
    days: tuple[date, date] = (MAY, MAY),
) -> str:
    """Return an occasion in Paris in words; the keys of `offsets` are days or hours."""
    zones = Clock(
        zone="Europe/Paris",
        offsets={f"2027-{key}": offset for key, offset in offsets.items()},
    )
    when = Occasion(first=days[0], last=days[1], span=spans.read(span))
    words = hours.written(when, catalogues()[language], zones)
    return re.sub("[\u202f\u00a0\u2009]", " ", words)


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
    offsets = {"05-03T13:00": offset} if offset else {}

    assert shown(language, offsets).partition(" · ")[2] == words


def test_another_day_is_shown_with_its_time() -> None:
    words = shown("en", {"05-03T20:30": "+0530"}, "22:30")

    assert words.endswith("· 4 May 2027, 02:00 your time")


def test_both_ends_of_a_span_are_in_the_readers_time() -> None:
    """The clocks of Paris change in that night, those of New York do not."""
    offsets = {"03-27T22:00": "-0400", "03-28T02:00": "-0400"}
    night = (date(2027, 3, 27), date(2027, 3, 27))

    words = shown("en", offsets, "23:00 – 04:00 (+1)", night)

    assert words == (
        "Saturday, 27 March 2027 · 23:00–04:00 (the next day) (Paris time)"
        " · 18:00–22:00 your time"
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "3–5 May 2027 · 09:00–17:30 (Paris time)"),
        ("fr", "3–5 mai 2027 · 9 h – 17 h 30 (heure locale, Paris)"),
        ("es", "3–5 de mayo de 2027 · 9:00–17:30 (hora de París)"),
        ("zh", "2027年5月3日至5日 · 09:00–17:30（巴黎时间）"),
    ],
)
def test_several_days_have_their_hours(language: str, words: str) -> None:
    assert shown(language, {}, "9:00 – 17:30", (MAY, date(2027, 5, 5))) == words


def test_the_hour_of_each_day_is_shown_if_the_clocks_change_between_them() -> None:
    offsets = {"03-26T08:00": "-0400", "03-30T07:00": "-0400"}

    words = shown("en", offsets, "9:00", (date(2027, 3, 26), date(2027, 3, 30)))

    assert words == (
        "26–30 March 2027 · 09:00 (Paris time) · 26 March 2027, 04:00 your time"
        " · 30 March 2027, 03:00 your time"
    )


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

    assert "15:00–15:40  Talk" in at_home.letter.text
    assert "Monday, 3 May 2027 · Paris time" in made.letter.text
    assert "15:00–15:40 · 22:00–22:40 your time  Talk" in made.letter.text
    assert "17:30 · 4 May 2027, 00:30 your time  Tea" in made.letter.text
    shown = made.letter.html.replace("<wbr />", "")  # a narrow column may break
    assert "22:00–22:40 your time</th>" in shown


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
