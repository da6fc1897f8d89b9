"""An organisation whose contact is lost is still reached, and the unit has a task."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from audiences import contacts, suppressions
from audiences.people.site_roles import Roles
from audiences.record.changes import Author
from audiences.upkeep import editing
from audiences.upkeep.contact_details import WantedContact
from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.review import gate
from mailer.errors import RefusedError
from mailer.feedback.lost import asking, sending_on, tasks
from mailer.feedback.lost.noticing import Noticed
from mailer.feedback.lost.tasks import TaskKind
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, returning
from tests.acts.commands import Mailer
from tools.peers.relay import Relay

# A program that is killed before or after the nth of these calls while it heals.
KILLED = """
import inspect, os, signal, sys
import mailer.feedback.lost.noticing as noticing
import mailer.feedback.lost.sending_on as sending_on
import mailer.outbox.plan as plan
import mailer.outbox.release as release
from audiences.upkeep import lending
from mailer.cli import main

left = [int(sys.argv[1])]

def step():
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)

def counted(function):
    async def call(*arguments, **named):
        step()
        result = await function(*arguments, **named)
        step()
        return result
    return call

for module, name in (
    (noticing, "notice"), (lending, "lend"), (sending_on, "_begin"),
    (release, "store"), (plan, "plan"),
):
    setattr(module, name, counted(getattr(module, name)))
sys.exit(main.run(["--config", sys.argv[2], "feedback", "read", sys.argv[3]]))
"""
# the calls: notice and lend begin and end; notice again; the wave begins, is stored,
# is planned and ends. What one process has noticed the next one does not repeat.
NOTICING, SENDING_ON = (0, 1, 2, 3, 4), (1, 2, 3, 4)
ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"])
ED, DEPUTY = "focal-point@ed.sector.example", "deputy@ed.sector.example"
RULE = "kind = sector and role = focal_point and sub(monthly-letter)"


async def add_deputy(site: Site, roles: str = "representative") -> None:
    wanted = WantedContact(
        organisation="ED",
        roles=roles,
        languages="en",
        topics=("monthly-letter",),
        basis="asked by letter",
    )
    author = Author(by="editor", at=clock.now(), because="a test")
    async with site.database.writing() as session:
        await editing.add(session, DEPUTY, wanted, author, key=site.address_key)


async def roles_of(site: Site, address: str) -> Sequence[str]:
    async with site.database.reading() as session:
        found = await contacts.find(session, address, key=site.address_key)
        return Roles().codes(found.roles)


async def lose(site: Site, relay: Relay, place: Path) -> int:
    """Send a letter that comes back from one reader; return its number."""
    number = await returning.sent(site, relay, place, audience=RULE)
    (lost,) = [each for each in relay.accepted if each.recipient == ED]
    await returning.returned(site, [returning.report(lost)])
    return number


async def heal(site: Site, relay: Relay) -> tuple[Noticed, list[str]]:
    """Notice, and deliver what is sent on; return to whom that went."""
    before = len(relay.accepted)
    noticed = await sending_on.heal(site, now=clock.now())
    await delivering.work(site)
    return noticed, [each.recipient for each in relay.accepted[before:]]


@pytest.mark.prove
async def test_the_next_contact_gets_that_letter_and_the_later_ones(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await add_deputy(site)
    number = await lose(site, relay, tmp_path)

    assert await heal(site, relay) == (Noticed(lost=1), [DEPUTY])
    assert await roles_of(site, DEPUTY) == ("representative", "focal_point")
    assert await heal(site, relay) == (Noticed(), [])
    assert await campaigning.state(site, number) == "finished"

    before = len(relay.accepted)
    await returning.sent(site, relay, tmp_path, audience=RULE)
    later = {each.recipient for each in relay.accepted[before:]}
    assert DEPUTY in later
    assert ED not in later


@ON_SQLITE
@pytest.mark.prove
async def test_killed_between_any_two_steps_of_healing_one_letter_is_sent_on(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await add_deputy(site)
    await lose(site, relay, tmp_path)
    place = str(returning.maildir(tmp_path / "returned", []))
    config, killed, before = str(site.root / "config.toml"), 0, len(relay.accepted)
    for step in (*NOTICING, *SENDING_ON):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", KILLED, str(step), config, place),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        killed += await process.wait() == -signal.SIGKILL
    for _ in range(2):
        await heal(site, relay)

    assert killed == len(NOTICING) + len(SENDING_ON)
    assert [each.recipient for each in relay.accepted[before:]] == [DEPUTY]
    assert await roles_of(site, DEPUTY) == ("representative", "focal_point")
    async with site.database.reading() as session:
        (task,) = await tasks.listed(session)
    assert (task.kind, task.address, task.successor) == (TaskKind.LOST, ED, DEPUTY)


@ON_SQLITE
async def test_a_mailbox_that_lives_again_takes_its_place_back(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await add_deputy(site)
    await lose(site, relay, tmp_path)
    await heal(site, relay)
    now = clock.now()
    async with site.database.writing() as session:
        key = contacts.fingerprint_of(ED, key=site.address_key)
        await suppressions.lift(session, key, now=now, detail="it works", by="editor")

    assert await heal(site, relay) == (Noticed(returned=1), [])
    assert await roles_of(site, DEPUTY) == ("representative",)
    async with site.database.writing() as session:
        (task,) = await tasks.listed(session)
        made = await asking.draft(session, site, back=True, by="editor", now=now)
    assert (task.kind, task.address, made.readers) == (TaskKind.BACK, ED, 1)


@ON_SQLITE
async def test_an_organisation_without_another_contact_leaves_a_task_alone(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await lose(site, relay, tmp_path)

    assert await heal(site, relay) == (Noticed(lost=1), [])
    async with site.database.writing() as session:
        (task,) = await tasks.listed(session)
        assert (task.kind, task.address, task.successor) == (TaskKind.LOST, ED, None)
        with pytest.raises(RefusedError, match="no other contact"):
            await asking.draft(session, site, back=False, by="editor", now=clock.now())


@ON_SQLITE
async def test_the_other_contacts_are_asked_by_a_letter_that_passes_the_gate(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await add_deputy(site)
    await lose(site, relay, tmp_path)
    await heal(site, relay)
    now = clock.now()
    async with site.database.writing() as session:
        made = await asking.draft(session, site, back=False, by="editor", now=now)
    async with site.database.writing() as session:
        with pytest.raises(RefusedError, match="no open task"):
            await asking.draft(session, site, back=False, by="editor", now=now)
    checked = await gate.check(site, made.id, now=now)
    async with site.database.reading() as session:
        campaign = await lookup.get(session, made.id)

    assert (made.tasks, made.readers) == (1, 1)
    assert campaign.template == "directory-update"
    assert [each for each in checked.problems if each.level == "error"] == []


@ON_SQLITE
async def test_a_task_is_shown_and_done_by_command(
    mailer: Mailer, site: Site, relay: Relay, tmp_path: Path
) -> None:
    await add_deputy(site)
    await lose(site, relay, tmp_path)
    await heal(site, relay)

    shown = await asyncio.to_thread(mailer, "tasks", "show", "1")
    done = await asyncio.to_thread(
        mailer, "tasks", "done", "1", "--note", "a call", "--by", "editor"
    )
    again = await asyncio.to_thread(mailer, "tasks", "done", "1", "--by", "editor")
    listed = await asyncio.to_thread(mailer, "tasks", "list")
    every = await asyncio.to_thread(mailer, "tasks", "list", "--all", "--json-lines")
    document = await asyncio.to_thread(mailer, "tasks", "show", "1", "--json")
    rows = await asyncio.to_thread(
        mailer, "audit", "list", "--about", "task 1", "--json-lines"
    )

    assert DEPUTY in shown.out
    assert "telephone" in shown.out
    assert done.code == 0, done.err
    assert "was done by editor" in again.err
    assert "none" in listed.out
    assert [every.lines[0]["id"], document.json["id"]] == [1, 1]
    assert [(each["act"], each["by"]) for each in rows.lines] == [("done", "editor")]
