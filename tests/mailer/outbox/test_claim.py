"""Claims: never more messages than asked for, shared among the campaigns."""

from pathlib import Path

from mailer import clock
from mailer.outbox import claim
from mailer.outbox.claim import Search
from mailer.sites.site import Site
from tests.acts import campaigning


async def test_with_room_for_fewer_messages_than_campaigns_the_campaigns_take_turns(
    site: Site, tmp_path: Path
) -> None:
    released = [await campaigning.released(site, tmp_path) for _ in range(5)]
    search, claimed = Search(), list[list[int]]()
    for _ in range(5):
        async with site.database.writing() as session:
            due = await claim.claim(session, search, limit=2, now=clock.now())
        claimed.append([row.campaign_id for row in due.rows])

    assert claimed == [
        [released[each % 5], released[(each + 1) % 5]] for each in range(0, 10, 2)
    ]


async def test_with_room_for_all_each_campaign_has_its_share(
    site: Site, tmp_path: Path
) -> None:
    released = [await campaigning.released(site, tmp_path) for _ in range(3)]
    async with site.database.writing() as session:
        due = await claim.claim(session, Search(), limit=6, now=clock.now())

    assert [row.campaign_id for row in due.rows] == [
        each for each in released for _ in range(2)
    ]
