"""What follows from bounces: proof suppresses, a flood does not, patience ends."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailer.feedback.belief import policy
from mailer.feedback.belief.policy import SoftLimits, SoftStep
from mailer.outbox.message_states import MessageState
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, readers, returning
from tools.peers.relay import Relay

LIMITS = SoftLimits(score=3, half_life=timedelta(days=90))
FIRST = datetime(2027, 1, 5, 10, tzinfo=UTC)


def every(days: float, number: int) -> list[datetime]:
    return [FIRST + timedelta(days=days * each) for each in range(number)]


@pytest.mark.parametrize(
    ("days", "kept"),
    [(7, 3), (14, 3), (30, 4), (45, 6)],
    ids=["weekly", "fortnightly", "monthly", "every six weeks"],
)
def test_an_address_that_never_takes_mail_gets_a_probe_and_is_given_up(
    days: float, kept: int
) -> None:
    steps = [policy.step(every(days, number), LIMITS) for number in range(1, kept + 3)]

    assert steps == [*[SoftStep.KEEP] * kept, SoftStep.PROBE, SoftStep.GIVE_UP]


def test_bounces_far_apart_are_forgotten() -> None:
    assert policy.step(every(180, 30), LIMITS) is SoftStep.KEEP
    assert policy.step([], LIMITS) is SoftStep.KEEP
    assert policy.step([FIRST] * 3 + [FIRST + timedelta(days=900)], LIMITS) is (
        SoftStep.KEEP
    )


async def test_a_flood_of_the_same_fault_suppresses_no_reader_and_lifts_what_it_did(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """The first of ten bounces come alone, as they would from a listener."""
    number = await returning.sent(site, relay, tmp_path)
    bounces = [returning.report(each) for each in relay.accepted]

    await returning.returned(site, bounces[:1])
    early = await returning.suppressed(site)
    decided = await returning.returned(site, bounces[1:])

    assert len(early) == 1
    assert await returning.suppressed(site) == {}
    assert decided.ours == 10
    counted = await campaigning.report(site, number)
    assert counted.states[MessageState.BOUNCED] == 10
    assert {each.decision for each in await returning.stored(site)} == {"ours"}


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_fault_of_ours_pauses_a_campaign_that_still_sends(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """Forty of fifty-four are sent; the others wait for a server that is busy."""
    busy: set[str] = set()

    def script(verb: str, line: str) -> str | None:
        if verb == "RCPT" and (line in busy or len(relay.accepted) >= 40):
            busy.add(line)
            return "451 4.3.0 busy"
        return None

    relay.script = script
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    await delivering.work(delivering.tuned(site, retry_minutes=(600.0,)))
    mails = [returning.report(each, returning.POLICY) for each in relay.accepted]

    decided = await returning.returned(site, mails)

    assert await campaigning.state(site, number) == "paused"
    assert decided.ours == len(relay.accepted)
    assert await returning.suppressed(site) == {}


@pytest.mark.parametrize("store", ["sqlite"])
async def test_one_fault_of_ours_pauses_and_suppresses_nothing(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await returning.sent(site, relay, tmp_path)

    decided = await returning.returned(
        site, [returning.report(relay.accepted[0], returning.POLICY)]
    )

    assert (decided.ours, await returning.suppressed(site)) == (0, {})
    assert await campaigning.state(site, number) == "finished"


async def test_a_full_mailbox_is_given_up_after_its_last_letter_only(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """Weekly letters would take months here, so the score ends at 1.5."""
    given = site.settings.feedback.model_copy(update={"soft_limit": 1.5})
    object.__setattr__(site.settings, "feedback", given)
    steps = []
    for week in range(4):
        relay.accepted.clear()
        await returning.sent(site, relay, tmp_path)
        received = [each for each in relay.accepted if each.recipient == readers.ED]
        bounces = [returning.report(each, returning.FULL) for each in received]
        decided = await returning.returned(
            site, [each + str(week).encode() for each in bounces]
        )
        steps.append((len(bounces), decided.probed, len(decided.suppressed)))

    assert steps == [(1, 0, 0), (1, 1, 0), (1, 0, 1), (0, 0, 0)]
    assert await returning.suppressed(site) == {readers.ED: "bounced"}
