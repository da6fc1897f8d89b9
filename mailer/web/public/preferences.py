"""/p/{token}: the preference centre. GET shows; POST reduces, or asks to confirm more.

The link may have been forwarded, so it can only reduce what we send and change the
language; a letter added here waits for a confirmation at the address itself.
"""

from typing import Any

from litestar import HttpMethod, Request, Response, post, route
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts, subscriptions, topics
from audiences.languages import OFFERED
from audiences.subscriptions import How, Standing
from audiences.topics import Topic
from mailer import clock, links
from mailer.links import Purpose
from mailer.outbox import confirmations
from mailer.rendering.language.catalogues import Catalogue
from mailer.sites.site import Site
from mailer.web import page
from mailer.web.public.reader import Reader, holder


@route(
    links.path(Purpose.PREFERENCES, "{token:str}"),
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
)
async def show(
    request: Request[Any, Any, Any],
    token: FromPath[str],
    mail_site: NamedDependency[Site],
) -> Response[str]:
    """Show what the reader gets now."""
    async with mail_site.database.reading() as session:
        reader = await holder(session, mail_site, token, Purpose.PREFERENCES)
        language = page.language_of(mail_site, request, reader.language)
        return await _page(language, session, mail_site, reader, token, saved=[])


@post(links.path(Purpose.PREFERENCES, "{token:str}"), status_code=200)
async def act(
    request: Request[Any, Any, Any],
    token: FromPath[str],
    mail_site: NamedDependency[Site],
) -> Response[str]:
    """Save the choices, or stop everything."""
    form = await request.form()
    async with mail_site.database.writing() as session:
        reader = await holder(session, mail_site, token, Purpose.PREFERENCES)
        language = page.language_of(mail_site, request, reader.language)
        match form.get("act"):
            case "stop":
                return page.show(
                    mail_site,
                    "stop.html",
                    language=language,
                    masked=reader.masked,
                    path=links.path(Purpose.PREFERENCES, token),
                )
            case "stop-now":
                said = await _stop(session, mail_site, reader, language)
            case "save":
                chosen = form.get("language")
                if chosen in OFFERED and chosen != reader.language:  # not as shown
                    language = str(chosen)
                    await contacts.choose_language(
                        session, reader.contact_id, language, now=clock.now()
                    )
                said = await _save(session, mail_site, reader, form, language)
            case _:
                said = []
        await session.flush()
        return await _page(language, session, mail_site, reader, token, saved=said)


async def _stop(
    session: AsyncSession, mail_site: Site, reader: Reader, language: str
) -> list[str]:
    await subscriptions.stop_everything(
        session, reader.contact_id, evidence=reader.evidence(How.PAGE, clock.now())
    )
    catalogue = mail_site.catalogue(language)
    return [catalogue.text("You will receive no letter any more, as of now.")]


async def _save(
    session: AsyncSession,
    mail_site: Site,
    reader: Reader,
    form: FormMultiDict,
    language: str,
) -> list[str]:
    wanted = {str(each) for each in form.getall("topic", [])}
    now = clock.now()
    catalogue = mail_site.catalogue(language)
    said, asked = await _change(session, reader, wanted, catalogue)
    if asked:
        await confirmations.request(session, mail_site, reader.contact_id, now=now)
        said.append(
            catalogue.text(
                "We have sent a letter to %(address)s; the button in it confirms.",
                address=reader.masked,
            )
        )
    return said or [catalogue.text("Your choices are kept.")]


async def _change(
    session: AsyncSession, reader: Reader, wanted: set[str], catalogue: Catalogue
) -> tuple[list[str], bool]:
    """End what was unticked, note what was ticked; say it, and whether any was."""
    standing = await subscriptions.standings(session, reader.contact_id)
    evidence = reader.evidence(How.PAGE, clock.now())
    said: list[str] = []
    asked = False
    for topic in await topics.listed(session):
        is_on = standing.get(topic.code) in {Standing.ACTIVE, Standing.PENDING}
        if is_on and topic.code not in wanted:
            await subscriptions.leave(
                session, reader.contact_id, topic.code, evidence=evidence
            )
            said.append(_said(catalogue, "No longer sent: %(topic)s.", topic))
        elif topic.code in wanted and not is_on:
            await subscriptions.ask(
                session, reader.contact_id, topic.code, evidence=evidence
            )
            said.append(
                _said(catalogue, "Waits for your confirmation: %(topic)s.", topic)
            )
            asked = True
    return said, asked


def _said(catalogue: Catalogue, message: str, topic: Topic) -> str:
    return catalogue.text(message, topic=topic.name(catalogue.language))


async def _page(
    language: str,
    session: AsyncSession,
    mail_site: Site,
    reader: Reader,
    token: str,
    *,
    saved: list[str],
) -> Response[str]:
    contact = await session.get(contacts.Contact, reader.contact_id)
    own = contact.languages.split() if contact and contact.languages else []
    chosen = own[0] if own else reader.language
    standing = await subscriptions.standings(session, reader.contact_id)
    shown = [
        {
            "code": topic.code,
            "name": topic.name(language),
            "rhythm": topic.rhythm(language),
            "on": standing.get(topic.code) in {Standing.ACTIVE, Standing.PENDING},
            "waiting": standing.get(topic.code) is Standing.PENDING,
        }
        for topic in await topics.listed(session)
    ]
    return page.show(
        mail_site,
        "preferences.html",
        language=language,
        saved=saved,
        masked=reader.masked,
        organisation=reader.organisation(language),
        path=links.path(Purpose.PREFERENCES, token),
        chosen=chosen,
        topics=shown,
    )
