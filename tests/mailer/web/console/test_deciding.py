"""An approver decides by a link: only what was chosen, once, and no word is lost."""

import asyncio
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from mailer.campaigns.version_models import Remark
from mailer.sites.site import Site
from mailer.web.console.guard import FIELD
from tests.acts import campaigning
from tests.mailer.web.console.test_asking import Phone, asked, mails
from tools.peers.relay import Relay
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
CHOSEN = r'value="{}"[^>]* checked'


async def code_of(phone: Phone, relay: Relay) -> str:
    """Have a code mailed, and return it."""
    await phone.post("/code")
    found = re.search(r"\b\d{6}\b", mails(relay)[-1][1])
    assert found is not None
    return found[0]


async def test_a_decision_is_chosen_and_a_reason_is_never_dropped(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    async with serving(site) as pages:
        number, phone, _ = await asked(site, pages, relay, tmp_path)
        shown = (await phone.get()).text
        assert re.search(CHOSEN.format("approve"), shown) is None
        block = re.search(r'<option value="([\w.]+)"', shown)
        assert block is not None
        form = {"code": await code_of(phone, relay), "version": await phone.version()}
        none = await phone.post("/decide", **form)
        assert "choose to approve, or to ask for changes" in none.text
        form["block"] = block[1]
        both = await phone.post("/decide", decision="approve", reason="No.", **form)
        assert "wrote what is to be changed" in both.text
        assert re.search(CHOSEN.format("approve"), both.text)
        empty = await phone.post("/decide", decision="return", **form)
        assert empty.status_code == 409
        assert re.search(CHOSEN.format("return"), empty.text)
        assert re.search(rf'value="{re.escape(block[1])}" selected', empty.text)
        assert await campaigning.state(site, number) == "in_review"
        # the code is still the one that was mailed
        given = await phone.post("/decide", decision="return", reason="No.", **form)
        assert given.status_code == 303

    assert await campaigning.state(site, number) == "draft"
    assert len(relay.accepted) == 2
    async with site.database.reading() as session:
        remark = (await session.scalars(select(Remark))).one()
    assert (remark.text, remark.block) == ("No.", block[1])


async def test_a_decision_that_is_pressed_twice_is_given_once_and_said_twice(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    async with serving(site) as pages:
        number, phone, _ = await asked(site, pages, relay, tmp_path)
        page = (await phone.get()).text
        token = re.search(rf'name="{FIELD}" value="([^"]+)"', page)
        assert token is not None
        form = {FIELD: token[1], "version": await phone.version()}
        both = await asyncio.gather(*(phone.post("/code", **form) for _ in range(2)))
        assert [each.status_code for each in both] == [200, 200]
        assert len(relay.accepted) == 2  # the request, and one code
        code = re.search(r"\b\d{6}\b", mails(relay)[-1][1])
        assert code is not None
        form |= {"code": code[0], "decision": "approve"}
        both = await asyncio.gather(*(phone.post("/decide", **form) for _ in range(2)))
        assert [each.status_code for each in both] == [303, 303]

    assert await campaigning.state(site, number) == "approved"
