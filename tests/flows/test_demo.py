"""The demonstration: every reader gets one letter, in the right language."""

import asyncio
import json
import re
import sys
from collections import Counter
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from mailer.cli.json_shapes.documents import DOCUMENTS
from mailer.outbox.message_states import MessageState
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, directory, reading
from tools import dice
from tools.peers.relay import Relay
from tools.peers.serving import ONE_CLICK, serving
from tools.waiting import eventually


def inbox(folder: Path) -> dict[str, EmailMessage]:
    """Parse every file of an inbox, by the address it was delivered to."""
    read = [
        reading.parsed(path.read_bytes())
        for path in (folder / "inbox" / "new").iterdir()
    ]
    by_address = {str(message["Delivered-To"]): message for message in read}
    assert len(by_address) == len(read)
    return by_address


def language_of(message: EmailMessage) -> str:
    page = reading.read(reading.part(message, "html"))
    assert page.html["lang"] == message["Content-Language"]
    return str(page.html["lang"])


@pytest.mark.prove
async def test_the_demonstration_reaches_each_reader_in_their_language(
    tmp_path: Path,
) -> None:
    ran = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mailer", "demo", str(tmp_path / "demo"), "--json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await ran.communicate()
    assert ran.returncode == 0, err.decode()
    shape: TypeAdapter[Any] = TypeAdapter(DOCUMENTS["demo"])
    shape.validate_json(out, strict=True)
    report = json.loads(out)["report"]
    got = inbox(tmp_path / "demo")
    expected = {
        entry.address: directory.chain(entry, default="en")[0]
        for entry in directory.entries()
        if directory.monthly(entry)
    }

    assert report["accepted"] == report["audience"] == len(got)
    assert report["by_language"] == Counter(expected.values())
    assert {address: language_of(each) for address, each in got.items()} == expected
    for message in got.values():
        html = reading.part(message, "html")
        assert reading.words_of(reading.part(message, "plain")) == (
            reading.words_of_html(html)
        )
        assert message.defects == []
    async with open_site(tmp_path / "demo" / "config.toml") as site:
        await links_work(site, got)


async def links_work(site: Site, got: dict[str, EmailMessage]) -> None:
    """Open and use the links of a letter in each language."""
    one_each = {str(each["Content-Language"]): each for each in got.values()}
    assert len(one_each) == 6
    async with serving(site) as pages:
        for message in one_each.values():
            url = site.settings.site.url
            found = reading.read(reading.part(message, "html")).links
            ours = [each for each in found if each.startswith(url)]
            field = re.sub("[<>]", "", message["List-Unsubscribe"].split(",")[0])
            answers = [await pages.get(each.removeprefix(url)) for each in ours]
            answers.append(await pages.post(field.removeprefix(url), ONE_CLICK))

            assert len(ours) >= 2
            assert {each.status_code for each in answers} == {200}


async def killed_after(site: Site, relay: Relay, count: int) -> None:
    """Start a worker; kill it when it has sent so many messages."""
    enough = len(relay.accepted) + count
    worker = await delivering.process(site, "work", "--until-idle")
    await eventually(lambda: len(relay.accepted) >= enough, "too little is sent")
    worker.kill()
    await worker.communicate()


@pytest.mark.prove
@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_worker_killed_at_random_loses_no_message_and_records_each_repetition(
    site: Site, relay: Relay, seed: int
) -> None:
    """A message that was sent twice was recorded as uncertain."""
    number = await campaigning.released_sample(site)
    drawn = dice.of(seed)
    for _ in range(3):
        await killed_after(site, relay, drawn.randrange(1, 60))
    await delivering.work(delivering.tuned(site, connections=8))
    counted = await campaigning.report(site, number)
    ledger = await campaigning.ledger(site, number)
    uncertain = await delivering.ever_uncertain(site, number)
    copies = Counter(relay.recipients())

    assert counted.audience == len(ledger)
    assert (
        counted.states[MessageState.WAITING]
        == counted.states[MessageState.REFUSED]
        == 0
    )
    assert counted.accepted + counted.states[MessageState.UNCERTAIN] == counted.audience
    assert {each for each in ledger if ledger[each].state == "accepted"} <= set(copies)
    assert {each for each, count in copies.items() if count > 1} <= uncertain
