"""A release whose audience changed much since its approval waits for a person."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from audiences.contacts import Contact
from audiences.organisations import Organisation
from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.models import Approval
from mailer.campaigns.review import gate
from mailer.errors import RefusedError
from mailer.outbox import release
from mailer.processes import ticking
from mailer.sites.site import Site
from tests.acts import campaigning

on_sqlite = pytest.mark.parametrize("store", ["sqlite"])
BOTH = "(kind = sector or kind = field_office) and sub(monthly-letter)"  # 10 and 54


async def stop(site: Site, kind: str, count: int | None = None) -> None:
    """Let the first `count` readers of a kind stop all letters, or all of them."""
    chosen = (
        select(Contact.id)
        .join(Organisation, Organisation.id == Contact.organisation_id)
        .where(Organisation.kind == kind, Contact.stopped_at.is_(None))
        .order_by(Contact.id)
        .limit(count)
    )
    async with site.database.writing() as session:
        numbers = (await session.scalars(chosen)).all()
        stopped = update(Contact).where(Contact.id.in_(numbers))
        await session.execute(stopped.values(stopped_at=clock.now()))


async def return_all(site: Site) -> None:
    async with site.database.writing() as session:
        await session.execute(update(Contact).values(stopped_at=None))


async def try_release(site: Site, number: int, expected: int | None = None) -> str:
    """Release a campaign; return why it was refused, or its state."""
    try:
        await release.release(
            site, number, by="editor", now=clock.now(), expected=expected
        )
    except RefusedError as refusal:
        return str(refusal)
    return await campaigning.state(site, number)


async def readers_of(site: Site, kind: str) -> int:
    async with site.database.reading() as session:
        numbers = await session.scalars(
            select(Contact.id)
            .join(Organisation, Organisation.id == Contact.organisation_id)
            .where(Organisation.kind == kind, Contact.stopped_at.is_(None))
        )
        return len(numbers.all())


async def test_a_release_with_many_readers_less_is_refused_and_says_what_to_do(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path, audience=campaigning.OFFICES)
    await stop(site, "field_office", 20)

    assert await try_release(site, number) == (
        "A short letter had 54 readers when head-of-unit approved it, and has 34 now (0"
        " joined, 20 left); gate.audience_change allows 20%: look at the last imports,"
        " then approve it again, or release it to exactly 34 readers"
    )
    assert await campaigning.ledger(site, number) == {}
    assert await try_release(site, number, expected=34) == "sending"


async def test_a_release_with_many_readers_more_is_refused(
    site: Site, tmp_path: Path
) -> None:
    await stop(site, "field_office", 20)
    number = await campaigning.approved(site, tmp_path, audience=campaigning.OFFICES)
    await return_all(site)

    assert "had 34 readers" in await try_release(site, number)
    await campaigning.approve(site, number)
    assert await try_release(site, number) == "sending"


@on_sqlite
async def test_readers_who_join_do_not_hide_those_who_left(
    site: Site, tmp_path: Path
) -> None:
    await stop(site, "sector")
    number = await campaigning.approved(site, tmp_path, audience=BOTH)
    await return_all(site)
    await stop(site, "field_office", 12)

    assert "(10 joined, 12 left)" in await try_release(site, number)


@on_sqlite
@pytest.mark.parametrize(("left", "result"), [(4, "sending"), (5, "refused")])
async def test_a_change_of_fewer_than_five_readers_is_never_much(
    site: Site, tmp_path: Path, left: int, result: str
) -> None:
    number = await campaigning.approved(site, tmp_path)  # ten readers
    await stop(site, "sector", left)
    got = await try_release(site, number)

    assert ("sending" if got == "sending" else "refused") == result


@on_sqlite
async def test_a_change_of_a_fifth_is_not_much(site: Site, tmp_path: Path) -> None:
    number = await campaigning.approved(site, tmp_path, audience=campaigning.OFFICES)
    await stop(site, "field_office", 10)

    assert await try_release(site, number) == "sending"


async def test_a_kind_that_is_empty_now_is_refused_however_large_the_rest(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path, audience=BOTH)
    await stop(site, "sector")
    refused = await try_release(site, number)

    assert "of 10 readers of the kind sector none is left" in refused


@on_sqlite
async def test_a_language_that_is_empty_now_is_refused(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path, audience=campaigning.OFFICES)
    async with site.database.writing() as session:
        await session.execute(update(Contact).values(languages="fr"))
    refused = await try_release(site, number)

    assert "(0 joined, 0 left; of " in refused
    assert "readers of the language en none is left" in refused


async def test_a_scheduled_campaign_is_held_with_both_numbers(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path, audience=campaigning.OFFICES)
    at = clock.now() + timedelta(hours=1)
    await campaigning.schedule_at(site, number, at)
    await stop(site, "field_office", 20)
    ticked = await ticking.tick(site, at)
    counted = await campaigning.report(site, number)

    assert (ticked.released, ticked.held) == ([], [number])
    assert "had 54 readers when head-of-unit approved it, and has 34 now" in str(
        counted.stopped_because
    )
    await campaigning.approve(site, number)
    assert await try_release(site, number) == "sending"


@on_sqlite
async def test_an_approval_that_kept_no_counts_is_guarded_by_its_readers(
    site: Site, tmp_path: Path
) -> None:
    """An earlier version kept -1 as their number on PostgreSQL."""
    number = await campaigning.approved(site, tmp_path, audience=campaigning.OFFICES)
    async with site.database.writing() as session:
        await session.execute(update(Approval).values(count=-1, readers=None))
    await stop(site, "field_office", 20)

    assert "had 54 readers" in await try_release(site, number)


async def test_the_check_warns_of_a_change_since_the_last_letter(
    site: Site, tmp_path: Path
) -> None:
    await campaigning.released(site, tmp_path, audience=BOTH)
    await stop(site, "sector")
    number = await campaigning.add(site, campaigning.write(tmp_path, audience=BOTH))
    checked = await gate.check(site, number, now=clock.now(), scored=False)
    warned = [each.what for each in checked.problems if "the last one" in each.what]
    await stop(site, "field_office", 20)
    fewer = await gate.check(site, number, now=clock.now(), scored=False)
    counts = [each.what for each in fewer.problems if "readers: 34" in each.what]

    assert checked.ok
    assert len(warned) == 1
    assert warned[0].startswith("no reader is of the kind sector; the last one, A sh")
    assert warned[0].endswith("had 10")
    assert len(counts) == 1
    assert counts[0].endswith("had 64")


@on_sqlite
async def test_the_last_letter_of_a_series_is_that_of_its_slots(
    site: Site, tmp_path: Path
) -> None:
    first = await campaigning.approved(site, tmp_path, audience=campaigning.OFFICES)
    slot = await campaigning.schedule_in_series(site, first)
    await ticking.tick(site, slot.due_at)
    await campaigning.released(site, tmp_path)  # ten readers, in no series
    number = await campaigning.approved(site, tmp_path)
    await campaigning.schedule_in_series(site, number)
    checked = await gate.check(site, number, now=clock.now(), scored=False)

    assert any("readers: 10; the last one" in each.what for each in checked.problems)


@on_sqlite
async def test_a_person_sees_the_change_before_the_question(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path, audience=campaigning.OFFICES)
    before = await release.count_readers(site, number, now=clock.now())
    await stop(site, "field_office", 20)
    after = await release.count_readers(site, number, now=clock.now())
    async with site.database.reading() as session:
        approval = await lookup.current_approval(
            session, await lookup.get(session, number)
        )

    assert (before.count, before.change) == (54, None)
    assert after.count == 34
    assert "54 readers" in str(after.change)
    assert approval is not None
    assert approval.readers is not None
    assert approval.readers["kind"] == {"field_office": 54}
