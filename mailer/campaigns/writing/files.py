"""The files that go with a campaign's letters: attachments, and images shown in them.

They are in `files/` of the campaign folder, those of one language in `files/fr/`. A
file is of a type of `file_types`. Names are stored in the normal form NFC: macOS writes
another. The store has each content once, by its digest.
"""

import hashlib
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import characters, languages
from audiences.store.dialects import insert
from mailer import regular_files
from mailer.campaigns.models import Campaign, StoredFile
from mailer.campaigns.writing import file_types, picture_size, text_files
from mailer.errors import ContentError, RefusedError, together, unreadable
from mailer.rendering.letter_types import LAYOUT
from mailer.rendering.markup import look
from mailer.rendering.template_files import TemplateFiles

MAX_FILE = 5_000_000  # octets of one file
MAX_TOGETHER = 50_000_000  # octets of the files of a campaign
MAX_NAME = 100  # characters
MAX_PIXELS = 40_000_000  # of a picture: more fills the memory of who opens it


@dataclass(frozen=True, kw_only=True, slots=True)
class Attached:
    """One file of a campaign."""

    name: str
    language: str  # "": for every letter
    type: str
    digest: str
    octets: bytes


def read(folder: Path) -> list[Attached]:
    """Read the files of a campaign folder; raise ContentError with every fault."""
    if "files" not in regular_files.names(folder):
        return []
    attached: list[Attached] = []
    faults: list[ContentError] = []
    for inside in _inside(folder):
        try:
            attached.append(_file(folder, inside))
            _refuse_twins(attached, "/".join((folder.name, "files", *inside)))
        except ContentError as fault:
            faults.append(fault)
        if sum(len(file.octets) for file in attached) > MAX_TOGETHER:
            raise ContentError(
                f"{folder.name}/files",
                f"has more than {MAX_TOGETHER // 1_000_000} MB in all",
            )
    if faults:
        raise together(faults)
    return attached


def without_text(
    folder: Path, attached: Iterable[Attached], texts: Collection[str]
) -> Iterator[ContentError]:
    """Yield a fault for each folder of files in a language that has no text."""
    for language in sorted({each.language for each in attached} - {"", *texts}):
        where = f"{folder.name}/files/{language}"
        what = f"no letter would have these files: there is no {language}.md"
        yield ContentError(where, f"{what}; move them to files/")


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
        language = text_files.known(above[0]) if above else ""
    except languages.LanguageError:
        what = f"{above[0]!r} is not a language; put the file in files/ or files/fr/"
        raise ContentError(where, what) from None
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
    if kind.startswith("image/"):
        _check_picture(where, octets)
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


async def add(
    session: AsyncSession,
    campaign: Campaign,
    name: str,
    language: str,
    octets: bytes,
) -> str:
    """Add a file to a locked campaign, in place of one of its name; return its name.

    Raises ContentError if the file cannot be sent: its name, type, size or picture.
    """
    name = _name(name)
    if len(octets) > MAX_FILE:
        what = (
            f"has more than {MAX_FILE // 1_000_000} MB; put it on a page, and link it"
        )
        raise ContentError(name, what)
    try:
        kind = file_types.media_type(name, octets)
    except ValueError as fault:
        raise ContentError(name, str(fault)) from None
    if kind.startswith("image/"):
        _check_picture(name, octets)
    digest = hashlib.sha256(octets).hexdigest()
    added = Attached(
        name=name, language=language, type=kind, digest=digest, octets=octets
    )
    kept = [
        each
        for each in await files_of(session, campaign)
        if (each.name, each.language) != (name, language)
    ]
    _refuse_twins([*kept, added], name)
    if sum(len(each.octets) for each in (*kept, added)) > MAX_TOGETHER:
        what = f"would make more than {MAX_TOGETHER // 1_000_000} MB in all"
        raise ContentError(name, what)
    await store(session, campaign, [*kept, added])
    return name


def _name(given: str) -> str:
    """Return the name of an uploaded file, without folders; raise ContentError."""
    name = unicodedata.normalize("NFC", PurePath(given.replace("\\", "/")).name)
    if not name or name.startswith(".") or characters.printable(name) != name:
        raise ContentError(
            name[:60] or "the file", "has a name that cannot be kept; rename the file"
        )
    if len(name) > MAX_NAME:
        what = f"has a name of {len(name)} characters, at most {MAX_NAME}; shorten it"
        raise ContentError(name[:60], what)
    return name


def _check_picture(name: str, octets: bytes) -> None:
    """Raise ContentError unless a picture has a size that programs can show."""
    size = picture_size.of(octets)
    if size is None:
        raise ContentError(name, "is damaged: it has no size; save the picture again")
    width, height = size
    if width * height > MAX_PIXELS:
        what = f"has {width} × {height} pixels; make it smaller, 1072 wide is enough"
        raise ContentError(name, what)


async def remove(
    session: AsyncSession, campaign: Campaign, name: str, language: str
) -> None:
    """Remove a file from a locked campaign; raise RefusedError if it is not there."""
    kept = [
        each
        for each in await files_of(session, campaign)
        if (each.name, each.language) != (name, language)
    ]
    if len(kept) == len(campaign.files):
        raise RefusedError(f"the letter has no file {name[:60]!r} any more")
    await store(session, campaign, kept)
