"""An address is suppressed with who asked and how, once, and lifted with a reason."""

import re

import pytest

from audiences import suppressions
from mailer.sites.site import Site
from tests.acts.console import visitor
from tests.mailer.web.console.test_directory import HOSTILE, STEWARD
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


async def test_a_suppression_is_added_found_and_lifted_with_reasons(site: Site) -> None:
    address = "stop@nobody-knows.example"
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        place = "/directory/suppressions"
        form = {"address": address, "who": "asked"}
        refused = await steward.post(f"{place}/add", form)
        form["because"] = HOSTILE
        no_asker = await steward.post(f"{place}/add", {**form, "who": "bounced"})
        assert "Say who asks for it" in no_asker.text
        assert (await steward.post(f"{place}/add", form)).status_code == 303
        twice = await steward.post(f"{place}/add", form)
        assert "suppressed already" in twice.text
        found = await steward.get(f"{place}?search={address}")
        key = re.search(r"key=([0-9a-f]{32})", found.text)
        assert key is not None
        asked = await steward.get(f"{place}/lift?key={key[1]}")
        for given, status in (
            ({"key": key[1]}, 422),
            ({"key": "00", "because": "x"}, 422),
            ({"key": key[1], "because": "it asked again"}, 303),
            ({"key": key[1], "because": "twice"}, 422),
        ):
            answer = await steward.post(f"{place}/lift", given)
            assert answer.status_code == status, given
    async with site.database.reading() as session:
        assert (
            await suppressions.page(session, key=bytes.fromhex(key[1]), limit=1) == []
        )

    assert f'value="{address}"' in refused.text
    assert '<option value="asked" selected>' in refused.text
    assert "the reader asked the unit</td>" in found.text
    assert "<script>alert" not in found.text + asked.text
