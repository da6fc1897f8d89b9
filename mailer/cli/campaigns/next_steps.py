"""The command for each next step of a campaign."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailer.reports.review.overview import NextStep, Overview

COMMANDS: dict[NextStep, str | None] = {
    NextStep.CORRECT: "mailer campaigns check {id}",
    NextStep.APPROVE: "mailer campaigns approve {id} --by {approver}",
    NextStep.APPROVE_AGAIN: "mailer campaigns approve {id} --by {approver}",
    NextStep.SCHEDULE: "mailer campaigns schedule {id} --at '{time}'",
    NextStep.WAIT: None,
    NextStep.SEND: "mailer work --until-idle",
    NextStep.SEE_STORE: "mailer doctor",
    NextStep.WATCH: "mailer campaigns report {id}",
    NextStep.RESUME: "mailer campaigns resume {id}",
    NextStep.READ: "mailer campaigns report {id}",
    NextStep.NEW_TIME: "mailer campaigns schedule {id} --at '{time}'",
    NextStep.COPY: None,
}


def command(seen: Overview, *, now: datetime) -> str | None:
    """Return the command of a campaign's next step; None if there is none to give.

    The time proposed is ten in the morning of the letter's day, in its zone, or of
    tomorrow.
    """
    campaign, form = seen.campaign, COMMANDS[seen.next]
    if form is None:
        return None
    tomorrow = now.astimezone(ZoneInfo(campaign.zone)).date() + timedelta(days=1)
    return form.format(
        id=campaign.id,
        approver=next(iter(seen.may_approve), "USER"),
        time=f"{max(campaign.day, tomorrow)}T10:00 {campaign.zone}",
    )
