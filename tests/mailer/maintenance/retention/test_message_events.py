"""Events of messages are forgotten when their letter was over long ago."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mailer import clock
from mailer.maintenance.retention import message_events
from mailer.outbox.models import MessageEvent
from mailer.outcomes import forgetting
from mailer.settings.sections import Settings
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tools.peers.relay import Relay

DAY = timedelta(days=1)


async def events(site: Site) -> int:
    async with site.database.reading() as session:
        return await session.scalar(select(func.count(MessageEvent.id))) or 0


async def test_the_history_goes_and_what_became_of_each_message_stays(
    site: Site, relay: Relay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "BLOCK", 3)
    relay.script = lambda verb, line: (
        "550 5.1.1 unknown" if verb == "RCPT" and "@e" in line else None
    )
    over = await campaigning.released(site, tmp_path)
    await delivering.work(site)
    sending = await campaigning.released(site, tmp_path)
    values = site.settings.model_dump(by_alias=True)
    values["store"] = values["store"] | {"events_days": 30}
    bounded = replace(site, settings=Settings.model_validate(values))
    before, had = await campaigning.report(site, over), await events(site)
    now = clock.now()
    for_ever = await message_events.forget_due(site, now + 99 * DAY)
    early = await message_events.forget_due(bounded, now + 29 * DAY)
    forgotten = await message_events.forget_due(bounded, now + 31 * DAY)
    after = await campaigning.report(site, over)

    assert await campaigning.state(site, over) == "finished"
    assert await campaigning.state(site, sending) == "sending"
    assert had > 0
    assert (for_ever, early, forgotten) == (0, 0, had)
    assert await events(site) == 0
    assert after.audience == before.audience
    assert [(each.state, each.reason, each.count) for each in after.reasons] == [
        (each.state, each.reason, each.count) for each in before.reasons
    ]
