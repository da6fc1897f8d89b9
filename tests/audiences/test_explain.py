"""An explanation shows clause by clause why a contact is in an audience or not."""

import pytest

from audiences import contacts, subscriptions, suppressions
from audiences.errors import RuleError
from audiences.segments import compiler, explanation, resolve, save, vocabularies
from audiences.segments.compiler import Context
from audiences.segments.explanation import Explanation
from audiences.subscriptions import Evidence, How
from mailer import clock
from mailer.sites.site import Site

READER = "unesco-liaison@icom.example"


async def explained(site: Site, rule: str, topic: str | None = None) -> Explanation:
    async with site.database.reading() as session:
        vocabulary = await vocabularies.load(session)
        context = Context(vocabulary=vocabulary, today=clock.now().date(), topic=topic)
        contact = await contacts.find(session, READER, key=site.address_key)
        return await explanation.explain(session, rule, contact, context)


async def test_each_clause_has_the_fact_behind_it(site: Site) -> None:
    found = await explained(
        site, "kind = ngo and not fields has ED and country in (FR, SN) and speaks(fr)"
    )

    assert found.included
    assert [(each.clause, each.holds) for each in found.clauses] == [
        ("kind = ngo", True),
        ("fields has ED", False),
        ("country in (FR, SN)", True),
        ("speaks(fr)", True),
    ]
    assert found.clauses[1].because == "fields is CLT"


async def test_a_reader_who_unsubscribed_is_left_out_for_that_reason(
    site: Site,
) -> None:
    async with site.database.writing() as session:
        contact = await contacts.find(session, READER, key=site.address_key)
        await subscriptions.unsubscribe(
            session,
            contact.id,
            "monthly-letter",
            evidence=Evidence(at=clock.now(), how=How.ONE_CLICK),
        )

    found = await explained(site, "sub(monthly-letter)", topic="monthly-letter")

    assert not found.included
    assert found.excluded == resolve.LeftOut.UNSUBSCRIBED
    assert "is ended since" in found.clauses[0].because


async def test_a_suppressed_address_is_counted_as_left_out(site: Site) -> None:
    async with site.database.writing() as session:
        contact = await contacts.find(session, READER, key=site.address_key)
        await suppressions.suppress(
            session, contact.address_key, suppressions.Why.ASKED, now=clock.now()
        )

    async with site.database.reading() as session:
        vocabulary = await vocabularies.load(session)
        context = compiler.Context(vocabulary=vocabulary, today=clock.now().date())
        counted = await resolve.count(session, "organisation = icom", context)

    assert (counted.count, counted.excluded) == (0, {"suppressed": 1})


async def test_saved_rules_have_versions_and_refer_to_each_other(site: Site) -> None:
    now = clock.now()
    async with site.database.writing() as session:
        first = await save.save(
            session, "museums", "fields has CLT", by="editor", now=now
        )
        second = await save.save(
            session, "museums", "fields has CLT and kind = ngo", by="editor", now=now
        )
        await save.save(
            session, "both", "segment(museums) or lang = ar", by="editor", now=now
        )

    assert (first, second) == (1, 2)
    assert (await explained(site, "both")).included


async def test_a_circle_of_saved_rules_is_refused(site: Site) -> None:
    now = clock.now()
    with pytest.raises(RuleError, match="in a circle"):
        async with site.database.writing() as session:
            await save.save(session, "one", "kind = ngo", by="editor", now=now)
            await save.save(session, "two", "segment(one)", by="editor", now=now)
            await save.save(session, "one", "not segment(two)", by="editor", now=now)


async def test_a_rule_to_which_another_refers_is_not_removed(site: Site) -> None:
    with pytest.raises(save.SegmentError, match="used by the segment education-ngos"):
        async with site.database.writing() as session:
            await save.remove(
                session, "official-partners", by="editor", now=clock.now()
            )
