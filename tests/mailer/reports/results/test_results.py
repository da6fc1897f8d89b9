"""What became of a campaign is counted by group, over time, and said in words."""

from pathlib import Path

import pytest

from mailer import clock
from mailer.campaigns import lookup
from mailer.reports.results import reading
from mailer.reports.results.reading import Results
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, returning
from tests.mailer.feedback import test_replies
from tools.peers.relay import Relay

ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"])
ED = "focal-point@ed.sector.example"
SHS = "focal-point@shs.sector.example"


async def results(site: Site, number: int) -> Results:
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
        return await reading.read(session, campaign, zone=site.zone, now=clock.now())


async def test_what_comes_back_is_counted_by_group_and_said_in_words(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await returning.sent(site, relay, tmp_path)
    by_reader = {each.recipient: each for each in relay.accepted}
    back = [
        returning.report(by_reader[ED]),
        returning.report(by_reader[SHS], returning.FULL),
    ]
    await returning.returned(site, back)

    found = await results(site, number)

    assert (found.total.accepted, found.total.bounced) == (8, 2)
    assert found.groups["kind"]["sector"] == found.total
    assert found.groups["language"]["en"].audience == 10
    assert found.groups["sector"]["ED"].bounced == 1
    assert found.groups["domain"]["ed.sector.example"].bounced == 1
    assert found.groups["relay"]["default"].audience == 10
    assert {each.counts["accepted"] for each in found.over_time} == {10}
    assert found.deliverability == (
        "1 address of 1 organisation is dead",
        "1 letter came back for a reason that passes, such as a full mailbox",
    )


@ON_SQLITE
async def test_answers_count_once_for_each_reader_and_are_compared_with_the_last_letter(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    first = await returning.sent(site, relay, tmp_path)
    number = await returning.sent(site, relay, tmp_path)
    name = await test_replies.named(site, number)
    away = test_replies.answer(
        name,
        "I am out of the office.",
        subject="Out of office",
        more="Auto-Submitted: auto-replied\n",
    )
    texts = ("Thanks", "Once more")
    mails = [*(test_replies.answer(name, each) for each in texts), away]
    await returning.take(site, mails, of_replies=True)

    found = await results(site, number)

    assert (found.total.replied, found.total.out_of_office) == (1, 1)
    assert found.groups["sector"]["ED"].replied == 1
    assert found.before is not None
    assert (found.before.id, found.before.total.replied) == (first, 0)
    assert ("replied", "10.0 %", "0.0 %") in reading.compared(found)
    assert found.deliverability == ("every letter was taken, and none has come back",)


@ON_SQLITE
async def test_a_domain_that_defers_us_is_named_with_its_time(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    relay.script = lambda verb, line: (
        "451 4.7.1 greylisted, try later" if verb == "RCPT" and ED in line else None
    )
    await delivering.work(delivering.tuned(site, retry_minutes=(60.0,)))

    (said,) = (await results(site, number)).deliverability

    assert said.startswith("ed.sector.example defers us since ")
    assert said.endswith(": 1 letter waits")
