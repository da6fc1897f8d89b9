"""An approval holds its saved segments: what was approved is what is sent."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from audiences.segments import save
from mailer import clock
from mailer.campaigns.models import Approval, StoredLetter
from mailer.errors import RefusedError
from mailer.outbox import release
from mailer.sites.site import Site
from tests.acts import campaigning

INNER, OUTER = "kind = sector", "segment(inner) and sub(monthly-letter)"
BLOCK_RULE = """
[blocks.opening]
for = "segment(inner)"
"""


async def save_segment(site: Site, name: str, rule: str) -> None:
    async with site.database.writing() as session:
        await save.save(session, name, rule, by="editor", now=clock.now())


async def with_segments(
    site: Site, place: Path, *, audience: str, more: str = ""
) -> int:
    """Save two segments, one within the other; import and approve a campaign."""
    await save_segment(site, "inner", INNER)
    await save_segment(site, "outer", OUTER)
    toml = campaigning.TOML.format(audience=audience) + more
    number = await campaigning.add(site, campaigning.write(place, toml=toml))
    assert await campaigning.approve(site, number) == 10
    return number


async def release_now(site: Site, number: int) -> int:
    return await release.release(site, number, by="editor", now=clock.now())


@pytest.mark.parametrize("audience", ["segment(outer)", "outer", "segment(OUTER)"])
async def test_a_segment_saved_after_the_approval_changes_no_reader(
    site: Site, tmp_path: Path, audience: str
) -> None:
    number = await with_segments(site, tmp_path, audience=audience)
    await save_segment(site, "inner", "kind = field_office")
    await release_now(site, number)

    assert len(await campaigning.ledger(site, number)) == 10
    counted = await campaigning.report(site, number)
    assert (counted.joined_since_approval, counted.left_since_approval) == (0, 0)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_segment_removed_after_the_approval_changes_no_reader(
    site: Site, tmp_path: Path
) -> None:
    number = await with_segments(site, tmp_path, audience="segment(outer)")
    async with site.database.writing() as session:
        for name in ("outer", "inner"):
            await save.remove(session, name, by="editor", now=clock.now())
    await release_now(site, number)

    assert len(await campaigning.ledger(site, number)) == 10


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_block_is_shown_to_those_it_was_approved_for(
    site: Site, tmp_path: Path
) -> None:
    audience = campaigning.SECTORS
    number = await with_segments(site, tmp_path, audience=audience, more=BLOCK_RULE)
    await save_segment(site, "inner", "kind = ngo")
    await release_now(site, number)
    shown = await campaigning.ledger(site, number)

    assert {each.state for each in shown.values()} == {"waiting"}
    async with site.database.reading() as session:
        variants = set(await session.scalars(select(StoredLetter.variant)))
    assert {each.split("/")[0] for each in variants} == {"1"}


@pytest.mark.parametrize("store", ["sqlite"])
async def test_another_approval_takes_the_segment_as_it_is_now(
    site: Site, tmp_path: Path
) -> None:
    number = await with_segments(site, tmp_path, audience="segment(outer)")
    await save_segment(site, "inner", "kind = field_office")

    assert await campaigning.approve(site, number) == 54
    await release_now(site, number)
    assert len(await campaigning.ledger(site, number)) == 54


@pytest.mark.parametrize("store", ["sqlite"])
async def test_the_segments_of_an_approval_are_part_of_what_it_covers(
    site: Site, tmp_path: Path
) -> None:
    number = await with_segments(site, tmp_path, audience="segment(outer)")
    other = {"outer": "kind = ngo"}
    async with site.database.writing() as session:
        await session.execute(update(Approval).values(segments=other))
    with pytest.raises(RefusedError, match="changed after head-of-unit approved it"):
        await release_now(site, number)
