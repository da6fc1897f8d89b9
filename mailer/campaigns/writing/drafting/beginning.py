"""Begins letters in the store: from a letter type, from a letter, from a zip file."""

import asyncio
import re
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.intake.workbooks.archive import DAMAGE
from mailer.campaigns import lookup
from mailer.campaigns.models import Campaign
from mailer.campaigns.writing import edit, files, folder, starting
from mailer.campaigns.writing.drafting import saving
from mailer.campaigns.writing.folder import Folder
from mailer.errors import ContentError
from mailer.rendering import letter_types
from mailer.rendering.letter_types import Template
from mailer.sites.site import Site

MAX_ZIP = files.MAX_TOGETHER  # octets, and of what is in it
MAX_ENTRIES = 500
_RULE = re.compile(r"\|(?:-+\|)+")  # below the heads of a table
_PIECE = 64 * 1024  # octets


async def from_type(
    site: Site,
    template: str,
    *,
    name: str,
    languages: Sequence[str],
    by: str,
    now: datetime,
) -> int:
    """Begin a letter of a type with its first blocks, unfilled; return its number."""
    name = saving.letter_name(name)
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place) / "letter"
        starting.new(site, template, directory, languages, author=by, today=now.date())
        written = folder.read(directory)
    texts = {language: _unfilled(text) for language, text in written.texts.items()}
    written = replace(written, name=name, texts=texts)
    async with site.database.writing() as session:
        return await _add(session, site, written, by=by, now=now)


def _unfilled(text: str) -> str:
    """Return the text of a new letter without the lines that are to be written."""
    lines = [
        line
        for line in text.split("\n")
        if starting.WORDS not in line and not _RULE.fullmatch(line)
    ]
    return "\n".join(line for line in lines if not line.startswith("# Every reader"))


async def from_letter(site: Site, campaign_id: int, *, by: str, now: datetime) -> int:
    """Begin a letter as a copy of another one, dated today; return its number."""
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place) / "letter"
        async with site.database.writing() as session:
            campaign = await lookup.get(session, campaign_id)
            await starting.copy(session, campaign, directory, today=now.date())
            written = folder.read(directory)
            return await _add(session, site, written, by=by, now=now)


async def from_zip(site: Site, octets: bytes, *, by: str, now: datetime) -> int:
    """Import a campaign folder sent as a zip file; return the letter's number.

    It is checked as `campaigns import` checks a folder. Raises ContentError for a file
    that is no zip, is too large, or has a path that leaves the folder.
    """
    written = await asyncio.to_thread(_unpacked, octets)
    async with site.database.writing() as session:
        campaign = await edit.add(
            session, written, templates=site.templates, author=by, now=now
        )
        return campaign.id


def _unpacked(octets: bytes) -> Folder:
    with tempfile.TemporaryDirectory() as place:
        try:
            with zipfile.ZipFile(BytesIO(octets)) as archive:
                _unpack(archive, Path(place))
        except DAMAGE as fault:
            what = "is no zip file, or is damaged; send the folder as a zip"
            if isinstance(fault, ValueError):
                what = "has a name that cannot be stored; rename it"
            raise ContentError("the file", what) from None
        return folder.read(_top(Path(place)))


def _unpack(archive: zipfile.ZipFile, place: Path) -> None:
    entries = [each for each in archive.infolist() if not each.is_dir()]
    if len(entries) > MAX_ENTRIES:
        what = f"has {len(entries)} files, at most {MAX_ENTRIES}"
        raise ContentError("the zip file", what)
    left = MAX_ZIP
    for each in entries:
        path = PurePosixPath(each.filename.replace("\\", "/"))
        first = path.parts[0] if path.parts else ""  # none in the name "."
        if not first or path.is_absolute() or ".." in path.parts or ":" in first:
            what = "leaves the folder; make the zip file of the folder itself"
            raise ContentError(each.filename[:100], what)
        if "__MACOSX" in path.parts:
            continue
        target = place.joinpath(*path.parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(each) as inside, target.open("xb") as outside:
            while piece := inside.read(_PIECE):
                left -= len(piece)
                if left < 0:
                    what = f"has more than {MAX_ZIP // 1_000_000} MB unpacked"
                    raise ContentError("the zip file", what)
                outside.write(piece)


def _top(place: Path) -> Path:
    """Return the folder with campaign.toml: the zip's own, or the one folder in it."""
    if (place / "campaign.toml").exists():
        return place
    found = [each for each in place.iterdir() if each.is_dir()]
    if len(found) == 1 and (found[0] / "campaign.toml").exists():
        return found[0]
    raise ContentError(
        "the zip file", "has no campaign.toml; send a campaign folder as a zip file"
    )


def types(site: Site) -> list[Template]:
    """Return the letter types that people write letters of; one at fault is left out.

    The program itself writes the letter that asks for a confirmation.
    """
    found = []
    for name in letter_types.names(site.templates):
        with suppress(ContentError):
            template = letter_types.load(site.templates, name)
            if template.service != "request":
                found.append(template)
    return found


async def last_of_types(session: AsyncSession) -> dict[str, Campaign]:
    """Return letter type → its newest letter."""
    newest = select(func.max(Campaign.id)).group_by(Campaign.template)
    rows = await session.scalars(select(Campaign).where(Campaign.id.in_(newest)))
    return {each.template: each for each in rows}


async def _add(
    session: AsyncSession, site: Site, written: Folder, *, by: str, now: datetime
) -> int:
    campaign = await edit.add(
        session,
        written,
        templates=site.templates,
        author=by,
        now=now,
        unfinished=True,
    )
    return campaign.id
