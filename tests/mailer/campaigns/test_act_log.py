"""A worker logs what people do to campaigns, whichever process they do it in."""

from pathlib import Path

from structlog.testing import capture_logs

from mailer import clock
from mailer.campaigns import control, lookup
from mailer.delivery import housekeeping
from mailer.sites.site import Site
from mailer.store import identity
from tests.acts import campaigning


async def test_a_worker_logs_pauses_resumes_and_cancellations_of_others_once(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    await _pause(site, number, by="editor")
    tasks = await housekeeping.begin(site, now=clock.now)
    with capture_logs() as lines:
        await tasks.run_once()
        await _resume(site, number)
        await tasks.run_once()
        await _pause(site, number, by="editor")
        await _resume(site, number)
        await _pause(site, number, by="delivery")  # which logs its own
        await tasks.run_once()
        await campaigning.cancel(site, number, by="editor")
        await tasks.run_once()
        await tasks.run_once()

    assert [(each["event"], each["campaign"], each["by"]) for each in lines] == [
        ("campaign.resumed", number, "head-of-unit"),
        ("campaign.paused", number, "editor"),
        ("campaign.resumed", number, "head-of-unit"),
        ("campaign.cancelled", number, "editor"),
    ]
    assert lines[1]["reason"] == "a mistake"


async def test_the_log_says_who_ended_a_stop(site: Site) -> None:
    tasks = await housekeeping.begin(site, now=clock.now)
    with capture_logs() as lines:
        async with site.database.writing() as session:
            await identity.stop(
                session, by="editor", because="a drill", now=clock.now()
            )
        await tasks.run_once()
        async with site.database.writing() as session:
            await identity.go(session, by="head-of-unit", now=clock.now())
        await tasks.run_once()

    assert [each["event"] for each in lines] == ["site.halted", "site.goes_on"]
    assert "editor stopped this site" in lines[0]["reason"]
    assert lines[1]["by"] == "head-of-unit"


async def _pause(site: Site, number: int, *, by: str) -> None:
    async with site.database.writing() as session:
        await control.pause(
            session, number, by=by, because="a mistake", now=clock.now()
        )


async def _resume(site: Site, number: int) -> None:
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await control.resume(session, campaign, by="head-of-unit", now=clock.now())
