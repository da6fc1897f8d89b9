"""The files that go with a campaign's letters: attachments, and images shown in them.

They are in `files/` of the campaign folder, those of one language in `files/fr/`. A
file has a type of TYPES, and begins as files of that type do. An image that a text
shows as `![words](cid:name.png)` is embedded in the letter; other files are attached.
The store has each content once, by its digest.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from urllib.parse import quote, unquote

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import languages
from audiences.store.dialects import insert
from mailer.campaigns.models import Campaign, StoredFile
from mailer.campaigns.writing import regular_files
from mailer.composing import parts
from mailer.errors import ContentError, RefusedError, unreadable
from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem
from mailer.rendering.letter_types import LAYOUT
from mailer.rendering.markup import look
from mailer.rendering.source import Letter

MAX_FILE = 5_000_000  # octets of one file
MAX_TOGETHER = 50_000_000  # octets of the files of a campaign
MAX_LETTER = 3.0  # MB of files in one letter; the gate refuses more
HEAVY = 0.5  # MB; the gate warns of more
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
TYPES = {  # ending → media type, and how such a file begins
    ".pdf": ("application/pdf", b"%PDF-"),
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".gif": ("image/gif", b"GIF8"),
    ".docx": (f"{_OFFICE}.wordprocessingml.document", b"PK\x03\x04"),
    ".xlsx": (f"{_OFFICE}.spreadsheetml.sheet", b"PK\x03\x04"),
    ".pptx": (f"{_OFFICE}.presentationml.presentation", b"PK\x03\x04"),
    ".odt": (f"{_OPEN}.text", b"PK\x03\x04"),
    ".ods": (f"{_OPEN}.spreadsheet", b"PK\x03\x04"),
    ".csv": ("text/csv; charset=utf-8", b""),
    ".vcf": ("text/vcard; charset=utf-8", b"BEGIN:VCARD"),
}


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
                else:
                    yield name, each
    except OSError as fault:
        raise ContentError(f"{folder.name}/files", unreadable(fault)) from None


def _refuse_files(folder: Path, parts: tuple[str, ...]) -> None:
    """Raise ContentError if there is a file in a folder that is too far below."""
    for name in regular_files.names(folder, parts):
        where = "/".join((folder.name, *parts, name))
        raise ContentError(where, "must be in files/ or files/LANGUAGE/")


def _type(name: str, where: str) -> tuple[str, bytes]:
    """Return the media type of a file, and how it begins."""
    known = TYPES.get(PurePath(name).suffix.lower())
    if known is None:
        allowed = " ".join(TYPES)
        sentence = f"files of this type are not sent; allowed: {allowed}"
        raise ContentError(where, sentence)
    return known


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
    kind, opening = _type(name, where)
    if not octets.startswith(opening) or not octets:
        ending = PurePath(name).suffix
        raise ContentError(where, f"does not begin as a {ending} file does")
    return Attached(
        name=name,
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
    for file in attached:
        await session.execute(
            insert(session, StoredFile)
            .values(digest=file.digest, octets=file.octets)
            .on_conflict_do_nothing()
        )


async def files_of(session: AsyncSession, campaign: Campaign) -> tuple[Attached, ...]:
    """Return a campaign's files; raise RefusedError if a stored content was changed."""
    digests = {each["digest"] for each in campaign.files}
    rows = await session.execute(
        select(StoredFile.digest, StoredFile.octets).where(
            StoredFile.digest.in_(digests)
        )
    )
    octets: Mapping[str, bytes] = {digest: content for digest, content in rows}
    for digest, content in octets.items():
        if hashlib.sha256(content).hexdigest() != digest:
            raise RefusedError(
                f"a stored file of {campaign.name} differs from what was imported;"
                " import the campaign again"
            )
    return tuple(
        Attached(**each, octets=octets[each["digest"]]) for each in campaign.files
    )


def logo_of(templates: Path) -> tuple[Attached, ...]:
    """Return the logo of a site, which letters show; () if it has none.

    Raises ContentError if it cannot be read.
    """
    site = look.load(templates)
    if not site.logo:
        return ()
    try:
        octets = (templates / LAYOUT / site.logo).read_bytes()
    except OSError as fault:
        raise ContentError(look.PLACE, unreadable(fault)) from None
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


def embed(
    letter: Letter, attached: tuple[Attached, ...], *, domain: str
) -> tuple[str, tuple[parts.File, ...], tuple[parts.File, ...]]:
    """Return the HTML with its images embedded, those images, and the attachments.

    `domain` is that of the Content-IDs.
    """
    html, images, attachments = letter.html, [], []
    for file in attached:
        if file.language not in {"", letter.language}:
            continue
        shown = f'"cid:{quote(file.name)}"'
        if file.type.startswith("image/") and shown in html:
            content_id = f"{file.digest[:32]}@{domain}"
            html = html.replace(shown, f'"cid:{content_id}"')
            images.append(_part(file, content_id))
        elif PurePath(file.name).stem != look.LOGO:
            attachments.append(_part(file, None))
    return html, tuple(images), tuple(attachments)


def problems(letter: Letter, attached: tuple[Attached, ...]) -> Iterator[Problem]:
    """Yield the problems of one letter's files: missing images, and too many MB."""
    html, images, attachments = embed(letter, attached, domain="letter.example")
    for name in sorted(set(re.findall(r'"cid:([^"@]+)"', html))):
        what = f"the image {unquote(name)} is not in files/ of the campaign folder"
        yield problem.error(letter.language, "files", what)
    size = sum(len(file.octets) for file in (*images, *attachments)) / 1e6
    if size > HEAVY:
        what = (
            f"{size:.1f} MB of files go to every reader, at most {MAX_LETTER:.0f} MB"
            " may; put them on a page, and link it"
        )
        severity = problem.error if size > MAX_LETTER else problem.warning
        yield severity(letter.language, "files", what)


def _part(file: Attached, content_id: str | None) -> parts.File:
    return parts.File(
        name=file.name, type=file.type, octets=file.octets, content_id=content_id
    )
