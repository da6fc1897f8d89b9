"""A letter that left, or never will, offers no act that could only be refused."""

from html import unescape
from pathlib import Path

import pytest

from mailer.sites.site import Site
from mailer.web.console.letters.campaign import READY
from tests.acts import campaigning
from tests.acts.console import visitor
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
APPROVER = "head-of-unit"
APPROVE = "Approve (readers: "


async def test_only_a_letter_that_may_be_approved_has_a_button_to_approve_it(
    site: Site, tmp_path: Path
) -> None:
    sent = await campaigning.released(site, tmp_path)
    cancelled = await campaigning.add(site, campaigning.write(tmp_path))
    draft = await campaigning.add(site, campaigning.write(tmp_path))
    await campaigning.cancel(site, cancelled)
    async with serving(site) as pages:
        user = await visitor(site, pages, APPROVER)
        pressed, stopped, waits = [
            unescape((await user.get(f"/campaigns/{number}/approval")).text)
            for number in (sent, cancelled, draft)
        ]
        author = await visitor(site, pages, campaigning.EDITOR)
        await author.get(f"/campaigns/{draft}/check")
        ready = unescape((await author.get(f"/campaigns/{draft}")).text)
        never = unescape((await author.get(f"/campaigns/{cancelled}")).text)
        today = unescape((await author.get("/")).text)
        times = unescape((await author.get(f"/campaigns/{cancelled}/schedule")).text)

    assert APPROVE in waits
    for page in (pressed, stopped):
        assert APPROVE not in page
        assert "Mail the request" not in page
        assert "it may go at any time" not in page
    assert READY in ready
    assert "Read the report" not in never
    assert "no reference yet" not in never
    assert "no time yet" not in never
    assert "It is cancelled." in times
    assert "See who approves it" not in times
    going = today[today.index("Being sent now") : today.index("What waits for you")]
    assert "none yet" not in going
