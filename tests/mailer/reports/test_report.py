"""A report has a number for every state, and its numbers add up to the audience."""

from pathlib import Path

import pytest
from sqlalchemy import update

from mailer.cli.campaigns import reporting
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.sites.site import Site
from tests.acts import campaigning

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


async def test_a_message_in_any_state_is_in_one_number_and_on_one_line(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    ledger = await campaigning.ledger(site, number)
    async with site.database.writing() as session:
        for state, message in zip(MessageState, ledger.values(), strict=False):
            await session.execute(
                update(Message).where(Message.id == message.id).values(state=state)
            )
    counted = await campaigning.report(site, number)
    shown = counted.as_json()
    counts = {
        state: shown[state]
        for state in set(MessageState) & set(shown) - {MessageState.SKIPPED}
    }

    assert (
        counts.pop(MessageState.WAITING) == len(ledger) - len(MessageState) + 2
    )  # marked ones count as waiting
    assert counts == dict.fromkeys(
        set(MessageState) - {"waiting", "marked", "skipped"}, 1
    )
    assert shown["skipped"] == {"unknown": 1}
    assert counted.audience == shown["audience"] == len(ledger)
    assert sum(count for _, count, _ in reporting._rows(counted)) == len(ledger)
