"""The page of a link in a letter: GET shows it, POST acts.

The token in the path gives the authority, so there is no cookie and no CSRF token. A
request has one transaction; the page is rendered after it, so that no writer waits.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from litestar import HttpMethod, Request, Response, post, route
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from mailer import clock, links
from mailer.links import Purpose
from mailer.readers.holder import Holder, holder_of
from mailer.sites.site import Site
from mailer.web import page


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A request: its holder, language, form and time."""

    site: Site
    holder: Holder
    path: str
    language: str
    form: FormMultiDict
    now: datetime

    def text(self, message: str, **values: str) -> str:
        """Return a string of the catalogue of the page's language."""
        return self.site.catalogue(self.language).text(message, **values)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A page to render; `language` replaces the request's language."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    language: str | None = None


Step = Callable[[AsyncSession, Asked], Awaitable[Shown]]


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkPage:
    """What the page of one kind of link shows and does."""

    purpose: Purpose
    show: Step
    act: Step
    changes: Callable[[FormMultiDict], bool]  # whether a form asks to act

    def handlers(self) -> list[ControllerRouterHandler]:
        """Return the handlers of the link's path."""
        place = links.path(self.purpose, "{token:str}")

        @route(place, http_method=[HttpMethod.GET, HttpMethod.HEAD])
        async def show(
            request: Request[Any, Any, Any],
            token: FromPath[str],
            mail_site: NamedDependency[Site],
        ) -> Response[str]:
            return await self._answer(request, mail_site, token, FormMultiDict())

        @post(place, status_code=200)
        async def act(
            request: Request[Any, Any, Any],
            token: FromPath[str],
            mail_site: NamedDependency[Site],
        ) -> Response[str]:
            return await self._answer(request, mail_site, token, await request.form())

        return [show, act]

    async def _answer(
        self,
        request: Request[Any, Any, Any],
        site: Site,
        token: str,
        form: FormMultiDict,
    ) -> Response[str]:
        changes = self.changes(form)
        transaction = site.database.writing if changes else site.database.reading
        async with transaction() as session:
            holder = await holder_of(session, site.signer, token, self.purpose)
            asked = Asked(
                site=site,
                holder=holder,
                path=links.path(self.purpose, token),
                language=page.language_of(site, request, holder.language),
                form=form,
                now=clock.now(),
            )
            shown = await (self.act if changes else self.show)(session, asked)
        return page.show(
            site,
            shown.template,
            language=shown.language or asked.language,
            path=asked.path,
            masked=holder.masked,
            **shown.values,
        )
