"""What is done to a contact as a whole: another address, a merge, removal, erasure.

Each act has a page that says what it concerns, and in numbers; only its form acts.
"""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

import audiences.person
from audiences import contacts
from audiences.record import changes
from audiences.record.changes import Changed
from audiences.store.permission import DirectoryRight
from audiences.upkeep.contact_details import WantedContact
from mailer.reports import letters
from mailer.stewardship import changing, removing
from mailer.web import forms
from mailer.web.console import acting, showing
from mailer.web.console.acting import Asking
from mailer.web.console.directory import suppressed
from mailer.web.console.guard import Visit
from mailer.web.console.names import directory_names
from mailer.web.console.record import cell_names

ROOM = f"{showing.HOME}/directory/contacts"
KEPT = ("name", "languages", "timezone")  # values that a merge chooses from
PAGES = {  # act → its page
    "move": "directory/move.html",
    "remove": "directory/remove.html",
    "erase": "directory/erase.html",
    "suppress": "directory/suppress.html",
}


def _shows(act: str, right: DirectoryRight) -> Any:
    @get(f"/directory/contacts/{{number:int}}/{act}", right=right, name=f"show-{act}")
    async def show(request: Asking, number: FromPath[int]) -> Response[Any]:
        return await _page(request.user, number, act)

    return show


@post(
    "/directory/contacts/{number:int}/move",
    right=DirectoryRight.DIRECTORY,
    status_code=200,
)
async def move(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Give a contact another address."""
    asked, form = request.user, await forms.form_of(request)
    try:
        async with asked.site.database.writing() as session:
            contact = await acting.contact(session, number)
            await changing.move(
                session,
                asked.site,
                contact.address or "",
                acting.typed(form, "new"),
                acting.author(asked, form, asks=True),
                version=acting.version(form),
            )
    except acting.REFUSALS as refused:
        return await _page(asked, number, "move", form=form, fault=str(refused))
    return showing.to(asked.site, f"{ROOM}/{number}", "moved")


@post(
    "/directory/contacts/{number:int}/remove",
    right=DirectoryRight.DIRECTORY,
    status_code=200,
)
async def remove(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Take a contact out of the directory."""
    asked, form = request.user, await forms.form_of(request)
    try:
        author = acting.author(asked, form, asks=True)
        async with asked.site.database.writing() as session:
            contact = await acting.contact(session, number)
            body = contact.organisation_id
            key = asked.site.address_key
            await removing.remove(session, contact.address or "", author, key=key)
    except acting.REFUSALS as refused:
        return await _page(asked, number, "remove", form=form, fault=str(refused))
    place = acting.place(body, "organisations")
    return showing.to(asked.site, f"{showing.HOME}{place}", "removed")


@post(
    "/directory/contacts/{number:int}/erase",
    right=DirectoryRight.ERASE,
    status_code=200,
)
async def erase(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Erase a person, once the number of entries about them was typed."""
    asked, form = request.user, await forms.form_of(request)
    try:
        asked.require_fresh()
        author = acting.author(asked, form, asks=True)
        async with asked.site.database.writing() as session:
            contact = await acting.contact(session, number)
            counted = await _counted(session, asked, number)
            acting.require_number(asked, form, sum(counted.values()))
            await changing.erase(session, asked.site, contact.address or "", author)
    except acting.REFUSALS as refused:
        return await _page(asked, number, "erase", form=form, fault=str(refused))
    return showing.to(asked.site, f"{showing.HOME}/directory", "erased")


@post(
    "/directory/contacts/{number:int}/suppress",
    right=DirectoryRight.DIRECTORY,
    status_code=200,
)
async def suppress(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Let nothing more be written to the address of a contact."""
    asked, form = request.user, await forms.form_of(request)
    try:
        async with asked.site.database.writing() as session:
            contact = await acting.contact(session, number)
            await suppressed.suppress(session, asked, form, contact.address_key)
    except acting.REFUSALS as refused:
        return await _page(asked, number, "suppress", form=form, fault=str(refused))
    return showing.to(asked.site, f"{ROOM}/{number}", "suppressed")


@get("/directory/contacts/{number:int}/merge", right=DirectoryRight.DIRECTORY)
async def merging(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Ask into which contact this one is merged."""
    return await _pair(request.user, number, {})


@post(
    "/directory/contacts/{number:int}/merge",
    right=DirectoryRight.DIRECTORY,
    status_code=200,
)
async def merge(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show two contacts side by side; merge them once the page was read."""
    asked, form = request.user, await forms.form_of(request)
    if form.get("act") != "merge":
        return await _pair(asked, number, form)
    into, key = acting.typed(form, "into"), asked.site.address_key
    try:
        async with asked.site.database.writing() as session:
            source = await acting.contact(session, number)
            target = await contacts.find(session, into, key=key)
            kept = {
                each: getattr(source, each) or ""
                for each in KEPT
                if form.get(f"keep_{each}") == "source"
            }
            await changing.merge(
                session,
                asked.site,
                source.address or "",
                target.address or "",
                acting.author(asked, form, asks=True),
                kept=WantedContact(**kept),
                versions={
                    source.address or "": acting.version(form, "source_version"),
                    target.address or "": acting.version(form, "target_version"),
                },
            )
    except acting.REFUSALS as refused:
        return await _pair(asked, number, form, fault=str(refused))
    return showing.to(asked.site, f"{ROOM}/{target.id}", "merged")


async def _page(
    asked: Visit,
    number: int,
    act: str,
    *,
    form: Mapping[str, Any] | None = None,
    fault: str = "",
) -> Response[Any]:
    async with asked.site.database.reading() as session:
        contact = await acting.contact(session, number)
        counted = await _counted(session, asked, number)
    form = form or {}
    return showing.show(
        asked,
        PAGES[act],
        status=showing.UNPROCESSABLE if fault else 200,
        contact=contact,
        counted=counted,
        total=sum(counted.values()),
        version=contact.updated_at.isoformat(),
        new=acting.typed(form, "new"),
        who=acting.typed(form, "who"),
        because=acting.typed(form, "because"),
        fault=fault,
        **directory_names.of(asked),
    )


async def _counted(session: Any, asked: Visit, number: int) -> dict[str, int]:
    """Return how many entries there are about a contact, by their kind."""
    contact = await acting.contact(session, number)
    known = await audiences.person.person(
        session, contact.address or "", key=asked.site.address_key
    )
    history = await changes.history(session, Changed.CONTACT, number)
    return {
        "contact": 1 + len(known.memberships),
        "subscriptions": len(known.standings) + len(known.evidence),
        "letters": len(await letters.of_contact(session, number)),
        "history": len(history),
    }


async def _pair(
    asked: Visit, number: int, form: Mapping[str, Any], *, fault: str = ""
) -> Response[Any]:
    into, key = acting.typed(form, "into"), asked.site.address_key
    both: list[Any] = []
    async with asked.site.database.reading() as session:
        source = await acting.contact(session, number)
        counted = await _counted(session, asked, number)
        try:
            for address in [source.address or "", into] if into else []:
                known = await audiences.person.person(session, address, key=key)
                both.append(known)
        except acting.REFUSALS as refused:
            fault, both = fault or str(refused), []
        cells_named = await cell_names.load(asked, session, KEPT)
    return showing.show(
        asked,
        "directory/contact-merge.html",
        status=showing.UNPROCESSABLE if fault else 200,
        contact=source,
        into=into,
        both=both,
        cells_named=cells_named,
        counted=counted,
        kept={each: form.get(f"keep_{each}") for each in KEPT},
        because=acting.typed(form, "because"),
        fault=fault,
    )


HANDLERS = (
    _shows("move", DirectoryRight.DIRECTORY),
    _shows("remove", DirectoryRight.DIRECTORY),
    _shows("erase", DirectoryRight.ERASE),
    _shows("suppress", DirectoryRight.DIRECTORY),
    *(move, remove, erase, suppress, merging, merge),
)
