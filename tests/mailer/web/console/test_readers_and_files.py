"""Readers of a letter are chosen, counted and explained; files are checked."""

import re
import struct
from html import unescape
from pathlib import Path

import pytest

from audiences.segments import grammar, rules
from mailer.campaigns import lookup
from mailer.campaigns.models import Campaign
from mailer.campaigns.writing import texts
from mailer.rendering import letter_types
from mailer.sites.site import Site
from mailer.web.console.rules import sentence
from mailer.web.console.rules.sentence import Row
from tests.acts import campaigning
from tests.acts.console import Visitor, add_user, visitor
from tools.peers.serving import Pages, serving

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 40, 30) + b"\0" * 9
HUGE = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 60_000, 60_000)
SQLITE = pytest.mark.parametrize("store", ["sqlite"])


async def editor(site: Site, pages: Pages) -> Visitor:
    return await visitor(site, pages, campaigning.EDITOR)


async def stored(site: Site, number: int) -> tuple[Campaign, str]:
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
        return campaign, (await texts.texts_of(session, campaign))["en"]


@SQLITE
async def test_every_rule_of_our_letter_types_is_a_sentence_and_back(
    site: Site,
) -> None:
    seen = 0
    for name in letter_types.names(site.templates):
        rule = letter_types.load(site.templates, name).audience
        if rule is None:
            continue
        parsed = grammar.parse(" ".join(rule.split()))
        rows = sentence.rows(parsed)
        assert rows is not None, name
        again = grammar.parse(sentence.text(rows))
        assert rules.write(again) == rules.write(parsed), name
        seen += 1
    assert seen


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([Row(part="all", fact="kind", sign="=", values="ngo")], "kind = ngo"),
        (
            [Row(part="all", fact="kind", sign="=", values="ngo, sector")],
            "kind in (ngo, sector)",
        ),
        (
            [Row(part="all", fact="organisation", sign="=", values="a b) or (x")],
            'organisation = "a b) or (x"',
        ),
        (
            [Row(part="all", fact="country", sign="in", values="region(AFR, EUR), SN")],
            "country in (region(AFR, EUR), SN)",
        ),
        (
            [
                Row(part="except", fact="sub", sign="holds", values="news"),
                Row(part="except", fact="kind", sign="!=", values="ngo"),
            ],
            "not (sub(news) or kind != ngo)",
        ),
        (
            [
                Row(part="group-1", fact="kind", sign="=", values="ngo"),
                Row(part="group-3", fact="kind", sign="=", values="sector"),
                Row(part="all", fact="last_confirmed", sign="<", values="today - 180d"),
                Row(part="all", fact="", sign="=", values="x"),
            ],
            "(kind = ngo or kind = sector) and last_confirmed < today - 180d",
        ),
        ([], ""),
    ],
)
def test_rows_become_a_rule(rows: list[Row], text: str) -> None:
    assert sentence.text(rows) == text
    if text:
        assert sentence.text(sentence.rows(grammar.parse(text)) or []) == text


@SQLITE
async def test_a_rule_is_tried_without_a_change_then_saved_and_explained(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    path = f"/campaigns/{number}/audience"
    async with serving(site) as pages:
        ed = await editor(site, pages)
        page = (await ed.get(path)).text
        assert "Readers: 10" in page
        address = re.search(r'\?address=([^"]+)"', page)
        assert address is not None
        why = (await ed.get(f"{path}?address={address[1]}")).text
        assert "gets this letter" in why
        tried = await ed.post(path, {"rule": "kind = natcom", "act": "try"})
        assert "not saved yet" in tried.text
        assert (await stored(site, number))[0].audience == campaigning.SECTORS
        faulty = await ed.post(
            path, {"rule": "kind = natcm", "act": "save", "base": "x"}
        )
        assert faulty.status_code in {409, 422}
        base = re.search(r'name="base" value="([^"]+)"', page)
        assert base is not None
        wrong = {"rule": "kind = natcm", "act": "save", "base": base[1]}
        refused = await ed.post(path, wrong)
        assert refused.status_code == 422
        assert "natcom" in unescape(refused.text)  # the near word
        good = {**wrong, "rule": "kind = natcom and sub(monthly-letter)"}
        assert (await ed.post(path, good)).status_code == 303
        late = {**wrong, "rule": "kind = ngo"}
        assert (await ed.post(path, late)).status_code == 409
        hostile = await ed.post(path, {"rule": "<script>", "act": "text"})
        assert "<script>" not in hostile.text.replace("<script src", "")
    assert (await stored(site, number))[0].audience == good["rule"]


@SQLITE
async def test_names_are_shown_only_to_those_who_may_see_them(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    async with serving(site) as pages:
        await add_user(site, "paul", "viewer")
        viewer = await visitor(site, pages, "paul")
        page = await viewer.get(f"/campaigns/{number}/audience?address=x@y.example")
    assert "Readers: 10" in page.text
    assert "@" not in page.text.replace("x@y.example", "")


@SQLITE
@pytest.mark.parametrize(
    ("name", "octets", "said"),
    [
        ("hall.png", PNG, ""),
        ("../../hall.png", PNG, ""),
        ("hall.exe", b"MZ", "not sent"),
        ("hall.png", b"<html>", "does not begin as"),
        ("hall.png", HUGE, "pixels"),
        ("hall.png", b"\x89PNG\r\n\x1a\n", "damaged"),
        ("\u202egnp.png", PNG, "rename"),
        (f"{'a' * 100}.png", PNG, "at most 100"),
        (".png", PNG, "rename"),
        ("a.png", b"", "No file"),
    ],
)
async def test_a_file_is_added_with_its_description_or_refused(
    site: Site, tmp_path: Path, name: str, octets: bytes, said: str
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    async with serving(site) as pages:
        ed = await editor(site, pages)
        path = f"/campaigns/{number}/files"
        answer = await ed.upload(path, "file", name, octets, alt="The <hall>")
        campaign, text = await stored(site, number)
        if said:
            assert said in unescape(answer.text)
            assert campaign.files == []
            return
        assert answer.status_code == 303
        assert campaign.files[0]["name"] == "hall.png"
        assert "# picture\nfile: hall.png\nalt: The <hall>" in text
        await ed.post(f"{path}/remove", {"name": "hall.png", "language": ""})
        again = await ed.post(f"{path}/remove", {"name": "hall.png", "language": ""})
        assert again.status_code == 409
    assert (await stored(site, number))[0].files == []


@SQLITE
async def test_words_are_pasted_and_taken_from_a_document(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    html = "<h1>One</h1><p>Words <b>here</b><h1>Two</h1><ul><li># item x</ul>"
    async with serving(site) as pages:
        ed = await editor(site, pages)
        pasted = await ed.post("/paste", {"html": html})
        assert pasted.text == "## One\n\nWords **here**\n\n## Two\n\n- \\# item x"
        path = f"/campaigns/{number}/document"
        done = await ed.upload(path, "document", "a.html", html.encode())
        assert done.headers["location"].endswith("#block-text")
        for octets in (b"no zip", b"PK\x03\x04"):
            refused = await ed.upload(path, "document", "a.docx", octets)
            assert refused.status_code == 422
    text = (await stored(site, number))[1]
    assert "# text\ntitle: One\n\nWords **here**\n\n# text text-2\ntitle: Two" in text


@SQLITE
async def test_a_picture_and_a_document_stand_above_the_signature(
    site: Site, tmp_path: Path
) -> None:
    signed = f"{campaigning.TEXT}\n# signature\nname: Awa\n\nYours,\n"
    number = await campaigning.add(site, campaigning.write(tmp_path, en=signed))
    page = b"<h1>One</h1><p>First.</p><h1>Two</h1><p>Second.</p>"
    async with serving(site) as pages:
        ed = await editor(site, pages)
        path = f"/campaigns/{number}"
        await ed.upload(f"{path}/files", "file", "hall.png", PNG, alt="The hall")
        await ed.upload(f"{path}/document", "document", "page.html", page)
    text = (await stored(site, number))[1]
    headings = re.findall(r"^# (\w+)", text, re.MULTILINE)

    assert headings == ["opening", "picture", "text", "text", "signature"]
