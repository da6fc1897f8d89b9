"""A letter that was paused, or cancelled half-way, says so in words and truly."""

from html import unescape
from pathlib import Path

import pytest

from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.console import visitor
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


async def test_a_paused_and_a_cancelled_letter_say_why_nobody_got_it(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    here = f"/campaigns/{number}"
    async with serving(site) as pages:
        sender = await visitor(site, pages, "editor")
        assert (await sender.post(f"{here}/pause", {})).status_code == 303
        live = unescape((await sender.get(f"{here}/live?lang=fr")).text)
        page = unescape((await sender.get(f"{here}?lang=fr")).text)
        waits = (await sender.get(f"{here}/report")).text
        cancelled = await sender.post(f"{here}/cancel", {"sure": "yes"})
        assert cancelled.status_code == 303
        report = (await sender.get(f"{here}/report")).text
        french = unescape((await sender.get(f"{here}/report?lang=fr")).text)
        journal = unescape((await sender.get("/journal?lang=fr")).text)

    assert "suspendue par editor" in live
    assert "paused by" not in live + page
    assert "not tried yet" in waits
    assert "Who was not reached" in report
    assert "not tried yet" not in report
    assert "Bureau de l’UNESCO" in french
    assert "suspendue par editor" in journal
