"""The pages of a letter say what to do next, and lead to where it is done."""

import re
from html import unescape
from pathlib import Path

import pytest

from mailer.sites.site import Site
from mailer.web.console.guard import FIELD
from tests.acts import campaigning
from tests.acts.console import Visitor, visitor
from tests.acts.pictures import png
from tests.acts.resending import ED
from tools.peers.relay import Relay
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
APPROVER = "head-of-unit"
ITEM = "\n# item forum\ntitle: The forum\nlink: http://plain.example/\n"
PICTURE = "\n# picture map\nfile: map.png\nalt: A map\n"
# buttons that stand out: those of a block are many, as its page is many forms
PRIMARY = re.compile(r'<button(?: (?:name|value)="[^"]*")*>|class="button"')


async def unfinished(site: Site, place: Path) -> int:
    """Import a letter whose English text has a link without TLS; return its number."""
    return await campaigning.add(
        site, campaigning.write(place, en=campaigning.TEXT + ITEM), unfinished=True
    )


async def checked(user: Visitor, number: int) -> str:
    """Return the page of a letter once it was checked."""
    await user.get(f"/campaigns/{number}/check")
    return unescape((await user.get(f"/campaigns/{number}")).text)


async def test_a_problem_leads_to_the_block_in_which_it_is_mended(
    site: Site, tmp_path: Path
) -> None:
    number = await unfinished(site, tmp_path)
    async with serving(site) as pages:
        user = await visitor(site, pages, campaigning.EDITOR)
        here = f"/campaigns/{number}"
        check = unescape((await user.get(f"{here}/check")).text)
        links = re.findall(r'href="/console([^"#]*)#(block-[^"]*)" dir="auto">', check)
        places = {
            anchor: f'id="{anchor}"' in (await user.get(path)).text
            for path, anchor in links
        }

    assert "en.md, line" not in check
    assert places["block-forum"]
    assert all(places.values())
    assert re.search(r"#block-forum[^<]*>\d\. Date: The forum</a>", check)


async def test_an_author_asks_for_the_approval_that_another_one_gives(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    async with serving(site) as pages:
        author = await visitor(site, pages, campaigning.EDITOR)
        asks = await checked(author, number)
        approver = await visitor(site, pages, APPROVER)
        decides = await checked(approver, number)

    address = f'href="/console/campaigns/{number}/approval">'
    assert f"{address}Ask for an approval</a>" in asks
    assert f"Who may: {APPROVER}." in asks
    assert f"{address}Read and approve</a>" in decides
    assert "Who may:" not in decides


async def test_a_time_is_given_to_an_approved_letter_and_in_the_future(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    draft = await campaigning.add(site, campaigning.write(tmp_path))
    approved = await campaigning.approved(site, tmp_path)
    sent = await campaigning.released(site, tmp_path)
    async with serving(site) as pages:
        user = await visitor(site, pages, campaigning.EDITOR)
        early, late, over = [
            unescape(
                (await user.get(f"/campaigns/{n}/schedule?at=2020-01-01T10:00")).text
            )
            for n in (draft, approved, sent)
        ]

    assert "when it is approved" in early
    assert "has passed. Choose a later time." in late
    assert "It left on" in over
    for page in (early, late, over):
        assert "Type the number of readers" not in page
    assert 'name="at"' in late
    assert 'name="at"' not in early + over


async def test_one_button_of_a_page_stands_out(site: Site, tmp_path: Path) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    here = f"/campaigns/{number}"
    paths = ["/campaigns", "/campaigns/new", "/campaigns/new/monthly-letter", here]
    steps = "approval test preview check schedule live files remarks settings versions"
    paths += [f"{here}/{each}" for each in (*steps.split(), "audience", "translate")]
    async with serving(site) as pages:
        for name in (campaigning.EDITOR, APPROVER):
            user = await visitor(site, pages, name)
            found = {
                path: PRIMARY.findall((await user.get(path)).text) for path in paths
            }
            assert {path: each for path, each in found.items() if len(each) > 1} == {}


async def test_a_refused_page_has_the_header_of_one_who_is_signed_in(
    site: Site,
) -> None:
    async with serving(site) as pages:
        user, tokens = await visitor(site, pages, campaigning.EDITOR), []
        for path, status in (("/people", 403), ("/campaigns/99", 404)):
            refused = await user.get(path)
            token = re.search(rf'name="{FIELD}" value="([^"]+)"', refused.text)

            assert refused.status_code == status
            assert 'aria-label="Main pages"' in refused.text
            assert token is not None
            tokens.append(token[1])
        left = await user.post("/sign-out", {FIELD: tokens[-1]})

    assert left.status_code == 303


async def test_a_single_version_is_compared_with_nothing(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    async with serving(site) as pages:
        user = await visitor(site, pages, campaigning.EDITOR)
        page = (await user.get(f"/campaigns/{number}/versions")).text

    assert "There is one version so far" in page
    assert "From version" not in page


async def test_why_a_person_is_a_reader_is_told_in_words_and_names(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    async with serving(site) as pages:
        user = await visitor(site, pages, campaigning.EDITOR)
        page = await user.get(f"/campaigns/{number}/audience?address={ED}&lang=fr")

    shown = unescape(page.text).replace("\u202f", " ").replace("\xa0", " ")
    why = shown.partition("Ce que l’on sait de cette personne")[2]
    assert why.count("la catégorie : Bureau du Secrétariat") == 2  # asked, and known
    assert "kind" not in why.partition("</table>")[0]
    assert "comme contact de Secteur de l’éducation" in shown
    assert "<code>ED</code>" not in shown


async def test_a_letter_is_seen_in_dark_mode_and_without_pictures(
    site: Site, tmp_path: Path
) -> None:
    path = campaigning.write(tmp_path, en=campaigning.TEXT + PICTURE)
    (path / "files").mkdir()
    (path / "files" / "map.png").write_bytes(png(40, 40))
    number = await campaigning.add(site, path)
    async with serving(site) as pages:
        user = await visitor(site, pages, campaigning.EDITOR)
        here = f"/campaigns/{number}/preview"
        page = await user.get(f"{here}?look=dark")
        sent = await user.get(f"{here}/letter")
        dark = await user.get(f"{here}/letter?look=dark")
        bare = await user.get(f"{here}/letter?look=bare")

        french = unescape((await user.get(f"{here}?lang=fr")).text)

    assert "Secteur de" in french.partition('id="example"')[2].partition("</select>")[0]
    assert '<option value="dark" selected>' in page.text
    assert f"{here}/letter?look=dark" in page.text
    assert "@media not all" in sent.text
    assert "@media all" in dark.text
    assert 'alt="A map"' in bare.text
    assert "data:image" in sent.text
    assert "data:image" not in bare.text


async def test_a_fault_in_a_row_of_the_rule_is_said_without_its_column(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    row = {"part": "all", "fact": "kind", "sign": "=", "values": "ngoo", "act": "try"}
    async with serving(site) as pages:
        user = await visitor(site, pages, campaigning.EDITOR)
        rows = await user.post(f"/campaigns/{number}/audience", row)
        text = {"rule": "kind = = ngo", "act": "try"}
        written = await user.post(f"/campaigns/{number}/audience", text)

    assert "did you mean ngo?" in rows.text
    assert "column 8" not in rows.text
    assert "column 8" in written.text
    assert rows.status_code == written.status_code == 422


async def test_no_block_is_added_to_a_letter_that_is_not_a_draft(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    async with serving(site) as pages:
        user = await visitor(site, pages, campaigning.EDITOR)
        answer = await user.get(f"/campaigns/{number}/add/en")

    assert answer.status_code == 303
    assert answer.headers["location"].endswith(f"/campaigns/{number}/write/en")


async def test_a_closed_letter_is_read_in_its_paragraphs(
    site: Site, tmp_path: Path
) -> None:
    text = campaigning.TEXT + "\nWritten in\ntwo lines.\n\n- one\n- two\n"
    number = await campaigning.approved(site, tmp_path, en=text)
    async with serving(site) as pages:
        user = await visitor(site, pages, campaigning.EDITOR)
        page = (await user.get(f"/campaigns/{number}/write/en")).text

    read = re.findall(
        r'<p class="words" lang="en" dir="auto">(.*?)</p>', page, re.DOTALL
    )
    assert [*map(unescape, read)] == [
        "Dear {organisation}, this is short.",
        "Written in two lines.",
        "- one\n- two",
    ]
