"""/console/campaigns/{id}: one letter: its steps, what comes next, and its history."""

from functools import partial
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from mailer.campaigns import control
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.writing.drafting import desk
from mailer.rendering.language.catalogues import Catalogue
from mailer.reports.figures.campaign_figures import CampaignFigures
from mailer.reports.review import overview
from mailer.reports.review.overview import NextStep, Overview
from mailer.users.acts import Right
from mailer.web.console import showing, strings
from mailer.web.console.guard import Visit
from mailer.web.console.letters import steps
from mailer.web.console.names.state_names import ACTS, named
from mailer.web.console.remarks import places
from mailer.web.console.rules import naming

# what comes next → its sentence, the right it needs, the page, the button
NEXT: dict[NextStep, tuple[str, Right, str, str]] = {
    NextStep.CORRECT: (
        "Errors stand in the way of its approval.",
        Right.READ,
        "/check",
        "See what to mend",
    ),
    NextStep.APPROVE: (
        "It waits for the approval of somebody who did not write it.",
        Right.APPROVE,
        "/approval",
        "Read and approve",
    ),
    NextStep.APPROVE_AGAIN: (
        "It was changed after its approval, and waits for a new one.",
        Right.APPROVE,
        "/approval",
        "Read and approve",
    ),
    NextStep.SCHEDULE: (
        "It is approved, and has no time yet.",
        Right.SCHEDULE,
        "/schedule",
        "Give it a time",
    ),
    NextStep.WAIT: (
        "It leaves by itself at its time.",
        Right.READ,
        "/schedule",
        "See its time",
    ),
    NextStep.SEND: (
        "Its messages wait, and no worker runs: an operator starts the service.",
        Right.READ,
        "/live",
        "See the messages",
    ),
    NextStep.SEE_STORE: (
        "Its messages wait: the service cannot write. An operator sees why.",
        Right.READ,
        "/live",
        "See the messages",
    ),
    NextStep.WATCH: ("It is being sent.", Right.READ, "/live", "Watch it"),
    NextStep.RESUME: (
        "It is paused. Mend what stopped it, then let it continue.",
        Right.READ,
        "/live",
        "See why",
    ),
    NextStep.READ: ("It is sent.", Right.READ, "/report", "Read the report"),
    NextStep.NEW_TIME: (
        "It was not sent at its time. Give it another one.",
        Right.SCHEDULE,
        "/schedule",
        "Give it a time",
    ),
    NextStep.COPY: ("It is cancelled.", Right.READ, "/report", "Read the report"),
}
CHECKED = (
    "It is being checked. The page shows by itself what was found.",
    Right.READ,
    "/check",
    "See the check",
)
SENT_BACK = (
    "It was sent back with a reason. Mend it, then ask for an approval again.",
    Right.WRITE,
    "/write",
    "Write",
)
ASK = "Ask for an approval"
READY = "It is ready. Ask somebody who did not write it for their approval."
SEE_ASKED = "See who is asked"
_REVIEWED = frozenset({Act.ASKED, Act.RETURNED, Act.APPROVED})
STRINGS = (
    *(ASK, READY, SEE_ASKED, SENT_BACK[0], SENT_BACK[-1]),
    *(text for sentence, _, _, button in NEXT.values() for text in (sentence, button)),
    *(CHECKED[0], CHECKED[-1]),
)


@get("/campaigns/{number:int}", right=Right.READ)
async def campaign(
    request: Request[Visit, Any, Any],
    number: FromPath[int],
    figures: NamedDependency[CampaignFigures],
) -> Response[Any]:
    """Show one letter: its steps, what comes next, warnings and history."""
    asked = request.user
    seen = await overview.overview(asked.site, number, now=asked.now, figures=figures)
    async with asked.site.database.reading() as session:
        teller = await naming.for_page(asked, session, seen.campaign.audience)
        opened = await desk.read(session, seen.campaign, asked.site.templates)
        placed = await places.of_letter(session, opened, asked.words)
    words, moment = asked.words, partial(strings.moment, asked.words, zone=asked.zone)
    waits = seen.next in {NextStep.APPROVE, NextStep.APPROVE_AGAIN}
    waits = waits and not is_sent_back(seen)
    decides = waits and asked.user.name in seen.may_approve
    sentence, right, page, button = _next(
        seen, asks=waits and not decides and asked.could(Right.WRITE)
    )
    return showing.show(
        asked,
        "campaign.html",
        seen=seen,
        teller=teller,
        placed=placed.of,
        type_name=words.text(opened.template.title),
        campaign=seen.campaign,
        steps=steps.steps(seen, words, moment, asked.called),
        states=named(words),
        sentence=words.text(sentence),
        button=words.text(button) if button and asked.could(right) else "",
        page=page,
        who=asked.all_called(seen.may_approve) if waits and not decides else "",
        history=history(seen, words),
        seen_at=showing.earlier(asked, seen.seen_at),
    )


def is_sent_back(seen: Overview) -> bool:
    """Return whether a letter came back, and was not changed or asked for since."""
    done = [Act(each.act) for each in seen.history]
    last = [each for each in done if each.changes_content or each in _REVIEWED][-1:]
    return last == [Act.RETURNED] and seen.campaign.state == CampaignState.DRAFT


def _next(seen: Overview, *, asks: bool) -> tuple[str, Right, str, str]:
    """Return what comes next; `asks`: the user may ask for an approval only."""
    if seen.is_pending:
        return CHECKED
    if seen.next is not NextStep.CORRECT and is_sent_back(seen):
        return SENT_BACK
    sentence, right, page, button = NEXT[seen.next]
    if asks and seen.campaign.state == CampaignState.IN_REVIEW:
        return sentence, Right.READ, page, SEE_ASKED
    if asks:
        ready = READY if seen.next is NextStep.APPROVE else sentence
        return ready, Right.WRITE, page, ASK
    if seen.next is NextStep.COPY and seen.campaign.released_at is None:
        return sentence, right, page, ""  # it has no reader, and so no report
    return sentence, right, page, button


def history(seen: Overview, words: Catalogue) -> list[tuple[Any, str, str, str]]:
    """Return what was done to a letter, the latest first: when, who, what, why."""
    return [
        (
            each.at,
            each.by,
            words.text(ACTS[Act(each.act)]),
            _because(each),
        )
        for each in reversed(seen.history)
    ]


def _because(event: Any) -> str:
    """Return the reason of an act; empty for one that only says who did it."""
    reason = str(event.detail.get("because", ""))
    return "" if reason == control.paused_by(event.by) else reason


HANDLERS = (campaign,)
