"""Test copies: marked in their language, inert, over the relay, never counted."""

import json
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import func, select

from audiences import suppressions
from audiences.suppressions import Why
from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.review import preview, trial
from mailer.campaigns.review.preview import Pick
from mailer.campaigns.review.trial import Extent
from mailer.delivery import trials
from mailer.delivery.direct import sending
from mailer.delivery.trials import Trial
from mailer.errors import RefusedError, TokenError
from mailer.links import Purpose
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.sites.site import Site
from mailer.store import identity
from tests.acts import campaigning, delivering, real_sites
from tools.peers.relay import Relay

ME = "editor@unit.int"
ICOM = "unesco-liaison@icom.example"
on_sqlite = pytest.mark.parametrize("store", ["sqlite"])
MARKS = {
    "en": "TEST",
    "fr": "ESSAI",
    "es": "PRUEBA",
    "ar": "اختبار",
    "ru": "ПРОБА",
    "zh": "测试",
}


async def sent_copies(site: Site, number: int, pick: Pick, *to: str) -> list[Trial]:
    whom, made = await trials.make(site, number, to or (ME,), pick)
    now = clock.now()
    return await trials.send(site, number, whom, made, by="editor", now=now)


def parsed(relay: Relay) -> list[EmailMessage]:
    return [
        message_from_bytes(each.octets, policy=policy.SMTP) for each in relay.accepted
    ]


def bare(text: object) -> str:
    """Return a text without the characters that isolate a direction."""
    return re.sub("[\u2066-\u2069]", "", str(text))


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return bare(body.get_content())


async def test_each_language_comes_marked_in_its_own_words(
    site: Site, relay: Relay
) -> None:
    path = site.root / "campaigns" / "monthly-letter"
    number = await campaigning.add(site, path)
    sent = await sent_copies(site, number, trial.examples(Extent.EACH_LANGUAGE))
    found = {str(each["Content-Language"]): each for each in parsed(relay)}

    assert {each.state for each in sent} == {MessageState.ACCEPTED}
    assert set(found) == set(MARKS)
    for language, word in MARKS.items():
        message = found[language]
        assert bare(message["Subject"]).startswith(f"[{word}] ")
        assert word in text_of(message)
    assert set(relay.recipients()) == {ME}
    assert len({str(each["Message-ID"]) for each in found.values()}) == len(MARKS)


async def test_nothing_is_counted_and_the_history_says_who_sent_tests(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    await sent_copies(site, number, trial.examples(Extent.ONE), ME, "head@unit.int")
    async with site.database.reading() as session:
        rows = await session.scalar(select(func.count()).select_from(Message))
        campaign = await lookup.get(session, number)
        last = (await lookup.events_of(session, campaign))[-1]

    assert (rows, campaign.state) == (0, "draft")
    assert (last.act, last.by) == ("tested", "editor")
    assert last.detail["to"] == relay.recipients() == [ME, "head@unit.int"]


@on_sqlite
async def test_a_copy_is_the_letter_of_the_reader_with_links_that_do_nothing(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    reader = "focal-point@ed.sector.example"
    await sent_copies(site, number, preview.with_address(site, reader))
    (message,) = parsed(relay)
    words = text_of(message)
    tokens = re.findall(r"/([up])/(\S+)", words)

    assert "Dear Education Sector, this is short." in words
    assert message["To"].addresses[0].addr_spec == ME
    assert {kind for kind, _ in tokens} == {"u", "p"}
    for kind, token in tokens:
        with pytest.raises(TokenError):
            site.signer.stamp(token, Purpose(kind))
    with pytest.raises(TokenError):
        site.signer.stamp_of_return_path(relay.accepted[0].sender.partition("@")[0])


@on_sqlite
async def test_no_test_leaves_a_stopped_site_or_goes_outside_only_to(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    one, now = trial.examples(Extent.ONE), clock.now()
    inside = real_sites.real(site, mail={"only_to": ("*@unit.int",)})
    with pytest.raises(RefusedError, match=r"outside mail\.only_to"):
        await sent_copies(inside, number, one, ME, "editor@elsewhere.int")
    async with site.database.writing() as session:
        await identity.stop(session, by="editor", because="a drill", now=now)
    with pytest.raises(RefusedError, match="a drill"):
        await sent_copies(site, number, one)

    assert relay.accepted == []


@on_sqlite
async def test_an_address_that_is_suppressed_gets_no_test(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    key = sending.key_of(site, ICOM)
    async with site.database.writing() as session:
        await suppressions.suppress(session, key, Why.ASKED, now=clock.now())
    with pytest.raises(RefusedError, match="is suppressed"):
        await sent_copies(site, number, trial.examples(Extent.ONE), ICOM)

    assert relay.accepted == []


@on_sqlite
async def test_what_the_relay_refuses_is_said_and_the_other_copies_go(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    relay.script = delivering.Once("RCPT", "550 5.1.1 no such mailbox")
    to = ("--to", "wrong@unit.int", "--to", ME)
    ran = await delivering.process(
        *(site, "campaigns", "test", str(number), *to, "--by", "editor", "--json")
    )
    out, err = await ran.communicate()
    refused, taken = json.loads(out)

    assert (ran.returncode, err) == (1, b"")
    assert (refused["state"], taken["state"]) == ("refused", "accepted")
    assert "no such mailbox" in refused["reply"]


@on_sqlite
async def test_without_a_relay_each_copy_is_said_not_to_be_sent(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    await relay.stop()
    sent = await sent_copies(
        site, number, trial.examples(Extent.ONE), ME, "head@unit.int"
    )

    assert [each.state for each in sent] == [MessageState.WAITING] * 2
    assert all("cannot be used" in each.reply for each in sent)
