"""The whole path of a letter: import, approve, tick, deliver, unsubscribe."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from audiences.segments import save
from mailer import clock
from mailer.campaigns.models import Occurrence
from mailer.campaigns.review import gate
from mailer.processes import ticking
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, reading
from tests.audiences import importing
from tools.peers.relay import Relay
from tools.peers.serving import ONE_CLICK, serving

HEAD = "address;name;role;organisation;organisation_name;kind;country;language;topics"
PEOPLE = (
    "awa@new.example;Awa Ndiaye;head;new;New NGO;ngo;SN;fr;monthly-letter",
    "omar@old.example;Omar Saïd;head;old;Old NGO;ngo;EG;ar;monthly-letter",
    "ana@far.example;Ana Ruiz;head;far;Far NGO;ngo;MX;es;monthly-letter",
)
TOML = """name = "{name}"
template = "monthly-letter"
date = 2027-05-04
author = "editor"
audience = "segment(newcomers) and sub(monthly-letter)"

[languages.fallbacks]
es = ["en"]
"""
TEXTS = {
    "en": campaigning.TEXT,
    "fr": campaigning.TEXT.replace("this is short", "ceci est court"),
    "ar": campaigning.TEXT.replace("this is short", "هذه رسالة قصيرة"),
}


async def in_the_next_slot(site: Site, place: Path, name: str) -> tuple[int, datetime]:
    """Write, check, approve and schedule a campaign; return its number and time."""
    path = campaigning.write(place, toml=TOML.format(name=name), **TEXTS)
    number = await campaigning.add(site, path)
    checked = await gate.check(site, number, now=clock.now())
    assert checked.ok, checked.problems
    await campaigning.approve(site, number)
    slot = await campaigning.schedule_in_series(site, number)
    return number, slot.due_at


async def outcome(site: Site, number: int) -> str | None:
    async with site.database.reading() as session:
        value: str | None = await session.scalar(
            select(Occurrence.outcome).where(Occurrence.campaign_id == number)
        )
        return value


async def test_a_reader_who_unsubscribes_does_not_get_the_next_letter(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    imported = await importing.import_file(
        site, importing.write(tmp_path, *PEOPLE, head=HEAD)
    )
    async with site.database.writing() as session:
        rule = "kind = ngo and role = head"
        await save.save(session, "newcomers", rule, by="editor", now=clock.now())
    first, due = await in_the_next_slot(site, tmp_path, "First")
    second, later = await in_the_next_slot(site, tmp_path, "Second")

    early = await ticking.tick(site, due - timedelta(seconds=1))
    ticked = await ticking.tick(site, due)
    await delivering.later(site, first)  # make its messages due now
    await delivering.work(site)
    link = one_click_link(relay, "awa@new.example")
    async with serving(site) as pages:
        answer = await pages.post(link.removeprefix(site.settings.site.url), ONE_CLICK)

    last = await ticking.tick(site, later)
    await delivering.later(site, second)
    await delivering.work(site)
    before = await campaigning.report(site, first)
    after = await campaigning.report(site, second)
    ledger = await campaigning.ledger(site, second)

    assert (imported.added, imported.faults) == (3, [])
    assert (early.released, ticked.released, last.released) == ([], [first], [second])
    assert await outcome(site, first) == await outcome(site, second) == "released"
    assert answer.status_code == 200
    assert (before.accepted, before.skipped) == (3, {})
    assert before.fallbacks == {"es → en": 1}
    assert (after.accepted, after.skipped) == (2, {"unsubscribed": 1})
    assert after.audience == 3
    assert ledger["awa@new.example"].reason == "unsubscribed"
    assert relay.recipients().count("awa@new.example") == 1
    assert len(relay.accepted) == 5


def one_click_link(relay: Relay, address: str) -> str:
    """Return the link of the List-Unsubscribe field of a delivered message."""
    (received,) = [each for each in relay.accepted if each.recipient == address]
    message = reading.parsed(received.octets)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<(\S+)>", message["List-Unsubscribe"])
    assert found is not None
    return found[1]
