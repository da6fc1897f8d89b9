"""What series may follow, and how the commands show and change it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from mailer import clock
from mailer.calendar import planning, series
from mailer.campaigns.slot_models import FollowedLetter
from mailer.errors import MailerError, RefusedError
from mailer.sites.site import Site
from tests.acts import campaigning, turns
from tests.acts.commands import Mailer
from tests.acts.turns import DAY
from tests.mailer.calendar.test_following import (
    FOLLOW,
    HOUR,
    ON_SQLITE,
    follow,
    invite,
    slots,
    today,
)


@pytest.mark.parametrize(
    ("follows", "cadence", "said", "sentence"),
    [
        ("99", "2 days after the release", {}, "no campaign has the number 99"),
        ("nothing", "2 days after the release", {}, "no series is called 'nothing'"),
        ("monthly-letter", "first Tuesday", {}, "counts from their release"),
        (FOLLOW, "2 days after the release", {}, "no series is called"),
        ("", "first Tuesday", {"remind": "answered"}, "follows no letter"),
        (
            "monthly-letter",
            "2 days after the release",
            {"remind": "read"},
            "'read' is nothing that a reminder can wait for",
        ),
    ],
)
@ON_SQLITE
async def test_what_cannot_be_followed_is_refused(
    site: Site, follows: str, cadence: str, said: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(MailerError, match=sentence):
        await follow(site, follows, cadence, **said)


@ON_SQLITE
async def test_series_do_not_follow_each_other_in_a_circle(site: Site) -> None:
    await follow(site, "monthly-letter", "2 days after the release")
    office = site.settings.office
    with pytest.raises(RefusedError, match="would follow itself, by way of"):
        async with site.database.writing() as session:
            found = await series.named(session, "monthly-letter")
            await series.change_cadence(
                *(session, found, "3 days after the release", turns.author()),
                zone=found.zone,
                office=office.office,
                usual=office.usual_time,
                event=None,
                follows=FOLLOW,
            )


@ON_SQLITE
async def test_one_series_that_cannot_be_read_does_not_stop_the_tick(
    site: Site, tmp_path: Path
) -> None:
    number = await invite(site, tmp_path, today() + 60 * DAY)
    await follow(site, str(number), name="broken")
    await follow(site, str(number))
    async with site.database.writing() as session:
        found = await series.named(session, "broken")
        found.rule = {"form": 99}
        await session.execute(update(FollowedLetter).values(settled_at=None))
    await invite(site, tmp_path, today() + 61 * DAY)
    await turns.tick(site, clock.now())

    assert await slots(site) == [(f"{today() + 47 * DAY}{HOUR}", None)]
    assert await slots(site, "broken") == [(f"{today() + 46 * DAY}{HOUR}", None)]


@ON_SQLITE
async def test_a_letter_without_an_event_says_that_nothing_follows_it(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    added = await follow(site, str(number))
    async with site.database.reading() as session:
        found = await series.named(session, added.name)
        faults = await planning.faults(session, site, found)

    assert await slots(site) == []
    assert any("has no event, from which" in each for each in faults)


@ON_SQLITE
async def test_the_commands_show_what_follows_and_move_an_event_of_a_series(
    mailer: Mailer, site: Site, tmp_path: Path
) -> None:
    start = today() + 60 * DAY
    number = await invite(site, tmp_path, start)

    async def run(*words: str) -> str:
        ran = await asyncio.to_thread(mailer, "series", *words)
        assert ran.code == 0, ran.err
        return ran.out + ran.err

    added = await run(
        *("add", "after", "2 days after the event, 10:00", "--follows", str(number)),
        *("--by", "editor"),
    )
    shown = await run("show", "after")
    coming = await run("next", "after")
    skipped = await run("skip", "after", f"{start + 3 * DAY}", "--by", "editor")
    await run(
        *("add", "own", "2 weeks before the event, 10:00", "--by", "editor"),
        *("--event", f"{start}"),
    )
    await run("edit", "own", "--event", f"{start + DAY}", "--by", "editor")

    assert "2 days after the event" in added
    assert f"campaign {number}" in shown
    assert f"{start + 3 * DAY}" in coming
    assert "after skips" in skipped
    assert await slots(site, "own") == [(f"{start - 13 * DAY}{HOUR}", None)]


@ON_SQLITE
async def test_a_series_that_follows_other_letters_leaves_the_dates_of_the_former(
    mailer: Mailer, site: Site, tmp_path: Path
) -> None:
    number = await invite(site, tmp_path, today() + 60 * DAY)
    await follow(site, str(number))
    words = ("--follows", "monthly-letter", "--by", "editor")
    cadence = ("--cadence", "3 days after the release, 10:00")
    edited = await asyncio.to_thread(mailer, "series", "edit", FOLLOW, *cadence, *words)
    year = await asyncio.to_thread(
        mailer, "calendar", "--year", str((today() + 30 * DAY).year)
    )

    assert edited.code == 0, edited.err
    assert await slots(site) == []
    assert f"{FOLLOW}: follows monthly-letter of" in year.out
