"""A ledger with rows is upgraded to waves, and nothing that refers to it is lost."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, func, select

from mailer.clock import now
from mailer.maintenance import schema
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message, MessageEvent
from mailer.outcomes import record
from mailer.sites.site import Site
from tests.acts import campaigning

BEFORE = "0014"


def go_back(connection: Connection) -> None:
    """Give a store the schema without waves; its rows stay."""
    configuration = Config()
    configuration.set_main_option("script_location", "mailer.maintenance:migrations")
    configuration.attributes["connection"] = connection
    configuration.attributes["metadata"] = schema.metadata()
    command.downgrade(configuration, BEFORE)


async def counted(site: Site) -> tuple[int, int, int]:
    """Return how many messages, events, and messages of the first wave there are."""
    async with site.database.reading() as session:
        messages = await session.scalar(select(func.count(Message.id)))
        events = await session.scalar(select(func.count(MessageEvent.id)))
        first = await session.scalar(
            select(func.count(Message.id)).where(Message.wave == 1)
        )
    return messages or 0, events or 0, first or 0


async def test_its_rows_are_the_first_wave(site: Site, tmp_path: Path) -> None:
    number = await campaigning.released(site, tmp_path)
    ledger = await campaigning.ledger(site, number)
    async with site.database.writing() as session:
        for each in ledger.values():
            await record.add_event(
                session, each.id, MessageState.DEFERRED, "try later", now=now()
            )
    async with site.database.engine.connect() as connection:
        if site.database.is_sqlite:
            raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None
            await raw.execute("PRAGMA foreign_keys = OFF")
        async with connection.begin():
            await connection.run_sync(go_back)
    await site.database.close()
    before = await schema.upgrade(site.database, now=now())
    again = await campaigning.ledger(site, number)

    assert before == BEFORE
    assert await counted(site) == (10, 10, 10)
    assert {each.id: each.address_key for each in again.values()} == {
        each.id: each.address_key for each in ledger.values()
    }
