"""Reports say why, since when and what next; files have names behind the counts."""

import csv
from pathlib import Path

import pytest

from mailer import clock
from mailer.campaigns import lookup
from mailer.outbox.message_states import MessageState
from mailer.reports import report_page, totals
from mailer.reports.results import reading
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tools.peers.browser import axe, chromium
from tools.peers.relay import Relay

ED = "focal-point@ed.sector.example"
on_sqlite = pytest.mark.parametrize("store", ["sqlite"])


def refuse_one(verb: str, line: str) -> str | None:
    """Refuse one reader for good."""
    return "550 5.2.1 mailbox disabled" if verb == "RCPT" and ED in line else None


def busy(verb: str, _line: str) -> str | None:
    """Ask for patience."""
    return "451 4.3.2 try again later" if verb == "RCPT" else None


async def test_what_is_not_accepted_has_a_reason_a_beginning_and_a_next_try(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    relay.script = busy
    before = clock.now()
    await delivering.work(delivering.tuned(site, retry_minutes=(60.0,)))
    (why,) = (await campaigning.report(site, number)).reasons

    assert (why.state, why.count) == (MessageState.DEFERRED, 10)
    assert (why.reason, why.reply) == (
        "refused for now",
        "451 4.3.2 try again later",
    )
    assert why.since is not None
    assert before <= why.since <= clock.now()
    assert why.next_try is not None
    assert why.next_try > clock.now()


@pytest.mark.prove
@on_sqlite
async def test_the_page_has_each_number_as_picture_and_table_without_a_server(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    relay.script = refuse_one
    await delivering.work(delivering.tuned(site))
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
        counted = await totals.report(session, campaign)
        found = await reading.read(session, campaign, zone=site.zone, now=clock.now())
    path = tmp_path / "report.html"
    made = report_page.page(campaign, counted, found, zone=site.zone, now=clock.now())
    path.write_text(made, encoding="utf-8")
    async with chromium() as browser:
        tab = await browser.new_page()
        await tab.goto(path.as_uri())
        words = await tab.locator("main").inner_text()
        pictures = await tab.locator("figure > svg[role=img]").count()
        tables = await tab.locator("figure > table").count()
        found = await axe(tab)

    assert pictures == tables == 3
    assert "mailbox disabled" in words
    assert "Europe/Paris" in words
    assert found.violations_count == 0, found.generate_report()


@on_sqlite
async def test_a_table_names_every_reader_with_state_and_reply(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    relay.script = refuse_one
    await delivering.work(delivering.tuned(site))
    out = tmp_path / "report.csv"
    words = ("campaigns", "report", str(number), "--format", "csv", "--out", str(out))
    assert await (await delivering.process(site, *words)).wait() == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = {row["address"]: row for row in csv.DictReader(file)}

    assert len(rows) == 10
    assert (rows[ED]["state"], rows[ED]["organisation"]) == ("refused", "ED")
    assert "mailbox disabled" in rows[ED]["reply"]
    others = [row for address, row in rows.items() if address != ED]
    assert {row["state"] for row in others} == {"accepted"}
    assert all(row["settled_at"] for row in rows.values())


@pytest.mark.prove
@on_sqlite
async def test_watching_ends_with_the_campaign_and_says_each_change(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    watching = await delivering.process(
        site, "campaigns", "report", str(number), "--watch"
    )
    assert watching.stderr is not None
    first = (await watching.stderr.readline()).decode()
    await delivering.work(delivering.tuned(site))
    out, err = await watching.communicate()

    assert first.startswith("sending: 10 waiting")
    assert "finished: 10 accepted" in err.decode()
    assert (watching.returncode, len(relay.accepted)) == (0, 10)
    assert b"taken by the relay" in out
