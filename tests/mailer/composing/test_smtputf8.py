"""Addresses with non-ASCII characters, from the import to the relay (RFC 6531).

A non-ASCII mailbox gets the letter if the relay offers SMTPUTF8; otherwise its message
is set aside with the reason. A non-ASCII domain alone does not need the extension.
"""

from pathlib import Path

import pytest

from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tools.peers.relay import Relay
from tools.verifier import verifier

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
MAILBOX, DOMAIN = "renée.müller@verein.example.org", "post@bücher.example.org"
A_LABELS = "post@xn--bcher-kva.example.org"
PEOPLE = f"""address,name,organisation,organisation_name,kind,country,languages,topics
{MAILBOX},Renée Müller,verein,Verein,ngo,NR,en,monthly-letter
{DOMAIN},Post,bucher,Bücher,ngo,NR,en,monthly-letter
"""
THEM = "kind = ngo and country = NR and sub(monthly-letter)"
NEEDED = "the address needs SMTPUTF8, which the relay does not offer"


async def to_them(site: Site, place: Path) -> int:
    """Import the two readers and release a campaign to them."""
    people = place / "people.csv"
    people.write_text(PEOPLE, encoding="utf-8")
    arguments = ("contacts", "import", str(people), "--apply", "--basis", "form 7")
    user = ("--by", "editor")
    importing = await delivering.process(site, *arguments, *user)
    _, remarks = await importing.communicate()
    assert importing.returncode == 0, remarks
    return await campaigning.released(site, place, audience=THEM)


@delivering.EITHER_WAY
async def test_a_relay_with_smtputf8_gets_every_address_as_written(
    site: Site, relay: Relay, tmp_path: Path, offers: tuple[str, ...]
) -> None:
    relay.extensions = ("SMTPUTF8", *offers)
    number = await to_them(site, tmp_path)
    await delivering.work(delivering.tuned(site))
    by_reader = {each.recipient: each for each in relay.accepted}
    asked = [line for line in relay.commands if line.startswith("MAIL")]

    assert set(by_reader) == {MAILBOX, A_LABELS}
    assert (await campaigning.report(site, number)).accepted == 2
    assert f"<{MAILBOX}>".encode() in by_reader[MAILBOX].octets
    assert sorted(line.endswith(" SMTPUTF8") for line in asked) == [False, True]
    assert verifier.verify(by_reader[A_LABELS].octets) == []
    assert (
        verifier.verify(by_reader[MAILBOX].octets, smtputf8=True, thorough=False) == []
    )


async def test_without_smtputf8_the_message_is_set_aside_with_the_reason(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await to_them(site, tmp_path)
    await delivering.work(delivering.tuned(site))
    ledger = await campaigning.ledger(site, number)
    aside = next(each for each in ledger.values() if each.state == "set_aside")

    assert relay.recipients() == [A_LABELS]
    assert sorted(each.state for each in ledger.values()) == ["accepted", "set_aside"]
    assert (aside.reason, ledger[MAILBOX].id) == (NEEDED, aside.id)
    assert not any(MAILBOX in line for line in relay.commands)


async def test_a_fallback_with_smtputf8_takes_the_message(
    site: Site, relay: Relay, spare: Relay, tmp_path: Path
) -> None:
    spare.extensions = ("SMTPUTF8", "8BITMIME")
    await to_them(site, tmp_path)
    await delivering.work(delivering.with_fallback(site, spare))

    assert (relay.recipients(), spare.recipients()) == ([A_LABELS], [MAILBOX])
