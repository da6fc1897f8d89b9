"""People remark on blocks, see who else writes, and send back with a reason."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.version_models import Presence, Remark
from mailer.campaigns.writing.together import remarks
from mailer.errors import RefusedError
from mailer.sites.site import Site
from mailer.store.database import Database
from tests.acts import campaigning
from tests.acts.console import add_user, visitor
from tests.mailer.web.console.test_translating import translator
from tests.mailer.web.console.test_writing import block, editor, letter
from tools.peers.relay import Relay
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
SAID = "Is <b>this</b> the\nright day? \u202eedoc"


async def made(database: Database) -> list[Remark]:
    async with database.reading() as session:
        campaign = await lookup.get(session, 1)
        return list(await remarks.of(session, campaign))


async def test_a_remark_is_added_by_a_save_and_settled_by_who_may_write(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path)
    assert number == 1
    here = f"/campaigns/{number}/write/en"
    async with serving(site) as pages:
        ed, tina = await editor(site, pages), await translator(site, pages)
        sent = {**block((await ed.get(here)).text, "first", title="New", text="Words")}
        assert (await ed.post(here, {**sent, "remark:first": SAID})).status_code == 303
        (remark,) = await made(site.database)
        assert (remark.block, remark.by) == ("first", campaigning.EDITOR)
        assert remark.text == "Is <b>this</b> the\nright day? edoc"
        for path in (f"/campaigns/{number}/write/fr", "/campaigns/1/remarks"):
            assert "Is &lt;b&gt;this" in (await tina.get(path)).text, path
        refused = await tina.post("/campaigns/1/remarks", {"settle": str(remark.id)})
        assert refused.status_code == 422
        answer = await tina.post(
            "/campaigns/1/remarks", {"text": "No, the 4th.", "block": "first"}
        )
        assert answer.status_code == 303
        own = await tina.post("/campaigns/1/remarks", {"settle": "2"})
        assert own.status_code == 303
        assert (await ed.post(here, {"act": "settle 1"})).status_code == 303
        assert "Is &lt;b&gt;this" not in (await ed.get(here)).text
        assert "Settled by editor" in (await ed.get("/campaigns/1/remarks")).text
        for wrong in ("", " \n", "x" * 2001):
            answer = await ed.post("/campaigns/1/remarks", {"text": wrong})
            assert answer.status_code == 422
        for wrong in ("9", "x", "-1"):
            answer = await ed.post("/campaigns/1/remarks", {"settle": wrong})
            assert answer.status_code == 422


async def test_a_remark_ends_no_approval_and_too_many_are_refused(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await campaigning.approved(site, tmp_path)
    monkeypatch.setattr(remarks, "MOST", 1)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        now = clock.now()
        await remarks.add(session, campaign, "one", by="editor", now=now)
        await session.flush()
        with pytest.raises(RefusedError, match="wait on this letter"):
            await remarks.add(session, campaign, "two", by="editor", now=now)
    assert await campaigning.state(site, number) == "approved"


async def test_a_letter_is_sent_back_with_its_reason_at_the_block(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path)
    await add_user(site, "paul", "approver", address="paul@unit.int")
    async with serving(site) as pages:
        paul, ed = await visitor(site, pages, "paul"), await editor(site, pages)
        asked = await ed.post(f"/campaigns/{number}/ask", {"approver": "paul"})
        assert asked.status_code == 303
        page = (await paul.get(f"/campaigns/{number}/approval")).text
        assert '<option value="first">2. Date: The first</option>' in page
        async with site.database.reading() as session:
            seen = (await lookup.get(session, number)).updated_at.isoformat()
        sent = {
            "version": seen,
            "reason": "The day is wrong.\nSee the programme.",
            "block": "first",
        }
        answer = await paul.post(f"/campaigns/{number}/return", sent)
        assert answer.status_code == 303, answer.text
        page = (await ed.get(f"/campaigns/{number}/write/en")).text
        at_block = page[
            page.index('id="block-first"') : page.index('id="block-second"')
        ]
        assert "The day is wrong." in at_block


async def test_who_else_writes_is_said_for_a_minute(site: Site, tmp_path: Path) -> None:
    number = await letter(site, tmp_path)
    here = f"/campaigns/{number}/write"
    async with serving(site) as pages:
        ed, tina = await editor(site, pages), await translator(site, pages)
        assert (await tina.post(f"{here}/fr/here")).json() == {"others": ""}
        said = (await ed.post(f"{here}/en/here")).json()["others"]
        assert said == "Also writing in this letter now: tina (French)."
        assert "tina (French)" in (await ed.get(f"{here}/en")).text
        assert (await tina.post(f"{here}/en/here")).status_code == 409
        async with site.database.writing() as session:
            old = clock.now() - timedelta(seconds=61)
            await session.execute(update(Presence).values(at=old))
        assert "tina (French)" not in (await ed.get(f"{here}/en")).text
        assert (await ed.post(f"{here}/en/here")).json() == {"others": ""}
