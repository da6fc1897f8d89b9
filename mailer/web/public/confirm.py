"""/c/{token}: confirm a wish, from a letter sent to the address it is about.

GET shows, POST confirms; the link is good for seven days and for one confirmation.
"""

from typing import Any

from litestar import HttpMethod, Request, Response, post, route
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import subscriptions, topics
from audiences.subscriptions import How, Standing
from mailer import clock, links
from mailer.links import Purpose
from mailer.outbox import confirmations
from mailer.sites.site import Site
from mailer.web import page
from mailer.web.public.reader import Reader, holder


@route(
    links.path(Purpose.CONFIRM, "{token:str}"),
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
)
async def show(
    request: Request[Any, Any, Any],
    token: FromPath[str],
    mail_site: NamedDependency[Site],
) -> Response[str]:
    """Show what would be confirmed, and a button."""
    async with mail_site.database.reading() as session:
        reader = await holder(session, mail_site, token, Purpose.CONFIRM)
        return await _page(request, session, mail_site, reader, token, begun=[])


@post(links.path(Purpose.CONFIRM, "{token:str}"), status_code=200)
async def act(
    request: Request[Any, Any, Any],
    token: FromPath[str],
    mail_site: NamedDependency[Site],
) -> Response[str]:
    """Begin the subscriptions that wait."""
    form = await request.form()
    async with mail_site.database.writing() as session:
        reader = await holder(session, mail_site, token, Purpose.CONFIRM)
        begun: list[str] = []
        if form.get("confirm") == "yes" and _valid(reader):
            begun = await subscriptions.confirm(
                session,
                reader.contact_id,
                evidence=reader.evidence(How.CONFIRMATION, clock.now()),
            )
        return await _page(request, session, mail_site, reader, token, begun=begun)


def _valid(reader: Reader) -> bool:
    return reader.sent_within(confirmations.VALID, now=clock.now())


async def _page(
    request: Request[Any, Any, Any],
    session: AsyncSession,
    mail_site: Site,
    reader: Reader,
    token: str,
    *,
    begun: list[str],
) -> Response[str]:
    language = page.language_of(mail_site, request, reader.language)
    standing = await subscriptions.standings(session, reader.contact_id)
    names = {topic.code: topic.name(language) for topic in await topics.listed(session)}
    waiting = [
        names[code]
        for code in names
        if standing.get(code) is Standing.PENDING and _valid(reader)
    ]
    return page.show(
        mail_site,
        "confirm.html",
        language=language,
        masked=reader.masked,
        path=links.path(Purpose.CONFIRM, token),
        preferences=reader.preferences,
        waiting=waiting,
        begun=[names[code] for code in begun],
    )
