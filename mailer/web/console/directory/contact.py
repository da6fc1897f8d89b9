"""/console/directory/contacts/{number}: one contact, and what it sees."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

import audiences.person
from audiences.languages import Chain, ChainStep
from audiences.person import Person
from audiences.record import changes
from audiences.record.changes import Changed
from audiences.store.permission import DirectoryRight
from audiences.subscriptions import Standing
from audiences.topics import Topic, listed
from mailer.readers.holder import masked
from mailer.reports import letters
from mailer.users.acts import Right
from mailer.web import page
from mailer.web.console import acting, showing
from mailer.web.console.acting import Asking
from mailer.web.console.names import directory_names
from mailer.web.console.record import acts_shown, cell_names

LETTERS = 50  # of one contact, the latest first
FRAME = {  # a page of a reader in a frame: it shows itself, and sends nothing
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; style-src 'self'; img-src 'self';"
        " frame-ancestors 'self'"
    ),
    "Cache-Control": "no-store",
}


@get("/directory/contacts/{number:int}", right=Right.NAMES)
async def contact_page(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show a contact: facts, subscriptions with their evidence, letters, history."""
    asked = request.user
    async with asked.site.database.reading() as session:
        contact = await acting.contact(session, number)
        known = await audiences.person.person(
            session, contact.address or "", key=asked.site.address_key
        )
        received = await letters.of_contact(session, number)
        history = await changes.history(session, Changed.CONTACT, number)
        topics = {each.code: each for each in await listed(session)}
        named = await cell_names.load(asked, session, ("languages", "roles"))
    step, wanted = _language(known)
    return showing.show(
        asked,
        "directory/contact.html",
        known=known,
        contact=known.contact,
        body=known.organisation,
        own_roles=known.roles.codes(known.contact.roles),
        further=[(each, known.roles.codes(each.roles)) for each in known.memberships],
        step=step,
        wanted=wanted,
        topic_names={code: each.name(asked.language) for code, each in topics.items()},
        letters=received[::-1][:LETTERS],
        more_letters=max(0, len(received) - LETTERS),
        history=acts_shown.history(asked, history[::-1], named),
        may=asked.could(DirectoryRight.DIRECTORY),
        roles=directory_names.of_roles(asked, known.roles),
        **directory_names.of(asked),
    )


@get("/directory/contacts/{number:int}/seen", right=Right.NAMES)
async def seen(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show what the contact sees: its preferences, and its last letter."""
    asked = request.user
    async with asked.site.database.reading() as session:
        contact = await acting.contact(session, number)
        received = await letters.of_contact(session, number)
    return showing.show(
        asked,
        "directory/seen.html",
        contact=contact,
        last=received[-1] if received else None,
    )


@get("/directory/contacts/{number:int}/preferences", right=Right.NAMES)
async def preferences(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Return the preferences page of a contact for a frame; its buttons do nothing."""
    asked = request.user
    async with asked.site.database.reading() as session:
        contact = await acting.contact(session, number)
        known = await audiences.person.person(
            session, contact.address or "", key=asked.site.address_key
        )
        offered = await listed(session)
    _, wanted = _language(known)
    language = wanted[0] if wanted else asked.site.settings.languages.default
    body = known.organisation
    return page.show(
        asked.site,
        "preferences.html",
        language=language,
        headers=FRAME,
        path="",
        saved=[],
        letter="",
        masked=masked(contact.address or ""),
        organisation=body.names.get(language) or body.name,
        chosen=next(iter((contact.languages or "").split()), language),
        topics=[_topic(each, known, language) for each in offered],
    )


def _topic(topic: Topic, known: Person, language: str) -> dict[str, Any]:
    standing = known.standings.get(topic.code)
    return {
        "code": topic.code,
        "name": topic.name(language),
        "rhythm": topic.rhythm(language),
        "on": standing in {Standing.ACTIVE, Standing.PENDING},
        "waiting": standing is Standing.PENDING,
    }


def _language(known: Person) -> tuple[str, tuple[str, ...]]:
    """Return the step of the language chain that decides, and its languages."""
    chain = Chain.from_stored(
        known.contact.languages, known.organisation.languages, known.country_languages
    )
    step, languages = chain.deciding_step()
    return str(step if languages else ChainStep.CAMPAIGN), tuple(languages)


HANDLERS = (contact_page, seen, preferences)
