"""What users reported of other programs' consoles is tried on ours, by requests.

A search for an underscore: mautic 17401, ransack 256. Accents apart from their letters
in a search: ror-roadmap 398. A link that a scanner opened: outline 9227, supabase/auth
1214. A link of another host: self-service-password 755, securesocial 601. Attempts
under invented addresses: BlocksBeyondTheStars 418, fastapi-limiter 9. An approval that
a save without a change ended: wagtail 13563. The page that was wanted, lost by a mailed
link: wp-calypso 20498, 2anki.net 4274. A PO file: Weblate 5083, 14709.
"""

import asyncio
import re
import unicodedata
from html import unescape
from pathlib import Path

import pytest

from mailer.sites.site import Site
from mailer.web.console.account import attempts
from tests.acts import campaigning
from tests.acts.console import SAME, add_user, link, visitor
from tests.mailer.web.console import test_asking, test_sign_in, test_translating
from tests.mailer.web.console.test_directory import STEWARD, made
from tests.mailer.web.console.test_writing import TEXT, letter, stored
from tools.peers.relay import Relay
from tools.peers.serving import serving
from tools.waiting import eventually

CLIENT = "198.51.100.7"  # as the proxy on this machine says
pytestmark = pytest.mark.parametrize("store", ["sqlite"])


@pytest.mark.prove
async def test_a_search_takes_each_character_as_itself(site: Site) -> None:
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        await made(steward, "ada_lov@icom.example", name="Éva 100%")
        await made(steward, "ada-lov@icom.example", name="Éva 1000")

        async def found(search: str) -> list[bool]:
            page = await steward.get(f"/directory?search={search}")
            return [f"ada{each}lov@icom.example" in page.text for each in "_-"]

        assert await found("ada_lov%40icom.example") == [True, False]
        assert await found("ada%25") == [False, False]
        assert await found("%5C") == [False, False]
        for form in ("NFC", "NFD"):
            search = unicodedata.normalize(form, "conseil international des MUSÉES")
            page = await steward.get(f"/directory?search={search}")
            assert "International Council of Museums" in page.text


@pytest.mark.prove
async def test_a_program_that_opens_each_link_uses_none_up(
    site: Site, tmp_path: Path, relay: Relay
) -> None:
    async with serving(site) as pages:
        number, phone, _ = await test_asking.asked(site, pages, relay, tmp_path)
        token = await link(site, "head-of-unit")
        for path in (f"/console/sign-in/{token}", f"/approve/{phone.token}"):
            for method in ("HEAD", "GET", "OPTIONS", "GET"):
                opened = await pages.client.request(method, f"{pages.url}{path}")
                assert "liaison=" not in str(opened.headers.get_list("set-cookie"))
        assert await campaigning.state(site, number) == "in_review"
        assert (await pages.post(f"/console/sign-in/{token}", {}, **SAME)).is_redirect


async def test_a_mailed_link_leads_to_the_page_that_was_wanted(
    site: Site, relay: Relay
) -> None:
    await add_user(site, "paul", "author", address="paul@unit.int")
    wanted = "/console/directory?search=%C3%A9cole&kind=ngo"
    async with serving(site) as pages:
        refused = (await pages.get(wanted)).headers["location"]
        form = (await pages.get(refused)).text
        (action,) = re.findall(r'action="(/console/sign-in/link[^"]*)"', form)
        asked = await pages.post(unescape(action), {"name": "paul"}, **SAME)
        cookies = asked.headers.get_list("set-cookie")
        kept = "; ".join(each.partition(";")[0] for each in cookies)
        await eventually(lambda: len(test_sign_in.links(relay)) == 1, "no link came")
        path = f"/console/sign-in/{test_sign_in.links(relay)[0]}"
        answer = await pages.post(path, {}, Cookie=kept, **SAME)

    assert answer.headers["location"] == wanted
    assert b"next=" not in relay.accepted[0].octets


async def test_a_mailed_link_leads_to_this_site_whatever_host_was_asked(
    site: Site, relay: Relay
) -> None:
    await add_user(site, "paul", "author", address="paul@unit.int")
    evil = "evil.example"
    async with serving(site) as pages:
        headers = {"Host": evil, "X-Forwarded-Host": evil, "Forwarded": f"host={evil}"}
        await pages.post("/console/sign-in/link", {"name": "paul"}, **SAME, **headers)
        await eventually(lambda: len(test_sign_in.links(relay)) == 1, "no link came")

    assert evil not in str(relay.accepted[0].octets)


@pytest.mark.prove
async def test_attempts_under_invented_addresses_count_as_one_network(
    site: Site,
) -> None:
    await add_user(site, "paul", "author")
    form = {"name": "paul", "password": "a", "code": "1"}
    async with serving(site) as pages:
        answers = [
            await pages.post(
                "/console/sign-in",
                form,
                **SAME,
                **{"X-Forwarded-For": f"192.0.2.{number}, {CLIENT}"},
            )
            for number in range(attempts.ACCOUNT[0] + 1)
        ]

    assert [each.status_code for each in answers][-2:] == [403, 429]


async def test_a_save_without_a_change_ends_no_approval(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    async with serving(site) as pages:
        author = await visitor(site, pages, campaigning.EDITOR)
        path = f"/campaigns/{number}/write/en"
        await asyncio.gather(*(author.post(path, {"act": ""}) for _ in range(3)))

    assert await campaigning.state(site, number) == "approved"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16", "iso-8859-15"])
async def test_a_po_file_is_read_in_its_encoding_or_refused_in_a_sentence(
    site: Site, tmp_path: Path, encoding: str
) -> None:
    number = await letter(site, tmp_path, en=TEXT, fr=test_translating.FRENCH)
    index = f"/campaigns/{number}/translate"
    async with serving(site) as pages:
        tina = await test_translating.translator(site, pages)
        file = (await tina.get(f"{index}/fr/po")).content.decode()
        file = file.replace("Le premier", "La première")
        file = "".join(each for each in file if ord(each) < 256)
        stated = file.replace("charset=utf-8", f"charset={encoding}")
        as_stated = await tina.upload(index, "file", "fr.po", stated.encode(encoding))
        wrong = await tina.upload(index, "file", "fr.po", file.encode(encoding))
        texts = await stored(site, number)

    for page in (as_stated, wrong):
        assert "première</ins>" in page.text or page.status_code == 422, page.text
        assert "Ã" not in page.text
    assert "La premi" not in texts["fr"]
