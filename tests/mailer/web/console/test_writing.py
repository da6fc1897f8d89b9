"""Letters are begun and written in the console; no acknowledged word is lost."""

import asyncio
import re
from html import unescape
from pathlib import Path

import httpx
import pytest

from mailer.campaigns import lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.writing import texts
from mailer.campaigns.writing.drafting import versions
from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.console import Visitor, visitor
from tools.peers.serving import Pages, serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
BY_SCRIPT = {"Accept": "application/json"}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {organisation}",
    "# item other\n```\n# opening",
    "\u202etxt.exe \u0000\u0007",
    "title: x\ndate: y",
    "日期：5月 العنوان: ك",
]
TEXT = """---
subject: A short letter
preheader: It is short
---
# opening

Dear {organisation}, this is short.

# item first
title: The first

Words of the first.

# item second
title: The second
date: 2097-05-10
"""


async def editor(site: Site, pages: Pages) -> Visitor:
    return await visitor(site, pages, campaigning.EDITOR)


async def letter(site: Site, place: Path, **written: str) -> int:
    written = written or {"en": TEXT}
    return await campaigning.add(site, campaigning.write(place, **written))


async def stored(site: Site, number: int) -> dict[str, str]:
    async with site.database.reading() as session:
        return await texts.texts_of(session, await lookup.get(session, number))


def hidden(page: str) -> dict[str, str]:
    """Return what the hidden fields of the form of blocks have."""
    form = page[page.index('id="writing"') :]
    return {name: unescape(value) for name, value in HIDDEN.findall(form)}


def block(page: str, name: str, n: int = 2, **lines: str) -> dict[str, str]:
    """Return what a script sends to save one block."""
    known = hidden(page)
    sent = {key: known[key] for key in ("page", *known) if key.startswith(f"{name}:")}
    sent |= {f"{name}:{line}": value for line, value in lines.items()}
    return {**sent, "page": known["page"], "n": str(n)}


async def test_what_a_script_is_told_has_the_spaces_of_the_language(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path)
    path = f"/campaigns/{number}/write/en"
    async with serving(site) as pages:
        ed = await editor(site, pages)
        sent = block((await ed.get(path)).text, "first", title="A", date="soon")
        answer = await ed.post(f"{path}?lang=fr", sent, **BY_SCRIPT)

    told = answer.json()["blocks"]["first"]["faults"]
    assert any("n’est pas un seul jour\u202f; " in each for each in told), told


async def test_a_block_is_saved_by_script_and_only_it(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path)
    path = f"/campaigns/{number}/write/en"
    async with serving(site) as pages:
        ed = await editor(site, pages)
        page = (await ed.get(path)).text
        first = await ed.post(
            path, block(page, "first", title="Changed", text="New"), **BY_SCRIPT
        )
        assert first.json()["said"].startswith("Saved ")
        # the page's next save, sent before the answer to the first came
        again = await ed.post(
            path, block(page, "first", n=3, title="Again", text="New"), **BY_SCRIPT
        )
        assert again.status_code == 200
        # a save that was overtaken
        late = await ed.post(
            path, block(page, "first", n=2, title="Late", text="x"), **BY_SCRIPT
        )
        assert late.status_code == 409
    wanted = TEXT.replace("The first", "Again").replace("Words of the first.", "New")
    assert (await stored(site, number))["en"].split() == wanted.split()


async def test_two_people_in_one_block_conflict_and_in_two_blocks_do_not(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path)
    path = f"/campaigns/{number}/write/en"
    async with serving(site) as pages:
        mine, theirs = await editor(site, pages), await editor(site, pages)
        page, other = (await mine.get(path)).text, (await theirs.get(path)).text
        for name in ("first", "second"):
            sent = block(other, name, title=f"Theirs {name}")
            assert (await theirs.post(path, sent)).status_code == 303
            theirs_now = sent
        del theirs_now
        sent = block(page, "first", title="Mine", text="My <b>words</b>")
        sent |= block(page, "opening", text="Dear all.")
        answer = await mine.post(path, sent)
        assert answer.status_code == 409
        assert "<del>Theirs</del><ins>Mine" in answer.text
        assert re.search(r"<h2>\d\. Date: Theirs first</h2>", answer.text)
        assert "In the other window" in answer.text
        assert "You changed it in another window" in answer.text  # it is one user
        assert "Two people" not in answer.text
        said = (await mine.post(path, sent, **BY_SCRIPT)).json()["said"]
        assert said.startswith("Not saved: you changed this meanwhile")
        assert "My &lt;b&gt;words&lt;/b&gt;" in answer.text
        text = (await stored(site, number))["en"]
        assert "Theirs first" in text
        assert "Dear all." in text  # the other block of the page was saved
        form = answer.text[answer.text.index("<h3>In this window") :]
        again = dict(HIDDEN.findall(form))
        again |= {"first:title": "Mine", "first:text": "My words"}
        assert (await mine.post(path, again)).status_code == 303
    text = (await stored(site, number))["en"]
    assert "Mine" in text
    assert "Theirs second" in text
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
        kept = await versions.listed(session, campaign)
    assert len(kept) == 2  # the import, and one sitting of one person


async def test_at_once_one_of_two_saves_of_a_block_is_taken(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path)
    path = f"/campaigns/{number}/write/en"
    async with serving(site) as pages:
        both = [await editor(site, pages) for _ in range(2)]
        shown = [(await each.get(path)).text for each in both]
        answers = await asyncio.gather(
            *(
                each.post(path, block(page, "first", title=f"T{n}"), **BY_SCRIPT)
                for n, (each, page) in enumerate(zip(both, shown, strict=True))
            )
        )
    codes = [each.status_code for each in answers]
    assert sorted(codes) == [200, 409]
    assert f"title: T{codes.index(200)}" in (await stored(site, number))["en"]


async def test_blocks_are_added_copied_moved_deleted_and_given_back(
    site: Site, tmp_path: Path
) -> None:
    french = TEXT.replace("The first", "Le premier")
    number = await letter(site, tmp_path, en=TEXT, fr=french)
    path = f"/campaigns/{number}/write/en"

    async def order(language: str = "en") -> list[str]:
        text = (await stored(site, number))[language]
        return re.findall(r"^# \S+ ?(\S*)$", text, re.MULTILINE)

    async with serving(site) as pages:
        ed = await editor(site, pages)

        async def act(words: str) -> httpx.Response:
            return await ed.post(path, {"act": words})

        await act("up second")
        assert await order() == await order("fr") == ["", "second", "first"]
        await act("add note second")
        await act("duplicate first")
        assert await order() == ["", "second", "", "first", "item"]
        assert await order("fr") == ["", "second", "first", "item"]
        before = await stored(site, number)
        gone = await act("delete first")
        place = gone.headers["location"]
        assert "first" not in await order("fr")
        page = (await ed.get(place.removeprefix("/console"))).text
        undo = re.search(r'value="(give-back [^"]+)"', page)
        assert undo is not None
        await act(undo[1])
        await act(undo[1])  # pressed twice
        assert await stored(site, number) == before
        for wrong in ("delete gone", "add nothing", "fly first"):
            assert (await act(wrong)).status_code in {404, 409}, wrong
    assert await stored(site, number) == before


@pytest.mark.prove
async def test_hostile_words_are_kept_shown_as_words_and_open_no_block(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path)
    path = f"/campaigns/{number}/write/en"
    async with serving(site) as pages:
        ed = await editor(site, pages)
        for n, words in enumerate(HOSTILE, start=2):
            page = (await ed.get(path)).text
            sent = block(page, "first", n=n, title=words, text=words)
            answer = await ed.post(path, sent, **BY_SCRIPT)
            assert answer.status_code == 200, words
            shown = (await ed.get(path)).text
            assert "<script>alert" not in shown
            assert "<img src=x" not in shown
            assert re.findall(r'data-block="([a-z]+)"', shown) == [
                "opening",
                "first",
                "second",
            ]
            assert (await ed.get(f"{path}/letter")).status_code == 200
            assert (await ed.get(f"/campaigns/{number}/versions")).status_code == 200


async def test_an_approved_letter_is_written_only_after_it_was_taken_back(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path)
    path = f"/campaigns/{number}/write/en"
    async with serving(site) as pages:
        ed = await editor(site, pages)
        page = (await ed.get(path)).text
        await campaigning.approve(site, number)
        refused = await ed.post(path, block(page, "first", title="x"), **BY_SCRIPT)
        assert refused.status_code == 409
        assert "take it back" in refused.text
        assert await campaigning.state(site, number) == CampaignState.APPROVED
        assert "Take back and edit" in (await ed.get(path)).text
        await ed.post(f"/campaigns/{number}/take-back", {"language": "en"})
        assert await campaigning.state(site, number) == CampaignState.DRAFT
        done = await ed.post(path, block(page, "first", title="x"), **BY_SCRIPT)
        assert done.status_code == 200


async def test_an_earlier_version_is_compared_and_restored(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path)
    path = f"/campaigns/{number}/write/en"
    async with serving(site) as pages:
        ed = await editor(site, pages)
        page = (await ed.get(path)).text
        await ed.post(path, block(page, "first", title="The last", text="Words."))
        shown = (await ed.get(f"/campaigns/{number}/versions")).text
        assert "<del>first</del><ins>last</ins>" in shown
        assert re.search(r"\d\. Date: [^<]*, Title", shown)
        assert "first, title" not in shown
        await ed.post(f"/campaigns/{number}/versions", {"version": "1"})
        again = (await ed.get(f"/campaigns/{number}/versions")).text
        assert "<del>last</del><ins>first</ins>" in again
        wrong = await ed.post(f"/campaigns/{number}/versions", {"version": "99"})
        assert wrong.status_code == 409
    assert (await stored(site, number))["en"] == TEXT
