"""Rules kept under a name: counted, changed, renamed and removed on pages."""

import re
from html import unescape
from pathlib import Path

import pytest

from audiences.segments import saved
from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.console import Visitor, add_user, visitor
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
ROW = {"part": "all", "fact": "kind", "sign": "=", "values": "ngo"}
RULE = "segment(african-states) and speaks(fr)"


async def rules_of(site: Site) -> dict[str, str]:
    async with site.database.reading() as session:
        return {each.name: each.rule for each in await saved.listed(session)}


async def seen(user: Visitor, name: str) -> str:
    page = (await user.get(f"/audiences/{name}")).text
    return str(re.findall(r'name="seen" value="(\d+)"', page)[0])


async def test_a_rule_is_tried_kept_changed_renamed_and_removed(site: Site) -> None:
    await add_user(site, "vera", "viewer")
    async with serving(site) as pages:
        ed, vera = (
            await visitor(site, pages, "editor"),
            await visitor(site, pages, "vera"),
        )
        tried = await ed.post("/new-rule", {**ROW, "name": "all-ngos", "act": "try"})
        assert "Readers: " in tried.text
        assert "tried only" in tried.text
        assert 'value="all-ngos"' in tried.text
        assert "all-ngos" not in await rules_of(site)
        kept = await ed.post("/new-rule", {**ROW, "name": "all-ngos", "act": "save"})
        assert kept.headers["location"].endswith(
            "/console/audiences/all-ngos?done=saved"
        )
        again = await ed.post("/new-rule", {**ROW, "name": "all-ngos", "act": "save"})
        assert "called all-ngos already" in again.text
        old = await seen(ed, "all-ngos")
        form = {"rule": "kind = ngo and speaks(fr)", "act": "save", "seen": old}
        assert (await ed.post("/audiences/all-ngos", form)).status_code == 303
        stale = await ed.post("/audiences/all-ngos", {**form, "rule": "kind = natcom"})
        assert stale.status_code == 422
        assert "meanwhile; read the change" in stale.text
        assert "natcom" in stale.text
        renamed = await ed.post("/audiences/all-ngos/rename", {"name": "ngos-fr"})
        assert renamed.headers["location"].endswith("/audiences/ngos-fr?done=saved")
        assert (await ed.get("/audiences/all-ngos")).status_code == 404
        shown = (await vera.get("/audiences/ngos-fr")).text
        assert "Readers: " in shown
        assert "@" not in shown.split("<main")[1]
        assert (await vera.post("/audiences/ngos-fr", form)).status_code == 403
        unsure = await ed.post("/audiences/ngos-fr/remove")
        assert unsure.status_code == 422
        assert "<details open><summary>Remove it<" in unsure.text  # the box is there
        sure = {"sure": "yes"}
        assert (await ed.post("/audiences/ngos-fr/remove", sure)).status_code == 303
        assert (await ed.post("/audiences/ngos-fr/remove", sure)).status_code == 404


async def test_what_uses_a_rule_is_said_and_keeps_it(
    site: Site, tmp_path: Path
) -> None:
    folder = campaigning.write(tmp_path, audience="segment(dakar-ngos)")
    await campaigning.add(site, folder)
    await add_user(site, "lea", "author:segment(dakar-ngos)")
    async with serving(site) as pages:
        ed = await visitor(site, pages, "editor")
        page = unescape((await ed.get("/audiences/dakar-ngos")).text)
        assert ">A short letter</a>" in page
        assert "a role of lea" in page
        listed = (await ed.get("/audiences")).text
        assert "letters being written: 1" in listed
        assert "other rules: 1" in listed
        for path, form, sentence in (
            ("dakar-ngos/remove", {"sure": "yes"}, "is used by the letter 1"),
            ("dakar-ngos/rename", {"name": "dakar"}, "is used by the letter 1"),
            ("official-partners/rename", {"name": "partners"}, "used by the segment"),
            ("african-states/rename", {"name": "dakar-ngos"}, "dakar-ngos already"),
            ("african-states/rename", {"name": "../x"}, "cannot be the name"),
            ("african-states", {"rule": "kind = nogo", "act": "save"}, "ngo"),
        ):
            answer = await ed.post(f"/audiences/{path}", form)
            assert answer.status_code == 422, path
            assert sentence in unescape(answer.text), path
        for hostile in ("kind = <script>", "(" * 500, "\x00", "x" * 100_000):
            form = {"rule": hostile, "name": hostile[:70], "act": "save"}
            answer = await ed.post("/new-rule", form)
            assert answer.status_code == 422
            assert "<script>" not in answer.text.replace("<script src", "")
        rules = await rules_of(site)

    assert {"dakar-ngos", "official-partners", "african-states"} <= set(rules)
