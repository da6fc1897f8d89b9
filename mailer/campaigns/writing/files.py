"""The files that go with a campaign's letters: attachments, and images shown in them.

They are in `files/` of the campaign folder, those of one language in `files/fr/`. A
file is of a type of `file_types`. Names are stored in the normal form NFC: macOS writes
another. The store has each content once, by its digest.
"""

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import languages
from audiences.store.dialects import insert
from mailer import regular_files
from mailer.campaigns.models import Campaign, StoredFile
from mailer.campaigns.writing import file_types
from mailer.errors import ContentError, RefusedError, unreadable
from mailer.rendering.letter_types import LAYOUT
from mailer.rendering.markup import look
from mailer.rendering.template_files import TemplateFiles

MAX_FILE = 5_000_000  # octets of one file
MAX_TOGETHER = 50_000_000  # octets of the files of a campaign


@dataclass(frozen=True, kw_only=True, slots=True)
class Attached:
    """One file of a campaign."""

    name: str
    language: str  # "": for every letter
    type: str
    digest: str
    octets: bytes


def read(folder: Path) -> list[Attached]:
    """Read the files of a campaign folder; raise ContentError at the first fault."""
    if "files" not in regular_files.names(folder):
        return []
    attached: list[Attached] = []
    for inside in _inside(folder):
        attached.append(_file(folder, inside))
        _refuse_twins(attached, "/".join((folder.name, "files", *inside)))
        if sum(len(file.octets) for file in attached) > MAX_TOGETHER:
            raise ContentError(
                f"{folder.name}/files",
                f"has more than {MAX_TOGETHER // 1_000_000} MB in all",
            )
    return attached


def _inside(folder: Path) -> Iterator[tuple[str, ...]]:
    """Yield the path of each file below files/."""
    try:
        for name, is_folder in regular_files.names(folder, ["files"]).items():
            if not is_folder:
                yield (name,)
                continue
            below = regular_files.names(folder, ["files", name])
            for each, is_below in below.items():
                if is_below:
                    _refuse_files(folder, ("files", name, each))
                yield name, each
    except OSError as fault:
        raise ContentError(f"{folder.name}/files", unreadable(fault)) from None


def _refuse_files(folder: Path, parts: tuple[str, ...]) -> None:
    """Raise ContentError if there is a file in a folder that is too far below."""
    for name in regular_files.names(folder, parts):
        where = "/".join((folder.name, *parts, name))
        raise ContentError(where, "must be in files/ or files/LANGUAGE/")


def _refuse_twins(attached: list[Attached], where: str) -> None:
    """Raise ContentError if the last file has the name of another in one letter."""
    *others, last = attached
    for each in others:
        together = not each.language or not last.language
        if each.language != last.language and not together:
            continue
        if each.name.casefold() == last.name.casefold():
            raise ContentError(
                where,
                f"two files of a letter would be called {last.name}, or differ only in"
                " capitals or accents' encoding; rename one",
            )


def _file(folder: Path, inside: tuple[str, ...]) -> Attached:
    *above, name = inside
    path = ("files", *inside)
    where = "/".join((folder.name, *path))
    try:
        language = languages.tag(above[0]) if above else ""
    except languages.LanguageError as fault:
        raise ContentError(where, str(fault)) from None
    try:
        octets = regular_files.read(
            folder, path, limit=MAX_FILE, advice="; put it on a page, and link it"
        )
    except OSError as fault:
        raise ContentError(where, unreadable(fault)) from None
    try:
        kind = file_types.media_type(name, octets)
    except ValueError as fault:
        raise ContentError(where, str(fault)) from None
    return Attached(
        name=unicodedata.normalize("NFC", name),
        language=language,
        type=kind,
        digest=hashlib.sha256(octets).hexdigest(),
        octets=octets,
    )


async def store(
    session: AsyncSession, campaign: Campaign, attached: list[Attached]
) -> None:
    """Store a campaign's files, each content once."""
    campaign.files = [
        {"name": f.name, "language": f.language, "type": f.type, "digest": f.digest}
        for f in attached
    ]
    await store_contents(session, {file.digest: file.octets for file in attached})


async def store_contents(session: AsyncSession, octets: Mapping[str, bytes]) -> None:
    """Store contents, given by their digests; those that are stored stay."""
    stored = await session.scalars(
        select(StoredFile.digest).where(StoredFile.digest.in_(octets))
    )
    known = set(stored)
    for digest, content in octets.items():
        if digest not in known:
            await session.execute(
                insert(session, StoredFile)
                .values(digest=digest, octets=content)
                .on_conflict_do_nothing()
            )


async def contents(
    session: AsyncSession, campaign: Campaign, digests: Iterable[str]
) -> dict[str, bytes]:
    """Return stored contents by their digests.

    Raises RefusedError if one is missing or was changed.
    """
    wanted = set(digests)
    rows = await session.execute(
        select(StoredFile.digest, StoredFile.octets).where(
            StoredFile.digest.in_(wanted)
        )
    )
    octets = {digest: content for digest, content in rows}
    for digest in wanted:
        if hashlib.sha256(octets.get(digest, b"")).hexdigest() != digest:
            raise RefusedError(
                f"a stored file of {campaign.name} is missing or differs from what was"
                " imported and approved; import the campaign again, and approve it"
            )
    return octets


async def files_of(session: AsyncSession, campaign: Campaign) -> tuple[Attached, ...]:
    """Return a campaign's files; raise RefusedError if a stored content was changed."""
    digests = [each["digest"] for each in campaign.files]
    octets = await contents(session, campaign, digests)
    return tuple(
        Attached(**each, octets=octets[each["digest"]]) for each in campaign.files
    )


def logo_of(templates: TemplateFiles) -> tuple[Attached, ...]:
    """Return the logo of a site, which letters show; () if it has none.

    Raises ContentError if it cannot be read.
    """
    site = look.load(templates)
    if not site.logo:
        return ()
    octets = templates.octets(f"{LAYOUT}/{site.logo}")
    digest = hashlib.sha256(octets).hexdigest()
    return (
        Attached(
            name=site.logo_name,
            language="",
            type=site.logo_type,
            digest=digest,
            octets=octets,
        ),
    )
