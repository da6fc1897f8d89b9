"""An import can be undone, and does not renew subscriptions that ended."""

from pathlib import Path

import pytest

from audiences import contacts, subscriptions, suppressions
from audiences.intake.applied import undo
from audiences.subscriptions import Evidence, How, Standing
from mailer import clock
from mailer.sites.site import Site
from tests.audiences.importing import GOOD, import_file, snapshot, undone, write


async def test_undo_restores_the_directory(site: Site, tmp_path: Path) -> None:
    before = await snapshot(site)
    changes = (
        "unesco-liaison@icom.example;ICOM liaison;head;es;icom;;;BE;CI;ngo-actions"
    )
    report = await import_file(site, write(tmp_path, GOOD, changes))
    assert (report.added, report.changed) == (1, 1)
    assert await snapshot(site) != before

    done = await undone(site, report)

    assert (done.removed, done.restored, done.kept) == (1, 2, 0)
    assert await snapshot(site) == before


async def test_undo_keeps_rows_that_were_changed_since(
    site: Site, tmp_path: Path
) -> None:
    report = await import_file(site, write(tmp_path, GOOD))
    async with site.database.writing() as session:
        contact = await contacts.find(session, "new@ngo.example", key=site.address_key)
        await contacts.choose_language(session, contact.id, "ar", now=clock.now())

    done = await undone(site, report)

    assert (done.removed, done.kept) == (0, 1)


async def test_an_import_can_be_undone_only_once(site: Site, tmp_path: Path) -> None:
    report = await import_file(site, write(tmp_path, GOOD))
    await undone(site, report)

    with pytest.raises(undo.UndoError, match="was undone on"):
        await undone(site, report)


async def test_an_import_does_not_renew_a_subscription_that_ended(
    site: Site, tmp_path: Path
) -> None:
    path = write(tmp_path, GOOD)
    await import_file(site, path)
    evidence = Evidence(at=clock.now(), how=How.ONE_CLICK)
    async with site.database.writing() as session:
        contact = await contacts.find(session, "new@ngo.example", key=site.address_key)
        await subscriptions.unsubscribe(
            session, contact.id, "monthly-letter", evidence=evidence
        )

    await import_file(site, path)

    async with site.database.reading() as session:
        standing = await subscriptions.standings(session, contact.id)
    assert standing == {"monthly-letter": Standing.ENDED}


async def test_a_reader_who_stopped_everything_gets_no_new_subscription(
    site: Site, tmp_path: Path
) -> None:
    await import_file(site, write(tmp_path, GOOD))
    stopped = Evidence(at=clock.now(), how=How.PAGE)
    async with site.database.writing() as session:
        contact = await contacts.find(session, "new@ngo.example", key=site.address_key)
        await subscriptions.stop_everything(session, contact.id, evidence=stopped)

    report = await import_file(
        site, write(tmp_path, GOOD.replace("monthly-letter", "field-news"))
    )

    async with site.database.reading() as session:
        standing = await subscriptions.standings(session, contact.id)
    assert report.unchanged == 1
    assert "field-news" not in standing


async def test_a_suppressed_address_that_is_imported_again_stays_suppressed(
    site: Site, tmp_path: Path
) -> None:
    report = await import_file(site, write(tmp_path, GOOD))
    async with site.database.writing() as session:
        contact = await contacts.find(session, "new@ngo.example", key=site.address_key)
        key = contact.address_key
        await suppressions.suppress(
            session, key, suppressions.Why.BOUNCED, now=clock.now()
        )
    await undone(site, report)
    await import_file(site, write(tmp_path, GOOD))

    async with site.database.reading() as session:
        back = await contacts.find(session, "new@ngo.example", key=site.address_key)
        assert await session.get(suppressions.Suppression, back.address_key)
