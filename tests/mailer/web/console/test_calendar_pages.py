"""The calendar of the console: the year, series, and their dates, through the verbs."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from mailer import clock
from mailer.calendar import leads, series
from mailer.campaigns.models import Occurrence, Series
from mailer.settings.office import OfficeSettings
from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.console import Visitor, add_user, visitor
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
NAME = "<b>bulletin</b> & {{ 7*7 }}"
FORM: dict[str, str | list[str]] = {
    "name": NAME,
    "cadence": "dernier jeudi à 9 h",
    "zone": "Europe/Paris",
    "event": "",
    "letter_type": "monthly-letter",
    "audience": "kind = ngo",
    "first_language": "fr",
    "languages": ["en", "fr", "es"],
    "owner": "editor",
    "approvers": ["head-of-unit"],
    "draft_lead": "12",
    "translation_lead": "4",
    "approval_lead": "2",
    "act": "save",
}


@pytest.fixture
async def editor(site: Site) -> AsyncIterator[Visitor]:
    async with serving(site) as pages:
        yield await visitor(site, pages, "editor")


async def coming(site: Site, number: int = 1) -> list[str]:
    """Return the local times of the open slots to come of a series."""
    async with site.database.reading() as session:
        rows = await session.scalars(
            select(Occurrence)
            .where(
                Occurrence.series_id == number,
                Occurrence.outcome.is_(None),
                Occurrence.due_at > clock.now(),
            )
            .order_by(Occurrence.due_at)
        )
        return [f"{leads.local_of(each):%Y-%m-%dT%H:%M}" for each in rows]


def at_nine(local: str, days: int) -> str:
    """Return the local time some days later, at nine."""
    day = datetime.fromisoformat(local) + timedelta(days=days)
    return f"{day:%Y-%m-%d}T09:00"


async def test_a_year_is_shown_with_what_its_dates_wait_for(
    site: Site, editor: Visitor, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    slot = await campaigning.schedule_in_series(site, number)
    year = slot.due_at.year
    page = await editor.get(f"/calendar?year={year}")
    next_one = await editor.get(f"/calendar?year={year + 1}&lang=fr")

    assert page.status_code == 200
    assert f'href="/console/campaigns/{number}"' in page.text
    assert "scheduled" in page.text
    assert "/calendar/" in page.text  # the feed
    assert next_one.text.count("attend une lettre") == 12
    for faulty in ("0", "99999", "1e3", "２０２７", "", "x" * 5000):
        assert (await editor.get(f"/calendar?year={faulty}")).status_code == 200
        assert (await editor.get(f"/calendar?month={faulty}")).status_code == 200


async def test_days_on_which_the_office_is_closed_are_named(site: Site) -> None:
    office = OfficeSettings(closed=("--12-24/--01-02",), holidays="FR")
    settings = site.settings.model_copy(update={"office": office})
    async with serving(replace(site, settings=settings)) as pages:
        editor = await visitor(site, pages, "editor")
        page = await editor.get("/calendar?year=2027")

    assert "Fri 24 – Fri 31: <span" in page.text
    assert "Ascension" in page.text


async def test_many_dates_are_divided_by_months(site: Site, editor: Visitor) -> None:
    async with site.database.writing() as session:
        await series.add(
            session, "daily", "daily 08:00", zone="UTC", by="editor", now=clock.now()
        )
    first = await editor.get("/calendar?year=2028")
    links = re.findall(r"month=(\d+)", first.text)
    last = await editor.get("/calendar?year=2028&month=12")

    assert len(first.text) < 90_000
    assert first.text.count("<section") == int(links[0]) - 1
    assert last.text.count("<section") == 1
    assert "month=11" in last.text


async def test_a_series_is_added_as_understood_and_its_dates_are_seen(
    site: Site, editor: Visitor
) -> None:
    looked = await editor.post("/series/new", FORM | {"act": "look"})
    french, russian = [
        await editor.post(f"/series/new?lang={each}", FORM | {"act": "look"})
        for each in ("fr", "ru")
    ]
    refused = await editor.post("/series/new", FORM | {"cadence": "when it rains"})
    added = await editor.post("/series/new", FORM)
    page = await editor.get(added.headers["location"].removeprefix("/console"))
    in_french = await editor.get(f"{page.url.path.removeprefix('/console')}?lang=fr")
    again = await editor.post("/series/new", FORM)
    async with site.database.reading() as session:
        rows = (await session.scalars(select(Series))).all()
    (row,) = [each for each in rows if each.name == NAME]

    assert looked.text.count("<li>") >= 6
    assert "the last Thursday of each month at 09:00" in looked.text
    assert "le dernier jeudi de chaque mois à 9\xa0h" in french.text
    assert "последний четверг каждого месяца, 09:00" in russian.text
    assert refused.status_code == 422
    assert "when it rains" in refused.text
    assert row.languages == "fr en es"
    assert (row.owner, row.approvers, row.draft_lead) == ("editor", "head-of-unit", 12)
    assert row.translation_lead is None  # the usual one
    assert "<b>bulletin" not in page.text
    assert "&lt;b&gt;bulletin" in page.text
    assert "49" not in page.text.split("<h1")[1].split("</h1>")[0]
    assert again.status_code == 422
    assert "already" in again.text
    done = in_french.text.split("Ce qui a été fait")[1].split("</table>")[0]
    assert "français, anglais, espagnol" in done
    assert "Responsable" in done
    assert not {"owner", "languages", "edited", "lead"} & set(re.findall(r"\w+", done))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "x" * 61, "1 to 60 characters"),
        ("name", " ", "1 to 60 characters"),
        ("zone", "Mars/Base", "Mars/Base"),
        ("event", "soon", "no day"),
        ("owner", "nemo", "nemo"),
        ("approvers", ["editor"], "editor"),
        ("audience", "kind = unicorn", "unicorn"),
        ("draft_lead", "-1", "no number of days"),
        ("draft_lead", "1" * 50, "expected at most 180"),
        ("letter_type", "../x", "no template"),
        ("letter_type", "", "letter type"),
        ("languages", ["tlh-x"], "tlh-x"),
    ],
)
async def test_a_faulty_series_is_refused_with_its_reason(
    site: Site, editor: Visitor, field: str, value: str | list[str], said: str
) -> None:
    answer = await editor.post("/series/new", FORM | {field: value})
    async with site.database.reading() as session:
        rows = (await session.scalars(select(Series))).all()

    assert answer.status_code == 422
    assert said in answer.text
    assert [each.name for each in rows] == ["monthly-letter"]


async def test_a_series_that_was_changed_meanwhile_is_not_overwritten(
    site: Site, editor: Visitor
) -> None:
    form = await editor.get("/series/1/edit")
    found = re.search(r'name="version" value="(\w+)"', form.text)
    assert found is not None
    given = FORM | {"version": found[1], "cadence": "first Monday, 10:00"}
    first = await editor.post("/series/1/edit", given)
    second = await editor.post("/series/1/edit", given | {"cadence": "every Monday"})
    async with site.database.reading() as session:
        row = await series.numbered(session, 1)

    assert first.status_code == 303
    assert second.status_code == 422
    assert "was changed after you opened this page" in second.text
    assert "every Monday" in second.text  # what was typed stays
    assert (row.name, row.cadence) == ("monthly-letter", "first Monday, 10:00")


async def test_a_date_is_moved_skipped_given_back_and_added(
    site: Site, editor: Visitor
) -> None:
    first, second, *_ = await coming(site)
    earlier, later = at_nine(first, -1), at_nine(second, 5)
    page = await editor.get(f"/series/1/date?at={first}")
    moved = await editor.post("/series/1/move", {"at": first, "to": earlier})
    off = await editor.post("/series/1/move", {"at": second, "to": later})
    shown = await editor.get(moved.headers["location"].removeprefix("/console"))
    skipped = await editor.post("/series/1/skip", {"at": earlier, "because": "closed"})
    gone = await editor.post("/series/1/skip", {"at": earlier})
    left = await coming(site)
    back = await editor.post("/series/1/add", {"at": first})
    one_more = await editor.post("/series/1/add", {"at": at_nine(first, 3)})
    taken = await editor.post("/series/1/add", {"at": at_nine(first, 3)})

    assert page.status_code == 200
    assert "The date is moved" in shown.text
    assert f"moved from {first.replace('T', ' ')}" in shown.text
    assert [each.status_code for each in (moved, off, skipped)] == [303, 303, 303]
    assert gone.status_code == 422
    assert "has no date to come" in gone.text
    assert left[0] == later
    assert [back.status_code, one_more.status_code] == [303, 303]
    assert taken.status_code == 422
    assert await coming(site) == sorted([first, at_nine(first, 3), *left])


async def test_a_date_of_a_scheduled_letter_stays_and_says_why(
    site: Site, editor: Visitor, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    await campaigning.schedule_in_series(site, number)
    first = (await coming(site))[0]
    answer = await editor.post("/series/1/skip", {"at": first})

    assert answer.status_code == 422
    assert "take its time away first" in answer.text
    assert (await coming(site))[0] == first


async def test_what_is_late_is_named_with_its_people(
    site: Site, editor: Visitor, tmp_path: Path
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    due = clock.now() + timedelta(days=1)
    name = f"{due.astimezone(UTC):%Y-%m-%dT%H:%M}"
    async with site.database.writing() as session:
        await session.execute(
            update(Series).values(
                letter_type="monthly-letter", owner="editor", zone="UTC", rule=None
            )
        )
        session.add(
            Occurrence(
                series_id=1,
                slot=name,
                due_at=due.replace(second=0, microsecond=0),
                draft_id=number,
            )
        )
    page = await editor.get(f"/calendar?year={due.year}")
    own = await editor.get(f"/series/1?year={due.year}")

    late = page.text.split("What is late")[1].split("</div>")[0]
    assert f'href="/console/campaigns/{number}"' in late
    assert "the approval is late since" in late
    assert "(editor)" in late
    assert "the approval is late since" in own.text


async def test_readers_of_the_calendar_change_nothing(site: Site) -> None:
    await add_user(site, "vera", "viewer")
    async with serving(site) as pages:
        vera = await visitor(site, pages, "vera")
        page = await vera.get("/series/1")
        first = (await coming(site))[0]
        answers = [
            (await vera.post(f"/series/1/{act}", {"at": first})).status_code
            for act in ("skip", "move", "add", "edit")
        ]
        missing = [(await vera.get(f"/series/{n}")).status_code for n in (99, 2**40)]

    assert page.status_code == 200
    assert "Skip or move" not in page.text
    assert answers == [403] * 4
    assert missing == [404, 404]
    assert first in await coming(site)


async def test_what_was_typed_does_not_get_a_capital(editor: Visitor) -> None:
    typed = await editor.post("/series/1/add", {"at": "soon"})
    other = await editor.post("/series/new", {"act": "save", "name": ""})

    shown = [each.text.partition('id="fault"')[2][:200] for each in (typed, other)]
    assert "soon" in shown[0]
    assert '<p class="sentence">' not in shown[0]
    assert '<p class="sentence">' in shown[1]
