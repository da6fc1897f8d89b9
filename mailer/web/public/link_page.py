"""The page of a link in a letter: GET shows it, POST acts.

The token in the path gives the authority, so there is no cookie and no CSRF token. The
token is verified before the body is read. Opt-outs are recorded on the disk before the
store is asked. A request has one transaction; pages and letters are rendered after it,
so that no writer waits.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from mailer import clock, links
from mailer.links import Purpose, Stamp
from mailer.readers.holder import Holder, holder_of
from mailer.readers.optouts import OptOut
from mailer.sites.site import Site
from mailer.web import forms, page
from mailer.web.recording import Recording

Writing = Callable[[], AbstractAsyncContextManager[AsyncSession]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A request: its holder, language, form and time.

    `writing` opens a transaction after that of the request.
    """

    site: Site
    holder: Holder
    path: str
    language: str
    form: FormMultiDict
    now: datetime
    writing: Writing

    def text(self, message: str, **values: str) -> str:
        """Return a string of the catalogue of the page's language."""
        return self.site.catalogue(self.language).text(message, **values)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A page to render; `language` replaces the request's language.

    `later` is called after the commit, and returns more values; it opens transactions
    of its own, because it may render a letter meanwhile.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    language: str | None = None
    later: Callable[[], Awaitable[Mapping[str, Any]]] | None = None


Step = Callable[[AsyncSession, Asked], Awaitable[Shown]]
ReadForm = Callable[[Request[Any, Any, Any]], Awaitable[FormMultiDict]]
# the form, what the link says, and the time
OptOuts = Callable[[FormMultiDict, Stamp, datetime], Sequence[OptOut]]


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkPage:
    """What the page of one kind of link shows and does."""

    purpose: Purpose
    show: Step
    act: Step
    changes: Callable[[FormMultiDict], bool]  # whether a form asks to act
    opt_outs: OptOuts = lambda _form, _stamp, _now: ()
    writes: bool = True  # whether `act` writes, besides opt-outs
    read: ReadForm = forms.form_of
    any_size: bool = False  # whether `read` takes bodies of any size

    def handlers(self) -> list[ControllerRouterHandler]:
        """Return the handlers of the link's path."""
        place = links.path(self.purpose, "{token:str}")

        @get(place)
        async def show(
            request: Request[Any, Any, Any],
            token: FromPath[str],
            mail_site: NamedDependency[Site],
            recording: NamedDependency[Recording],
        ) -> Response[str]:
            form = FormMultiDict()
            return await self._answer(request, mail_site, recording, token, form)

        @post(place, status_code=200, **_size(any_size=self.any_size))
        async def act(
            request: Request[Any, Any, Any],
            token: FromPath[str],
            mail_site: NamedDependency[Site],
            recording: NamedDependency[Recording],
        ) -> Response[str]:
            stamp, now = mail_site.signer.stamp(token, self.purpose), clock.now()
            form = await self.read(request)
            wanted = self.opt_outs(form, stamp, now)
            if wanted and not await recording.opt_outs(wanted):
                return page.recorded(mail_site, request)
            return await self._answer(request, mail_site, recording, token, form)

        return [show, act]

    async def _answer(
        self,
        request: Request[Any, Any, Any],
        site: Site,
        recording: Recording,
        token: str,
        form: FormMultiDict,
    ) -> Response[str]:
        changes = self.changes(form)
        async with recording.transaction(writing=changes and self.writes) as session:
            holder = await holder_of(session, site.signer, token, self.purpose)
            asked = Asked(
                site=site,
                holder=holder,
                path=links.path(self.purpose, token),
                language=page.language_of(site, request, holder.language),
                form=form,
                now=clock.now(),
                writing=partial(recording.transaction, writing=True),
            )
            shown = await (self.act if changes else self.show)(session, asked)
        more = await shown.later() if shown.later else {}
        return page.show(
            site,
            shown.template,
            language=shown.language or asked.language,
            path=asked.path,
            masked=holder.masked,
            **{**shown.values, **more},
        )


def _size(*, any_size: bool) -> dict[str, Any]:
    """Return the option of a handler that takes bodies of any size."""
    return {"request_max_body_size": None} if any_size else {}
