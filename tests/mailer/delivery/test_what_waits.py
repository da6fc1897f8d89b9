"""The sentence about messages that wait when a worker ends, or waits for long.

It has their number, until when they wait, for which relay, and why.
"""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailer.delivery import waiting
from mailer.delivery.routing import health, relays
from mailer.delivery.smtp.connect import RelayError
from mailer.delivery.waiting import Waiting
from mailer.outbox.message_states import MessageState
from mailer.processes import running
from mailer.settings.sections import Settings
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tools.peers.relay import Relay
from tools.waiting import eventually

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
INSTANT = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
UNTIL = rf"the first until {INSTANT}, the last until {INSTANT}"


@pytest.fixture
def _briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A relay that is away is tried again after 50 milliseconds, three times."""
    monkeypatch.setattr(health, "RELAY_WAITS", (0.05, 0.05, 0.05, 600.0))


@pytest.mark.usefixtures("_briefly")
@pytest.mark.parametrize(
    ("verb", "extensions"),
    [("CONNECT", ()), ("EHLO", ()), ("MAIL", ()), ("MAIL", ("PIPELINING",))],
)
async def test_a_relay_that_answers_421_for_ever_is_named_with_its_answer(
    site: Site, relay: Relay, tmp_path: Path, verb: str, extensions: tuple[str, ...]
) -> None:
    number = await campaigning.released(site, tmp_path)
    relay.extensions = extensions
    reply = "421 4.3.2 come back later"
    relay.script = lambda command, _: reply if command == verb else None
    with pytest.raises(RelayError) as raised:
        await delivering.work(delivering.changed(site))
    counted = await campaigning.report(site, number)

    assert re.fullmatch(
        rf"10 messages wait, {UNTIL}: the relay default at 127\.0\.0\.1:{relay.port}"
        r" (cannot be used|delays messages): 421 4\.3\.2 come back later",
        str(raised.value),
    )
    assert (counted.state, counted.states[MessageState.REFUSED], relay.accepted) == (
        "sending",
        0,
        [],
    )


@pytest.mark.parametrize("reply", ["421 4.7.28 too much", "450 4.2.0 greylisted"])
async def test_the_command_succeeds_and_reports_what_is_tried_again(
    site: Site, relay: Relay, tmp_path: Path, reply: str
) -> None:
    """A provider that slows us down is no error, but the operator is informed."""
    await campaigning.released(site, tmp_path)
    relay.script = lambda verb, line: (
        reply if verb == "RCPT" and "@ed." in line else None
    )
    working = await delivering.process(site, "work", "--until-idle")
    stdout, stderr = await working.communicate()
    *_, last = stderr.decode().splitlines()

    assert (working.returncode, stdout) == (0, b"9 accepted, 1 deferred\n"), stderr
    assert re.fullmatch(
        rf"1 message waits until {INSTANT}: the relay default at"
        rf" 127\.0\.0\.1:{relay.port} delays messages: {reply}",
        json.loads(last)["reason"],
    )


async def test_a_long_wait_for_a_limit_is_reported_when_it_begins(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await campaigning.released(site, tmp_path)
    stopping, sentences = asyncio.Event(), list[str]()

    def notify(sentence: str) -> None:
        sentences.append(sentence)
        stopping.set()

    limited = delivering.changed(site, relay={"per_hour": 2})
    await running.work(limited, until_idle=True, notify=notify, stopping=stopping)

    assert len(relay.accepted) == 1
    assert len(sentences) == 1
    assert re.fullmatch(
        rf"9 messages wait, {UNTIL}: the relay default at 127\.0\.0\.1:{relay.port}"
        r" is limited to 2 an hour",
        sentences[0],
    )


@pytest.mark.prove
async def test_a_service_logs_once_that_a_relay_refuses(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """The relay is tried many times; the log has one line, without an address."""
    await campaigning.released(site, tmp_path)
    relay.script = lambda verb, _line: (
        "421 4.3.2 <a@b.example> later" if verb == "MAIL" else None
    )
    working = await delivering.process(site, "work")
    await eventually(lambda: relay.verbs().count("MAIL") > 9, "it is not asked again")
    working.terminate()
    _, stderr = await working.communicate()

    assert working.returncode == 0
    (refused,) = [line for line in stderr.splitlines() if b"relay.refuses" in line]
    assert json.loads(refused)["said"] == "421 4.3.2 <…> later"


@pytest.mark.usefixtures("store")
def test_the_sentence_has_a_part_for_each_relay() -> None:
    two = relays.read(
        Settings.model_validate({"relays": {"spare": {"security": "tls"}}})
    )
    waits = Waiting(count=1200, first=NOW, last=NOW + timedelta(hours=2))
    reasons = {
        "default": "delays messages: 421 later",
        "spare": "is limited to 5 a second",
    }
    soonest = NOW + timedelta(minutes=1)

    assert waiting.sentence(waits, two, reasons, soonest=soonest) == (
        "1,200 messages wait, the first until 2027-03-01 08:01:00 UTC, the last until"
        " 2027-03-01 10:00:00 UTC: the relay default at 127.0.0.1:2525 delays messages:"
        " 421 later; the relay spare at 127.0.0.1:2525 is limited to 5 a second"
    )
