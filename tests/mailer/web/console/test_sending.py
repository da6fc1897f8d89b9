"""Live figures, the report with who was not reached, its export, test copies."""

import asyncio
import csv
import io
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from mailer.campaigns import lookup
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.sites.site import Site
from mailer.web.console.letters import live
from tests.acts import campaigning, delivering
from tests.acts.console import add_user, age_sign_ins, visitor
from tools.peers.relay import Relay
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


@pytest.mark.prove
async def test_live_figures_change_and_end_when_the_process_stops(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    received = asyncio.Queue[str]()
    async with serving(site) as pages:
        one = await visitor(site, pages, "editor")

        async def listen() -> None:
            address = f"{pages.url}/console/campaigns/{number}/live/events"
            async with (
                httpx.AsyncClient(timeout=60) as client,
                client.stream("GET", address, headers={"Cookie": one.cookie}) as told,
            ):
                async for line in told.aiter_lines():
                    if line.startswith("data:"):
                        received.put_nowait(line)

        listening = asyncio.create_task(listen())
        first = await asyncio.wait_for(received.get(), 30)
        while "being sent" not in first:
            first = await asyncio.wait_for(received.get(), 30)
        while not received.empty():
            received.get_nowait()
        async with site.database.writing() as session:
            campaign = await lookup.get(session, number)
            campaign.state = "paused"
        changed = ""
        while "paused" not in changed:
            changed = await asyncio.wait_for(received.get(), 30)
        await asyncio.wait_for(listening, 30)  # nothing changes any more


async def test_an_open_stream_does_not_hold_the_stop(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    began = asyncio.get_running_loop().time()
    async with serving(site) as pages:
        one = await visitor(site, pages, "editor")
        address = f"{pages.url}/console/campaigns/{number}/live/events"
        client = httpx.AsyncClient(timeout=60)
        sent = client.build_request("GET", address, headers={"Cookie": one.cookie})
        told = await client.send(sent, stream=True)
        reading = asyncio.create_task(told.aread())
        await one.get("/me")
    await asyncio.wait_for(reading, 10)
    await client.aclose()

    assert asyncio.get_running_loop().time() - began < live.LASTS / 2


async def test_the_report_names_who_was_not_reached_to_those_who_may_see(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    await delivering.work(site)
    await add_user(site, "viewer", "viewer")
    async with site.database.writing() as session:
        message = (await session.scalars(select(Message))).first()
        assert message is not None
        message.state, message.reason = MessageState.REFUSED, "<b>no mailbox</b>"
    async with serving(site) as pages:
        editor = await visitor(site, pages, "editor")
        seen = (await editor.get(f"/campaigns/{number}/report")).text
        viewer = await visitor(site, pages, "viewer")
        hidden = (await viewer.get(f"/campaigns/{number}/report")).text

    assert "Who was not reached" in seen
    assert "&lt;b&gt;no mailbox" in seen
    assert "Taken, by region" in seen
    assert "Who was not reached" not in hidden
    assert "@" not in hidden.partition("<main")[2]


async def test_an_export_has_each_reader_guarded_and_needs_a_fresh_sign_in(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    await delivering.work(site)
    await add_user(site, "stew", "steward")
    address = f"/campaigns/{number}/report.csv"
    async with serving(site) as pages:
        steward = await visitor(site, pages, "stew")
        answer = await steward.post(address)
        rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
        await age_sign_ins(site)
        late = await steward.post(address)
        author = await visitor(site, pages, "editor")
        shown = (await author.get(f"/campaigns/{number}")).text

    assert len(rows) == 1 + 10
    assert rows[0][0] == "address"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert late.status_code == 409
    assert "exported who got it" in shown


async def test_an_author_sends_a_test_to_colleagues_and_reads_the_answer(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    await add_user(site, "lea", "author", address="lea@unit.int")
    address = f"/campaigns/{number}/test"
    async with serving(site) as pages:
        lea = await visitor(site, pages, "lea")
        form = (await lea.get(address)).text
        sent = await lea.post(address, {"to": "lea@unit.int, max@unit.int"})
        none = await lea.post(address, {"to": "nobody at all"})
        many = await lea.post(
            address, {"to": " ".join(f"a{n}@unit.int" for n in range(21))}
        )
        after = (await lea.get(address)).text

    assert 'value="lea@unit.int"' in form
    assert "No test was sent yet." in form
    assert sent.text.count("taken by the mail server") == 2
    assert set(relay.recipients()) == {"lea@unit.int", "max@unit.int"}
    assert none.status_code == 422
    assert 'value="nobody at all"' in none.text
    assert "21 copies" in many.text
    assert "lea@unit.int, max@unit.int" in after


async def test_a_wrong_number_of_readers_leaves_the_time_and_the_form(
    site: Site, tmp_path: Path
) -> None:
    await add_user(site, "sam", "sender")
    number = await campaigning.add(site, campaigning.write(tmp_path))
    await campaigning.approve(site, number)
    form = {"at": "2097-05-04T10:00", "number": "7", "version": "x"}
    async with serving(site) as pages:
        sam = await visitor(site, pages, "sam")
        refused = await sam.post(f"/campaigns/{number}/schedule", form)
        live = await sam.get(f"/campaigns/{number}/live")

    assert refused.status_code == 409
    assert "You typed “7”; the number is" in refused.text
    assert 'name="number"' in refused.text  # it is typed again here
    assert 'value="2097-05-04T10:00"' in refused.text
    assert "It has not left yet." in live.text
    assert "progress" not in live.text
