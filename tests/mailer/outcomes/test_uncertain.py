"""The three policies for uncertain messages: reconcile, resend, hold."""

from contextlib import suppress
from pathlib import Path

import pytest

from mailer.delivery.smtp.connect import RelayError
from mailer.outbox.message_states import MessageState
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tools.peers.relay import DROP, Relay

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
WAIT = 60.0  # minutes


async def unanswered(site: Site, relay: Relay, place: Path, policy: str) -> int:
    """Deliver to ten readers, first over a relay that drops each connection at the dot.

    Then the relay works. Return the number of the campaign.
    """
    number = await campaigning.released(site, place)
    relay.script = lambda verb, _line: DROP if verb == "." else None
    tuned = delivering.tuned(
        site, connections=10, uncertain=policy, uncertain_minutes=WAIT
    )
    with suppress(RelayError):  # with "resend", messages still wait at the end
        await delivering.work(tuned)
    relay.script = lambda _verb, _line: None
    await delivering.work(tuned)
    return number


async def test_reconcile_waits_for_evidence_before_it_sends_again(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """postal#295, postal#3016: what a slow relay had taken went up to nine times."""
    number = await unanswered(site, relay, tmp_path, "reconcile")
    waiting = await campaigning.report(site, number)
    copies = len(relay.accepted)
    await delivering.later(site, number)
    await delivering.work(delivering.tuned(site, uncertain="reconcile"))

    assert (waiting.states[MessageState.UNCERTAIN], copies) == (10, 10)
    assert (await campaigning.report(site, number)).accepted == 10


@pytest.mark.prove
async def test_resend_sends_again_at_once(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await unanswered(site, relay, tmp_path, "resend")
    counted = await campaigning.report(site, number)

    assert (counted.accepted, counted.states[MessageState.UNCERTAIN]) == (10, 0)


async def test_hold_never_sends_again(site: Site, relay: Relay, tmp_path: Path) -> None:
    number = await unanswered(site, relay, tmp_path, "hold")
    await delivering.later(site, number)
    await delivering.work(delivering.tuned(site, uncertain="hold"))
    counted = await campaigning.report(site, number)

    assert (
        counted.states[MessageState.HELD],
        counted.accepted,
        len(relay.accepted),
    ) == (
        10,
        0,
        10,
    )
