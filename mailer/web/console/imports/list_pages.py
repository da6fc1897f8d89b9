"""/console/directory/imports: a list is uploaded, checked, applied, and taken back."""

import re
from functools import partial
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath

from audiences.intake.applied import undo
from audiences.intake.applied.undo import Undone
from audiences.intake.columns import COLUMNS
from audiences.intake.lists import example
from audiences.intake.lists.table import place
from audiences.record import writing
from audiences.store.permission import DirectoryRight
from mailer.stewardship import importing
from mailer.web import forms
from mailer.web.console import acting, sentences, showing
from mailer.web.console.acting import Asking
from mailer.web.console.guard import Visit
from mailer.web.console.imports import checking, uploads
from mailer.web.console.names import column_names, directory_names
from mailer.web.console.record import cell_names

ROOM = f"{showing.HOME}/directory/imports"
OF_COMMAND = re.compile(r"[;,][^;,]*? --[a-z].*", re.DOTALL)
CELLS = (*cell_names.CODES, "organisation")
SHOWN = 50  # rows of a table
BODY = uploads.MAX_SIZE + 64 * 1024  # octets: the file, and what a form adds
RIGHT = DirectoryRight.DIRECTORY
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@get("/directory/imports", right=RIGHT)
async def page(request: Asking) -> Response[Any]:
    """Show the form for a list, and the imports, the latest first."""
    return await _page(request)


@post("/directory/imports", right=RIGHT, status_code=200, request_max_body_size=BODY)
async def upload(request: Asking) -> Response[Any]:
    """Keep a list, and go to its check."""
    asked, form = request.user, await forms.form_of(request)
    name, content = await forms.file_of(form, "list")
    try:
        token = uploads.keep(asked.site, asked.user.name, name, content, now=asked.now)
    except acting.REFUSALS as refused:
        return await _page(request, fault=asked.words.text(str(refused)))
    return showing.to(asked.site, f"{ROOM}/check/{token}")


@get("/directory/imports/check/{token:str}", right=RIGHT)
async def check(request: Asking, token: FromPath[str]) -> Response[Any]:
    """Show what a list is understood as, its faults, and what it would change."""
    return await _check(request, token, checking.choices(request.query_params))


@post("/directory/imports/check/{token:str}", right=RIGHT, status_code=200)
async def apply(request: Asking, token: FromPath[str]) -> Response[Any]:
    """Write the valid rows of a list, once their number was typed."""
    asked, form = request.user, await forms.form_of(request)
    path = uploads.find(asked.site, asked.user.name, token)
    decided = checking.choices(form)
    expect = forms.number(acting.typed(form, "count"), otherwise=-1)
    try:
        acting.require_number(asked, form, expect)
        await checking.apply(
            asked.site, path, decided, by=asked.user.name, expect=expect
        )
    except acting.REFUSALS as refused:
        return await _check(request, token, decided, fault=str(refused))
    uploads.forget(asked.site, token)
    return showing.to(asked.site, ROOM, "imported")


@get("/directory/imports/mend/{token:str}", right=RIGHT)
async def mend(request: Asking, token: FromPath[str]) -> Response[bytes]:
    """Return the rows that have faults as a workbook, with their reasons."""
    asked = request.user
    path = uploads.find(asked.site, asked.user.name, token)
    decided = checking.choices(request.query_params)
    content = await checking.to_mend(asked.site, path, decided)
    return showing.download(content, "rows-to-mend.xlsx", WORKBOOK)


@get("/directory/imports/template", right=RIGHT)
async def template(request: Asking) -> Response[bytes]:
    """Return an example of a list with every column."""
    return showing.download(example.content(), "contacts.csv", "text/csv")


@get("/directory/imports/{number:int}/undo", right=RIGHT)
async def undoing(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show what undoing an import would do."""
    return await _undo_page(request.user, number)


@post("/directory/imports/{number:int}/undo", right=RIGHT, status_code=200)
async def undo_it(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Undo an import, once its number of rows was typed."""
    asked, form = request.user, await forms.form_of(request)
    try:
        async with asked.site.database.writing() as session:
            by = asked.user.name
            done = await importing.take_back(session, number, by=by, now=asked.now)
            acting.require_number(asked, form, _rows(done))
    except acting.REFUSALS as refused:
        return await _undo_page(asked, number, fault=str(refused))
    return showing.to(asked.site, ROOM, "undone")


async def _page(request: Asking, *, fault: str = "") -> Response[Any]:
    asked = request.user
    async with asked.site.database.reading() as session:
        found = await undo.imports(session)
    return showing.show(
        asked,
        "directory/imports.html",
        status=showing.UNPROCESSABLE if fault else 200,
        imports=found[:SHOWN],
        fault=fault,
    )


async def _check(
    request: Asking, token: str, decided: checking.Choices, *, fault: str = ""
) -> Response[Any]:
    asked = request.user
    path = uploads.find(asked.site, asked.user.name, token)
    staged = report = None
    try:
        staged, report = await checking.check(asked.site, path, decided)
    except acting.REFUSALS as refused:
        fault = fault or str(refused)
    async with asked.site.database.reading() as session:
        whose = [each.whose for each in report.changes[:SHOWN]] if report else []
        named = await cell_names.load(asked, session, CELLS, whose)
    text = asked.words.text
    labels = [(each.name, text(column_names.NAMES[each.name])) for each in COLUMNS]
    return showing.show(
        asked,
        "directory/import-check.html",
        status=showing.UNPROCESSABLE if fault else 200,
        file=path.name,
        token=token,
        staged=staged,
        report=report,
        decided=decided,
        query=urlencode({k: v for k, v in decided.query().items() if v}),
        columns=labels,
        column_names=dict(labels),
        plain=partial(plain, asked.language),
        place=place,
        named=named,
        shown=SHOWN,
        fault=fault,
        **directory_names.of(asked),
    )


async def _undo_page(asked: Visit, number: int, *, fault: str = "") -> Response[Any]:
    done = None
    try:
        async with asked.site.database.writing() as session:
            by = asked.user.name
            done = await importing.take_back(session, number, by=by, now=asked.now)
            await writing.take_back(session)  # this only shows what it would do
    except acting.REFUSALS as refused:
        fault = fault or str(refused)
    return showing.show(
        asked,
        "directory/import-undo.html",
        status=showing.UNPROCESSABLE if fault else 200,
        number_of_import=number,
        would=done,
        total=_rows(done) if done else 0,
        fault=fault,
    )


def plain(language: str, sentence: str) -> str:
    """Return a sentence that a page translates, or else shows in English.

    What is shown in English loses the advice that is for the command.
    """
    known = sentences.told(sentence, language) != sentence
    return sentence if known else OF_COMMAND.sub("", sentence)


def _rows(done: Undone) -> int:
    return done.removed + done.memberships + done.restored + done.lifted


HANDLERS = (page, upload, check, apply, mend, template, undoing, undo_it)
