"""A translation that needs it is signed off by a translator who did not write it."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from audiences.record.models import RecordRow
from mailer import clock
from mailer.calendar import notices
from mailer.campaigns import lookup
from mailer.campaigns.models import Occurrence
from mailer.campaigns.writing.translation import signing_off
from mailer.errors import RefusedError
from mailer.sites.site import Site
from mailer.users import roles
from mailer.users.models import User
from tests.acts import campaigning, turns
from tests.acts.commands import Mailer

FRENCH = campaigning.TEXT.replace("Dear", "Cher")
ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"])


def needs(site: Site, languages: str) -> None:
    """Let the monthly letter need sign-offs."""
    path = site.templates_folder / "monthly-letter" / "template.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"sign_off = {languages}\n{text}", encoding="utf-8")


async def translators(site: Site, **given: str) -> None:
    async with site.database.writing() as session:
        session.add_all(
            User(
                name=name,
                address=f"{name}@unit.example",
                language="fr",
                roles=roles.stored(map(roles.parse, role.split())),
                added_at=clock.now(),
                updated_at=clock.now(),
            )
            for name, role in given.items()
        )


async def sign(site: Site, number: int, by: str, language: str = "fr") -> None:
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await signing_off.sign_off(
            session, campaign, language, by=by, now=clock.now(), seen=None
        )


async def drafted(site: Site, place: Path) -> int:
    path = campaigning.write(place, en=campaigning.TEXT, fr=FRENCH)
    return await campaigning.add(site, path)


async def test_an_approval_waits_for_the_sign_off_and_an_edit_ends_it(
    site: Site, tmp_path: Path
) -> None:
    needs(site, '["fr"]')
    await translators(site, marie="translator:fr", wei="translator:zh")
    number = await drafted(site, tmp_path)
    with pytest.raises(RefusedError, match="into fr are not signed off"):
        await campaigning.approve(site, number)
    for by, sentence in (
        ("wei", "needs the role translator for fr"),
        ("editor", "editor wrote the fr of"),
    ):
        with pytest.raises(RefusedError, match=sentence):
            await sign(site, number, by)
    await sign(site, number, "marie")
    await campaigning.approve(site, number)
    edited = campaigning.write(
        tmp_path, en=campaigning.TEXT.replace("short.", "brief."), fr=FRENCH
    )
    await campaigning.replace(site, number, edited)
    with pytest.raises(RefusedError, match="into fr are not signed off"):
        await campaigning.approve(site, number)
    async with site.database.reading() as session:
        bodies = await session.scalars(
            select(RecordRow.body).where(RecordRow.about == f"campaign {number}")
        )
        recorded = [each for each in bodies if '"signed_off"' in each]

    assert len(recorded) == 1
    assert '"marie"' in recorded[0]


async def test_who_wrote_a_language_signs_off_only_others(
    site: Site, tmp_path: Path
) -> None:
    needs(site, '["*"]')
    await translators(site, marie="translator author")
    path = campaigning.write(tmp_path, en=campaigning.TEXT, fr=FRENCH)
    number = await campaigning.add(site, path, author="marie")
    with pytest.raises(RefusedError, match="marie wrote the fr of"):
        await sign(site, number, "marie")
    with pytest.raises(
        RefusedError, match="not translated into es; its translations: fr"
    ):
        await sign(site, number, "marie", "es")
    with pytest.raises(RefusedError, match="not translated into en"):
        await sign(site, number, "marie", "EN")


@ON_SQLITE
async def test_the_turn_of_translators_asks_for_sign_offs(
    site: Site, tmp_path: Path
) -> None:
    needs(site, '["*"]')
    due = await turns.planned(site)
    await turns.tick(site, due - 10 * turns.DAY)
    await turns.write_draft(site, tmp_path, en=campaigning.TEXT, fr=FRENCH)
    await turns.tick(site, due - 4 * turns.DAY)

    assert ("sign_off", turns.MARIE) in await turns.kinds(site)
    async with site.database.reading() as session:
        rows = await session.scalars(select(Occurrence.draft_id))
        number = next(each for each in rows if each)
        asked = await session.scalar(
            select(Occurrence).where(Occurrence.draft_id == number)
        )
        assert asked is not None
        assert turns.EDITOR in await notices.asked(session, asked)


@ON_SQLITE
async def test_the_commands_say_what_needs_a_sign_off(
    mailer: Mailer, site: Site, tmp_path: Path
) -> None:
    needs(site, '["*"]')
    await translators(site, marie="translator:fr")
    number = str(await drafted(site, tmp_path))

    async def run(*words: str) -> str:
        ran = await asyncio.to_thread(mailer, "campaigns", *words)
        return ran.out + ran.err

    checked = await run("check", number)
    asked = await run("ask", number, "--by", "editor")
    refused = await run("approve", number, "--by", "head-of-unit")
    marie = ("--by", "marie", "--json")
    signed = await run("sign-off", number, "--language", "FR", *marie)
    approved = await run("approve", number, "--by", "head-of-unit")

    assert "not signed off by another translator" in checked
    assert "waits for its approval by head-of-unit\n" in asked
    assert f"`mailer campaigns sign-off {number} --language fr`" in asked
    assert f"`mailer campaigns sign-off {number} --language fr`" in refused
    assert '"missing": []' in signed
    assert "approved" in approved


@ON_SQLITE
@pytest.mark.parametrize("wrong", ["true", '"fr"', "[1]", '["?"]'])
async def test_a_letter_type_names_languages(
    site: Site, tmp_path: Path, wrong: str
) -> None:
    needs(site, wrong)
    with pytest.raises(Exception, match="expected languages such as"):
        await drafted(site, tmp_path)
