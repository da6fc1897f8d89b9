"""/console/words/add, …/edit, …/retire: topics, themes and roles as forms."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException

from audiences import characters
from audiences.languages import OFFERED
from audiences.organisations import Theme
from audiences.record.data_changes import DataKind
from audiences.store.permission import DirectoryRight
from audiences.topics import Topic
from audiences.upkeep import words
from audiences.upkeep.words import WantedWord, Word
from mailer.errors import RefusedError
from mailer.web import forms
from mailer.web.console import acting, showing
from mailer.web.console.acting import Asking
from mailer.web.console.guard import Visit
from mailer.web.console.showing import HOME

KINDS = {str(kind): kind for kind in words.TABLES}
PLACES = {
    DataKind.TOPIC: "/topics",
    DataKind.THEME: "/words?list=themes",
    DataKind.ROLE: "/words?list=roles",
}
HEADINGS = {  # kind → of its list, of one word, of a new one
    DataKind.TOPIC: ("Topics", "A topic", "New topic"),
    DataKind.THEME: ("Themes", "A theme", "New theme"),
    DataKind.ROLE: ("Roles of contacts", "A role", "New role"),
}
OF_THEMES = ("parent", "date", "place", "sectors")
NO_PLACE = "“%(given)s” is no place; write a number from 1 to 10,000."
NOT_SURE = "Tick the box to retire it."
STRINGS = (NO_PLACE, NOT_SURE, *(text for each in HEADINGS.values() for text in each))
LAST = 10_000  # place of a topic


@get("/words/add", right=DirectoryRight.WORDS)
async def new(request: Asking) -> Response[Any]:
    """Show the form for a new word."""
    kind = _kind(request.query_params.get("kind", ""))
    return _form(request.user, kind, None, {})


@post("/words/add", right=DirectoryRight.WORDS, status_code=200)
async def add(request: Asking) -> Response[Any]:
    """Add a word."""
    asked, form = request.user, await forms.form_of(request)
    kind, code = _kind(acting.typed(form, "kind")), acting.typed(form, "code")
    try:
        async with asked.site.database.writing() as session:
            by = acting.author(asked, form)
            await words.add(session, kind, code, _wanted(asked, form, kind), by)
    except acting.REFUSALS as refused:
        return _form(asked, kind, None, form, fault=str(refused))
    return showing.to(asked.site, f"{HOME}{PLACES[kind]}", "new")


@get("/words/edit", right=DirectoryRight.WORDS)
async def edit(request: Asking) -> Response[Any]:
    """Show a word as a form."""
    asked, query = request.user, request.query_params
    kind = _kind(query.get("kind", ""))
    row = await _row(asked, kind, query.get("code", ""))
    return _form(asked, kind, row, {})


@post("/words/edit", right=DirectoryRight.WORDS, status_code=200)
async def change(request: Asking) -> Response[Any]:
    """Change what was changed in the form; the other values stay."""
    asked, form = request.user, await forms.form_of(request)
    kind, code = _kind(acting.typed(form, "kind")), acting.typed(form, "code")
    row = await _row(asked, kind, code)
    try:
        async with asked.site.database.writing() as session:
            by = acting.author(asked, form)
            await words.edit(session, kind, code, _wanted(asked, form, kind), by)
    except acting.REFUSALS as refused:
        return _form(asked, kind, row, form, fault=str(refused))
    return showing.to(asked.site, f"{HOME}{PLACES[kind]}", "saved")


@post("/words/retire", right=DirectoryRight.WORDS, status_code=200)
async def retire(request: Asking) -> Response[Any]:
    """Retire a word; the box that says so was ticked."""
    asked, form = request.user, await forms.form_of(request)
    kind, code = _kind(acting.typed(form, "kind")), acting.typed(form, "code")
    row = await _row(asked, kind, code)
    try:
        if form.get("sure") != "yes":
            raise RefusedError(asked.words.text(NOT_SURE))
        async with asked.site.database.writing() as session:
            await words.retire(session, kind, code, acting.author(asked, form))
    except acting.REFUSALS as refused:
        return _form(asked, kind, row, {}, fault=str(refused))
    return showing.to(asked.site, f"{HOME}{PLACES[kind]}", "gone")


def _kind(given: str) -> DataKind:
    """Return the kind of a word that a page names."""
    if given not in KINDS:
        raise NotFoundException
    return KINDS[given]


async def _row(asked: Visit, kind: DataKind, code: str) -> Word:
    async with asked.site.database.reading() as session:
        row = await words.find(session, kind, code[:40])
    if row is None:
        raise NotFoundException
    return row


def _wanted(asked: Visit, form: Mapping[str, Any], kind: DataKind) -> WantedWord:
    """Return what a form changes: what differs from what it was filled with."""

    def changed(name: str) -> str | None:
        given = acting.typed(form, name)
        return None if given == acting.typed(form, f"was-{name}") else given

    names, rhythms = (
        {tag: text for tag in OFFERED if (text := changed(f"{part}-{tag}")) is not None}
        for part in ("name", "rhythm")
    )
    if kind is DataKind.THEME:
        return WantedWord(
            names=names,
            parent=changed("parent"),
            date=changed("date"),
            place=changed("place"),
            sectors=changed("sectors"),
        )
    if kind is DataKind.ROLE:
        return WantedWord(names=names)
    place = changed("position")
    place = None if place is None else characters.ascii_digits(place)
    valid = place is None or (place.isascii() and place.isdecimal() and len(place) < 6)  # noqa: PLR2004 (10000)
    if not valid or (place is not None and not 1 <= int(place) <= LAST):
        raise RefusedError(asked.words.text(NO_PLACE, given=str(place)[:20]))
    position = None if place is None else int(place)
    return WantedWord(names=names, rhythms=rhythms, position=position)


def _form(
    asked: Visit,
    kind: DataKind,
    row: Word | None,
    form: Mapping[str, Any],
    *,
    fault: str = "",
) -> Response[Any]:
    was = _values(kind, row)
    given = {key: acting.typed(form, key) for key in was} if form else was
    shown_was = {key: acting.typed(form, f"was-{key}") for key in was} if form else was
    return showing.show(
        asked,
        "site/word-form.html",
        status=showing.UNPROCESSABLE if fault else 200,
        kind=str(kind),
        row=row,
        code=row.code if row else acting.typed(form, "code"),
        given=given,
        was=shown_was,
        offered=OFFERED,
        headings=[asked.words.text(each) for each in HEADINGS[kind]],
        back=PLACES[kind],
        fault=fault,
    )


def _values(kind: DataKind, row: Word | None) -> dict[str, str]:
    """Return what a form is filled with, by the names of its fields."""
    names: Mapping[str, str] = {}
    if isinstance(row, Theme):
        names = row.labels
    elif row is not None:
        names = row.names
    values = {f"name-{tag}": names.get(tag, "") for tag in OFFERED}
    if kind is DataKind.THEME:
        more = {key: str(getattr(row, key, None) or "") for key in OF_THEMES}
        return values | more
    if kind is DataKind.ROLE:
        return values
    rhythms = row.rhythms if isinstance(row, Topic) else {}
    values |= {f"rhythm-{tag}": rhythms.get(tag, "") for tag in OFFERED}
    position = str(row.position) if isinstance(row, Topic) else ""
    return values | {"position": position}


HANDLERS = (new, add, edit, change, retire)
