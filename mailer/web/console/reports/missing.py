"""/console/campaigns/{id}/missing: sends a letter to those it has not reached.

The page first shows who they are and why; their number is typed to send.
"""

from datetime import date
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath

from audiences.errors import AudienceError
from mailer.campaigns import lookup
from mailer.errors import MailerError, RefusedError
from mailer.outbox.message_states import MessageState
from mailer.outbox.waves import missed, not_reached
from mailer.outcomes import resending
from mailer.outcomes.resending import WantedWave, Wave
from mailer.rendering.language.catalogues import Catalogue
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import acting, showing
from mailer.web.console.guard import Visit
from mailer.web.console.letters.live import MESSAGES
from mailer.web.console.reports.report import LEFT_OUT
from mailer.web.console.showing import CONFLICT, HOME

SHOWN = 50  # readers by name
REASONS = {
    not_reached.JOINED: "joined the audience since",
    not_reached.FOLLOWS: "follows a contact whose mailbox is gone",
    not_reached.HAS_IT: "another contact got it at this address",
    not_reached.MAILBOX_GONE: "a letter to this address came back",
    missed.NOT_PICKED: "the rule does not pick them any more",
}
NO_DAY = "“%(given)s” is no day; write it as 2027-05-04, or leave it empty."
STRINGS = (*REASONS.values(), NO_DAY)
Asking = Request[Visit, Any, Any]


@get("/campaigns/{number:int}/missing", right=Right.SEND)
async def page(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show whom a further wave would reach; nothing is sent."""
    query = request.query_params
    return await _page(request.user, number, query.get("joiners"), query.get("until"))


@post("/campaigns/{number:int}/missing", right=Right.SEND, status_code=200)
async def send(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Send the letter to those it has not reached, once their number was typed."""
    asked, form = request.user, await forms.form_of(request)
    joiners, until = form.get("joiners"), form.get("until")
    try:
        wanted = _wanted(asked, joiners, until)
        count = _number(form)
        acting.require_number(asked, form, count)
        await resending.resend(
            asked.site,
            number,
            wanted,
            by=asked.user.name,
            now=asked.now,
            expected=count,
        )
    except (MailerError, AudienceError) as refused:
        return await _page(
            asked, number, joiners, until, fault=str(refused), status=CONFLICT
        )
    return showing.to(asked.site, f"{HOME}/campaigns/{number}/live", "sent")


def _number(form: FormMultiDict) -> int:
    """Return the number that the page showed."""
    return forms.number(form.get("count"))


def _wanted(asked: Visit, joiners: object, until: object) -> WantedWave:
    given = str(until or "")
    try:
        day = date.fromisoformat(given) if given else None
    except ValueError:
        raise RefusedError(asked.words.text(NO_DAY, given=given[:40])) from None
    return WantedWave(joiners=joiners == "yes", until=day)


async def _page(
    asked: Visit,
    number: int,
    joiners: object,
    until: object,
    *,
    fault: str = "",
    status: int = 200,
) -> Response[Any]:
    wave: Wave | None = None
    async with asked.site.database.reading() as session:
        campaign = await lookup.get(session, number)
    try:
        wanted = _wanted(asked, joiners, until)
        wave = await resending.look(asked.site, number, wanted, now=asked.now)
    except (MailerError, AudienceError) as refused:
        fault = fault or str(refused)
    names = asked.could(Right.NAMES)
    return showing.show(
        asked,
        "missing.html",
        status=status,
        campaign=campaign,
        wave=wave,
        count=len(wave.readers) if wave else 0,
        people=wave.readers[:SHOWN] if wave and names else [],
        reasons=reasons(asked.words),
        joiners=joiners == "yes",
        until=str(until or "")[:40],
        fault=fault,
    )


def reasons(words: Catalogue) -> dict[str, str]:
    """Return why a reader has no letter, by its code, in words."""
    states = {
        str(state): name
        for state, name in MESSAGES.items()
        if state is not MessageState.ACCEPTED
    }
    named = {**states, **LEFT_OUT, **REASONS}
    return {code: words.text(text) for code, text in named.items()}


HANDLERS = (page, send)
