"""A person decides what a restored store sends; the relay's log says what has left."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from mailer import clock
from mailer.campaigns.models import Campaign
from mailer.errors import RefusedError
from mailer.maintenance import resuming
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from mailer.store import identity
from tests.acts import campaigning, delivering, readers, reading
from tests.acts.commands import Mailer
from tests.acts.readers import ED
from tools.peers.relay import Relay


async def restored(site: Site, *, highest: int = 10) -> None:
    """Mark the store as restored, with the messages it has."""
    async with site.database.writing() as session:
        await identity.begin_epoch(session, highest=highest, now=clock.now())


def log(place: Path, message_ids: list[str]) -> Path:
    """Return a Postfix log of messages that it took."""
    stamp = datetime.now(UTC).isoformat()
    lines = []
    for number, each in enumerate(message_ids):
        queue = f"4XYZ{number:05}"
        lines += [
            f"{stamp} mx postfix/cleanup[1]: {queue}: message-id={each}",
            f"{stamp} mx postfix/qmgr[2]: {queue}: from=<a@b.example> (queue active)",
        ]
    path = place / "mail.log"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


async def test_messages_of_the_old_log_are_accepted_and_the_rest_sent_once(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    rows = await campaigning.ledger(site, number)
    left = [each for each in rows if each != ED]
    domain = site.settings.mail.domain
    ids = [
        f"<{(await readers.signed_of(site, rows[each])).message_id}@{domain}>"
        for each in left
    ]
    await restored(site)
    due = await resuming.lost(site, now=clock.now())
    accepted = await resuming.resume(
        site, logs=[log(tmp_path, ids)], send=True, by="editor", now=clock.now()
    )
    await delivering.work(site)
    (sent,) = relay.accepted

    assert [(each.id, each.open) for each in due.campaigns] == [(number, 10)]
    assert accepted == 9
    assert sent.recipient == ED
    assert reading.parsed(sent.octets)["Message-ID"] not in ids
    states = {each.state for each in (await campaigning.ledger(site, number)).values()}
    assert states == {"accepted"}


async def test_held_campaigns_are_paused_or_expired(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    passed, later = [await campaigning.approved(site, tmp_path) for _ in range(2)]
    async with site.database.writing() as session:
        for each, hours in ((passed, -1), (later, 1)):
            at = clock.now() + timedelta(hours=hours)
            await session.execute(
                update(Campaign)
                .where(Campaign.id == each)
                .values(state="scheduled", at=at)
            )
    await restored(site)
    await resuming.resume(site, logs=[], send=False, by="editor", now=clock.now())
    await delivering.work(site)
    async with site.database.reading() as session:
        states = [
            (await session.get_one(Campaign, each)).state
            for each in (number, passed, later)
        ]

    assert states == ["paused", "expired", "scheduled"]
    assert relay.accepted == []


async def test_only_a_restored_store_is_resumed_and_only_once(site: Site) -> None:
    with pytest.raises(RefusedError, match="was not restored"):
        await resuming.lost(site, now=clock.now())
    await restored(site, highest=0)
    await resuming.resume(site, logs=[], send=True, by="editor", now=clock.now())
    with pytest.raises(RefusedError, match="resumed already"):
        await resuming.resume(site, logs=[], send=True, by="editor", now=clock.now())


def test_without_a_terminal_the_command_holds_and_shows_what_was_due(
    mailer: Mailer, folder: Path, tmp_path: Path
) -> None:
    async def prepared() -> int:
        async with open_site(folder / "config.toml") as site:
            number = await campaigning.released(site, tmp_path)
            await restored(site)
            return number

    number = asyncio.run(prepared())
    refused = mailer("work", "--until-idle")
    resumed = mailer("resume-after-restore", "--json", "--by", "editor")
    again = mailer("resume-after-restore", "--json", "--by", "editor")
    (due,) = resumed.json["campaigns"]

    assert refused.code == again.code == 1
    assert "`mailer resume-after-restore` shows what was due" in refused.err
    assert (resumed.code, resumed.json["rest"]) == (0, "held")
    assert (due["id"], due["open"], due["state"]) == (number, 10, "sending")
