"""A ticker that ends between any two statements leaves nothing undone or done twice."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from mailer import clock
from mailer.campaigns.models import Campaign, Occurrence
from mailer.outbox import plan
from mailer.outbox.models import Message
from mailer.sites.site import Site
from tests.acts import campaigning, turns
from tests.acts.turns import APPROVER, DAY, EDITOR, MARIE, MINUTE, mails
from tools.peers.relay import Relay

ENOUGH = 400  # statements; more than a tick has
TICKS = (10 * DAY, 4 * DAY, 2 * DAY, DAY)  # before a date
pytestmark = pytest.mark.prove


class KilledError(BaseException):
    """Ends a process between two statements; nothing catches it."""


@contextmanager
def killed_at(site: Site, number: int) -> Iterator[list[str]]:
    """End what is done before its statement of a number; yield the statements."""
    said: list[str] = []

    def look(_: Any, __: Any, statement: str, *___: Any) -> None:
        said.append(statement)
        if len(said) == number:
            raise KilledError

    engine = site.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", look)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", look)


async def tick_until_done(site: Site, instant: datetime) -> int:
    """Tick, ended one statement later each time, until a tick is whole."""
    for number in range(1, ENOUGH):
        with killed_at(site, number) as said:
            try:
                await turns.tick(site, instant)
            except KilledError:
                continue
        assert len(said) < number
        return number
    raise AssertionError("no tick was whole")


async def test_people_are_asked_and_a_letter_goes_once_whatever_is_killed(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    due = await turns.planned(site)
    kills = [await tick_until_done(site, due - before) for before in TICKS]
    number = await turns.write_draft(
        site, tmp_path, en=campaigning.TEXT, fr=turns.FRENCH
    )
    await campaigning.approve(site, number)
    await campaigning.schedule_in_series(site, number)
    kills.append(await tick_until_done(site, due))
    await turns.tick(site, due + MINUTE)
    await plan.plan(site, number, now=clock.now)  # a worker continues the release
    async with site.database.reading() as session:
        campaigns = await session.scalar(select(func.count(Campaign.id)))
        released = await session.scalars(
            select(Occurrence.campaign_id).where(Occurrence.outcome == "released")
        )
        messages = await session.scalars(select(Message.contact_id))
        readers = Counter(messages.all())

    assert min(kills) > 1
    assert released.all() == [number]
    assert (campaigns, len(readers), max(readers.values())) == (1, 10, 1)
    sent = Counter(mails(relay))
    assert max(sent.values()) == 1
    assert {user for user, _ in sent} <= {EDITOR, MARIE, APPROVER}
    asked = [user for user, _ in sent]
    assert asked.count(APPROVER) <= 1
