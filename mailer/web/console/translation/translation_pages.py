"""/console/campaigns/{id}/translate: the languages of a letter, and PO files.

A translation itself is written at …/write/{language}, beside its source.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.errors import AudienceError
from mailer.campaigns import lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.review import gate
from mailer.campaigns.review.gate import CampaignCheck
from mailer.campaigns.writing.drafting import beside, desk
from mailer.campaigns.writing.drafting.desk import DraftDesk
from mailer.campaigns.writing.translation import exchange, glossary, po_file, scripts
from mailer.campaigns.writing.translation.progress import TranslationProgress
from mailer.errors import MailerError, RefusedError
from mailer.reports.review import overview, word_changes
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.guard import Visit
from mailer.web.console.letters.versions import seen_of
from mailer.web.console.names.languages import tag_of
from mailer.web.console.showing import HOME
from mailer.web.console.translation import (
    second_reading,
    translation_forms,
    unit_names,
)
from mailer.web.console.translation.second_reading import SecondReading
from mailer.web.console.translation.translation_forms import Languages

MAX_UPLOAD = po_file.MAX_FILE + 64 * 1024  # octets, with the rest of the form
MAX_KEPT = 2 * MAX_UPLOAD  # octets: the same file in a field of a form
SHOWN = 200  # changes on the page of a check
FORM = "text/x-gettext-translation"
NO_FILE = "No file was chosen."
STRINGS = (NO_FILE,)
Asking = Request[Visit, Any, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class LanguageRow:
    """One language of a letter: how much is translated, and its readers."""

    tag: str
    name: str
    counted: TranslationProgress | None  # None: not begun
    readers: int | None  # None: not counted
    elsewhere: Mapping[str, int]  # readers who would get it in another language
    without: int  # readers who would get no letter
    reading: SecondReading | None  # None: not begun


@get("/campaigns/{number:int}/translate", right=Right.READ)
async def index(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show how far each language is, and the forms for PO files."""
    asked, query = request.user, request.query_params
    signed, removed = (
        asked.words.language_name(tag) if tag in asked.site.catalogues else ""
        for tag in (query.get("signed", ""), query.get("removed", ""))
    )
    return await _index(asked, number, signed=signed, removed=removed)


@get("/campaigns/{number:int}/translate/{language:str}/po", right=Right.READ)
async def download(
    request: Asking, number: FromPath[int], language: FromPath[str]
) -> Response[bytes]:
    """Return a language as a PO file for a translator."""
    asked = request.user
    tag = tag_of(asked, language)
    octets = await exchange.export_po(asked.site, number, tag, now=asked.now)
    return showing.download(
        octets, f"letter-{number}-{tag}.po", "text/x-gettext-translation"
    )


@post(
    "/campaigns/{number:int}/translate",
    right=Right.READ,
    status_code=200,
    request_max_body_size=MAX_UPLOAD,
)
async def check(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show what a returned PO file would change; nothing is stored."""
    asked, form = request.user, await forms.form_of(request)
    name, octets = await forms.file_of(form, "file")
    name = name[:100]
    try:
        if not octets:
            raise RefusedError(asked.words.text(NO_FILE))
        found = await exchange.look(
            asked.site, number, octets, name=name, by=asked.user.name
        )
    except (MailerError, AudienceError) as fault:
        return await _index(asked, number, fault=str(fault))
    async with asked.site.database.reading() as session:
        campaign = await lookup.get(session, number)
        opened = await desk.read(session, campaign, asked.site.templates)
    return showing.show(
        asked,
        "translation-check.html",
        named=unit_names.of_letter(opened, asked.words).of,
        campaign=campaign,
        name=name,
        found=found,
        rows=[
            (each, word_changes.compare(each.before, each.after, found.language))
            for each in found.changes[:SHOWN]
        ],
        strange=not scripts.fits(found.language, [x.after for x in found.changes]),
        content=base64.b64encode(octets).decode(),
    )


@post(
    "/campaigns/{number:int}/translate/take",
    right=Right.READ,
    status_code=200,
    request_max_body_size=MAX_KEPT,
)
async def take(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Take in a PO file that was checked, unless the letter was changed since."""
    asked, form = request.user, await forms.form_of(request)
    try:
        octets = base64.b64decode(str(form.get("content") or ""), validate=True)
    except (binascii.Error, ValueError):
        octets = b""
    try:
        taken = await exchange.import_po(
            asked.site,
            number,
            octets,
            name=str(form.get("name") or "")[:100],
            by=asked.user.name,
            now=asked.now,
            seen=seen_of(form),
        )
    except (MailerError, AudienceError) as fault:
        return await _index(asked, number, fault=str(fault))
    path = f"{HOME}/campaigns/{number}/write/{taken.language}"
    return showing.to(asked.site, path, "saved")


@post("/campaigns/{number:int}/translate/remove", right=Right.WRITE, status_code=200)
async def remove(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Remove a translation of a draft; an earlier version brings it back."""
    asked, form = request.user, await forms.form_of(request)
    by, tag = asked.user.name, tag_of(asked, str(form.get("language") or ""))
    try:
        async with asked.site.database.writing() as session:
            taken = await desk.take(session, number, asked.site.templates, by=by)
            await desk.remove(session, taken, tag, by=by, now=asked.now)
    except MailerError as fault:
        return await _index(asked, number, fault=str(fault))
    path = f"{HOME}/campaigns/{number}/translate?removed={tag}"
    return showing.to(asked.site, path)


async def _index(
    asked: Visit, number: int, *, fault: str = "", signed: str = "", removed: str = ""
) -> Response[Any]:
    site = asked.site
    checked = await _checked(asked, number)
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
        opened = await desk.read(session, campaign, site.templates)
        rows = [
            await _row(session, asked, opened, tag, checked)
            for tag in dict.fromkeys([*site.catalogues, *opened.drafts])
            if tag != campaign.default_language
        ]
    return showing.show(
        asked,
        "translations.html",
        status=showing.UNPROCESSABLE if fault else 200,
        fault=unit_names.of_letter(opened, asked.words).in_fault(fault),
        signed=signed,
        removed=removed,
        removable=campaign.state == CampaignState.DRAFT and asked.could(Right.WRITE),
        campaign=campaign,
        rows=rows,
        reads_twice=any(
            row.reading and (row.reading.wanted or row.reading.signed) for row in rows
        ),
        may=campaign.state in overview.BEFORE_RELEASE
        and (asked.could(Right.WRITE) or asked.could(Right.TRANSLATE)),
    )


async def _row(
    session: AsyncSession,
    asked: Visit,
    opened: DraftDesk,
    tag: str,
    checked: CampaignCheck | None,
) -> LanguageRow:
    """Return how far one language is."""
    counted, reading = None, None
    if tag in opened.drafts:
        counted = beside.counted(await beside.read(session, opened, tag))
        reading = await second_reading.standing(session, asked, opened.campaign, tag)
    return LanguageRow(
        tag=tag,
        name=asked.words.language_name(tag),
        counted=counted,
        readers=checked.readers.get(tag, 0) if checked else None,
        elsewhere={
            asked.words.language_name(got): count
            for (wanted, got), count in (checked.fallbacks if checked else {}).items()
            if wanted == tag
        },
        without=checked.without.get(tag, 0) if checked else 0,
        reading=reading,
    )


async def _checked(asked: Visit, number: int) -> CampaignCheck | None:
    """Return the check of a letter; None if it cannot be checked."""
    try:
        return await gate.check_as_approved(asked.site, number, now=asked.now)
    except (MailerError, AudienceError):
        return None


async def beside_its_source(
    asked: Visit, opened: DraftDesk, tag: str, second: str, **values: Any
) -> Response[Any]:
    """Show a translation beside its source; `second` is one more language."""
    source = opened.campaign.default_language
    second = second if second in opened.drafts and second not in {tag, source} else ""
    languages = Languages(source=source, target=tag, second=second)
    async with asked.site.database.reading() as session:
        found = await beside.read(session, opened, tag)
        known = await glossary.names(session, source, tag)
        reading = None
        if tag in opened.drafts:
            reading = await second_reading.standing(
                session, asked, opened.campaign, tag
            )
    shown = list(translation_forms.forms(opened, languages, found, known, asked.words))
    return showing.show(
        asked,
        "translate.html",
        campaign=opened.campaign,
        tag=tag,
        forms=shown,
        needing=[each.id for each in shown if each.needs_work],
        counted=beside.counted(found),
        reading=reading,
        second=second,
        seconds=[
            (each, asked.words.language_name(each))
            for each in opened.drafts
            if each not in {tag, source}
        ],
        **values,
    )


HANDLERS = (index, download, check, take, *second_reading.HANDLERS, remove)
