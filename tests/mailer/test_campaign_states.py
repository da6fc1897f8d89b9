"""Verbs move a campaign along its arrows, and say what to do where there is none."""

from pathlib import Path

import pytest

from mailer import site as sites
from mailer.campaigns import control, kept
from mailer.errors import RefusedError
from mailer.outbox import release
from mailer.site import Site
from tests.mailer import campaigning

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


async def test_what_was_not_paused_is_not_resumed(site: Site, tmp_path: Path) -> None:
    """It would be a campaign being sent without a message, and soon finished."""
    number = await campaigning.approved(site, tmp_path)
    with pytest.raises(RefusedError, match="is approved, not paused"):
        async with site.database.writing() as session:
            campaign = await kept.get(session, number)
            await control.resume(session, campaign, by="editor", now=sites.now())

    assert await campaigning.state(site, number) == "approved"


async def test_what_is_paused_is_not_released_again(site: Site, tmp_path: Path) -> None:
    number = await campaigning.released(site, tmp_path)
    async with site.database.writing() as session:
        now = sites.now()
        await control.pause(session, number, by="editor", because="wait", now=now)
    with pytest.raises(RefusedError, match="is paused; `mailer campaigns resume`"):
        await release.release(site, number, by="editor", now=sites.now())

    assert await campaigning.state(site, number) == "paused"
