"""The ledger lists the messages of one campaign, in one state, with their addresses."""

from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from audiences.contacts import Contact
from mailer.outbox import ledger
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.sites.site import Site
from tests.acts import ledgers


@pytest.mark.parametrize("state", [None, *MessageState])
async def test_it_lists_the_messages_of_one_campaign_in_one_state(
    site: Site, tmp_path: Path, state: MessageState | None
) -> None:
    before = await ledgers.every(site, tmp_path, campaigns=2)
    first = before.rows[0].campaign_id
    expected = [
        row.id
        for row in before.rows
        if row.campaign_id == first and state in {None, row.state}
    ]

    async with site.database.reading() as session:
        listed = [
            (message.id, address)
            async for message, address in ledger.listed(session, first, state=state)
        ]
        query = select(Message.id, Contact.address).join(
            Contact, Contact.id == Message.contact_id
        )
        addresses = {
            number: address for number, address in await session.execute(query)
        }

    assert expected
    assert listed == [(number, addresses[number]) for number in expected]


async def test_a_listed_message_is_let_go_so_that_memory_stays_the_same(
    site: Site, tmp_path: Path
) -> None:
    before = await ledgers.every(site, tmp_path)
    first = before.rows[0].campaign_id

    async with site.database.reading() as session:
        seen = [message async for message, _ in ledger.listed(session, first)]

        assert [each for each in seen if inspect(each).persistent] == []
        assert len(seen) == len(before.rows)


async def test_only_readers_with_a_message_have_been_written_to(
    site: Site, tmp_path: Path
) -> None:
    before = await ledgers.every(site, tmp_path)

    async with site.database.reading() as session:
        written = set(
            await session.scalars(select(Contact.id).where(ledger.written_to()))
        )
        of_messages = set(await session.scalars(select(Message.contact_id)))
        everyone = set(await session.scalars(select(Contact.id)))

    assert written == of_messages
    assert len(before.rows) == len(written) < len(everyone)
