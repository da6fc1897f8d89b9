"""An approver reads what changed in words: files, event and blocks, and no code."""

import re
from html import unescape
from pathlib import Path

import pytest

from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.console import add_user, visitor
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
PDF = b"%PDF-1.4\n%%EOF\n"
ADDED = """
# recommendation school
title: Open schools
number: 2
addressees: sectors offices
date: 2097-06-01

Open them to all children.
"""
SET = """
[event]
uid = "meeting-of-june"
start = 2097-06-01T15:00:00
end = 2097-06-01T16:30:00
zone = "Europe/Paris"
status = "confirmed"
place = { en = "Room XI" }

[blocks.opening]
first = "kind = sector"
"""
CODES = ("digest", "meeting-of-june", "2097-06-01", "kind = sector", "offices", "uid")


def changes_on(page: str) -> str:
    """Return the words of the changes on a page, without those of the check."""
    _, _, after = page.partition("Ce qui a changé depuis")
    words = re.sub(r"<[^>]+>", " ", after.partition("<h2")[0])
    return " ".join(unescape(words).split())


async def approval_page(site: Site, number: int) -> str:
    async with serving(site) as pages:
        paul = await visitor(site, pages, "paul")
        return changes_on(
            (await paul.get(f"/campaigns/{number}/approval?lang=fr")).text
        )


async def test_files_event_and_blocks_that_changed_since_the_approval_are_in_words(
    site: Site, tmp_path: Path
) -> None:
    await add_user(site, "paul", "approver", address="paul@unit.int")
    toml = campaigning.TOML.format(audience=campaigning.SECTORS).replace(
        'monthly-letter"\ndate', 'forum-conclusions"\ndate'
    )
    begun = campaigning.write(tmp_path, toml=toml)
    (begun / "files").mkdir()
    (begun / "files" / "plan.pdf").write_bytes(PDF)
    number = await campaigning.add(site, begun)
    await campaigning.approve(site, number)
    edited = campaigning.write(tmp_path, toml=toml + SET, en=campaigning.TEXT + ADDED)
    (edited / "files").mkdir()
    (edited / "files" / "report.pdf").write_bytes(PDF)
    await campaigning.replace(site, number, edited)
    said = await approval_page(site, number)

    assert [each for each in CODES if each in said] == []
    assert "fichiers suppression avant plan.pdf" in said
    assert "fichiers ajout maintenant report.pdf" in said
    assert "Commence à ajout maintenant 1 juin 2097, 15" in said.replace("1er", "1")
    assert "Room XI" in said
    assert "confirmé" in said
    assert "secteurs de programme, bureaux hors Siège" in said
    assert "les personnes dont l’organisation est de la catégorie" in said


async def test_a_letter_that_no_approver_has_read_has_no_changes(
    site: Site, tmp_path: Path
) -> None:
    await add_user(site, "paul", "approver", address="paul@unit.int")
    number = await campaigning.add(site, campaigning.write(tmp_path))
    more = campaigning.write(tmp_path, en=campaigning.TEXT + "\nMore.\n")
    await campaigning.replace(site, number, more)

    assert await approval_page(site, number) == ""
