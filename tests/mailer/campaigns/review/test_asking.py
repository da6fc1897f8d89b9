"""A draft is asked for, returned with a reason, or approved by one or several users."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from mailer import clock
from mailer.campaigns import control, lookup
from mailer.campaigns.asking import plainly
from mailer.errors import RefusedError
from mailer.outbox import release
from mailer.sites.site import Site
from tests.acts import campaigning, reading
from tests.acts.commands import Mailer, Ran, shown
from tools.peers.relay import Relay

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
EDITOR, APPROVER, SECOND = campaigning.EDITOR, campaigning.APPROVER, "adg"


async def asked(site: Site, place: Path) -> int:
    number = await campaigning.add(site, campaigning.write(place))
    await plainly.ask(site, number, by=EDITOR, now=clock.now())
    return number


async def send_back(site: Site, number: int, *, because: str = "wrong date") -> None:
    async with site.database.writing() as session:
        await control.send_back(
            session,
            await lookup.get(session, number),
            templates=site.templates,
            by=APPROVER,
            because=because,
            now=clock.now(),
        )


async def test_a_draft_that_is_asked_for_waits_and_is_approved(
    site: Site, tmp_path: Path
) -> None:
    number = await asked(site, tmp_path)
    before = await campaigning.state(site, number)
    await campaigning.approve(site, number)

    assert (before, await campaigning.state(site, number)) == ("in_review", "approved")


async def test_a_draft_is_asked_for_once(site: Site, tmp_path: Path) -> None:
    number = await asked(site, tmp_path)
    with pytest.raises(RefusedError, match="is in_review already"):
        await plainly.ask(site, number, by=EDITOR, now=clock.now())


async def test_an_edit_ends_the_review(site: Site, tmp_path: Path) -> None:
    number = await asked(site, tmp_path)
    await campaigning.replace(site, number, campaigning.write(tmp_path))

    assert await campaigning.state(site, number) == "draft"


async def test_a_draft_with_an_error_is_not_asked_for(
    site: Site, tmp_path: Path
) -> None:
    text = campaigning.TEXT.replace("{organisation}", "{words}")
    number = await campaigning.add(site, campaigning.write(tmp_path, en=text))
    with pytest.raises(RefusedError, match="the campaign has errors, the first in"):
        await plainly.ask(site, number, by=EDITOR, now=clock.now())

    assert await campaigning.state(site, number) == "draft"


@pytest.mark.parametrize("before", [asked, campaigning.approved])
async def test_a_returned_campaign_is_a_draft_with_the_reason(
    site: Site, tmp_path: Path, before: Callable[[Site, Path], Awaitable[int]]
) -> None:
    number = await before(site, tmp_path)
    await send_back(site, number)
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
        approval = await lookup.current_approval(session, campaign)

    assert (campaign.state, campaign.stopped_because) == ("draft", "wrong date")
    assert approval is None


async def test_a_draft_is_not_returned(site: Site, tmp_path: Path) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    with pytest.raises(RefusedError, match="is draft; there is nothing to return"):
        await send_back(site, number)


@pytest.mark.parametrize("because", ["", "  ", "two\nlines", "\x1b[2J", "x" * 501])
async def test_a_reason_is_one_line_of_words(
    site: Site, tmp_path: Path, because: str
) -> None:
    number = await asked(site, tmp_path)
    with pytest.raises(RefusedError, match="reason"):
        await send_back(site, number, because=because)

    assert await campaigning.state(site, number) == "in_review"


async def need_two(site: Site, mailer: Mailer) -> None:
    words = ("users", "add", SECOND, "--role", "approver", "--by", APPROVER)
    assert (await asyncio.to_thread(mailer, *words)).code == 0
    path = site.templates_folder / "monthly-letter" / "template.toml"
    path.write_text("approvers = 2\n" + path.read_text(), encoding="utf-8")


async def test_a_type_that_asks_for_two_approvers_gets_two_who_are_not_the_same(
    site: Site, mailer: Mailer, tmp_path: Path
) -> None:
    await need_two(site, mailer)
    number = await campaigning.add(site, campaigning.write(tmp_path))
    with pytest.raises(RefusedError, match="needs the approval of 2 users; its author"):
        await campaigning.approve(site, number)
    await plainly.ask(site, number, by=EDITOR, now=clock.now())
    await campaigning.approve(site, number)
    with pytest.raises(RefusedError, match="approved A short letter already"):
        await campaigning.approve(site, number)
    between = await campaigning.state(site, number)
    await campaigning.approve(site, number, by=SECOND)

    assert (between, await campaigning.state(site, number)) == ("in_review", "approved")


async def test_an_edit_between_two_approvals_voids_the_first(
    site: Site, mailer: Mailer, tmp_path: Path
) -> None:
    await need_two(site, mailer)
    number = await asked(site, tmp_path)
    await campaigning.approve(site, number)
    await campaigning.replace(site, number, campaigning.write(tmp_path))
    await plainly.ask(site, number, by=EDITOR, now=clock.now())
    await campaigning.approve(site, number, by=SECOND)

    assert await campaigning.state(site, number) == "in_review"


async def test_an_approver_who_was_disabled_between_does_not_count(
    site: Site, mailer: Mailer, tmp_path: Path
) -> None:
    await need_two(site, mailer)
    words = ("users", "add", "third", "--role", "approver", "--by", APPROVER)
    assert (await asyncio.to_thread(mailer, *words)).code == 0
    number = await asked(site, tmp_path)
    await campaigning.approve(site, number, by=SECOND)
    leaves = ("users", "disable", SECOND, "--by", APPROVER)
    assert (await asyncio.to_thread(mailer, *leaves)).code == 0
    await campaigning.approve(site, number)
    between = await campaigning.state(site, number)
    await campaigning.approve(site, number, by="third")
    leaves = ("users", "disable", "third", "--by", APPROVER)
    assert (await asyncio.to_thread(mailer, *leaves)).code == 0
    # what both approved stays so when one leaves
    await release.release(site, number, by=EDITOR, now=clock.now())

    assert between == "in_review"


async def test_a_renewed_approval_needs_both_again(
    site: Site, mailer: Mailer, tmp_path: Path
) -> None:
    """The template changed after both had approved."""
    await need_two(site, mailer)
    number = await asked(site, tmp_path)
    await campaigning.approve(site, number)
    await campaigning.approve(site, number, by=SECOND)
    layout = site.templates_folder / "_layout" / "letter.mjml"
    layout.write_text(layout.read_text() + "\n", encoding="utf-8")
    await campaigning.approve(site, number)
    with pytest.raises(RefusedError, match="1 other user must still approve the same"):
        await release.release(site, number, by=EDITOR, now=clock.now())


def test_the_commands_say_what_is_missing(mailer: Mailer, tmp_path: Path) -> None:
    mailer("campaigns", "import", str(campaigning.write(tmp_path)))
    mailer("campaigns", "ask", "1", "--by", EDITOR)
    returned = mailer(
        *("campaigns", "return", "1", "--because", "no photo", "--by", APPROVER)
    )
    seen = mailer("campaigns", "show", "1")

    assert "A short letter is returned to editor" in shown(returned.out)
    assert "no photo" in shown(seen.out)


async def test_each_who_is_asked_by_command_gets_a_link(
    site: Site, mailer: Mailer, relay: Relay, tmp_path: Path
) -> None:
    async def run(*words: str) -> Ran:
        return await asyncio.to_thread(mailer, *words)

    admin = ("--by", APPROVER)
    for name in (APPROVER, SECOND):
        verb = ("edit", name) if name == APPROVER else ("add", name)
        role = () if name == APPROVER else ("--role", "approver")
        address = ("--address", f"{name}@unit.example")
        assert (await run("users", *verb, *role, *address, *admin)).code == 0
    await run("users", "add", "silent", "--role", "approver", *admin)
    relay.script = lambda verb, line: (
        "550 5.1.1 No such user" if verb == "RCPT" and SECOND in line else None
    )
    number = str(await campaigning.add(site, campaigning.write(tmp_path)))

    asked = await run("campaigns", "ask", number, "--by", EDITOR, "--json")
    [mail] = relay.accepted
    text = reading.part(reading.parsed(mail.octets), "plain")
    again = await run(
        *("campaigns", "ask", number, "--approver", APPROVER),
        *("--wished-by", "2097-05-01", "--by", EDITOR),
    )
    author = await run("campaigns", "ask", number, "--approver", EDITOR, "--by", EDITOR)

    assert asked.code == 1
    assert asked.json["mailed"] == [APPROVER]
    assert sorted(asked.json["not_mailed"]) == [SECOND, "silent"]
    assert mail.recipient == f"{APPROVER}@unit.example"
    assert "/approve/" in text
    assert (again.code, len(relay.accepted)) == (0, 2)
    assert (author.code, "editor" in author.err) == (1, True)
