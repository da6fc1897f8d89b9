"""/console/directory/contacts/new and …/edit: the values of a contact, as forms."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import subscriptions, topics
from audiences.contacts import further_of
from audiences.organisations import Organisation
from audiences.people import site_roles
from audiences.people.site_roles import Roles
from audiences.store.permission import DirectoryRight
from audiences.subscriptions import Standing
from audiences.upkeep import contact_details, editing
from audiences.upkeep.contact_details import COLUMNS, WantedContact
from mailer.stewardship import changing
from mailer.web import forms
from mailer.web.console import acting, showing
from mailer.web.console.acting import Asking
from mailer.web.console.directory import searching
from mailer.web.console.guard import Visit
from mailer.web.console.names import directory_names, languages

ROOM = f"{showing.HOME}/directory/contacts"
OWN = ("name", "function", "languages", "timezone", "organisation", *COLUMNS)


@get("/directory/contacts/new", right=DirectoryRight.DIRECTORY)
async def new(request: Asking) -> Response[Any]:
    """Show the form for a new contact."""
    given = {"organisation": request.query_params.get("organisation", "")[:80]}
    return await _form(request.user, None, given)


@post("/directory/contacts/new", right=DirectoryRight.DIRECTORY, status_code=200)
async def add(request: Asking) -> Response[Any]:
    """Add a contact."""
    asked, form = request.user, await forms.form_of(request)
    try:
        async with asked.site.database.writing() as session:
            contact = await editing.add(
                session,
                acting.typed(form, "address"),
                await _with_codes(session, asked, _wanted(form)),
                acting.author(asked, form),
                key=asked.site.address_key,
            )
    except acting.REFUSALS as refused:
        return await _form(asked, None, form, fault=acting.sentence(asked, refused))
    return showing.to(asked.site, f"{ROOM}/{contact.id}", "new")


@get("/directory/contacts/{number:int}/edit", right=DirectoryRight.DIRECTORY)
async def edit(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show a contact as forms: its values, subscriptions and further organisations."""
    return await _form(request.user, number, None)


@post(
    "/directory/contacts/{number:int}/edit",
    right=DirectoryRight.DIRECTORY,
    status_code=200,
)
async def save(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Save what one of the forms changes, unless the contact was changed meanwhile."""
    asked, form = request.user, await forms.form_of(request)
    try:
        async with asked.site.database.writing() as session:
            contact = await acting.contact(session, number)
            await changing.edit(
                session,
                asked.site,
                contact.address or "",
                await _with_codes(session, asked, _wanted(form)),
                acting.author(asked, form),
                version=acting.version(form),
            )
    except acting.REFUSALS as refused:
        changed = getattr(refused, "code", "") == "changed.since"
        status = showing.CONFLICT if changed else showing.UNPROCESSABLE
        fault = acting.sentence(asked, refused)
        return await _form(asked, number, form, fault=fault, status=status)
    return showing.to(asked.site, f"{ROOM}/{number}", "saved")


def _wanted(form: Any) -> WantedContact:
    """Return what a form wants; a field that it does not have is left as it is."""
    given = {key: acting.typed(form, key) for key in OWN if key in form}
    chosen = [str(each) for each in form.getall("roles", [])]
    if "has_roles" in form:
        given["roles"] = " ".join(each[:40] for each in chosen[:40])
    for key in ("at", "leave"):
        if acting.typed(form, key):
            given[key] = acting.typed(form, key)
    return WantedContact(
        **given,
        topics=[str(each)[:40] for each in form.getall("topic", [])[:100]],
        basis=acting.typed(form, "basis") or None,
        ended=[str(each)[:40] for each in form.getall("end", [])[:100]],
    )


async def _with_codes(
    session: AsyncSession, asked: Visit, wanted: WantedContact
) -> WantedContact:
    """Return what is wanted, with the codes of organisations that are named."""
    codes = {
        key: (await searching.one_called(session, asked, given)).code
        for key in ("organisation", "at")
        if (given := getattr(wanted, key))
    }
    return replace(wanted, **codes)


async def _form(
    asked: Visit,
    number: int | None,
    typed: Mapping[str, Any] | None,
    *,
    fault: str = "",
    status: int = showing.UNPROCESSABLE,
) -> Response[Any]:
    """Return the forms; `typed` is what was typed, or None: the present values."""
    async with asked.site.database.reading() as session:
        contact = None if number is None else await acting.contact(session, number)
        roles = await site_roles.load(session)
        held, further, standings = await _held(session, asked, contact, roles)
        offered = await topics.listed(session)
    given = held if typed is None else {**held, **typed}
    chosen = held.get("roles", "").split()
    if typed is not None and "has_roles" in typed:
        chosen = [str(each) for each in typed.getall("roles", [])]  # type: ignore[attr-defined]
    return showing.show(
        asked,
        "directory/contact-form.html",
        status=status if fault else 200,
        contact=contact,
        given={key: str(given.get(key) or "") for key in ("address", *OWN)},
        held=held if fault and typed is not None else {},
        chosen=chosen,
        every_role=roles.offered(contact.roles if contact else 0),
        roles=directory_names.of_roles(asked, roles),
        further=further,
        topics=[
            (each.code, each.name(asked.language), standings.get(each.code))
            for each in offered
            if each.retired_at is None or each.code in standings
        ],
        may_end={Standing.ACTIVE, Standing.PENDING, Standing.PAUSED},
        version="" if contact is None else contact.updated_at.isoformat(),
        because=acting.typed(typed or {}, "because"),
        fault=fault,
        **directory_names.of(asked),
    )


async def _held(
    session: Any, asked: Visit, contact: Any, roles: Roles
) -> tuple[dict[str, str], Any, Any]:
    """Return the present values, further organisations and standings of a contact."""
    if contact is None:
        return {}, (), {}
    body = await session.get_one(Organisation, contact.organisation_id)
    held = {
        "address": contact.address,
        "name": contact.name or "",
        "function": contact.function or "",
        "languages": languages.typed(asked, contact.languages or ""),
        "timezone": contact.timezone or "",
        "organisation": body.code,
        "roles": roles.text(contact.roles),
    }
    details = await contact_details.present(session, contact.id)
    held |= {column: value or "" for column, value in details.items()}
    further = await further_of(session, contact.id)
    return held, further, await subscriptions.standings(session, contact.id)


HANDLERS = (new, add, edit, save)
