"""Coverage counts the contacts a block concerns, and the readers it reaches."""

import pytest

from mailer import clock
from mailer.reports import coverage
from mailer.sites.site import Site
from tests.acts import campaigning, directory
from tools.checkout import TEMPLATES


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_recommendation_concerns_more_than_the_campaign_reaches(
    site: Site,
) -> None:
    """`education` addresses states and all sectors; three sectors get the letter."""
    path = TEMPLATES / "forum-conclusions" / "sample"
    number = await campaigning.add(site, path)
    covered = await coverage.coverage(site, number, now=clock.now())
    block = next(each for each in covered if each.block == "education")
    kinds = [entry.kind for entry in directory.entries()]
    states = kinds.count("delegation") + kinds.count("natcom")
    sectors = kinds.count("sector")

    assert block.concerned == states + sectors
    assert block.reached == states + 3
    assert block.missed == {coverage.NOT_PICKED: sectors - 3}
