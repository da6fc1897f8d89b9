"""/console/answers/quarantine: mails that are not believed, for a person to decide.

Each act is a verb of `mailer feedback quarantine`.
"""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from audiences.store.permission import DirectoryRight
from mailer.errors import RefusedError
from mailer.feedback.arrivals import taking
from mailer.feedback.belief import quarantine
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import acting, showing
from mailer.web.console.acting import Asking
from mailer.web.console.reports import answers

ROOM = f"{answers.ROOM}/quarantine"
NO_MESSAGE = "Give the number of the message that the mail is about."
STRINGS = (NO_MESSAGE,)


@get("/answers/quarantine", right=Right.NAMES)
async def page(request: Asking) -> Response[Any]:
    """Show the quarantined mails with the reason, fifty on a page."""
    return await _page(request)


@post(
    "/answers/quarantine/{number:int}/discard",
    right=DirectoryRight.DIRECTORY,
    status_code=200,
)
async def discard(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Discard a quarantined mail; it changes nothing."""
    asked = request.user
    try:
        async with asked.site.database.writing() as session:
            await quarantine.discard(session, number, by=asked.user.name, now=asked.now)
    except acting.REFUSALS as refused:
        return await _page(request, fault=str(refused))
    return showing.to(asked.site, ROOM, "discarded")


@post(
    "/answers/quarantine/{number:int}/release",
    right=DirectoryRight.DIRECTORY,
    status_code=200,
)
async def release(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Believe a bounce or complaint, about a message that the user names."""
    asked, form = request.user, await forms.form_of(request)
    given = acting.typed(form, "message")
    try:
        message = forms.number(given)
        if not message:
            raise RefusedError(asked.words.text(NO_MESSAGE))
        await taking.release(
            asked.site, number, message, by=asked.user.name, now=asked.now
        )
    except acting.REFUSALS as refused:
        return await _page(request, fault=str(refused), at=(number, given))
    return showing.to(asked.site, ROOM, "believed")


async def _page(
    request: Asking, *, fault: str = "", at: tuple[int, str] = (0, "")
) -> Response[Any]:
    """Return the page; `at` is the mail of a fault, with what was typed."""
    asked = request.user
    after = forms.number(request.query_params.get("after", ""))
    async with asked.site.database.reading() as session:
        found = await quarantine.listed(session, after=after, limit=answers.PAGE + 1)
        total = await quarantine.count(session)
    shown = found[: answers.PAGE]
    return showing.show(
        asked,
        "answers/quarantine.html",
        status=showing.UNPROCESSABLE if fault else 200,
        mails=shown,
        total=total,
        more=shown[-1].id if len(found) > len(shown) else None,
        kinds=answers.kinds(asked),
        of_messages=[str(each) for each in quarantine.OF_MESSAGES],
        may=asked.could(DirectoryRight.DIRECTORY),
        fault=fault,
        at=at,
    )


HANDLERS = (page, discard, release)
