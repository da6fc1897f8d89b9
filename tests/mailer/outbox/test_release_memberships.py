"""A contact of two organisations gets one letter, by the membership that is picked."""

from email import message_from_bytes, policy
from pathlib import Path

from audiences.contacts import Contact
from audiences.organisations import Organisation
from mailer import clock
from mailer.campaigns.review import preview
from mailer.reports import coverage
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tests.audiences.importing import import_file, write
from tools.peers.relay import Relay

AWA = "awa@both.example"
ROWS = (
    f"{AWA};Awa;focal_point;en;org-a;Alpha;ngo;SN;;monthly-letter",
    f"{AWA};;representative;;org-b;Beta;natcom;ML;;",
)
TO_BETA = "organisation = org-b"


def text_of(octets: bytes) -> str:
    """Return the plain text of a message."""
    body = message_from_bytes(octets, policy=policy.SMTP).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def test_one_letter_names_the_organisation_it_is_for(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await import_file(site, write(tmp_path, *ROWS))
    number = await campaigning.released(site, tmp_path, audience=TO_BETA)
    message = (await campaigning.ledger(site, number))[AWA]
    async with site.database.reading() as session:
        organisation = await session.get_one(Organisation, message.organisation_id)
        contact = await session.get_one(Contact, message.contact_id)

    await delivering.work(site)

    report = await campaigning.report(site, number)
    (letter,) = relay.accepted
    assert organisation.code == "org-b"
    assert contact.organisation_id != message.organisation_id
    assert "Dear \u2068Beta\u2069" in text_of(letter.octets)
    assert report.by_kind == {"natcom": 1}


async def test_who_is_picked_by_both_memberships_gets_one_letter_by_the_primary(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await import_file(site, write(tmp_path, *ROWS))
    audience = "organisation in (org-a, org-b)"
    number = await campaigning.released(site, tmp_path, audience=audience)

    await delivering.work(site)

    (letter,) = relay.accepted
    assert "Dear \u2068Alpha\u2069" in text_of(letter.octets)
    assert (await campaigning.report(site, number)).by_kind == {"ngo": 1}


async def test_a_preview_is_the_letter_of_that_membership(
    site: Site, tmp_path: Path
) -> None:
    await import_file(site, write(tmp_path, *ROWS))
    number = await campaigning.add(site, campaigning.write(tmp_path, audience=TO_BETA))

    made = await preview.preview(site, number, AWA, now=clock.now())

    assert made.excluded is None
    assert "Dear \u2068Beta\u2069" in text_of(made.octets)


async def test_a_block_concerns_and_reaches_a_contact_by_any_membership(
    site: Site, tmp_path: Path
) -> None:
    await import_file(site, write(tmp_path, *ROWS))
    toml = campaigning.TOML.format(audience=TO_BETA) + (
        '\n[blocks.opening]\nfor = "organisation = org-a"\n'
    )
    number = await campaigning.add(site, campaigning.write(tmp_path, toml=toml))

    (opening,) = await coverage.coverage(site, number, now=clock.now())

    assert (opening.concerned, opening.reached, opening.missed) == (1, 1, {})
