"""A bounce is believed only for a message that we sent; what is not is quarantined."""

from dataclasses import replace
from pathlib import Path

import pytest

from mailer.feedback.belief import evidence, messages
from mailer.outbox.message_states import MessageState
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, readers, returning
from tools.peers.relay import DROP, Relay

ED = readers.ED


async def sent_to_ed(site: Site, relay: Relay, place: Path) -> tuple[int, bytes]:
    """Deliver a campaign; return its number, and the bounce of one reader."""
    number = await returning.sent(site, relay, place)
    received = next(each for each in relay.accepted if each.recipient == ED)
    return number, returning.report(received)


async def test_a_bounce_with_our_signature_suppresses_its_reader_once(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number, bounce = await sent_to_ed(site, relay, tmp_path)

    first = await returning.take(site, [bounce])
    decided = await returning.returned(site, [bounce, bounce])

    assert (first.kinds, first.quarantined) == ({"bounce": 1}, 0)
    assert await returning.suppressed(site) == {ED: "bounced"}
    assert len(decided.suppressed) == 1
    counted = await campaigning.report(site, number)
    assert counted.states[MessageState.BOUNCED] == 1
    assert (counted.accepted, counted.audience) == (9, 10)
    [why] = [each for each in counted.reasons if each.state == "bounced"]
    assert (why.reason, why.reply) == ("no such mailbox", "5.1.1")
    assert len(await returning.stored(site)) == 1


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_return_path_that_a_relay_has_tagged_is_known(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """Relays with bounce address tag validation write prvs=… before the local part."""
    await returning.sent(site, relay, tmp_path)
    first, second, third, *_ = relay.accepted
    mails = [
        returning.report(replace(each, sender=f"{tag}{each.sender}"))
        for each, tag in (
            (first, "prvs=190694bd6d="),
            (second, "btv1==52f8ab02ac3==".upper()),
            (third, "prvs=r-00="),
        )
    ]
    forged = returning.report(replace(first, sender=f"prvs={first.sender}"))

    recorded = await returning.take(site, [*mails, forged])

    assert (recorded.kinds["bounce"], recorded.quarantined) == (3, 1)


async def test_forged_bounces_change_nothing_and_are_kept(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """Each of them is about a reader who got the letter."""
    number = await returning.sent(site, relay, tmp_path)
    received = next(each for each in relay.accepted if each.recipient == ED)
    other = next(each for each in relay.accepted if each.recipient != ED)
    local, _, domain = received.sender.partition("@")
    changed = local[:-1] + ("0" if local[-1] != "0" else "1")
    forged = {
        returning.report(replace(received, sender=f"{changed}@{domain}")): (
            evidence.NOT_OURS
        ),
        returning.report(replace(received, sender=f"r-{'ab' * 31}@{domain}")): (
            evidence.NOT_OURS
        ),
        returning.report(replace(received, sender=f"bounces@{domain}")): (
            evidence.NO_RETURN_PATH
        ),
        returning.report(received, envelope="f" * 30): evidence.OTHER_MESSAGE,
        b"\x00\xff garbage": evidence.NO_RETURN_PATH,
        b"": evidence.NO_RETURN_PATH,
    }

    recorded = await returning.take(site, list(forged))
    await returning.returned(site, [])

    assert (recorded.quarantined, recorded.kinds) == (6, {})
    assert [each.why for each in await returning.stored(site)] == list(forged.values())
    assert await returning.suppressed(site) == {}
    assert (await campaigning.report(site, number)).accepted == 10
    assert other.sender != received.sender


async def test_the_envelope_identifier_confirms_the_return_path(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await returning.sent(site, relay, tmp_path)
    received = next(each for each in relay.accepted if each.recipient == ED)
    row = (await campaigning.ledger(site, number))[ED]
    name = (await readers.signed_of(site, row)).message_id

    await returning.take(site, [returning.report(received, envelope=name)])

    [mail] = await returning.stored(site)
    assert (mail.standing, mail.evidence) == ("believed", "return-path and envelope")


async def test_a_bounce_of_a_message_that_was_never_sent_is_not_believed(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    row = (await campaigning.ledger(site, number))[ED]
    path = (await readers.signed_of(site, row)).return_path
    forged = returning.REPORT.format(
        sender=f"{path}@return.liaison.example",
        recipient=ED,
        reply=returning.GONE,
        action="failed",
        status="5.1.1",
        envelope="",
    )

    await returning.returned(site, [forged.encode()])

    [mail] = await returning.stored(site)
    assert (mail.standing, mail.why) == ("quarantined", messages.NEVER_SENT)
    assert await returning.suppressed(site) == {}


async def test_what_came_back_of_an_uncertain_message_was_sent(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """The relay took it and did not answer: it must not be sent again."""
    relay.script = lambda verb, _line: DROP if verb == "." else None
    number = await campaigning.released(site, tmp_path)
    patient = delivering.tuned(site, connections=10, uncertain_minutes=60.0)
    await delivering.work(patient)
    received = next(each for each in relay.accepted if each.recipient == ED)

    await returning.returned(site, [returning.report(received)])

    row = (await campaigning.ledger(site, number))[ED]
    assert (row.state, row.due_at) == ("bounced", None)


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
async def test_a_notice_that_is_no_failure_changes_nothing(
    site: Site, relay: Relay, tmp_path: Path, action: str
) -> None:
    """sympa#397: a notice of a delay put every reader of a list in error."""
    number = await returning.sent(site, relay, tmp_path)
    notices = [returning.report(each, action=action) for each in relay.accepted]

    decided = await returning.returned(site, notices)

    assert (await campaigning.report(site, number)).accepted == 10
    assert (decided.suppressed, await returning.suppressed(site)) == ([], {})
