"""A resend follows readers who moved, merged, joined, or whose mailbox is back."""

from collections import Counter
from pathlib import Path

from audiences import suppressions
from audiences.suppressions import Why
from audiences.upkeep import editing
from audiences.upkeep.contact_details import WantedContact
from mailer import clock
from mailer.sites.site import Site
from mailer.stewardship import merging, moving
from tests.acts import campaigning
from tests.acts.resending import (
    AUTHOR,
    ED,
    FULL,
    GONE,
    SC,
    contact,
    finished,
    lift,
    look,
    names,
    resend,
    script,
)
from tools.peers.relay import Relay


async def test_a_suppression_that_was_lifted_lets_a_gone_mailbox_be_tried_again(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """The new wave proves nothing by the refusal of the first."""
    # a gone mailbox is proven by others at its domain that took the letter
    script(relay, {ED: GONE})
    number = await finished(site, tmp_path)
    known = await contact(site, ED)
    async with site.database.writing() as session:
        await suppressions.suppress(
            session, known.address_key, Why.BOUNCED, now=clock.now()
        )
    before = await look(site, number)
    await lift(site, ED)
    after = await look(site, number)
    relay.script = lambda _verb, _line: None
    await resend(site, number)
    async with site.database.reading() as session:
        found = await session.get(suppressions.Suppression, known.address_key)

    assert before.left_out == {"mailbox_gone": 1}
    assert names(after) == {ED: "refused"}
    assert relay.recipients().count(ED) == 1
    assert found is None


async def test_a_reader_who_moved_gets_it_at_the_new_address(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    script(relay, {ED: GONE})
    number = await finished(site, tmp_path)
    async with site.database.writing() as session:
        await moving.move(
            session, ED, "new@ed.sector.example", AUTHOR, key=site.address_key
        )
    await resend(site, number)

    assert relay.recipients().count("new@ed.sector.example") == 1
    assert ED not in relay.recipients()


async def test_a_merged_reader_who_has_it_at_the_other_address_gets_no_second_copy(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    script(relay, {ED: FULL})
    number = await finished(site, tmp_path)
    async with site.database.writing() as session:
        await merging.merge(session, SC, ED, AUTHOR, key=site.address_key)
    wave = await look(site, number)
    ledger = await campaigning.ledger(site, number)

    assert names(wave) == {}
    assert ledger[ED].state == "accepted"


async def test_late_joiners_get_it_only_if_they_are_asked_for(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    script(relay, {ED: FULL})
    number = await finished(site, tmp_path)
    async with site.database.writing() as session:
        await editing.add(
            session,
            "late@sc.sector.example",
            WantedContact(organisation="sc", topics=("monthly-letter",), basis="asked"),
            AUTHOR,
            key=site.address_key,
        )
    without, with_them = (
        await look(site, number),
        await look(site, number, joiners=True),
    )
    relay.script = lambda _verb, _line: None
    made = await resend(site, number, joiners=True)
    report = await campaigning.report(site, number)

    assert names(without) == {ED: "refused"}
    assert names(with_them) == {ED: "refused", "late@sc.sector.example": "joined"}
    assert made == 2
    assert (report.audience, report.accepted) == (11, 11)
    assert set(Counter(relay.recipients()).values()) == {1}
