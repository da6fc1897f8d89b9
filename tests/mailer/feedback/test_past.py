"""Rules ask what became of earlier letters."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from audiences.contacts import Contact
from audiences.errors import RuleError
from audiences.segments import compiler, resolve, vocabularies
from audiences.segments.compiler import Context
from mailer import clock
from mailer.feedback.models import EventAnswer
from mailer.feedback.past import LetterPast
from mailer.outbox.models import Message
from mailer.sites.site import Site
from tests.acts import resending, returning
from tests.acts.commands import Mailer
from tests.mailer.feedback import test_replies
from tools.peers.relay import Relay

ED = "focal-point@ed.sector.example"
SECTORS = "kind = sector and sub(monthly-letter)"


async def context(site: Site) -> Context:
    site.database.with_past(LetterPast)
    async with site.database.reading() as session:
        words = await vocabularies.load(session)
    return Context(vocabulary=words, today=clock.now().date())


async def count(site: Site, rule: str) -> int:
    known = await context(site)
    async with site.database.reading() as session:
        return (await resolve.count(session, f"{SECTORS} and {rule}", known)).count


async def test_a_rule_knows_who_was_reached_who_bounced_and_who_replied(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await returning.sent(site, relay, tmp_path)
    name = await test_replies.named(site, number)
    await returning.take(site, [test_replies.answer(name, "Thanks")], of_replies=True)
    (lost,) = [each for each in relay.accepted if "shs" in each.recipient]
    await returning.take(site, [returning.report(lost)])

    assert await count(site, f"reached_in({number})") == 9
    assert await count(site, f"bounced_in({number})") == 1
    assert await count(site, f"replied({number})") == 1
    assert await count(site, "reached since 180d") == 9
    assert await count(site, "not reached since 180d") == 1
    async with site.database.writing() as session:
        before = clock.now() - timedelta(days=200)
        await session.execute(update(Message).values(settled_at=before))
    assert await count(site, "not reached since 180d") == 10
    assert await count(site, "reached since 365d") == 9


async def test_a_rule_knows_what_readers_answered_to_an_invitation(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await returning.sent(site, relay, tmp_path)
    ed = await resending.contact(site, ED)
    async with site.database.writing() as session:
        session.add(
            EventAnswer(
                uid="session",
                contact_id=ed.id,
                answer="yes",
                sequence=0,
                at=clock.now(),
            )
        )
    past = LetterPast()
    async with site.database.reading() as session:
        found = {
            answer: list(
                await session.scalars(
                    select(Contact.address).where(past.answered("session", answer))
                )
            )
            for answer in ("yes", "no", None)
        }
    assert found == {"yes": [ED], "no": [], None: [ED]}


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("reached_in(99)", "no campaign that was sent is called '99'"),
        ("sub(monthly-letter, yes)", "takes one value, not two"),
        ("answered(nothing, yes)", "no event of an invitation is called"),
        ("reached < 2026-01-01", "compared with >="),
        ("reached since yesterday", "expected"),
    ],
)
async def test_a_faulty_question_about_the_past_is_refused(
    site: Site, rule: str, sentence: str
) -> None:
    known = await context(site)

    with pytest.raises(RuleError, match=sentence):
        compiler.condition(rule, known)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_the_commands_count_and_explain_by_the_past(
    mailer: Mailer, site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await returning.sent(site, relay, tmp_path)
    rule = f"{SECTORS} and reached_in({number}) and not reached since 10d"

    counted = await asyncio.to_thread(mailer, "segments", "count", rule, "--json")
    explained = await asyncio.to_thread(mailer, "segments", "explain", rule, ED)

    assert counted.code == 0, counted.err
    assert counted.json["count"] == 0
    assert f"what became of {number}" in explained.out
