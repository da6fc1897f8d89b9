"""A deputy approves in place of a user on the days named, as that user could."""

import asyncio
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from audiences.record.changes import Author
from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.asking import approving
from mailer.campaigns.models import Approval
from mailer.errors import MailerError, RefusedError
from mailer.sites.site import Site
from mailer.users import deputies, guard, keeping, rights, roles, standing_in
from mailer.users.acts import Right
from mailer.users.models import User
from mailer.users.rights import Subject
from tests.acts import campaigning, turns
from tests.acts.commands import Mailer
from tools.peers.relay import Relay

PARIS = ZoneInfo("Europe/Paris")
HEAD, MARIE = campaigning.APPROVER, "marie"
ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"])


def day(ahead: int) -> date:
    return (clock.now().astimezone(PARIS) + timedelta(days=ahead)).date()


async def add(site: Site, name: str, *given: str) -> None:
    async with site.database.writing() as session:
        session.add(
            User(
                name=name,
                roles=roles.stored([roles.parse(each) for each in given or ["viewer"]]),
                added_at=clock.now(),
                updated_at=clock.now(),
            )
        )


async def name(
    site: Site,
    user: str = HEAD,
    deputy: str = MARIE,
    *,
    first: int = -1,
    last: int = 1,
    by: str = HEAD,
) -> None:
    async with site.database.writing() as session:
        await standing_in.name_deputy(
            session,
            user,
            deputy,
            (day(first), day(last)),
            Author(by=by, at=clock.now()),
            zone=PARIS,
        )


async def given(site: Site, number: int) -> Approval | None:
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
        return await lookup.current_approval(session, campaign)


async def test_a_deputy_approves_on_the_days_named_and_the_approval_says_for_whom(
    site: Site, tmp_path: Path
) -> None:
    await add(site, MARIE)
    number = await campaigning.add(site, campaigning.write(tmp_path))
    with pytest.raises(RefusedError, match="needs the role approver"):
        await campaigning.approve(site, number, by=MARIE)
    await name(site, first=1, last=2)
    with pytest.raises(RefusedError, match="needs the role approver"):
        await campaigning.approve(site, number, by=MARIE)
    await name(site)
    await campaigning.approve(site, number, by=MARIE)
    approval = await given(site, number)

    assert approval is not None
    assert (approval.by, approval.on_behalf) == (MARIE, HEAD)
    async with site.database.writing() as session:
        author = Author(by=HEAD, at=clock.now())
        await standing_in.take_back(session, HEAD, MARIE, author)
    with pytest.raises(RefusedError, match="needs the role approver"):
        await campaigning.approve(site, number, by=MARIE)


@ON_SQLITE
async def test_an_author_has_no_letter_approved_by_a_deputy(
    site: Site, tmp_path: Path
) -> None:
    await add(site, MARIE)
    await name(site)
    async with site.database.writing() as session:
        user = await session.get_one(User, HEAD)
        grants = [*user.grants, roles.parse("author")]
        user.roles = roles.stored(grants)
    path = campaigning.write(tmp_path)
    number = await campaigning.add(site, path, author=HEAD)
    with pytest.raises(RefusedError, match="is the deputy of head-of-unit, who wrote"):
        await campaigning.approve(site, number, by=MARIE)
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
        able = await approving.able(session, site, campaign, now=clock.now())
    assert able == []


@ON_SQLITE
async def test_a_user_and_the_deputy_are_not_two_approvers(
    site: Site, tmp_path: Path
) -> None:
    path = site.templates_folder / "monthly-letter" / "template.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"approvers = 2\n{text}", encoding="utf-8")
    await add(site, MARIE)
    await add(site, "adg", "approver")
    await name(site)
    number = await campaigning.add(site, campaigning.write(tmp_path))
    async with site.database.writing() as session:
        (await lookup.get(session, number)).state = "in_review"
    await campaigning.approve(site, number, by=MARIE)
    with pytest.raises(RefusedError, match="approved A short letter already"):
        await campaigning.approve(site, number, by=HEAD)
    await campaigning.approve(site, number, by="adg")
    assert await campaigning.state(site, number) == "approved"


@ON_SQLITE
async def test_what_is_lent_has_the_limits_of_the_lender_and_is_not_lent_on(
    site: Site,
) -> None:
    await add(site, "paul", "approver:invitation")
    await add(site, MARIE)
    await add(site, "awa")
    await name(site, "paul", MARIE)
    with pytest.raises(RefusedError, match="has no role approver that a deputy"):
        await name(site, MARIE, "awa")

    async def able(letter_class: str, now: datetime) -> bool:
        async with site.database.reading() as session:
            user = await guard.named(session, MARIE)
            await deputies.lend(session, [user], now=now)
            subject = Subject(letter_class=letter_class)
            return rights.able(user, Right.APPROVE, subject)

    last = datetime.combine(day(2), datetime.min.time(), PARIS)
    assert await able("invitation", last - timedelta(seconds=1))
    assert not await able("general", clock.now())
    assert not await able("invitation", last)
    async with site.database.writing() as session:
        author = Author(by=HEAD, at=clock.now())
        await keeping.disable(session, "paul", author, classes=["invitation"])
    assert not await able("invitation", clock.now())
    async with site.database.writing() as session:
        await keeping.remove(session, "paul", author, classes=["invitation"])
    async with site.database.reading() as session:
        assert await deputies.deputies_of(session, MARIE) == []


@ON_SQLITE
@pytest.mark.parametrize(
    ("user", "deputy", "first", "last", "by", "sentence"),
    [
        (HEAD, HEAD, 0, 1, HEAD, "cannot be the deputy of head-of-unit"),
        (HEAD, "nobody-known", 0, 1, HEAD, "no user is called 'nobody-known'"),
        (HEAD, MARIE, 2, 1, HEAD, "the first day first"),
        (HEAD, MARIE, 0, 400, HEAD, "expected up to a year"),
        (HEAD, MARIE, -9, -3, HEAD, "is over; name a later day"),
        (HEAD, MARIE, 0, 1, MARIE, "may not change users and their roles"),
        (MARIE, HEAD, 0, 1, MARIE, "has no role approver"),
    ],
)
async def test_what_cannot_be_lent_is_refused(
    site: Site, user: str, deputy: str, first: int, last: int, by: str, sentence: str
) -> None:
    await add(site, MARIE)
    with pytest.raises(MailerError, match=sentence):
        await name(site, user, deputy, first=first, last=last, by=by)


@ON_SQLITE
async def test_the_deputy_of_an_absent_approver_is_asked_in_time(
    site: Site, relay: Relay
) -> None:
    due = await turns.planned(site)
    await add(site, "awa")
    days = ((due - 5 * turns.DAY).date(), due.date())
    async with site.database.writing() as session:
        user = await session.get_one(User, "awa")
        user.address = "awa@unit.example"
        author = Author(by=HEAD, at=clock.now())
        await standing_in.name_deputy(session, HEAD, "awa", days, author, zone=PARIS)
    await turns.tick(site, due - 10 * turns.DAY, due - 2 * turns.DAY)
    asked = [kind for kind, user in await turns.kinds(site) if user == "awa"]

    assert asked == ["approval"]
    assert [user for user, _ in turns.mails(relay)].count("awa") == 1


@ON_SQLITE
async def test_the_commands_name_show_and_end_a_deputy(
    mailer: Mailer, site: Site, tmp_path: Path
) -> None:
    await add(site, MARIE)
    number = str(await campaigning.add(site, campaigning.write(tmp_path)))

    async def run(*words: str) -> str:
        ran = await asyncio.to_thread(mailer, *words)
        return ran.out + ran.err

    days = ("--from", f"{day(-1)}", "--until", f"{day(1)}", "--by", HEAD)
    named = await run("users", "deputy", HEAD, MARIE, *days)
    shown = await run("users", "show", MARIE)
    asked = await run("campaigns", "ask", number, "--by", "editor")
    approved = await run("campaigns", "approve", number, "--by", MARIE)
    ended = await run("users", "end-deputy", HEAD, MARIE, "--by", HEAD)
    again = await run("users", "end-deputy", HEAD, MARIE, "--by", HEAD)

    assert f"marie approves in place of {HEAD} from {day(-1)} to {day(1)}" in named
    assert f"marie approves in place of {HEAD}" in shown
    assert f"by {HEAD} or marie" in asked
    assert "approved" in approved
    assert "no more in place of" in ended
    assert "is not the deputy of" in again
