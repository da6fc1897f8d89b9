"""/console/campaigns/{id}/test: test copies for colleagues, and the tests sent."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from audiences.errors import AudienceError
from mailer.campaigns import lookup
from mailer.campaigns.acts import Act
from mailer.campaigns.review import preview, trial
from mailer.campaigns.review.preview import Pick
from mailer.campaigns.review.trial import Extent
from mailer.delivery import trials
from mailer.delivery.trials import Trial
from mailer.errors import MailerError, RefusedError
from mailer.outbox.message_states import MessageState
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.guard import Visit

MOST = 20  # copies of one press
TOO_MANY = "These are %(count)s copies; send at most %(most)s at once."
READER_FORBIDDEN = "Your roles show no names of readers; choose another letter."
EXTENTS = {
    Extent.ONE: "the letter of most readers",
    Extent.EACH_LANGUAGE: "one letter in each language",
    Extent.EACH_VARIANT: "every letter that readers get",
}
STATES = {
    MessageState.ACCEPTED: "taken by the mail server",
    MessageState.REFUSED: "refused by the mail server",
    MessageState.UNCERTAIN: "perhaps taken",
    MessageState.WAITING: "not sent",
}
STRINGS = (TOO_MANY, READER_FORBIDDEN, *EXTENTS.values(), *STATES.values())
Asking = Request[Visit, Any, Any]


@get("/campaigns/{number:int}/test", right=Right.READ)
async def page(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show the form, with one's own address filled in, and the tests sent before."""
    return await _page(request.user, number)


@post("/campaigns/{number:int}/test", right=Right.WRITE, status_code=200)
async def send(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Send test copies, and show what the mail server said to each."""
    asked, form = request.user, await forms.form_of(request)
    given = {key: str(form.get(key) or "") for key in ("to", "extent", "reader")}
    try:
        recipients = given["to"].replace(",", " ").replace(";", " ").split()
        pick = _pick(asked, given["extent"], given["reader"].strip())
        whom, made = await trials.make(asked.site, number, recipients, pick)
        count = len(whom) * len(made)
        if count > MOST:
            said = asked.words.text(TOO_MANY, count=count, most=MOST)
            raise RefusedError(said)
        sent = await trials.send(
            asked.site, number, whom, made, by=asked.user.name, now=asked.now
        )
    except (MailerError, AudienceError, ValueError) as fault:
        return await _page(asked, number, given=given, fault=str(fault))
    return await _page(asked, number, given=given, sent=sent)


def _pick(asked: Visit, extent: str, reader: str) -> Pick:
    """Return for whom the copies are written."""
    if reader:
        if not asked.could(Right.NAMES):
            raise RefusedError(asked.words.text(READER_FORBIDDEN))
        return preview.with_address(asked.site, reader)
    wanted = Extent(extent) if extent in set(Extent) else Extent.ONE
    return trial.examples(wanted)


async def _page(
    asked: Visit,
    number: int,
    *,
    given: dict[str, str] | None = None,
    fault: str = "",
    sent: list[Trial] | None = None,
) -> Response[Any]:
    async with asked.site.database.reading() as session:
        campaign = await lookup.get(session, number)
        events = await lookup.events_of(session, campaign)
    words = asked.words
    before = [each for each in reversed(events) if each.act == Act.TESTED]
    return showing.show(
        asked,
        "test.html",
        status=showing.UNPROCESSABLE if fault else 200,
        campaign=campaign,
        fault=fault,
        given=given or {"to": asked.user.address or "", "extent": "", "reader": ""},
        extents=[(str(key), words.text(text)) for key, text in EXTENTS.items()],
        may=asked.could(Right.WRITE),
        sees_readers=asked.could(Right.NAMES),
        sent=sent or [],
        said={key: words.text(text) for key, text in STATES.items()},
        before=before[:20],
    )


HANDLERS = (page, send)
