"""After a restore, a link of the lost time acts on its own reader, and on no other.

The lost time is played: a message is made, forgotten, and its number given again.
"""

from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from audiences.contacts import find
from mailer import clock
from mailer.links import Signed
from mailer.outbox.models import Message
from mailer.sites.site import Site
from mailer.store import identity
from tests.acts import campaigning, readers
from tests.acts.readers import ED, ICOM, TOPIC
from tools.peers.serving import ONE_CLICK, serving

NOT_VALID = 404


async def lost_and_given_again(site: Site, place: Path, *, to: str) -> Signed:
    """Return a lost letter's links to ED; its number now belongs to `to`."""
    number = await campaigning.released(site, place)
    ledger = await campaigning.ledger(site, number)
    lost = await readers.signed_of(site, ledger[ED])
    async with site.database.writing() as session:
        await identity.begin_epoch(session, highest=0, now=clock.now())
        other = await find(session, to, key=site.address_key)
        await session.execute(delete(Message).where(Message.id != ledger[ED].id))
        await session.execute(
            update(Message).values(
                contact_id=other.id, address_key=other.address_key, marked_at=None
            )
        )
    return lost


@pytest.mark.prove
@pytest.mark.parametrize("to", [ICOM, ED], ids=["another reader", "the same reader"])
async def test_one_click_of_a_lost_letter_stops_its_reader_and_no_other(
    site: Site, tmp_path: Path, to: str
) -> None:
    lost = await lost_and_given_again(site, tmp_path, to=to)
    icom = await readers.standings(site, ICOM)
    async with serving(site) as pages:
        answer = await pages.post(f"/u/{lost.unsubscribe}", ONE_CLICK)

    assert answer.status_code == 200
    assert set((await readers.standings(site, ED)).values()) == {"ended"}
    assert await readers.standings(site, ICOM) == icom
    assert TOPIC in icom
    assert {how for _, _, how in await readers.evidence(site)} == {"one-click"}


async def test_the_page_of_a_lost_letter_asks_whether_to_stop_everything(
    site: Site, tmp_path: Path
) -> None:
    lost = await lost_and_given_again(site, tmp_path, to=ICOM)
    before = await readers.everything(site)
    async with serving(site) as pages:
        seen = await pages.get(f"/u/{lost.unsubscribe}")
        unchanged = await readers.everything(site)
        done = await pages.post(f"/u/{lost.unsubscribe}", {"act": "stop-now"})

    assert unchanged == before
    assert (seen.status_code, done.status_code) == (200, 200)
    assert 'value="stop-now"' in seen.text
    assert "no more letters from us" in done.text
    assert set((await readers.standings(site, ED)).values()) == {"ended"}


async def test_a_lost_letter_confirms_nothing_and_shows_no_entry(
    site: Site, tmp_path: Path
) -> None:
    lost = await lost_and_given_again(site, tmp_path, to=ICOM)
    before = await readers.everything(site)
    async with serving(site) as pages:
        await pages.post(f"/c/{lost.confirm}", {"confirm": "yes"})
        entry = await pages.get(f"/o/{lost.entry}")

    assert await readers.everything(site) == before
    assert entry.status_code == NOT_VALID


async def test_a_lost_letter_of_an_unknown_address_does_nothing(
    site: Site, tmp_path: Path
) -> None:
    lost = await lost_and_given_again(site, tmp_path, to=ICOM)
    async with site.database.writing() as session:
        contact = await find(session, ED, key=site.address_key)
        contact.address_key = bytes(16)
    before = await readers.everything(site)
    async with serving(site) as pages:
        answer = await pages.post(f"/u/{lost.unsubscribe}", ONE_CLICK)

    assert answer.status_code == NOT_VALID
    assert await readers.everything(site) == before


async def test_a_message_of_a_former_epoch_keeps_its_links_and_message_id(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    async with site.database.writing() as session:
        marked = clock.now()
        await session.execute(update(Message).values(marked_at=marked))
        highest = await session.scalar(select(func.max(Message.id))) or 0
        await identity.begin_epoch(session, highest=highest, now=clock.now())
    (row,) = [
        each
        for address, each in (await campaigning.ledger(site, 1)).items()
        if address == ED
    ]
    unsent = Message(id=row.id, address_key=row.address_key, marked_at=None)
    async with serving(site) as pages:
        answer = await pages.post(f"/u/{link.unsubscribe}", ONE_CLICK)

    assert (await readers.signed_of(site, row)).message_id == link.message_id
    assert (await readers.signed_of(site, unsent)).message_id != link.message_id
    assert answer.status_code == 200
    assert await readers.evidence(site) == [(TOPIC, "ended", "one-click")]
