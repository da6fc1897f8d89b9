"""The anchor of the record leaves in a mail once a month, and proves what it says."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from mailer import clock
from mailer.maintenance import audit_rows
from mailer.processes import anchor_mailing
from mailer.sites.site import Site
from mailer.store import anchors
from tests.acts.commands import Mailer
from tests.mailer.processes.test_alerting import OPERATOR, alerted, mails
from tools.peers.relay import Relay

ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"])


def configured(site: Site) -> Site:
    return alerted(site, alerts={"to": [], "anchors_to": [OPERATOR]})


def line_of(said: str) -> str:
    return next(each for each in said.splitlines() if each.startswith("{"))


async def test_it_leaves_once_a_month_from_processes_at_once(
    site: Site, relay: Relay
) -> None:
    watched = configured(site)
    may = datetime(2097, 5, 31, 23, 30, tzinfo=UTC)  # in Paris it is June
    first = await asyncio.gather(
        *(anchor_mailing.mail_due(watched, now=may) for _ in range(4))
    )
    again = await anchor_mailing.mail_due(watched, now=may + timedelta(days=10))
    july = await anchor_mailing.mail_due(watched, now=may + timedelta(days=31))
    (mail, _) = mails(relay)

    assert (sorted(first), again, july) == ([False, False, False, True], False, True)
    assert "the record, 2097-06" in mail["Subject"]
    assert {each.recipient for each in relay.accepted} == {OPERATOR}
    assert json.loads(line_of(mail.get_content()))["number"] > 0


@ON_SQLITE
async def test_the_line_of_the_mail_finds_a_record_that_was_written_again(
    site: Site, relay: Relay, mailer: Mailer
) -> None:
    await anchor_mailing.mail_due(configured(site), now=clock.now())
    line = line_of(str(mails(relay)[0].get_content()))
    (site.root / anchors.FILE).unlink()
    async with site.database.writing() as session:
        triggers = await session.scalars(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        )
        for name in triggers.all():
            await session.execute(text(f"DROP TRIGGER {name}"))
        await session.execute(text("DELETE FROM record"))
        await session.execute(text("DELETE FROM record_personal"))
    quiet = await audit_rows.verify(site)
    (site.root / anchors.FILE).write_text(f"{line}\n", encoding="utf-8")
    found = await audit_rows.verify(site)

    assert quiet.faults == 0
    assert found.faults == 1


@ON_SQLITE
async def test_a_relay_that_is_away_is_tried_again_and_a_halt_mails_nothing(
    site: Site, relay: Relay, mailer: Mailer
) -> None:
    watched, now = configured(site), clock.now()
    relay.script = lambda verb, line: "451 4.3.0 later" if verb == "MAIL" else None
    away = await anchor_mailing.mail_due(watched, now=now)
    relay.script = lambda verb, line: None
    soon = await anchor_mailing.mail_due(watched, now=now + timedelta(minutes=1))
    assert (await asyncio.to_thread(mailer, "stop", "--by", "editor")).code == 0
    halted = await anchor_mailing.mail_due(watched, now=now + timedelta(hours=1))
    assert (await asyncio.to_thread(mailer, "go", "--by", "head-of-unit")).code == 0
    later = await anchor_mailing.mail_due(watched, now=now + timedelta(hours=1))
    unasked = await anchor_mailing.mail_due(site, now=now + timedelta(days=40))

    assert (away, soon, halted, later, unasked) == (False, False, False, True, False)


@ON_SQLITE
async def test_a_faulty_record_is_mailed_as_such(site: Site, relay: Relay) -> None:
    async with site.database.writing() as session:
        triggers = await session.scalars(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        )
        for name in triggers.all():
            await session.execute(text(f"DROP TRIGGER {name}"))
        await session.execute(text("UPDATE record SET by = 'x' WHERE number = 1"))
    await anchor_mailing.mail_due(configured(site), now=clock.now())
    said = str(mails(relay)[0].get_content())

    assert "There is no anchor this month: the record has" in said
    assert "row 1" in said
