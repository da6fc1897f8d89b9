"""`mailer replies`: what readers and their programs answered."""

import rich_click as click

from mailer import clock
from mailer.campaigns import lookup
from mailer.cli import output
from mailer.cli.command import NUMBER, as_json, as_json_lines, by_option, with_site
from mailer.cli.returning.quarantine import LARGEST, shown
from mailer.feedback.arrivals import leaving
from mailer.feedback.belief import quarantine
from mailer.feedback.models import FeedbackKind, FeedbackMail, MailStanding
from mailer.feedback.replies import counting, filing, wording
from mailer.sites.site import Site


@click.group()
def command() -> None:
    """List and show answers to letters, file them, and count those to invitations."""


@command.command("list", epilog="Example: mailer replies list --campaign 1")
@click.option("--campaign", "campaign_id", type=NUMBER, help="Only of this campaign.")
@click.option(
    "--kind",
    type=click.Choice(wording.ANSWERS),
    help="Only people's answers, automatic ones, or answers to invitations.",
)
@click.option("--after", type=LARGEST, default=None, help="Begin after this number.")
@as_json_lines
@with_site
async def list_(
    site: Site,
    campaign_id: int | None,
    kind: str | None,
    after: int | None,
    as_json: bool,
) -> None:
    """List the answers, oldest first, 200 at most."""
    async with site.database.reading() as session:
        found = await quarantine.listed(
            session,
            standing=MailStanding.FILED,
            kind=FeedbackKind(kind) if kind else None,
            campaign_id=campaign_id,
            after=after or 0,
        )
    if as_json:
        for each in found:
            output.json_line(_shown(each))
        return
    columns = ("id", "seen", "campaign", "kind", "from", "subject", "asks to leave")
    rows = [
        (
            *(each.id, each.seen_at, each.campaign_id, each.kind, each.sender),
            *(each.subject, wording.asks_to_leave(each.subject) or None),
        )
        for each in found
    ]
    output.table("Answers", columns, rows)


def _shown(mail: FeedbackMail) -> dict[str, object]:
    return {**shown(mail), "asks_to_leave": wording.asks_to_leave(mail.subject)}


@command.command(epilog="Example: mailer replies show 3")
@click.argument("number", type=LARGEST)
@as_json
@with_site
async def show(site: Site, number: int, as_json: bool) -> None:
    """Show one answer with its text."""
    async with site.database.reading() as session:
        mail = await quarantine.get(session, number)
    if as_json:
        output.json_document(_shown(mail))
        return
    output.line(f"from {mail.sender or 'no address'}: {mail.subject}")
    output.line(f"{mail.kind}, campaign {mail.campaign_id or 'unknown'}")
    output.line("")
    for line in mail.text.splitlines():
        output.line(line)


@command.command(epilog="Example: mailer replies file 3 --campaign 1")
@click.argument("number", type=LARGEST)
@click.option(
    "--campaign",
    "campaign_id",
    type=NUMBER,
    required=True,
    help="The campaign's number.",
)
@by_option
@as_json
@with_site
async def file(
    site: Site, number: int, campaign_id: int, by: str, as_json: bool
) -> None:
    """File an answer to a campaign, if it names none or another."""
    async with site.database.writing() as session:
        await lookup.get(session, campaign_id)
        await filing.file_by_hand(session, number, campaign_id, by=by, now=clock.now())
    said = f"answer {number} is filed to campaign {campaign_id}"
    output.done({"id": number, "campaign": campaign_id}, said, as_json=as_json)


@command.command(epilog="Example: mailer replies leave 3")
@click.argument("number", type=LARGEST)
@by_option
@as_json
@with_site
async def leave(site: Site, number: int, by: str, as_json: bool) -> None:
    """Unsubscribe the reader of an answer from the topic of the letter it answers."""
    await leaving.leave(site, number, by=by, now=clock.now())
    said = f"the reader of answer {number} gets no more letters of that topic"
    output.done({"id": number}, said, as_json=as_json)


@command.command(epilog="Example: mailer replies answers dialogue-session-2027")
@click.argument("event")
@as_json
@with_site
async def answers(site: Site, event: str, as_json: bool) -> None:
    """Count the answers to the invitation to an event, by kind of organisation."""
    async with site.database.reading() as session:
        found = await counting.answers(session, event)
    if as_json:
        output.json_document(found)
        return
    columns = ("kind", *map(str, wording.InvitationAnswer))
    rows = [
        (kind, *(counts.get(each, 0) for each in columns[1:]))
        for kind, counts in found.items()
    ]
    output.table(f"Answers to {event}", columns, rows)
