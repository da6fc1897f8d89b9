"""Delivery from outside: the messages at the relay, and their states in the ledger."""

import re
from collections import Counter
from pathlib import Path

import pytest

from mailer.outbox.message_states import MessageState
from mailer.settings.toml import edit_toml
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, readers, reading
from tests.acts.delivering import Once
from tools.peers.relay import DROP, Relay

ONE = "kind = sector and desk = ED and sub(monthly-letter)"
ED = "focal-point@ed.sector.example"


async def test_a_campaign_reaches_every_reader_once(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    await delivering.work(site)
    ledger = await campaigning.ledger(site, number)
    counted = await campaigning.report(site, number)

    assert Counter(relay.recipients()) == Counter(list(ledger))
    assert {message.state for message in ledger.values()} == {"accepted"}
    assert counted.state == "finished"
    assert counted.accepted == counted.audience == 10
    assert counted.by_language == {"en": 10}
    assert counted.by_kind == {"sector": 10}


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_message_has_the_header_fields_that_bulk_mail_must_have(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """RFC 2369, 2919 and 8058; the return-path is the message's own (VERP)."""
    number = await campaigning.released(site, tmp_path, audience=ONE)
    await delivering.work(site)
    (received,) = relay.accepted
    message = reading.parsed(received.octets)
    row = (await campaigning.ledger(site, number))[ED]
    signed = await readers.signed_of(site, row)
    local, _, domain = received.sender.partition("@")
    url = site.settings.site.url
    unsubscribe = f"{url}/u/{signed.unsubscribe}"

    assert site.signer.stamp_of_return_path(local).number == row.id
    assert domain == site.settings.mail.return_domain
    assert message["List-Unsubscribe"] == f"<{unsubscribe}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"].endswith(f"<monthly-letter.{site.settings.mail.domain}>")
    assert message["Message-ID"] == f"<{signed.message_id}@{site.settings.mail.domain}>"
    assert message["To"].addresses[0].addr_spec == ED
    assert message["From"].addresses[0].addr_spec == site.settings.sender.address
    assert message["Content-Language"] == "en"
    assert message.get_content_type() == "multipart/alternative"
    assert message.defects == []
    for name in ("From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe"):
        assert len(message.get_all(name, [])) == 1


@pytest.mark.parametrize("store", ["sqlite"])
async def test_octets_that_are_sent_keep_the_rules_for_lines(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """ASCII, lines ending in CRLF, none over 998 octets, headers folded at 78."""
    text = campaigning.TEXT + "\n.\n..dots\n\n" + "é" * 3000
    await campaigning.released(site, tmp_path, audience=ONE, en=text)
    await delivering.work(site)
    (received,) = relay.accepted
    lines = received.octets.split(b"\r\n")

    assert received.octets.isascii()
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", received.octets) is None
    assert max(len(line) for line in lines) <= 200
    assert "..dots" in reading.part(reading.parsed(received.octets), "plain")


@delivering.EITHER_WAY
async def test_a_temporary_refusal_is_tried_again_and_accepted_once(
    site: Site, relay: Relay, tmp_path: Path, offers: tuple[str, ...]
) -> None:
    relay.extensions = offers
    number = await campaigning.released(site, tmp_path, audience=ONE)
    relay.script = Once("RCPT", "450 4.2.0 greylisted", times=2)
    await delivering.work(delivering.tuned(site, retry_minutes=(60.0,)))
    waiting = (await campaigning.ledger(site, number))[ED]

    assert (waiting.state, waiting.attempts) == ("deferred", 1)
    assert waiting.reply == "450 4.2.0 greylisted"
    assert relay.accepted == []


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "."])
@delivering.EITHER_WAY
async def test_a_temporary_refusal_at_any_step_ends_in_one_acceptance(
    site: Site, relay: Relay, tmp_path: Path, verb: str, offers: tuple[str, ...]
) -> None:
    relay.extensions = offers
    number = await campaigning.released(site, tmp_path, audience=ONE)
    relay.script = Once(verb, "451 4.3.0 later", times=2)
    await delivering.work_until(
        delivering.tuned(site), lambda: len(relay.accepted) == 1
    )
    row = (await campaigning.ledger(site, number))[ED]

    assert relay.recipients() == [ED]
    assert (row.state, row.attempts) == ("accepted", 3)


@delivering.EITHER_WAY
async def test_a_mailbox_unknown_to_two_campaigns_is_never_written_to_again(
    site: Site, relay: Relay, tmp_path: Path, offers: tuple[str, ...]
) -> None:
    relay.extensions = offers
    number = await campaigning.released(site, tmp_path)
    relay.script = lambda verb, line: (
        "550 5.1.1 no such user" if verb == "RCPT" and ED in line else None
    )
    await delivering.work(delivering.tuned(site))
    counted = await campaigning.report(site, number)
    again = await campaigning.released(site, tmp_path)
    await delivering.work(delivering.tuned(site))
    third = await campaigning.released(site, tmp_path)

    assert (counted.states[MessageState.REFUSED], counted.accepted) == (1, 9)
    assert counted.audience == 10
    assert (await campaigning.report(site, again)).skipped == {}
    assert (await campaigning.report(site, third)).skipped == {"suppressed": 1}
    assert ED not in relay.recipients()


async def test_an_unknown_mailbox_is_suppressed_at_once_if_its_neighbours_get_mail(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    gone = "dakar@fieldoffice.example"
    relay.script = lambda verb, line: (
        "550 5.1.1 no such user" if verb == "RCPT" and gone in line else None
    )
    await delivering.work(site)
    counted = await campaigning.report(site, number)
    again = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)

    assert (counted.state, counted.states[MessageState.REFUSED]) == ("finished", 1)
    assert (await campaigning.report(site, again)).skipped == {"suppressed": 1}


@pytest.mark.parametrize(
    ("verb", "reply"),
    [
        ("MAIL", "550 5.7.1 your address is blocked"),
        ("MAIL", "552 5.3.4 message size exceeds the limit"),
        ("MAIL", "535 5.7.8 authentication failed"),
        ("MAIL", "550 5.7.26 not authenticated by DMARC"),
    ],
)
@delivering.EITHER_WAY
async def test_a_refused_sender_pauses_the_campaign_and_suppresses_no_address(
    site: Site,
    relay: Relay,
    tmp_path: Path,
    verb: str,
    reply: str,
    offers: tuple[str, ...],
) -> None:
    relay.extensions = offers
    number = await campaigning.released(site, tmp_path)
    relay.script = Once(verb, reply, times=1000)
    await delivering.work(delivering.tuned(site, retry_minutes=(60.0,)))
    counted = await campaigning.report(site, number)
    new = await campaigning.released(site, tmp_path)

    assert counted.state == "paused"
    assert reply in str(counted.stopped_because)
    assert counted.states[MessageState.REFUSED] == counted.accepted == 0
    assert counted.audience == 10
    assert (await campaigning.report(site, new)).skipped == {}


@delivering.EITHER_WAY
async def test_no_reply_to_the_dot_is_uncertain_then_sent_with_the_same_message_id(
    site: Site, relay: Relay, tmp_path: Path, offers: tuple[str, ...]
) -> None:
    relay.extensions = offers
    number = await campaigning.released(site, tmp_path, audience=ONE)
    relay.script = Once(".", DROP)
    await delivering.work(delivering.tuned(site, uncertain_minutes=60.0))
    dropped = await campaigning.report(site, number)
    await delivering.later(site, number)
    await delivering.work_until(
        delivering.tuned(site), lambda: len(relay.accepted) == 2
    )
    first, second = [reading.parsed(each.octets) for each in relay.accepted]

    assert (dropped.states[MessageState.UNCERTAIN], dropped.audience) == (1, 1)
    assert [each.answered for each in relay.accepted] == [False, True]
    assert first["Message-ID"] == second["Message-ID"]
    assert relay.accepted[0].octets == relay.accepted[1].octets
    assert (await campaigning.report(site, number)).accepted == 1


@pytest.mark.parametrize("store", ["sqlite"])
async def test_with_the_policy_hold_an_uncertain_message_waits_for_a_person(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path, audience=ONE)
    relay.script = Once(".", DROP)
    holding = delivering.tuned(site, uncertain="hold")
    await delivering.work(holding)
    await delivering.work(holding)
    counted = await campaigning.report(site, number)

    assert (
        counted.states[MessageState.HELD],
        counted.states[MessageState.UNCERTAIN],
    ) == (1, 0)
    assert len(relay.accepted) == 1


@pytest.mark.prove
@delivering.EITHER_WAY
async def test_two_workers_send_nothing_twice(
    site: Site, relay: Relay, tmp_path: Path, offers: tuple[str, ...]
) -> None:
    relay.extensions = offers
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    edit_toml(site.root / "config.toml", {("delivery", "mark_ahead"): 3})
    workers = [await delivering.process(site, "work", "--until-idle") for _ in "12"]
    outputs = [await worker.communicate() for worker in workers]
    ledger = await campaigning.ledger(site, number)

    assert [worker.returncode for worker in workers] == [0, 0], outputs
    assert Counter(relay.recipients()) == Counter(list(ledger))
    assert {message.state for message in ledger.values()} == {"accepted"}
    assert {message.attempts for message in ledger.values()} == {1}
