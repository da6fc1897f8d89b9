"""/console/answers: what readers and their programs answered, and what to do about it.

Each act is a verb of `mailer replies`.
"""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from audiences.store.permission import DirectoryRight
from mailer.campaigns import lookup
from mailer.errors import RefusedError
from mailer.feedback.arrivals import leaving
from mailer.feedback.belief import quarantine
from mailer.feedback.models import FeedbackKind, FeedbackMail, MailStanding
from mailer.feedback.replies import filing, wording
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import acting, showing
from mailer.web.console.acting import Asking
from mailer.web.console.guard import Visit

ROOM = f"{showing.HOME}/answers"
PAGE = 50  # mails, the oldest first
KINDS = {
    FeedbackKind.REPLY: "answer of a person",
    FeedbackKind.ANSWER: "answer to an invitation",
    FeedbackKind.AUTO_REPLY: "automatic answer",
    FeedbackKind.BOUNCE: "returned letter",
    FeedbackKind.COMPLAINT: "complaint",
    FeedbackKind.OPT_OUT: "request for no more letters",
    FeedbackKind.DELAY: "delay notice",
    FeedbackKind.DELIVERED: "report of delivery",
    FeedbackKind.OTHER: "not understood",
}
NO_NUMBER = "Give the number of a letter, as its address on these pages ends."
STRINGS = (*KINDS.values(), NO_NUMBER)


@get("/answers", right=Right.NAMES)
async def page(request: Asking) -> Response[Any]:
    """Show the answers that are filed, of one letter or of all, fifty on a page."""
    return await _page(request)


@post("/answers/{number:int}/leave", right=DirectoryRight.DIRECTORY, status_code=200)
async def leave(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Unsubscribe the reader of an answer from the topic of its letter."""
    asked = request.user
    try:
        await leaving.leave(asked.site, number, by=asked.user.name, now=asked.now)
    except acting.REFUSALS as refused:
        return await _page(request, fault=str(refused))
    return showing.to(asked.site, ROOM, "unsubscribed")


@post("/answers/{number:int}/file", right=DirectoryRight.DIRECTORY, status_code=200)
async def file(request: Asking, number: FromPath[int]) -> Response[Any]:
    """File an answer to a letter, if it names none or another."""
    asked, form = request.user, await forms.form_of(request)
    try:
        chosen = forms.number(acting.typed(form, "campaign"))
        if not chosen:
            raise RefusedError(asked.words.text(NO_NUMBER))
        async with asked.site.database.writing() as session:
            await lookup.get(session, chosen)
            await filing.file_by_hand(
                session, number, chosen, by=asked.user.name, now=asked.now
            )
    except acting.REFUSALS as refused:
        return await _page(request, fault=str(refused))
    return showing.to(asked.site, ROOM, "filed")


def kinds(asked: Visit) -> dict[str, str]:
    """Return what came back, by the names of its kinds."""
    return {str(kind): asked.words.text(name) for kind, name in KINDS.items()}


async def _page(request: Asking, *, fault: str = "") -> Response[Any]:
    asked, query = request.user, request.query_params
    kind, campaign = query.get("kind", ""), forms.number(query.get("campaign", ""))
    async with asked.site.database.reading() as session:
        found = await quarantine.listed(
            session,
            standing=MailStanding.FILED,
            kind=FeedbackKind(kind) if kind in set(filing.ANSWERS) else None,
            campaign_id=campaign or None,
            after=forms.number(query.get("after", "")),
            limit=PAGE + 1,
        )
    return showing.show(
        asked,
        "answers/answers.html",
        status=showing.UNPROCESSABLE if fault else 200,
        mails=found[:PAGE],
        more=found[PAGE - 1].id if len(found) > PAGE else None,
        wishes={each.id for each in found if _asks_to_leave(each)},
        kind=kind,
        campaign=campaign,
        kinds=kinds(asked),
        chosen=[str(each) for each in filing.ANSWERS],
        may=asked.could(DirectoryRight.DIRECTORY),
        fault=fault,
    )


def _asks_to_leave(mail: FeedbackMail) -> bool:
    is_open = mail.settled_at is None and mail.message_number is not None
    return is_open and wording.asks_to_leave(mail.subject)


HANDLERS = (page, leave, file)
