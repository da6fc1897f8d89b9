"""/console/directory/export and /lists: contacts and the directory as files."""

from io import BytesIO
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException

from audiences.export import listing
from audiences.export.formats import Form
from audiences.languages import OFFERED
from mailer.reports.lists import entries, writing
from mailer.reports.lists.kinds import ListKind
from mailer.stewardship import exporting
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import acting, showing
from mailer.web.console.acting import Asking
from mailer.web.console.directory import filters

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "vcf": "text/vcard; charset=utf-8",
    "html": "text/html; charset=utf-8",
}
FORMS = (Form.CSV, Form.XLSX, Form.VCF)
LIST_FORMS = ("html", "xlsx", "csv")
LISTS = {
    ListKind.NGOS: "Non-governmental organisations",
    ListKind.FOCAL_POINTS: "Focal points",
    ListKind.EXPERTS: "Expertise by field of work",
    ListKind.OFFICES: "Field offices",
}
STRINGS = tuple(LISTS.values())


@get("/directory/export", right=Right.EXPORT)
async def page(request: Asking) -> Response[Any]:
    """Show how many contacts an export has, and ask for its form and reason."""
    return await _page(request, request.query_params)


@post("/directory/export", right=Right.EXPORT, status_code=200)
async def export(request: Asking) -> Response[Any]:
    """Return the selected contacts as a file; the export is recorded."""
    asked, given = request.user, await forms.form_of(request)
    form, file = acting.typed(given, "form"), BytesIO()
    try:
        asked.require_fresh()
        wanted = filters.read(asked, given)
        kind = Form(form) if form in set(FORMS) else Form.CSV
        async with asked.site.database.writing() as session:
            chosen = await wanted.contacts(session, asked.now)
            await exporting.export(
                session,
                chosen,
                kind,
                file,
                acting.author(asked, given),
                search=wanted.search,
            )
    except acting.REFUSALS as refused:
        return await _page(request, given, fault=str(refused))
    name = exporting.name_of(kind, asked.now.astimezone(asked.site.zone).date())
    return showing.download(file.getvalue(), name, MEDIA[kind])


async def _page(request: Asking, given: Any, *, fault: str = "") -> Response[Any]:
    asked = request.user
    number, wanted = 0, filters.read(asked, {})
    async with asked.site.database.reading() as session:
        try:
            wanted = filters.read(asked, given)
            chosen = await wanted.contacts(session, asked.now)
            number = await listing.count(session, chosen)
        except acting.REFUSALS as refused:
            fault = fault or str(refused)
        known = await filters.choices(session, asked)
    return showing.show(
        asked,
        "directory/export.html",
        status=showing.UNPROCESSABLE if fault else 200,
        number_of_contacts=number,
        free=exporting.FREE,
        filters=wanted,
        given=wanted.given,
        forms=[str(each) for each in FORMS],
        form=acting.typed(given, "form") or "xlsx",
        because=acting.typed(given, "because"),
        fault=fault,
        **known,
    )


@get("/directory/lists", right=Right.READ)
async def lists(request: Asking) -> Response[Any]:
    """Show the lists of the directory, with a button for each language and form."""
    asked = request.user
    return showing.show(
        asked,
        "directory/lists.html",
        lists={str(kind): asked.words.text(name) for kind, name in LISTS.items()},
        offered=[(code, asked.words.language_name(code)) for code in OFFERED],
        forms=LIST_FORMS,
        may=asked.could(Right.NAMES),
    )


@get("/directory/lists/file", right=Right.NAMES)
async def document(request: Asking) -> Response[bytes]:
    """Return a list as a file; it has addresses of functions, and none of persons."""
    asked, query = request.user, request.query_params
    kind, form = query.get("list", ""), query.get("form", "")
    language = query.get("language", "")
    if kind not in set(ListKind) or form not in LIST_FORMS or language not in OFFERED:
        raise NotFoundException
    wanted, catalogue = ListKind(kind), asked.site.catalogue(language)
    async with asked.site.database.reading() as session:
        listed = await entries.collect(session, wanted, catalogue, personal=False)
    today = asked.now.astimezone(asked.site.zone).date()
    file = BytesIO()
    if form == "html":
        sender = asked.site.sender_name(language)
        text = writing.page(wanted, listed, catalogue, sender=sender, today=today)
        file.write(text.encode())
    else:
        writing.write_table(file, wanted, listed, catalogue, form=Form(form))
    name = f"{kind}-{language}-{today:%Y-%m-%d}.{form}"
    return showing.download(file.getvalue(), name, MEDIA[form])


HANDLERS = (page, export, lists, document)
