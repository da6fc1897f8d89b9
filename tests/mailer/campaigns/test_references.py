"""Each reference number is given once; drafts use none; a campaign keeps its number."""

import asyncio
from pathlib import Path

import pytest

from mailer.campaigns import lookup
from mailer.errors import ContentError, RefusedError
from mailer.sites.site import Site
from tests.acts import campaigning

PATTERN = 'reference = "CSP/NGO/{yy}/{number}"'


def write(place: Path, reference: str = PATTERN, day: str = "2097-05-04") -> Path:
    toml = campaigning.TOML.format(audience=campaigning.SECTORS)
    toml = toml.replace("2097-05-04", day)
    place.mkdir(exist_ok=True)
    return campaigning.write(place, toml=f"{reference}\n{toml}")


async def approved(site: Site, path: Path) -> int:
    number = await campaigning.add(site, path)
    await campaigning.approve(site, number)
    return number


async def reference(site: Site, number: int) -> str:
    async with site.database.reading() as session:
        return (await lookup.get(session, number)).reference


async def test_each_campaign_gets_the_next_number_of_its_pattern_and_year(
    site: Site, tmp_path: Path
) -> None:
    given = []
    for reference_, day in (
        (PATTERN, "2097-05-04"),
        (PATTERN, "2097-06-01"),
        (PATTERN, "2098-01-04"),
        (PATTERN.replace("NGO", "ED"), "2097-05-04"),
        ('reference = "as it stands"', "2097-05-04"),
    ):
        number = await approved(site, write(tmp_path, reference_, day))
        given.append(await reference(site, number))

    assert given == [
        "CSP/NGO/97/01",
        "CSP/NGO/97/02",
        "CSP/NGO/98/01",
        "CSP/ED/97/01",
        "as it stands",
    ]


async def test_campaigns_approved_at_once_get_a_number_each(
    site: Site, tmp_path: Path
) -> None:
    paths = [write(tmp_path / str(each)) for each in range(8)]
    numbers = await asyncio.gather(*(approved(site, each) for each in paths))

    given = [await reference(site, number) for number in numbers]
    assert sorted(given) == [f"CSP/NGO/97/{each:02}" for each in range(1, 9)]


async def test_drafts_and_refused_approvals_use_no_number_up(
    site: Site, tmp_path: Path
) -> None:
    draft = await campaigning.add(site, write(tmp_path / "draft"))
    with pytest.raises(RefusedError, match="editor wrote A short letter"):
        await campaigning.approve(site, draft, by=campaigning.EDITOR)
    await campaigning.cancel(site, draft)
    number = await approved(site, write(tmp_path / "right"))

    assert await reference(site, draft) == "CSP/NGO/97/…"
    assert await reference(site, number) == "CSP/NGO/97/01"


async def test_a_campaign_cancelled_after_approval_keeps_its_number(
    site: Site, tmp_path: Path
) -> None:
    first = await approved(site, write(tmp_path / "first"))
    await campaigning.cancel(site, first)
    second = await approved(site, write(tmp_path / "second"))

    assert await reference(site, first) == "CSP/NGO/97/01"
    assert await reference(site, second) == "CSP/NGO/97/02"


async def test_an_approval_given_twice_at_once_gives_one_number(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.add(site, write(tmp_path))
    await asyncio.gather(
        *(campaigning.approve(site, number) for _ in range(4)), return_exceptions=True
    )
    other = await approved(site, write(tmp_path))

    assert await reference(site, number) == "CSP/NGO/97/01"
    assert await reference(site, other) == "CSP/NGO/97/02"


async def test_an_edited_campaign_keeps_its_number(site: Site, tmp_path: Path) -> None:
    number = await campaigning.add(site, write(tmp_path, PATTERN.replace("NGO", "X")))
    await campaigning.replace(site, number, write(tmp_path))
    await campaigning.approve(site, number)
    await campaigning.replace(site, number, write(tmp_path))
    await campaigning.approve(site, number)
    kept = await reference(site, number)

    with pytest.raises(RefusedError, match="would leave a gap"):
        await campaigning.replace(site, number, write(tmp_path, 'reference = "x"'))
    assert kept == "CSP/NGO/97/01"


@pytest.mark.parametrize("pattern", ["CSP/{month}/{number}", "CSP/{yy}/1"])
async def test_a_pattern_that_cannot_be_counted_is_refused_with_its_line(
    site: Site, tmp_path: Path, pattern: str
) -> None:
    with pytest.raises(ContentError, match=r"campaign\.toml, line 1: reference"):
        await campaigning.add(site, write(tmp_path, f'reference = "{pattern}"'))
