"""Old versions of letters that are over are deleted, if the settings say so."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.writing.drafting import versions
from mailer.processes import chores
from mailer.settings.sections import Settings
from mailer.sites.site import Site
from tests.acts import campaigning


async def numbers(site: Site, number: int) -> list[int]:
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
        return [each.number for each in await versions.listed(session, campaign)]


async def test_the_last_version_stays_and_those_of_drafts_do(
    site: Site, tmp_path: Path
) -> None:
    values = site.settings.model_dump(by_alias=True)
    values["store"] = values["store"] | {"versions_days": 30}
    bounded = replace(site, settings=Settings.model_validate(values))
    found = []
    for _ in range(2):
        number = await campaigning.add(site, campaigning.write(tmp_path))
        await campaigning.replace(site, number, campaigning.write(tmp_path))
        found.append(number)
    over, draft = found
    await campaigning.cancel(site, over)
    now = clock.now()
    kept = await chores.forget_versions(site, now + timedelta(days=99))
    early = await chores.forget_versions(bounded, now + timedelta(days=29))
    forgotten = await chores.forget_versions(bounded, now + timedelta(days=31))

    assert (kept, early, forgotten) == (0, 0, 1)
    assert (await numbers(site, over), await numbers(site, draft)) == ([2], [1, 2])
