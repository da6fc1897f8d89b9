"""/o/{token}: an organisation confirms its entry, or proposes how to correct it.

GET shows, POST acts; the link is good for thirty days and for one organisation. Nothing
of an entry is changed here but when it was last said to be right: a proposal waits for
a person of the unit. What was answered is what was shown, or the page is shown again.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from litestar import HttpMethod, Request, Response, post, route
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import directory
from audiences.entry import Entry
from mailer import clock, links
from mailer.errors import TokenError
from mailer.links import Purpose
from mailer.rendering.entry import in_words
from mailer.rendering.language.catalogues import Catalogue
from mailer.sites.site import Site
from mailer.web import page
from mailer.web.public.reader import Reader, holder

VALID = timedelta(days=30)
LONGEST = 2000  # characters of one line
NOTE = "note"


@route(
    links.path(Purpose.ENTRY, "{token:str}"),
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
)
async def show(
    request: Request[Any, Any, Any],
    token: FromPath[str],
    mail_site: NamedDependency[Site],
) -> Response[str]:
    """Show the entry as it is held, and a form."""
    async with mail_site.database.reading() as session:
        reader = await _reader(session, mail_site, token)
        language = page.language_of(mail_site, request, reader.language)
        return await _page(language, session, mail_site, reader, token, said=[])


@post(links.path(Purpose.ENTRY, "{token:str}"), status_code=200)
async def act(
    request: Request[Any, Any, Any],
    token: FromPath[str],
    mail_site: NamedDependency[Site],
) -> Response[str]:
    """Confirm the entry, or keep a proposal."""
    form = await request.form()
    async with mail_site.database.writing() as session:
        reader = await _reader(session, mail_site, token)
        language = page.language_of(mail_site, request, reader.language)
        catalogue = mail_site.catalogue(language)
        entry = await _entry(session, reader)
        said: list[str] = []
        if form.get("act") in {"confirm", "propose"}:
            if form.get("shown") != entry.digest:
                sentence = "The entry was changed meanwhile. Please look at it again."
                said = [catalogue.text(sentence)]
            elif form["act"] == "confirm":
                said = [await _confirm(session, reader, entry, catalogue)]
            else:
                said = [await _propose(session, reader, entry, form, catalogue)]
        return await _page(language, session, mail_site, reader, token, said=said)


async def _reader(session: AsyncSession, mail_site: Site, token: str) -> Reader:
    reader = await holder(session, mail_site, token, Purpose.ENTRY)
    if not (reader.shows_entry and reader.sent_within(VALID, now=clock.now())):
        raise TokenError("this link shows no entry, or no longer")
    return reader


async def _entry(session: AsyncSession, reader: Reader) -> Entry:
    found = await directory.entries(session, [reader.organisation_id])
    return found[reader.organisation_id]


async def _confirm(
    session: AsyncSession, reader: Reader, entry: Entry, catalogue: Catalogue
) -> str:
    await directory.confirm(
        session,
        reader.organisation_id,
        digest=entry.digest,
        source=reader.source,
        now=clock.now(),
    )
    return catalogue.text("Thank you: the entry is confirmed as of today.")


async def _propose(
    session: AsyncSession,
    reader: Reader,
    entry: Entry,
    form: FormMultiDict,
    catalogue: Catalogue,
) -> str:
    shown = {line.key: "\n".join(line.values) for line in in_words(entry, catalogue)}
    proposed = _changes(shown, form)
    if not proposed:
        return catalogue.text("Nothing differs from what we hold.")
    await directory.propose(
        session,
        reader.organisation_id,
        held={key: shown.get(key, "") for key in proposed},
        proposed=proposed,
        language=catalogue.language,
        source=reader.source,
        now=clock.now(),
    )
    return catalogue.text("Thank you: a person of the unit reads your correction.")


def _changes(shown: Mapping[str, str], form: FormMultiDict) -> dict[str, str]:
    """Return the lines that say something else than what was shown."""
    changed = {}
    for key in (*shown, NOTE):
        lines = str(form.get(key, shown.get(key, "")))[:LONGEST].splitlines()
        said = "\n".join(filter(None, (" ".join(line.split()) for line in lines)))
        if said != shown.get(key, ""):
            changed[key] = said
    return changed


async def _page(
    language: str,
    session: AsyncSession,
    mail_site: Site,
    reader: Reader,
    token: str,
    *,
    said: list[str],
) -> Response[str]:
    entry = await _entry(session, reader)
    return page.show(
        mail_site,
        "entry.html",
        language=language,
        said=said,
        organisation=reader.organisation(language),
        lines=in_words(entry, mail_site.catalogue(language)),
        digest=entry.digest,
        longest=LONGEST,
        path=links.path(Purpose.ENTRY, token),
    )
