"""/console/directory/organisations/{number}: one organisation, and its acts."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from audiences.languages import OFFERED
from audiences.organisations import Organisation
from audiences.people import site_roles
from audiences.store.permission import DirectoryRight
from audiences.upkeep import bodies, cells, finding, present
from mailer.rendering.entry import entry_lines
from mailer.reports import entries
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import acting, showing
from mailer.web.console.acting import Asking
from mailer.web.console.directory import filters, searching
from mailer.web.console.guard import Visit
from mailer.web.console.names import column_names, directory_names, languages
from mailer.web.console.record import acts_shown, cell_names

ROOM = f"{showing.HOME}/directory/organisations"
CELLS = (*cells.VALUES, *cells.NAMES, *cells.SETS)


@get("/directory/organisations/{number:int}", right=Right.READ)
async def page(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show an organisation: its entry, contacts, letters, answers and history."""
    asked = request.user
    async with asked.site.database.reading() as session:
        found = await entries.of_organisation(session, number)
        known = await site_roles.load(session)
        named = await cell_names.load(asked, session)
    if found is None:
        raise NotFoundException
    catalogue = asked.site.catalogue(asked.language)
    lines = [
        each
        for each in entry_lines(found.entry, catalogue)
        if each.key != "correspondents"
    ]
    return showing.show(
        asked,
        "directory/organisation.html",
        found=found,
        body=found.body,
        entry_lines=lines,
        roles=directory_names.of_roles(asked, known),
        history=acts_shown.history(asked, found.history, named),
        names_shown=asked.could(Right.NAMES),
        may=asked.could(DirectoryRight.DIRECTORY),
        **directory_names.of(asked),
    )


@get("/directory/organisations/new", right=DirectoryRight.DIRECTORY)
async def new(request: Asking) -> Response[Any]:
    """Show the form for a new organisation; its kind may be given."""
    kind = request.query_params.get("kind", "")[:40]
    return await _form(request.user, None, {"kind": kind})


@post("/directory/organisations/new", right=DirectoryRight.DIRECTORY, status_code=200)
async def add(request: Asking) -> Response[Any]:
    """Add an organisation."""
    asked, form = request.user, await forms.form_of(request)
    given = _given(form)
    code = acting.typed(form, "organisation")
    try:
        async with asked.site.database.writing() as session:
            body = await bodies.add(session, code, given, acting.author(asked, form))
    except acting.REFUSALS as refused:
        return await _form(asked, None, form, fault=acting.sentence(asked, refused))
    return showing.to(asked.site, f"{ROOM}/{body.id}", "new")


@get("/directory/organisations/{number:int}/edit", right=DirectoryRight.DIRECTORY)
async def edit(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show an organisation as a form."""
    return await _form(request.user, number, None)


@post(
    "/directory/organisations/{number:int}/edit",
    right=DirectoryRight.DIRECTORY,
    status_code=200,
)
async def save(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Save the values of an organisation, unless it was changed meanwhile."""
    asked, form = request.user, await forms.form_of(request)
    try:
        async with asked.site.database.writing() as session:
            body = await _body(session, number)
            await bodies.edit(
                session,
                body.code,
                _given(form),
                acting.author(asked, form),
                version=acting.version(form),
            )
    except acting.REFUSALS as refused:
        changed = getattr(refused, "code", "") == "changed.since"
        status = showing.CONFLICT if changed else showing.UNPROCESSABLE
        fault = acting.sentence(asked, refused)
        return await _form(asked, number, form, fault=fault, status=status)
    return showing.to(asked.site, f"{ROOM}/{number}", "saved")


@get("/directory/organisations/{number:int}/merge", right=DirectoryRight.DIRECTORY)
async def merging(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show an organisation beside the one it is merged into."""
    return await _pair(request.user, number, request.query_params.get("into", ""))


@post(
    "/directory/organisations/{number:int}/merge",
    right=DirectoryRight.DIRECTORY,
    status_code=200,
)
async def merge(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Merge an organisation into another, once its number of contacts was typed."""
    asked, form = request.user, await forms.form_of(request)
    into = acting.typed(form, "into")
    try:
        async with asked.site.database.writing() as session:
            body = await _body(session, number)
            acting.require_number(
                asked, form, await bodies.contacts_of(session, body.code)
            )
            author = acting.author(asked, form)
            await bodies.merge(session, body.code, into, author)
            target = await finding.organisation(session, into)
    except acting.REFUSALS as refused:
        return await _pair(
            asked, number, into, form=form, fault=acting.sentence(asked, refused)
        )
    return showing.to(asked.site, f"{ROOM}/{target.id}", "merged")


@post(
    "/directory/organisations/{number:int}/retire",
    right=DirectoryRight.DIRECTORY,
    status_code=200,
)
async def retire(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Take an organisation without contacts out of the lists."""
    asked, form = request.user, await forms.form_of(request)
    async with asked.site.database.writing() as session:
        body = await _body(session, number)
        await bodies.retire(session, body.code, acting.author(asked, form))
    return showing.to(asked.site, f"{ROOM}/{number}", "retired")


async def _body(session: Any, number: int) -> Organisation:
    found: Organisation | None = await session.get(Organisation, number)
    if found is None:
        raise NotFoundException
    return found


def _given(form: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the cells of a form; one that the form does not have is left as it is."""
    return {
        cell: acting.typed(form, cell).replace("\r\n", "\n") if cell in form else None
        for cell in CELLS
    }


async def _form(
    asked: Visit,
    number: int | None,
    typed: Mapping[str, Any] | None,
    *,
    fault: str = "",
    status: int = showing.UNPROCESSABLE,
) -> Response[Any]:
    """Return the form; `typed` is what was typed, or None: the present values."""
    async with asked.site.database.reading() as session:
        body = None if number is None else await _body(session, number)
        held = {} if body is None else await present.cells_of(session, body)
        own = languages.typed(asked, held.get("organisation_languages") or "")
        held |= {"organisation_languages": own} if own else {}
        known = await filters.choices(session, asked)
    given = held if typed is None else {**held, **typed}
    seen = "" if body is None else body.updated_at.isoformat()
    return showing.show(
        asked,
        "directory/organisation-form.html",
        status=status if fault else 200,
        body=body,
        given={cell: given.get(cell) or "" for cell in ("organisation", *CELLS)},
        held=held if fault and typed is not None else {},
        # after a conflict the form has the present version: what is shown was compared
        version=seen,
        because=acting.typed(typed or {}, "because"),
        languages_offered=OFFERED,
        fault=fault,
        **known,
    )


async def _pair(
    asked: Visit,
    number: int,
    into: str,
    *,
    form: Mapping[str, Any] | None = None,
    fault: str = "",
) -> Response[Any]:
    into = into.strip()[:80]
    target, columns = None, []
    async with asked.site.database.reading() as session:
        body = await _body(session, number)
        count = await bodies.contacts_of(session, body.code)
        try:
            if into:
                target = await searching.one_called(session, asked, into)
                columns = [
                    await present.cells_of(session, each) for each in (body, target)
                ]
        except acting.REFUSALS as refused:
            fault = fault or str(refused)
        cells_named = await cell_names.load(asked, session)
    return showing.show(
        asked,
        "directory/organisation-merge.html",
        status=showing.UNPROCESSABLE if fault else 200,
        body=body,
        target=target,
        into=into,
        cells=[cell for cell in CELLS if any(each.get(cell) for each in columns)],
        columns=columns,
        cells_named=cells_named,
        cell_names={c: asked.words.text(column_names.NAMES[c]) for c in CELLS},
        count=count,
        because=acting.typed(form or {}, "because"),
        fault=fault,
        **directory_names.of(asked),
    )


HANDLERS = (page, new, add, edit, save, merging, merge, retire)
