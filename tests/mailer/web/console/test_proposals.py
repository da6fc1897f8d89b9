"""Proposals of organisations are decided line by line, with a press."""

import re

import pytest

from audiences import directory
from audiences.directory import Proposal
from audiences.organisations import Organisation
from audiences.upkeep import finding, proposals
from mailer import clock
from mailer.sites.site import Site
from tests.acts.console import visitor
from tools.peers.serving import serving

STEWARD = "editor"
PLACE = "/directory/proposals"
LINE = r"Line</span> <span[^>]*>([^<]+)"  # of a decision, in the journal


async def proposed(site: Site, **lines: str) -> int:
    """Let ICOM propose lines; return the number of the proposal."""
    async with site.database.writing() as session:
        body = await finding.organisation(session, "icom")
        await directory.propose(
            session,
            body.id,
            held=dict.fromkeys(lines, "before"),
            proposed=lines,
            language="fr",
            source="message 1",
            now=clock.now(),
        )
        found = await directory.proposals(session, waiting=True)
        return found[-1][0].id


async def stored(site: Site, number: int) -> tuple[Proposal, Organisation]:
    async with site.database.reading() as session:
        proposal = await session.get_one(Proposal, number)
        return proposal, await session.get_one(Organisation, proposal.organisation_id)


async def test_each_line_is_applied_or_declined_and_the_last_one_settles(
    site: Site,
) -> None:
    lines = {
        "acronym": "ICOM-X",
        "seat": "Sénégal",
        "correspondents": "Awa <script>, awa@icom.example",
        "website": "no site",
    }
    number = await proposed(site, **lines)
    place = f"{PLACE}/{number}"
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        shown = await steward.get(PLACE)
        for form, status in (
            ({"line": "acronym", "act": "applied", "cell": "ICOM-X"}, 303),
            ({"line": "acronym", "act": "applied", "cell": "again"}, 422),
            ({"line": "seat", "act": "applied", "cell": "Sénégalx"}, 422),
            ({"line": "seat", "act": "applied", "cell": "Sénégal"}, 303),
            ({"line": "correspondents", "act": "applied"}, 303),
            ({"line": "kind", "act": "applied", "cell": "ngo"}, 422),
            ({"line": "website", "act": "other", "cell": ""}, 422),
        ):
            answer = await steward.post(place, form)
            assert answer.status_code == status, form
        waiting, _ = await stored(site, number)
        assert waiting.decision is None
        last = {"line": "website", "act": "declined", "cell": "no site"}
        assert (await steward.post(place, last)).is_redirect
        empty = await steward.get(PLACE)
        journal = await steward.get("/journal")
    proposal, body = await stored(site, number)
    assert "<script>" not in shown.text.partition("<main")[2]
    assert (body.acronym, body.country) == ("ICOM-X", "SN")
    assert (proposal.decision, proposal.settled_by) == ("applied", STEWARD)
    assert proposal.decided["website"] == "declined"
    assert "No organisation asks for a change." in empty.text
    assert "the link in message 1" in shown.text
    assert "International Council of Museums</a>" in shown.text
    assert re.findall(LINE, journal.text) == ["Website", "Contacts", "Seat", "Acronym"]


@pytest.mark.parametrize("store", ["sqlite"])
async def test_what_was_typed_stays_when_a_line_is_refused(site: Site) -> None:
    number = await proposed(site, seat="Sénégalx")
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        form = {"line": "seat", "act": "applied", "cell": "Senegaly"}
        answer = await steward.post(f"{PLACE}/{number}", form)

    assert "Senegaly</textarea>" in answer.text
    assert 'id="fault"' in answer.text


@pytest.mark.parametrize(
    ("line", "lines", "cell"),
    [
        ("name", "Official\nOfficielle (French)", "Official"),
        ("telephones", "+33 1\n\n+33 2", "+33 1; +33 2"),
        ("postal_address", "1 rue X\nParis", "1 rue X\nParis"),
        ("acts_in", "Mali\nSénégal", "Mali; Sénégal"),
        ("acronym", "", ""),
    ],
)
def test_a_proposed_line_becomes_the_cell_of_an_import(
    line: str, lines: str, cell: str
) -> None:
    assert proposals.cell_of(line, lines) == cell


async def test_an_address_that_is_proposed_breaks_at_its_marks(
    site: Site,
) -> None:
    await proposed(site, website="https://icom.museum/en/network")
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        answer = await steward.get(PLACE)
        french = await steward.get(f"{PLACE}?lang=fr")

    assert "Conseil international des musées</a>" in french.text
    assert "https://<wbr>icom.<wbr>museum/<wbr>en/<wbr>network</ins>" in answer.text
